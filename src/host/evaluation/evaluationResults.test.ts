import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EvaluationReport, EvaluationSlice } from '../../protocol/evaluationReport.ts';
import { roleNames } from './roleNames.ts';
import { sliceResults } from './evaluationResults.ts';

function slice(name: EvaluationSlice['name'], ci95: [number, number]): EvaluationSlice {
  const numbers = { score: 1, scoreError: 0.1, likert: 4, flags: {}, characters: 9 };
  const winRate = (ci95[0] + ci95[1]) / 2;
  const preferred = { winRate, ci95, comparisons: 100, ties: 0 };
  return {
    name,
    prompts: 100,
    models: {
      base: { ...numbers, against: {} },
      sft: { ...numbers, against: {} },
      ppo: { ...numbers, against: { sft: preferred } },
    },
  };
}

function report(slices: EvaluationSlice[], right: number): EvaluationReport {
  const tax = (facts: number) => ({
    pretrainLoss: 1,
    tasks: { facts },
    accuracy: facts,
    questions: 100,
  });
  return {
    format: 1,
    run: 'eval-1',
    created: '2026-11-21T10:00:00Z',
    seed: 0,
    versions: {},
    command: '',
    hyperparameters: {},
    inputs: [],
    models: ['base', 'sft', 'ppo'].map((name) => ({ name, path: name, sha256: null })),
    scoredBy: 'gold',
    baselines: ['sft', 'base'],
    slices,
    tax: { base: tax(0.9), ppo: tax(right) },
    bestOf: null,
    rewardModel: null,
    agreement: null,
    judges: [],
    answers: [],
  };
}

test('a slice fails only where its model is preferred less often than chance', () => {
  const found = sliceResults(
    report(
      [slice('all', [0.52, 0.6]), slice('chat', [0.3, 0.6]), slice('rewrite', [0.2, 0.4])],
      0.9,
    ),
  ).filter(({ suite }) => suite === 'winRate');
  assert.deepEqual(
    found.map(({ label, passed }) => [label, passed]),
    [
      ['All prompts', true],
      ['Chat', true],
      ['Rewrite', false],
    ],
  );
  assert.equal(found[2].said, 'PPO preferred to SFT on 30.0 % (20.0 to 40.0 %) of 100 prompts.');
  assert.notEqual(found[2].expected, found[2].actual);
});

test('a public task fails where right choices have become fewer than chance explains', () => {
  const passed = (right: number): boolean | null | undefined =>
    sliceResults(report([slice('all', [0.5, 0.6])], right)).find(({ suite }) => suite === 'tax')
      ?.passed;
  // √(0.9·0.1/100 + 0.82·0.18/100)·1.96 = 0.095: 0.82 is within, 0.75 is not.
  assert.equal(passed(0.82), true);
  assert.equal(passed(0.75), false);
});

test('models of one stage have different names in an evaluation', () => {
  const names = roleNames([
    { made: 'ppo', ref: 'runs/b/model' },
    { made: 'ppo', ref: 'runs/a/model' },
    { made: 'base', ref: 'models/my model' },
    { made: 'base', ref: 'models/base' },
  ]);
  assert.deepEqual(
    names.map(([name]) => name),
    ['ppo', 'ppo-2', 'my-model', 'base-2'],
  );
});
