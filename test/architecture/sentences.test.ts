// What a person reads in the editor can be translated: nothing bypasses the look-up, and the bundle has every sentence.
import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import * as z from 'zod';
import { noUntranslated } from '../../scripts/lint/noUntranslated.js';
import { allSentences, pseudoLanguage } from '../../scripts/sentences.ts';

const root = path.resolve(import.meta.dirname, '..', '..');
const fixtures = path.join(import.meta.dirname, 'fixtures');
const bundle = path.join(root, 'l10n', 'bundle.l10n.json');

function lint(cwd: string, rule: 'error' | 'off' = 'error'): ESLint {
  return new ESLint({
    cwd,
    overrideConfigFile: true,
    overrideConfig: {
      files: ['**/*.ts'],
      ignores: ['**/*.test.ts'],
      languageOptions: { parser: tseslint.parser },
      linterOptions: { reportUnusedDisableDirectives: 'off' },
      plugins: { instruct: { rules: { 'no-untranslated': noUntranslated } } },
      rules: { 'instruct/no-untranslated': rule },
    },
  });
}

test('lint reports each text for people that bypasses the look-up, and no other', async () => {
  const [result] = await lint(fixtures).lintFiles(['lint/sentences.ts']);
  const lines = (result.source ?? '').split('\n');
  const marked = lines.flatMap((line, at) => (line.includes('// bypasses') ? [at + 1] : []));
  assert.ok(marked.length >= 15, `only ${String(marked.length)} planted cases`);
  const reported = [...new Set(result.messages.map(({ line }) => line))];
  assert.deepEqual(reported, marked);
});

test('l10n/bundle.l10n.json has every sentence of the host and the webviews, and no other', async () => {
  const text = `${JSON.stringify(await allSentences(), null, 2)}\n`;
  if (process.env['UPDATE_GOLDEN'] === '1') {
    await mkdir(path.dirname(bundle), { recursive: true });
    await writeFile(bundle, text);
  }
  assert.equal(
    await readFile(bundle, 'utf8'),
    text,
    'run `UPDATE_GOLDEN=1 node --test test/architecture/sentences.test.ts` and commit the file',
  );
});

test('every sentence of the bundle has another one in the pseudo-language, with the same values in it', async () => {
  const sentences = z
    .record(z.string(), z.string())
    .parse(JSON.parse(await readFile(bundle, 'utf8')));
  const holes = (sentence: string): string[] => (sentence.match(/\{\w+\}/g) ?? []).sort();
  assert.ok(Object.keys(sentences).length > 700);
  for (const [key, translated] of Object.entries(pseudoLanguage(sentences))) {
    assert.ok(typeof translated === 'string' && translated !== key, key);
    assert.deepEqual(holes(translated), holes(key));
    assert.doesNotMatch(key, /\\|\n|^\s|\s$/, 'the key is not the text that is looked up');
  }
});
