// Lint: type-aware rules for all TypeScript, documentation for every export, and one rule of our own.
import js from '@eslint/js';
import jsdoc from 'eslint-plugin-jsdoc';
import tseslint from 'typescript-eslint';
import { noDroppedDisposable } from './scripts/lint/noDroppedDisposable.js';
import { noUntranslated } from './scripts/lint/noUntranslated.js';

const tests = ['**/*.test.ts', 'test/**/*.ts'];

export default tseslint.config(
  {
    ignores: [
      'dist*/',
      'node_modules/',
      'media/',
      'sample-project/',
      'test-results/',
      '.vscode-test/',
      '.cache/',
      'test/architecture/fixtures/',
    ],
  },
  {
    files: ['**/*.ts', '**/*.js', '**/*.mjs'],
    extends: [js.configs.recommended, ...tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    plugins: {
      jsdoc,
      instruct: {
        rules: { 'no-dropped-disposable': noDroppedDisposable, 'no-untranslated': noUntranslated },
      },
    },
    rules: {
      'instruct/no-dropped-disposable': 'error',
      eqeqeq: 'error',
      'no-empty': ['error', { allowEmptyCatch: false }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // Numeric code counts down in the head of a loop and shortens arrow functions that call for effect.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // `while (true)` reads better than a flag in parsers and event loops.
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
    },
  },
  {
    files: ['src/**/*.ts', 'webview/**/*.ts', 'test/**/*.ts', 'bench/**/*.ts', 'scripts/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: {
      'jsdoc/require-jsdoc': [
        'error',
        {
          publicOnly: true,
          enableFixer: false,
          require: {
            FunctionDeclaration: true,
            ClassDeclaration: true,
            ArrowFunctionExpression: true,
            FunctionExpression: false,
            MethodDefinition: false,
          },
          contexts: [
            'TSInterfaceDeclaration',
            'TSTypeAliasDeclaration',
            'ExportNamedDeclaration > VariableDeclaration',
          ],
        },
      ],
      'jsdoc/no-types': 'error',
      'jsdoc/check-param-names': ['error', { disableMissingParamChecks: true }],
      'jsdoc/no-blank-blocks': 'error',
    },
  },
  {
    // What a person reads in the editor: the host's and the webviews' sentences.
    files: ['src/extension.ts', 'src/host/**/*.ts', 'webview/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: { 'instruct/no-untranslated': 'error' },
  },
  {
    files: tests,
    rules: {
      // node:test's `test` and `describe` return promises that the runner itself awaits.
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            { from: 'package', name: ['test', 'it', 'describe', 'suite'], package: 'node:test' },
          ],
        },
      ],
    },
  },
  {
    // Plain JavaScript (this file, the bootstrap): its types come from inference, so the strict type rules only add noise.
    files: ['**/*.js', '**/*.mjs'],
    extends: [tseslint.configs.disableTypeChecked],
    rules: { 'instruct/no-dropped-disposable': 'off' },
    languageOptions: { globals: { console: 'readonly', process: 'readonly' } },
  },
);
