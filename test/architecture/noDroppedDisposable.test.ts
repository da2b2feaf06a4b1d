import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { noDroppedDisposable } from '../../scripts/lint/noDroppedDisposable.js';

const fixtures = path.join(import.meta.dirname, 'fixtures');

test('lint reports a dropped disposable, awaited or not, and none that is kept, owned or returned', async () => {
  const eslint = new ESLint({
    cwd: fixtures,
    overrideConfigFile: true,
    overrideConfig: {
      files: ['**/*.ts'],
      languageOptions: {
        parser: tseslint.parser,
        parserOptions: { projectService: true, tsconfigRootDir: fixtures },
      },
      plugins: { instruct: { rules: { 'no-dropped-disposable': noDroppedDisposable } } },
      rules: { 'instruct/no-dropped-disposable': 'error' },
    },
  });
  const [result] = await eslint.lintFiles(['lint/disposables.ts']);
  const lines = (result.source ?? '').split('\n');
  const reported = result.messages.map(({ line }) => (lines.at(line - 1) ?? '').trim());
  assert.deepEqual(reported, ['onDidChange(() => undefined);', 'await open();']);
});
