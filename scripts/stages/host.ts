// The suites of test/vscode, in the extension host of real VS Code.
import { type Group, groups, runInHost } from '../../test/vscode/harness/runInHost.ts';
import { runOnDesktop } from '../../test/vscode/harness/runOnDesktop.ts';
import type { Result } from '../../test/vscode/harness/suite.ts';
import { type Outcome, say, sayFailure } from './stage.ts';

/**
 * Runs the suites, one window for each kind of folder.
 * @param editor - the server that is installed from the npm registry, or desktop VS Code, downloaded
 */
export async function host(
  filter: string | undefined,
  editor: 'server' | 'desktop',
): Promise<Outcome> {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const group of await groups()) {
    if (group.files.length === 0) continue;
    const results = await resultsOf(group, filter, editor);
    for (const { suite, name, result, ms, error } of results) {
      counts[result] += 1;
      const sign = { passed: '✓', failed: '✗', skipped: '-' }[result];
      say(`  ${sign} ${suite}: ${name} (${String(ms)} ms)`);
      if (error !== undefined) sayFailure(error);
    }
  }
  return counts;
}

/** The results of a group; a window that does not even open is one failed test, so that the other groups still run. */
async function resultsOf(
  group: Group,
  filter: string | undefined,
  editor: 'server' | 'desktop',
): Promise<Result[]> {
  try {
    if (editor === 'desktop') return await runOnDesktop(group, filter);
    return await runInHost(group, filter, 300_000);
  } catch (thrown) {
    const error = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    return [{ suite: group.name, name: 'window', result: 'failed', ms: 0, error }];
  }
}
