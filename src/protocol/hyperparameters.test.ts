import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  hyperparameterProblem,
  hyperparameterTable,
  hyperparameters,
  resolveHyperparameters,
  type TunableStage,
} from './hyperparameters.ts';
import { nearest } from './nearest.ts';
import { projectJsonSchema, projectSchema } from './project.ts';

const stages = Object.keys(hyperparameters) as TunableStage[];

test('every default lies in its own range and every row says where it comes from', () => {
  for (const stage of stages) {
    for (const [key, row] of hyperparameterTable(stage)) {
      assert.equal(hyperparameterProblem(stage, key, row.default), null, `${stage}.${key}`);
      assert.ok(row.source !== '' && row.description.endsWith('.'), `${stage}.${key}`);
    }
  }
});

test('a default that is not the paper’s says why, and no other does', () => {
  for (const stage of stages) {
    for (const [key, row] of hyperparameterTable(stage)) {
      const differs = row.paper !== null && row.paper !== row.default;
      assert.equal(row.scaling !== undefined, differs, `${stage}.${key}`);
    }
  }
});

test('the numbers of the paper stand where the paper gives them', () => {
  const paper = (stage: TunableStage, key: string): unknown =>
    hyperparameterTable(stage).get(key)?.paper;
  assert.deepEqual(
    ['epochs', 'batchSize', 'learningRate'].map((key) => paper('sft', key)),
    [16, 32, 9.65e-6],
  );
  assert.deepEqual(
    ['epochs', 'batchSize', 'learningRate'].map((key) => paper('rm', key)),
    [1, 64, 9e-6],
  );
  assert.deepEqual(
    ['batchSize', 'minibatchSize', 'innerEpochs', 'klCoef', 'clipRange', 'warmupIterations'].map(
      (key) => paper('ppo', key),
    ),
    [512, 64, 1, 0.02, 0.2, 10],
  );
});

test('an unknown key is refused with the nearest known one', () => {
  assert.throws(() => resolveHyperparameters('sft', { learnRate: 1e-4 }), {
    code: 'bad-hyperparameter',
    message: 'unknown hyper-parameter "learnRate" of sft: did you mean "learningRate"?',
  });
  assert.equal(nearest('kl_coef', ['lam', 'klCoef', 'gamma']), 'klCoef');
});

test('a value out of range, of the wrong kind or not whole is refused with what was expected', () => {
  const cases: readonly [TunableStage, string, unknown, RegExp][] = [
    ['ppo', 'klCoef', -1, /^klCoef: expected a number from 0 to 100, got -1$/],
    ['sft', 'epochs', 1.5, /^epochs: expected a whole number from 1 to 1000, got 1.5$/],
    ['sft', 'epochs', Number.NaN, /expected a whole number/],
    ['sft', 'completionOnlyLoss', 'yes', /expected true or false, got "yes"/],
    ['sample', 'split', 'dev', /expected one of train, valid, test.*, got "dev"/],
  ];
  for (const [stage, key, value, message] of cases) {
    assert.match(hyperparameterProblem(stage, key, value) ?? '', message);
  }
});

test('later settings win over earlier ones, and both over the defaults', () => {
  const resolved = resolveHyperparameters('rm', { epochs: 2, batchSize: 8 }, { epochs: 3 });
  assert.deepEqual([resolved.epochs, resolved.batchSize, resolved.maxGradNorm], [3, 8, 1]);
});

test('the schema for editors knows every hyper-parameter with its range', () => {
  const text = JSON.stringify(projectJsonSchema());
  for (const stage of stages) {
    for (const key of hyperparameterTable(stage).keys()) assert.ok(text.includes(`"${key}"`), key);
  }
  assert.match(text, /"klCoef":\{"type":"number","minimum":0,"maximum":100,"default":/);
});

test('a project file names its bad keys by their path', () => {
  const result = projectSchema.safeParse({
    format: 1,
    name: 'Animals',
    models: { base: 'models/base' },
    hyperparameters: { ppo: { klCoeff: 0.1, lam: 2 } },
  });
  assert.deepEqual(
    result.error?.issues.map(({ path, message }) => [path.join('.'), message]),
    [
      [
        'hyperparameters.ppo.klCoeff',
        'unknown hyper-parameter "klCoeff" of ppo: did you mean "klCoef"?',
      ],
      ['hyperparameters.ppo.lam', 'expected a number from 0 to 1, got 2'],
    ],
  );
});
