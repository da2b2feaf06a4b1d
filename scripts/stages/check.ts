// Types, lint, format, dead code and import rules. Each check counts as one test.
import { type Outcome, runNode, say, sayFailure } from './stage.ts';

interface Check {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
}

const tsc = 'node_modules/typescript/bin/tsc';

const checks: readonly Check[] = [
  { name: 'types: src, test, bench, scripts', file: tsc, args: ['-p', '.'] },
  { name: 'types: webview', file: tsc, args: ['-p', 'webview'] },
  { name: 'types: test/e2e', file: tsc, args: ['-p', 'test/e2e'] },
  {
    name: 'lint',
    file: 'node_modules/eslint/bin/eslint.js',
    args: ['.', '--max-warnings', '0'],
  },
  {
    name: 'format',
    file: 'node_modules/prettier/bin/prettier.cjs',
    args: ['--check', '.', '--log-level', 'warn'],
  },
  { name: 'dead code', file: 'node_modules/knip/bin/knip.js', args: ['--no-progress'] },
  {
    name: 'import rules',
    file: 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
    args: ['--config', '.dependency-cruiser.js', 'src', 'webview', 'test', 'bench', 'scripts'],
  },
];

/** Runs every check, one after the other, and prints what the failed ones say. */
export async function check(filter?: string): Promise<Outcome> {
  let passed = 0;
  let failed = 0;
  for (const each of checks) {
    if (filter !== undefined && !each.name.includes(filter)) continue;
    const started = performance.now();
    const log = `check-${each.name.replaceAll(/[^a-z0-9]+/g, '-')}`;
    const { code, output } = await runNode(each.file, each.args, { log });
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    say(`  ${code === 0 ? '✓' : '✗'} ${each.name} (${seconds} s)`);
    if (code === 0) passed += 1;
    else {
      failed += 1;
      sayFailure(output);
    }
  }
  return { passed, failed, skipped: 0 };
}
