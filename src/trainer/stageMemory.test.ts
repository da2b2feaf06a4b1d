import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tinyModel } from '../../test/fixtures/tinyModel.ts';
import { InstructError } from '../protocol/errors.ts';
import { resolveHyperparameters } from '../protocol/hyperparameters.ts';
import { gigabytes, refuseTooLarge, stageMemory } from './stageMemory.ts';

const config = { ...tinyModel().config, nEmbd: 256, nLayer: 6, nHead: 4, nInner: 1024, nCtx: 256 };
const settings = resolveHyperparameters('sft', { batchSize: 64 });
const estimate = (changes: object): ReturnType<typeof stageMemory.sft> =>
  stageMemory.sft(config, { ...settings, ...changes }, 256);

/** What is thrown where there are so many bytes. */
function refusal(free: number): InstructError | null {
  try {
    refuseTooLarge('sft', estimate, settings, free);
  } catch (error) {
    assert.ok(error instanceof InstructError);
    return error;
  }
  return null;
}

test('a run that fits is not refused', () => {
  assert.equal(refusal(estimate({}).total), null);
});

test('a run that does not fit is refused with settings that do', () => {
  const { total } = estimate({});
  for (const free of [0.9 * total, 0.7 * total, 0.5 * total]) {
    const error = refusal(free);
    assert.equal(error?.code, 'out-of-memory');
    assert.ok(error.message.includes(gigabytes(total)));
    const found = /microBatchSize to (\d+) and sft\.gradientCheckpointing to (true|false)/.exec(
      error.remedy,
    );
    assert.ok(found !== null, error.remedy);
    const advised = {
      microBatchSize: Number(found[1]),
      gradientCheckpointing: found[2] === 'true',
    };
    assert.ok(estimate(advised).total <= free, error.remedy);
  }
});

test('where no settings help, it is said that the machine or the model must be another', () => {
  assert.match(refusal(1e6)?.remedy ?? '', /smaller model/);
});

test('a checkpoint’s copies take the room of a step’s values, and each setting lowers what it is said to', () => {
  const { total, ...parts } = estimate({});
  const sum = Object.values(parts).reduce((a, b) => a + b);
  assert.ok(Math.abs(sum - Math.min(parts.activations, parts.checkpoint) - total) < 1);
  assert.ok(estimate({ gradientCheckpointing: true }).activations < 0.6 * parts.activations);
  assert.ok(estimate({ microBatchSize: 16 }).activations < 0.3 * parts.activations);
});
