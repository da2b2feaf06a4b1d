import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tinyModel } from '../../test/fixtures/tinyModel.ts';
import type { MemoryEstimate } from '../ml/rlhf/index.ts';
import { InstructError } from '../protocol/errors.ts';
import { resolveHyperparameters } from '../protocol/hyperparameters.ts';
import type { EstimatedStage } from '../protocol/trainerCommand.ts';
import { gigabytes, judgeMemory } from './stageMemory.ts';

const config = { ...tinyModel().config, nEmbd: 256, nLayer: 6, nHead: 4, nInner: 1024, nCtx: 256 };
const lengths = { length: 256, completions: 4 };

const judge = (stage: EstimatedStage, changes: object, free: number) => {
  const settings = resolveHyperparameters(stage, { ...changes });
  return judgeMemory({ stage, config, settings, lengths }, free);
};
const estimate = (stage: EstimatedStage, changes: object): MemoryEstimate =>
  judge(stage, changes, Infinity).estimate;

/** The settings that a remedy names. */
function advised(remedy: string, stage: string): Record<string, number | boolean> {
  const found = [...remedy.matchAll(new RegExp(`${stage}\\.(\\w+) to (\\w+)`, 'g'))];
  return Object.fromEntries(
    found.map(([, key, value]) => [key, /\d/.test(value) ? Number(value) : value === 'true']),
  );
}

test('a run that fits is not refused', () => {
  const { total } = estimate('sft', { batchSize: 64 });
  assert.equal(judge('sft', { batchSize: 64 }, total).refusal, null);
});

for (const [stage, given, shares] of [
  ['sft', { batchSize: 64 }, [0.9, 0.7, 0.3, 0.14]],
  ['pretrain', { batchSize: 64 }, [0.9, 0.5]],
  ['rm', { batchSize: 16 }, [0.9, 0.5, 0.15]],
  ['dpo', { batchSize: 16 }, [0.9, 0.5, 0.15]],
  ['ppo', { batchSize: 64, minibatchSize: 64 }, [0.9, 0.5, 0.3]],
  ['expert', { batchSize: 64, minibatchSize: 64 }, [0.9]],
] as const) {
  test(`${stage} that does not fit is refused with settings that do`, () => {
    const { total } = estimate(stage, given);
    for (const share of shares) {
      const free = share * total;
      const { refusal } = judge(stage, given, free);
      assert.ok(refusal instanceof InstructError);
      assert.equal(refusal.code, 'out-of-memory');
      assert.ok(refusal.message.includes(gigabytes(total)));
      const changes = advised(refusal.remedy, stage);
      assert.notDeepEqual(changes, {}, `${share}: ${refusal.remedy}`);
      assert.ok(estimate(stage, { ...given, ...changes }).total <= free, refusal.remedy);
    }
  });
}

test('what is advised first learns the same; where nothing else helps it is an adapter', () => {
  const { total } = estimate('sft', { batchSize: 64 });
  const first = judge('sft', { batchSize: 64 }, 0.9 * total).refusal;
  assert.match(first?.remedy ?? '', /gradientCheckpointing to true: .* learns the same/);
  const least = estimate('sft', { batchSize: 64, microBatchSize: 1, gradientCheckpointing: true });
  const last = judge('sft', { batchSize: 64 }, 0.99 * least.total).refusal;
  assert.match(last?.remedy ?? '', /sft\.loraRank to 8/);
  assert.doesNotMatch(last?.remedy ?? '', /learns the same/);
});

test('where no settings help, it is said that the machine or the model must be another', () => {
  for (const stage of ['sft', 'ppo', 'sample'] as const) {
    assert.match(judge(stage, {}, 1e6).refusal?.remedy ?? '', /smaller model/);
  }
});

test('a merged model takes room of a step’s values, and each setting lowers what it is said to', () => {
  const { total, ...reward } = estimate('rm', { loraRank: 8 });
  const sum = Object.values(reward).reduce((a, b) => a + b);
  assert.ok(total < sum && total >= sum - Math.min(reward.activations, reward.merged));
  const parts = estimate('sft', { batchSize: 64 });
  assert.equal(parts.merged, 0);
  const activations = (changes: object): number =>
    estimate('sft', { batchSize: 64, ...changes }).activations;
  assert.ok(activations({ gradientCheckpointing: true }) < 0.6 * parts.activations);
  assert.ok(activations({ microBatchSize: 16 }) < 0.3 * parts.activations);
});
