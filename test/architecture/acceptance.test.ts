// docs/ACCEPTANCE.md names tests: each must stand in the file it is said to be in.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';

const root = path.resolve(import.meta.dirname, '..', '..');
const read = (file: string): Promise<string> => readFile(path.join(root, file), 'utf8');
const points = (await read('docs/ACCEPTANCE.md'))
  .split('\n')
  .filter((line) => /^\d+\. /.test(line));

test('the page has all 44 points in order, each held, held in part, or not yet', () => {
  assert.deepEqual(
    points.map((line) => Number.parseInt(line, 10)),
    Array.from({ length: 44 }, (_, index) => index + 1),
  );
  for (const line of points) assert.match(line, /^\d+\. \*\*.+\.\*\* (Holds|Partly|Not yet): /);
});

test('every test that the page names is in its file, and whatever holds names one', async () => {
  let named = 0;
  for (const line of points) {
    const tests = [...line.matchAll(/`((?:test|src)\/[\w./]+\.ts)` "([^"]+)"/g)];
    named += tests.length;
    for (const [, file, title] of tests) {
      const text = (await read(file)).replaceAll("\\'", "'");
      const stands = [`'${title}'`, `\`${title}\``].some((quoted) => text.includes(quoted));
      assert.ok(stands, `${file} has no test "${title}"`);
    }
    if (line.includes('** Holds:')) assert.ok(tests.length > 0, line);
  }
  assert.ok(named >= 40, String(named));
});
