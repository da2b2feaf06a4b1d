import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lessons, tinyModel } from '../../../test/fixtures/tinyModel.ts';
import { resolveHyperparameters } from '../../protocol/hyperparameters.ts';
import { CrossValidatedLoop } from './crossValidation.ts';
import type { RankedCompletions } from './encodedRankings.ts';
import type { RewardModelOptions } from './rewardModel.ts';

/** Two labelers like the right answer, and a third one the wrong one. */
const rankings: RankedCompletions[] = ['ann', 'bob', 'contrary'].flatMap((labeler) =>
  lessons.map(({ prompt, completion }) => ({
    prompt,
    completions: [
      { text: completion, ended: true },
      { text: 'No.', ended: true },
    ],
    ranking: labeler === 'contrary' ? [[1], [0]] : [[0], [1]],
    labeler,
  })),
);

const options = (epochs: number): RewardModelOptions => ({
  model: tinyModel(),
  rankings,
  validation: rankings,
  demonstrations: lessons,
  hyperparameters: resolveHyperparameters('rm', {
    folds: 3,
    epochs,
    batchSize: 4,
    learningRate: 0.02,
    weightDecay: 0,
  }),
  seed: 2,
  execution: { threads: 1 },
});

test('a labeler whose taste is the others’ reverse is found by leaving him out', async () => {
  const loop = new CrossValidatedLoop(options(20));
  while (loop.step < loop.totalSteps) await loop.advance();
  const { report, summary } = await loop.finish();
  loop.dispose();
  const folds = report.crossValidation?.folds ?? [];
  assert.deepEqual(
    folds.map(({ heldOutLabelers, rankings }) => [heldOutLabelers, rankings]),
    [
      [['ann'], 8],
      [['bob'], 8],
      [['contrary'], 8],
    ],
  );
  assert.equal(folds[2].inGroup?.accuracy, 1);
  assert.equal(folds[2].heldOut?.accuracy, 0);
  assert.equal(report.trained.rankings, 12);
  const [one, two] = folds.map(({ heldOut }) => heldOut?.accuracy ?? NaN);
  assert.equal(summary['rm/held_out_accuracy'], (one + two + 0) / 3);
});

test('a cross-validation resumed in any fold ends as an uninterrupted one, bit for bit', async () => {
  const finished = async (loop: CrossValidatedLoop) => {
    while (loop.step < loop.totalSteps) await loop.advance();
    const { model, report } = await loop.finish();
    loop.dispose();
    return { weights: model.parameters.data, report };
  };
  // Two steps a fold, three for the reward model itself.
  const whole = await finished(new CrossValidatedLoop(options(1)));
  for (const steps of [1, 2, 5, 8]) {
    const first = new CrossValidatedLoop(options(1));
    for (let i = 0; i < steps; i++) await first.advance();
    const state = first.snapshot();
    first.dispose();
    const second = new CrossValidatedLoop(options(1));
    second.restore(state);
    assert.equal(second.step, steps);
    assert.deepEqual(await finished(second), whole, `after ${steps}`);
  }
});

test('too few labelers for the folds is said with their number', () => {
  const few = rankings.filter(({ labeler }) => labeler === 'ann');
  assert.throws(() => new CrossValidatedLoop({ ...options(1), rankings: few }), {
    code: 'empty-dataset',
    message: /3 folds needs rankings of 3 labelers .* there are 1/,
  });
});
