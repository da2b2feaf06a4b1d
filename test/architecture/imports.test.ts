// The import rules hold for the code, and each of them can fire: a checker that looks at nothing is satisfied with everything.
import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, test } from 'node:test';
import { type ICruiseResult, type IViolation, cruise } from 'dependency-cruiser';
import config from '../../.dependency-cruiser.js';

const root = path.resolve(import.meta.dirname, '..', '..');
const fixtures = path.join(import.meta.dirname, 'fixtures');

/** The modules that break each rule, among the fixtures; of a cycle, the one where it is entered. */
const offenders: Record<string, readonly string[]> = {
  'protocol-is-a-leaf': ['src/protocol/importsData.ts'],
  'data-below-ml': ['src/data/importsMl.ts'],
  'ml-knows-no-runs': ['src/ml/graph/importsTrainer.ts'],
  'world-knows-no-models': ['src/world/importsMl.ts'],
  'trainer-knows-no-editor': ['src/trainer/importsHost.ts'],
  'host-knows-no-models': ['src/host/importsTrainer.ts'],
  'webview-knows-protocol-only': ['webview/panel/importsData.ts'],
  'protocol-uses-zod-only': ['src/protocol/importsPackage.ts'],
  'no-node-in-webviews': ['src/protocol/importsNode.ts', 'webview/panel/importsNode.ts'],
  'vscode-in-host-only': ['src/trainer/importsVscode.ts'],
  'onnxruntime-in-runtime-only': ['src/ml/graph/importsOnnxRuntime.ts'],
  'tests-are-not-imported': ['src/data/importsTest.ts'],
  'no-cycles': ['src/data/cycleA.ts'],
  'no-orphans': ['src/data/orphan.ts'],
  'no-unresolvable': ['src/data/importsNowhere.ts'],
};

async function look(folders: string[], baseDir: string): Promise<ICruiseResult> {
  const { forbidden, options } = config;
  assert.ok(forbidden !== undefined && options !== undefined);
  const { output } = await cruise(folders, {
    ...options,
    ruleSet: { forbidden },
    validate: true,
    baseDir,
    tsConfig: { fileName: path.join(root, 'tsconfig.json') },
  });
  assert.ok(typeof output !== 'string');
  return output;
}

function fired(violations: readonly IViolation[], rule: string): string[] {
  const modules = violations.filter((each) => each.rule.name === rule).map((each) => each.from);
  return [...new Set(modules)].sort();
}

describe('import rules', async () => {
  const bad = await look(['src', 'webview'], fixtures);

  test('every rule has a fixture that breaks it', () => {
    const rules = (config.forbidden ?? []).map((rule) => rule.name);
    assert.deepEqual(rules.toSorted(), Object.keys(offenders).sort());
  });

  for (const [rule, modules] of Object.entries(offenders)) {
    test(`${rule} fires on its fixture, and on no other module`, () => {
      assert.deepEqual(fired(bad.summary.violations, rule), modules);
    });
  }

  test('the modules of this repository are all looked at, and break no rule', async () => {
    const real = await look(['src', 'webview'], root);
    const ours = real.modules.filter(({ source }) => /^(src|webview)\//.test(source));
    assert.ok(ours.length >= 150, `only ${String(ours.length)} modules were looked at`);
    for (const layer of ['protocol', 'data', 'ml', 'world', 'trainer', 'host']) {
      const count = ours.filter(({ source }) => source.startsWith(`src/${layer}/`)).length;
      assert.ok(count >= 5, `only ${String(count)} modules of src/${layer} were looked at`);
    }
    const broken = real.summary.violations.map(
      ({ rule, from, to }) => `${rule.name}: ${from} → ${to}`,
    );
    assert.deepEqual(broken, []);
  });
});
