// `npm test`: everything, in order; the last line says how many tests passed and failed. See `usage`.
import { rm } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { findBrowser } from './editor/browser.ts';
import { endTree, markDescendants } from './editor/processes.ts';
import { installPackaged } from './editor/installPackaged.ts';
import { installServer } from './editor/installServer.ts';
import { stop } from './npm.mjs';
import { check } from './stages/check.ts';
import { host } from './stages/host.ts';
import { nodeTests } from './stages/nodeTests.ts';
import { type Outcome, results, root, runNode, say, sayFailure } from './stages/stage.ts';

const usage = `Runs every check and test.

  npm test [-- options] [filter]

  --only STAGE    check, unit, host or e2e; may be given several times
  --packaged      walk through the packaged extension, installed, as is done when there is no filter
  --desktop       run the host suites in desktop VS Code, downloaded by @vscode/test-electron
  filter          runs only the check, file (unit, e2e) or test (host) whose name contains it

Logs and screenshots are in test-results/.`;

interface Stage {
  readonly name: string;
  readonly title: string;
  readonly run: (filter: string | undefined) => Promise<Outcome>;
}

const { values, positionals } = parse();

// Hundreds of processes load the same modules: compiled once, they start in half the time.
process.env['NODE_COMPILE_CACHE'] ??= path.join(root, '.cache', 'node-compile');

const unit = ['src', 'webview', 'bench', 'scripts'].map((folder) => `${folder}/**/*.test.ts`);
const crossing = ['architecture', 'process', 'reference'].map(
  (name) => `test/${name}/**/*.test.ts`,
);

const stages: readonly Stage[] = [
  { name: 'check', title: 'types, lint, format, dead code, import rules', run: check },
  {
    name: 'unit',
    title: 'unit tests',
    run: (filter) =>
      nodeTests({
        log: 'unit',
        patterns: [...unit, ...crossing],
        concurrency: 2,
        filter,
        timeoutMs: 300_000,
      }),
  },
  {
    name: 'host',
    title: 'suites in the extension host',
    run: (filter) => host(filter, values.desktop ? 'desktop' : 'server'),
  },
  {
    name: 'e2e',
    title: 'the workbench, driven by Playwright',
    run: async (filter) => {
      if (values.packaged || filter === undefined) {
        process.env['INSTRUCT_EXTENSIONS_DIR'] = await installPackaged();
        say('  the packaged extension is installed');
      }
      return nodeTests({
        log: 'e2e',
        patterns: ['test/e2e/**/*.e2e.ts'],
        concurrency: 1,
        filter,
        timeoutMs: 400_000,
      });
    },
  },
];

function parse() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        only: { type: 'string', multiple: true },
        desktop: { type: 'boolean', default: false },
        packaged: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    stop(`${error instanceof Error ? error.message : String(error)} See npm test -- --help.`);
  }
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(0)} s`;
}

async function build(): Promise<Outcome> {
  const { code, output } = await runNode('scripts/build.ts', [], { log: 'build' });
  if (code === 0) return { passed: 0, failed: 0, skipped: 0 };
  sayFailure(output);
  return { passed: 0, failed: 1, skipped: 0 };
}

/** Runs a stage; a stage that throws, or that runs nothing though no filter was given, counts as one failure. */
async function outcomeOf(stage: Stage, filter: string | undefined): Promise<Outcome> {
  try {
    const outcome = await stage.run(filter);
    if (outcome.passed + outcome.failed > 0 || filter !== undefined) return outcome;
    say(`  ✗ ${stage.name} ran nothing`);
  } catch (error) {
    say(`  ✗ ${stage.name} broke down`);
    sayFailure(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  return { passed: 0, failed: 1, skipped: 0 };
}

const mark = markDescendants();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    void endTree(process.pid, mark).then(() => process.exit(130));
  });
}
if (values.help) {
  console.log(usage);
  process.exit(0);
}
const names = stages.map((stage) => stage.name);
const unknown = values.only?.find((name) => !names.includes(name));
if (unknown !== undefined) stop(`--only ${unknown}: expected one of ${names.join(', ')}.`);
const chosen = stages.filter((stage) => values.only?.includes(stage.name) ?? true);
const filter = positionals.at(0);

const started = performance.now();
await rm(results, { recursive: true, force: true });
const total = { passed: 0, failed: 0, skipped: 0 };
function add(outcome: Outcome): void {
  total.passed += outcome.passed;
  total.failed += outcome.failed;
  total.skipped += outcome.skipped;
}
if (chosen.some((stage) => stage.name === 'host' || stage.name === 'e2e')) {
  const browser = findBrowser();
  if ('missing' in browser) stop(browser.missing);
  await installServer();
}
if (chosen.some((stage) => stage.name !== 'check')) add(await build());
for (const stage of chosen) {
  const begun = performance.now();
  say(`${stage.name}: ${stage.title}`);
  const outcome = await outcomeOf(stage, filter);
  add(outcome);
  say(
    `  ${String(outcome.passed)} passed, ${String(outcome.failed)} failed in ${seconds(begun)}\n`,
  );
}
// A test that was cut off leaves its browser and server behind.
await endTree(process.pid, mark);
say(`All in ${seconds(started)}.`);
const skipped = total.skipped === 0 ? '' : `, ${String(total.skipped)} skipped`;
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
say(`${String(total.passed)} passed, ${String(total.failed)} failed${skipped}`);
