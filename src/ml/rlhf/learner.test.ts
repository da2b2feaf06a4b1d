import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../data/random.ts';
import { initialise, type LanguageModel } from '../models/index.ts';
import { tinyModel } from '../../../test/fixtures/tinyModel.ts';
import { LanguageModelLearner, type MemorySettings } from './languageModelLoss.ts';
import type { TokenSequence } from './batch.ts';

const settings = {
  adamBeta1: 0.9,
  adamBeta2: 0.95,
  adamEpsilon: 1e-8,
  weightDecay: 0.01,
  maxGradNorm: 1,
};
const plain: MemorySettings = { microBatchSize: 0, gradientCheckpointing: false };

/** Three layers, so that two of them are computed again under checkpointing. */
function model(): LanguageModel {
  const tiny = tinyModel();
  const config = { ...tiny.config, nLayer: 3 };
  return { ...tiny, config, parameters: initialise(config, 'language', new Random(5)) };
}

/** Sequences of several lengths, the same for the same step. */
function batchOf(step: number, rows = 6): TokenSequence[] {
  const random = new Random(`batch ${step}`);
  const { vocabSize } = model().config;
  const tokens = (count: number): number[] =>
    Array.from({ length: count }, () => random.integer(vocabSize));
  return Array.from({ length: rows }, () => ({
    prompt: tokens(1 + random.integer(4)),
    completion: tokens(2 + random.integer(10)),
  }));
}

function learnerWith(memory: MemorySettings): LanguageModelLearner {
  return new LanguageModelLearner(
    model(),
    'completion',
    { ...settings, ...memory },
    { threads: 2 },
  );
}

async function run(learner: LanguageModelLearner, from: number, to: number): Promise<void> {
  for (let step = from; step < to; step++) await learner.step(batchOf(step), 1e-2);
}

test('fifty steps give the same bits again, also with a save and a resume after 25', async () => {
  const whole = learnerWith(plain);
  await run(whole, 0, 50);
  const again = learnerWith(plain);
  await run(again, 0, 25);
  const saved = structuredClone(again.learner.snapshot());
  await run(again, 25, 50);
  const resumed = learnerWith(plain);
  resumed.learner.restore(saved);
  await run(resumed, 25, 50);
  const bits = ({ learner }: LanguageModelLearner): Buffer => {
    const { buffer, byteOffset, byteLength } = learner.parameters.data;
    return Buffer.from(buffer, byteOffset, byteLength);
  };
  assert.ok(!bits(whole).equals(bits(learnerWith(plain))), 'nothing was learnt');
  assert.ok(bits(whole).equals(bits(again)));
  assert.ok(bits(whole).equals(bits(resumed)));
  for (const learner of [whole, again, resumed]) learner.dispose();
});

for (const [name, memory] of [
  ['micro-batches', { ...plain, microBatchSize: 2 }],
  ['micro-batches of unequal size', { ...plain, microBatchSize: 4 }],
  ['gradient checkpointing', { ...plain, gradientCheckpointing: true }],
  ['both', { microBatchSize: 2, gradientCheckpointing: true }],
] as const) {
  test(`a step with ${name} is the step of the whole batch`, async () => {
    const [whole, other] = [learnerWith(plain), learnerWith(memory)];
    for (let step = 0; step < 3; step++) {
      const expected = await whole.step(batchOf(step), 1e-3);
      const actual = await other.step(batchOf(step), 1e-3);
      assert.ok(Math.abs(expected.loss - actual.loss) < 1e-6, `${actual.loss}`);
      assert.ok(Math.abs(expected.gradNorm - actual.gradNorm) < 1e-6, `${actual.gradNorm}`);
      assert.equal(actual.tokens, expected.tokens);
    }
    const { data } = whole.learner.parameters;
    const furthest = other.learner.parameters.data.reduce(
      (most, value, i) => Math.max(most, Math.abs(value - data[i])),
      0,
    );
    // Adam divides by the root of the mean square: where a gradient is all rounding, so is its step.
    assert.ok(furthest < 1e-4, `${furthest}`);
    whole.dispose();
    other.dispose();
  });
}
