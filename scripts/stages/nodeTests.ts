// Tests of node:test, each file in its own process, on this Node.
import { createWriteStream } from 'node:fs';
import { glob, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import { run } from 'node:test';
import { type Outcome, results, root, say, sayFailure } from './stage.ts';

/** Which files, and how. */
export interface NodeTests {
  /** Name of the log file under test-results/. */
  readonly log: string;
  readonly patterns: readonly string[];
  /** Files at a time. */
  readonly concurrency: number;
  /** Only files whose path from the root contains it. */
  readonly filter?: string | undefined;
  readonly timeoutMs: number;
}

/** Runs the test files and prints one line for each, with what failed. */
export async function nodeTests(settings: NodeTests): Promise<Outcome> {
  const files: string[] = [];
  for await (const file of glob([...settings.patterns], { cwd: root })) {
    const name = file.split(path.sep).join('/');
    if (name.includes(settings.filter ?? '')) files.push(path.join(root, file));
  }
  if (files.length === 0) return { passed: 0, failed: 0, skipped: 0 };
  await mkdir(results, { recursive: true });
  const log = createWriteStream(path.join(results, `${settings.log}.log`));
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const failures: { readonly file: string | undefined; readonly lines: string }[] = [];
  const tests = run({
    files: files.sort(),
    concurrency: settings.concurrency,
    cwd: root,
    timeout: settings.timeoutMs,
  });
  tests.on('test:pass', ({ name, details, skip, todo }) => {
    if (details.type === 'suite') return;
    counts[skip === undefined && todo === undefined ? 'passed' : 'skipped'] += 1;
    log.write(`passed: ${name} (${details.duration_ms.toFixed(0)} ms)\n`);
  });
  tests.on('test:fail', ({ name, details, file }) => {
    if (details.type === 'suite' && details.error.message.includes('subtest')) return;
    counts.failed += 1;
    const text = explain(details.error.cause);
    log.write(`FAILED: ${name}\n${text}\n`);
    failures.push({ file, lines: `${name}\n${text}` });
  });
  tests.on('test:stdout', ({ message }) => log.write(message));
  tests.on('test:stderr', ({ message }) => log.write(message));
  tests.on('test:summary', ({ file, counts: ofFile, duration_ms: ms, success }) => {
    if (file === undefined) return;
    const name = path.relative(root, file).split(path.sep).join('/');
    say(`  ${success ? '✓' : '✗'} ${name}: ${String(ofFile.tests)} (${(ms / 1000).toFixed(1)} s)`);
  });
  await finished(tests.resume());
  for (const failure of failures) {
    say(`  ✗ ${failure.file === undefined ? '' : path.relative(root, failure.file)}`);
    sayFailure(failure.lines);
  }
  log.end();
  await finished(log);
  return counts;
}

/** An error with the errors that caused it; a property's failure has the assertion that failed as its cause. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\ncaused by: ${explain(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
