// Writing suites for the real extension host: `suite`, `test`, `after`, `eventually`, and node:assert.
//
//   import assert from 'node:assert/strict';
//   import * as vscode from 'vscode';
//   import { suite, test } from './harness/suite.ts';
//
//   suite('Labeling queue', () => {
//     test('shows the next prompt', async () => { assert.equal(…); });
//   });
//
// Files: test/vscode/<name>.suite.ts runs in a fresh copy of the sample project, <name>.empty.suite.ts in an empty folder. All suites of
// a kind share one window, one after the other: leave it as you found it (close editors, reset settings).
import { appendFileSync } from 'node:fs';

type Body = () => void | Promise<void>;

interface Test {
  readonly suite: string;
  readonly name: string;
  readonly body: Body;
  readonly timeoutMs: number;
  readonly hooks: Hooks;
  readonly skip: string | undefined;
}

interface Hooks {
  readonly after: Body[];
}

/** One line of the results file, as the runner reads it. */
export interface Result {
  readonly suite: string;
  readonly name: string;
  readonly result: 'passed' | 'failed' | 'skipped';
  readonly ms: number;
  readonly error?: string;
}

const tests: Test[] = [];
const open: { name: string; hooks: Hooks }[] = [];

/** Groups tests under a name; its hooks apply to the tests declared in `declare`, and to no others. Suites do not nest. */
export function suite(name: string, declare: () => void): void {
  if (open.length > 0) throw new Error(`suite: "${name}" stands inside another suite`);
  open.push({ name, hooks: { after: [] } });
  declare();
  open.pop();
}

/** Declares a test of the surrounding suite. It fails when the body throws, rejects, or takes longer than `timeoutMs` (60 s). */
export function test(
  name: string,
  body: Body,
  options: { readonly timeoutMs?: number; readonly skip?: string } = {},
): void {
  const { name: suiteName, hooks } = current(`test "${name}"`);
  const timeoutMs = options.timeoutMs ?? 60_000;
  tests.push({ suite: suiteName, name, body, timeoutMs, hooks, skip: options.skip });
}

/** Runs once after the last test of the suite. */
export function after(hook: Body): void {
  current('after').hooks.after.push(hook);
}

/**
 * Repeats `probe` until it returns something other than undefined, null or false, and returns that.
 * @throws Error naming `what` after `timeoutMs`
 */
export async function eventually<T>(
  what: string,
  probe: () => T | Promise<T>,
  timeoutMs = 45_000,
): Promise<Exclude<T, undefined | null | false>> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const value = await probe();
    if (isThere(value)) return value;
    if (Date.now() > deadline) throw new Error(`waited ${String(timeoutMs)} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function isThere<T>(value: T): value is Exclude<T, undefined | null | false> {
  return value !== undefined && value !== null && value !== false;
}

function current(what: string): { name: string; hooks: Hooks } {
  const last = open.at(-1);
  if (last === undefined) throw new Error(`${what} stands outside of a suite`);
  return last;
}

/**
 * Runs every declared test in order and appends each result to the file as it comes. The entry of a bundle calls it.
 * @param only - runs only tests whose "suite name" contains it
 * @throws Error when a test failed: the extension host then exits with a failure
 * @public
 */
export async function runDeclared(resultsFile: string, only: string | undefined): Promise<void> {
  const chosen = tests.filter((each) => `${each.suite} ${each.name}`.includes(only ?? ''));
  let failed = 0;
  for (const [index, each] of chosen.entries()) {
    const last = chosen.at(index + 1)?.hooks !== each.hooks;
    const result = await runOne(each, last);
    if (result.result === 'failed') failed += 1;
    appendFileSync(resultsFile, `${JSON.stringify(result)}\n`);
  }
  if (failed > 0) throw new Error(`${String(failed)} failed`);
}

async function runOne(each: Test, last: boolean): Promise<Result> {
  const { suite: suiteName, name, hooks, skip } = each;
  if (skip !== undefined) return { suite: suiteName, name, result: 'skipped', ms: 0, error: skip };
  const started = performance.now();
  const ms = (): number => Math.round(performance.now() - started);
  const errors: unknown[] = [];
  const attempt = async (bodies: readonly Body[]): Promise<void> => {
    for (const body of bodies) {
      try {
        await within(each.timeoutMs, body);
      } catch (error) {
        errors.push(error);
      }
    }
  };
  await attempt([each.body]);
  if (last) await attempt(hooks.after);
  if (errors.length === 0) return { suite: suiteName, name, result: 'passed', ms: ms() };
  return { suite: suiteName, name, result: 'failed', ms: ms(), error: errors.map(text).join('\n') };
}

async function within(timeoutMs: number, body: Body): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`took longer than ${String(timeoutMs)} ms`));
    }, timeoutMs);
  });
  try {
    await Promise.race([body(), late]);
  } finally {
    clearTimeout(timer);
  }
}

function text(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
