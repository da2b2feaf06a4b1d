import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lessons, tinyModel } from '../../../test/fixtures/tinyModel.ts';
import { resolveHyperparameters } from '../../protocol/hyperparameters.ts';
import { encodeCompletion } from './encodeCompletion.ts';
import { ScalarPass } from './passes.ts';
import type { RankedCompletions } from './encodedRankings.ts';
import { RewardModelLoop, type RewardModelOptions } from './rewardModel.ts';

/** A whole answer before one that was cut off, and that before no answer. */
const rankings: RankedCompletions[] = lessons.map(({ prompt, completion }) => ({
  prompt,
  completions: [
    { text: 'No.', ended: false },
    { text: completion, ended: true },
    { text: completion, ended: false },
    { text: 'No.', ended: false },
  ],
  ranking: [[1], [2], [0, 3]],
}));

const options = (settings: Record<string, unknown> = {}): RewardModelOptions => ({
  model: tinyModel(),
  rankings,
  validation: rankings,
  demonstrations: lessons,
  hyperparameters: resolveHyperparameters('rm', {
    epochs: 30,
    batchSize: 2,
    learningRate: 0.02,
    weightDecay: 0,
    ...settings,
  }),
  seed: 3,
  execution: { threads: 1 },
});

test('it learns the labelers’ order, and demonstrations score 0 on average', async () => {
  const loop = new RewardModelLoop(options());
  let loss = Infinity;
  while (loop.step < loop.totalSteps) loss = (await loop.advance()).metrics['rm/loss'];
  const { model, summary } = await loop.finish();
  assert.ok(loss < 0.1, String(loss));
  assert.equal(summary['rm/validation_accuracy'], 1);
  assert.equal(summary['comparisons'], 4 * 5);

  const pass = new ScalarPass(model.config, { threads: 1 });
  const sequences = lessons.map((lesson) =>
    encodeCompletion(model, lesson.prompt, lesson.completion),
  );
  const rewards = await pass.run(model.parameters, sequences, 'last', 4);
  const scores = rewards.map((row) => row[0] + model.rewardBias);
  assert.ok(Math.abs(scores.reduce((sum, score) => sum + score, 0) / 4) < 1e-5);

  // The batch a sequence stands in, and the padding behind it, change nothing.
  const alone = await pass.run(model.parameters, sequences.slice(1, 2), 'last', 1);
  assert.ok(Math.abs(alone[0][0] - rewards[1][0]) < 1e-5);
  pass.dispose();
  loop.dispose();
});

test('a resumed run ends with the weights of an uninterrupted one, bit for bit', async () => {
  const run = async (loop: RewardModelLoop): Promise<Float32Array> => {
    while (loop.step < loop.totalSteps) await loop.advance();
    const { model } = await loop.finish();
    loop.dispose();
    return model.parameters.data;
  };
  const whole = await run(new RewardModelLoop(options({ epochs: 3 })));
  const first = new RewardModelLoop(options({ epochs: 3 }));
  for (let i = 0; i < 3; i++) await first.advance();
  const second = new RewardModelLoop(options({ epochs: 3 }));
  second.restore(first.snapshot());
  first.dispose();
  assert.deepEqual(await run(second), whole);
});

test('rankings that are all ties leave nothing to learn from, and say so', () => {
  const ties = rankings.map((ranking) => ({ ...ranking, ranking: [[0, 1, 2, 3]] }));
  assert.throws(() => new RewardModelLoop({ ...options(), rankings: ties }), {
    code: 'empty-dataset',
    remedy: /not all as ties/,
  });
});
