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

/** Runs every check and prints what the failed ones say: lint, which takes as long as all others, beside them. */
export async function check(filter?: string): Promise<Outcome> {
  const chosen = checks.filter(({ name }) => filter === undefined || name.includes(filter));
  const lanes = [
    chosen.filter(({ name }) => name === 'lint'),
    chosen.filter(({ name }) => name !== 'lint'),
  ];
  const passed = (await Promise.all(lanes.map(inTurn))).flat();
  const failed = passed.filter((isPassed) => !isPassed).length;
  return { passed: passed.length - failed, failed, skipped: 0 };
}

/** Which of them passed. */
async function inTurn(lane: readonly Check[]): Promise<boolean[]> {
  const passed: boolean[] = [];
  for (const { name, file, args } of lane) {
    const started = performance.now();
    const log = `check-${name.replaceAll(/[^a-z0-9]+/g, '-')}`;
    const { code, output } = await runNode(file, args, { log });
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    say(`  ${code === 0 ? '✓' : '✗'} ${name} (${seconds} s)`);
    if (code !== 0) sayFailure(output);
    passed.push(code === 0);
  }
  return passed;
}
