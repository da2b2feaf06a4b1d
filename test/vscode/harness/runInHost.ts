// Runs the suites of test/vscode in the extension host of a real VS Code server, opened by a real browser.
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import * as z from 'zod';
import { createSampleProject } from '../../../scripts/editor/sampleProject.ts';
import { quietSettings, startServer } from '../../../scripts/editor/vscodeServer.ts';
import { launchBrowser, workbenchAddress } from '../../../scripts/editor/workbenchPage.ts';
import { results, root } from '../../../scripts/stages/stage.ts';
import type { Result } from './suite.ts';

const resultSchema: z.ZodType<Result> = z.object({
  suite: z.string(),
  name: z.string(),
  result: z.enum(['passed', 'failed', 'skipped']),
  ms: z.number(),
  error: z.string().exactOptional(),
});

/** Suites that share a window, and the folder it shows. */
export interface Group {
  readonly name: 'empty' | 'sample';
  /** Paths from the repository's root. */
  readonly files: readonly string[];
}

/** The suites of test/vscode, by the folder they want. */
export async function groups(): Promise<Group[]> {
  const entries = await readdir(path.join(root, 'test', 'vscode'));
  const suites = entries.filter((name) => name.endsWith('.suite.ts')).sort();
  const empty = suites.filter((name) => name.endsWith('.empty.suite.ts'));
  const sample = suites.filter((name) => !name.endsWith('.empty.suite.ts'));
  const paths = (names: string[]): string[] => names.map((name) => `test/vscode/${name}`);
  return [
    { name: 'empty', files: paths(empty) },
    { name: 'sample', files: paths(sample) },
  ];
}

/**
 * Runs the suites of a group in one window.
 * @param only - runs only tests whose "suite name" contains it
 * @returns a result for each test that ran; with one more, failed, where the window broke down before the end
 */
export async function runInHost(
  group: Group,
  only: string | undefined,
  timeoutMs: number,
): Promise<Result[]> {
  const testsPath = await bundle(group);
  const temporary = await mkdtemp(path.join(tmpdir(), 'instruct-host-'));
  const folder = path.join(temporary, 'workspace');
  const resultsFile = path.join(temporary, 'results.jsonl');
  const log: string[] = [];
  await using owned = new AsyncDisposableStack();
  owned.defer(() => rm(temporary, { recursive: true, force: true, maxRetries: 5 }));
  if (group.name === 'sample') await createSampleProject(folder);
  else await mkdir(folder);
  const server = await startServer({
    dataDir: path.join(temporary, 'server'),
    folder,
    settings: quietSettings,
    testDriver: true,
    env: { INSTRUCT_TEST_RESULTS: resultsFile, INSTRUCT_TEST_ONLY: only ?? '' },
  });
  owned.defer(() => server.stop());
  const browser = await launchBrowser();
  owned.defer(() => browser.close());
  const page = await browser.newPage();
  page.on('console', (message) => log.push(`${message.type()}: ${message.text()}`));
  const exit = Promise.withResolvers<number>();
  owned.use(await page.exposeFunction('codeAutomationExit', exit.resolve));
  const note = (...words: unknown[]): number => log.push(`log: ${JSON.stringify(words)}`);
  owned.use(await page.exposeFunction('codeAutomationLog', note));
  await page.goto(workbenchAddress({ server, folder, testsPath }));
  const code = await Promise.race([exit.promise, sleep(timeoutMs, -1, { ref: false })]);
  const found = await readResults(resultsFile);
  await keepLog(group.name, log, await readFile(server.logFile, 'utf8'));
  const failed = found.some((each) => each.result === 'failed');
  const ran = found.length > 0 || only !== undefined;
  if ((code === 0 && ran) || (code !== -1 && failed)) return found;
  const error =
    code === -1
      ? `the suites did not end within ${String(timeoutMs)} ms`
      : `the extension host ended with code ${String(code)} after ${String(found.length)} tests`;
  const end = log.slice(-20).join('\n');
  return [
    ...found,
    { suite: group.name, name: 'window', result: 'failed', ms: 0, error: `${error}\n${end}` },
  ];
}

/** Makes one CommonJS file that declares all suites of the group and exports `run()`; returns its path. */
export async function bundle(group: Group): Promise<string> {
  const outfile = path.join(root, 'dist-test', 'vscode', `${group.name}.cjs`);
  const imports = group.files.map((file) => `import './${file}';`).join('\n');
  await build({
    stdin: {
      contents: `${imports}
import { runDeclared } from './test/vscode/harness/suite.ts';
export const run = () => runDeclared(process.env.INSTRUCT_TEST_RESULTS, process.env.INSTRUCT_TEST_ONLY);`,
      resolveDir: root,
      sourcefile: `${group.name}.ts`,
      loader: 'ts',
    },
    outfile,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node22',
    external: ['vscode', 'onnxruntime-node', 'playwright-core'],
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  return outfile;
}

/** The results that stand in a results file so far; none where there is no file yet. */
export async function readResults(file: string): Promise<Result[]> {
  if (!existsSync(file)) return [];
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
  return lines.map((line) => resultSchema.parse(JSON.parse(line)));
}

async function keepLog(name: string, log: readonly string[], server: string): Promise<void> {
  await mkdir(results, { recursive: true });
  await writeFile(path.join(results, `host-${name}.log`), [...log, '', server].join('\n'));
}
