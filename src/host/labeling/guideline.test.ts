import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { InstructError } from '../../protocol/errors.ts';
import { parseGuideline, readGuideline } from './guideline.ts';

test('the version is the declared one and a digest that any sha256sum gives', () => {
  const text = '---\nversion: 3\n---\n# Be helpful\n';
  // printf -- '---\nversion: 3\n---\n# Be helpful\n' | sha256sum
  assert.deepEqual(parseGuideline(text), { version: '3+8f443e5b', markdown: '# Be helpful\n' });
});

test('an edit changes the version even where the declared one was forgotten', () => {
  const before = parseGuideline('---\nversion: "3"\n---\nRank truthful answers higher.\n');
  const after = parseGuideline('---\nversion: "3"\n---\nRank truthful answers lower.\n');
  assert.notEqual(before.version, after.version);
  assert.equal(parseGuideline('No front matter.').markdown, 'No front matter.');
});

test('line endings, which git may change, do not', () => {
  assert.equal(parseGuideline('a\r\nb\r\n').version, parseGuideline('a\nb\n').version);
});

test('a missing guideline is none, and one outside the project is refused', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'guideline-'));
  t.after(() => rm(folder, { recursive: true }));
  assert.equal(await readGuideline(folder, 'guidelines.md'), undefined);
  await writeFile(path.join(folder, 'guidelines.md'), 'Be kind.');
  assert.equal((await readGuideline(folder, 'guidelines.md'))?.markdown, 'Be kind.');
  await assert.rejects(readGuideline(folder, '../../etc/passwd'), InstructError);
});
