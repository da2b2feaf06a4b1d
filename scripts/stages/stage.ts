// What the stages of `npm test` share: an outcome, and a way to run a program of node_modules on this very Node.
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { finished } from 'node:stream/promises';

/** The repository's root folder. */
export const root = path.resolve(import.meta.dirname, '..', '..');
/** Where logs and screenshots of a test run go. */
export const results = path.join(root, 'test-results');

/** How many tests a stage ran, by result. A stage that could not run counts as one failure. */
export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** What a program did: its exit code (null when a signal ended it) and all of its output, in order of arrival. */
export interface Finished {
  readonly code: number | null;
  readonly output: string;
}

/** How to run a program beyond its arguments. */
export interface RunOptions {
  /** Name of the log file under test-results/. */
  readonly log: string;
  /** Variables added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Runs a JavaScript or TypeScript file on this Node, keeps its output in a log file and returns it.
 * @param file - path from the root, such as `node_modules/eslint/bin/eslint.js`
 */
export async function runNode(
  file: string,
  args: readonly string[],
  options: RunOptions,
): Promise<Finished> {
  await mkdir(results, { recursive: true });
  const log = createWriteStream(path.join(results, `${options.log}.log`));
  const child = spawn(process.execPath, [path.join(root, file), ...args], {
    cwd: root,
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      chunks.push(chunk);
      log.write(chunk);
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  log.end();
  await finished(log);
  return { code, output: chunks.join('') };
}

/** Prints one line of progress of a test run. */
export function say(line: string): void {
  console.log(line);
}

/** Prints the lines of a failed program that help, indented and at most `limit` of them; the log file has them all. */
export function sayFailure(output: string, limit = 40): void {
  const lines = output.trimEnd().split('\n');
  for (const line of lines.slice(0, limit)) say(`      ${line}`);
  if (lines.length > limit) say(`      … ${String(lines.length - limit)} more lines in the log`);
}
