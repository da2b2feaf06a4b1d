import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lessons, tinyModel } from '../../../test/fixtures/tinyModel.ts';
import { resolveHyperparameters } from '../../protocol/hyperparameters.ts';
import { DpoLoop, type DpoOptions } from './dpo.ts';
import { encodeCompletion } from './encodeCompletion.ts';
import type { RankedCompletions } from './encodedRankings.ts';
import { LogprobPass } from './passes.ts';

/** The right answer before a wrong one and one without an end, which tie. */
const rankings: RankedCompletions[] = lessons.map(({ prompt, completion }) => ({
  prompt,
  completions: [
    { text: 'No.', ended: true },
    { text: completion, ended: true },
    { text: completion, ended: false },
  ],
  ranking: [[1], [0, 2]],
}));

const options = (settings: Record<string, unknown> = {}): DpoOptions => ({
  model: tinyModel(),
  rankings,
  validation: rankings,
  hyperparameters: resolveHyperparameters('dpo', {
    epochs: 20,
    batchSize: 2,
    learningRate: 0.01,
    weightDecay: 0,
    ...settings,
  }),
  seed: 3,
  execution: { threads: 1 },
});

test('it begins at ln 2, and comes to find the chosen likelier against the reference', async () => {
  const { model: before } = options();
  const loop = new DpoLoop(options());
  const { metrics } = await loop.advance();
  assert.ok(Math.abs(metrics['dpo/loss'] - Math.LN2) < 1e-5);
  let loss = Infinity;
  while (loop.step < loop.totalSteps) loss = (await loop.advance()).metrics['dpo/loss'];
  const { model, summary } = await loop.finish();
  loop.dispose();
  assert.ok(loss < 0.3, String(loss));
  assert.equal(summary['dpo/validation_accuracy'], 1);
  assert.equal(summary['comparisons'], 4 * 2);
  assert.ok(summary['dpo/chosen_shift'] > summary['dpo/rejected_shift']);

  // By the models themselves: the margin of the first lesson's answers has grown.
  const pass = new LogprobPass(model.config, 1, { threads: 1 });
  const sequences = [lessons[0].completion, 'No.'].map((text) =>
    encodeCompletion(model, lessons[0].prompt, text),
  );
  const margin = async ({ parameters }: typeof model): Promise<number> => {
    const [chosen, rejected] = await pass.run(parameters, sequences, 'completion', 2);
    const total = (row: Float32Array) => row.reduce((sum, logprob) => sum + logprob, 0);
    return total(chosen) - total(rejected);
  };
  assert.ok((await margin(model)) > (await margin(before)) + 2);
  pass.dispose();
});

test('a larger β keeps the policy nearer to the reference', async () => {
  const shift = async (beta: number): Promise<number> => {
    const loop = new DpoLoop(options({ beta, epochs: 40 }));
    while (loop.step < loop.totalSteps) await loop.advance();
    const { summary } = await loop.finish();
    loop.dispose();
    return summary['dpo/chosen_shift'] - summary['dpo/rejected_shift'];
  };
  assert.ok((await shift(5)) < (await shift(0.05)) / 2);
});

test('a resumed run ends with the weights of an uninterrupted one, bit for bit', async () => {
  const run = async (loop: DpoLoop): Promise<Float32Array> => {
    while (loop.step < loop.totalSteps) await loop.advance();
    const { model } = await loop.finish();
    loop.dispose();
    return model.parameters.data;
  };
  const whole = await run(new DpoLoop(options({ epochs: 3 })));
  const first = new DpoLoop(options({ epochs: 3 }));
  for (let i = 0; i < 3; i++) await first.advance();
  const second = new DpoLoop(options({ epochs: 3 }));
  second.restore(first.snapshot());
  first.dispose();
  assert.deepEqual(await run(second), whole);
});

test('rankings that are all ties leave nothing to learn from, and say so', () => {
  const ties = rankings.map((ranking) => ({ ...ranking, ranking: [[0, 1, 2]] }));
  assert.throws(() => new DpoLoop({ ...options(), rankings: ties }), { code: 'empty-dataset' });
});
