// The suites of test/vscode, in the extension host of real VS Code.
import { groups, runInHost } from '../../test/vscode/harness/runInHost.ts';
import { type Outcome, say, sayFailure } from './stage.ts';

/** Runs the suites, one window for each kind of folder. */
export async function host(filter: string | undefined): Promise<Outcome> {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const group of await groups()) {
    if (group.files.length === 0) continue;
    const results = await runInHost(group, filter, 300_000);
    for (const { suite, name, result, ms, error } of results) {
      counts[result] += 1;
      const sign = { passed: '✓', failed: '✗', skipped: '-' }[result];
      say(`  ${sign} ${suite}: ${name} (${String(ms)} ms)`);
      if (error !== undefined) sayFailure(error);
    }
  }
  return counts;
}
