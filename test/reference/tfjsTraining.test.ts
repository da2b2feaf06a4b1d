import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadLanguageModel } from '../../src/ml/models/index.ts';
import { SftLoop } from '../../src/ml/rlhf/index.ts';
import type { ExecutionOptions } from '../../src/ml/runtime/index.ts';
import { resolveHyperparameters } from '../../src/protocol/hyperparameters.ts';
import { lessons } from '../fixtures/tinyModel.ts';

const model = await loadLanguageModel(join(import.meta.dirname, '../../media/base-model'));

/** The loss of each step. */
async function train(execution: ExecutionOptions): Promise<number[]> {
  const loop = new SftLoop({
    model: { ...model, parameters: model.parameters.clone() },
    demonstrations: lessons,
    validation: [],
    hyperparameters: resolveHyperparameters('sft', { epochs: 10, batchSize: 2 }),
    seed: 0,
    execution,
  });
  const losses: number[] = [];
  while (loop.step < loop.totalSteps) losses.push((await loop.advance()).metrics['sft/loss']);
  loop.dispose();
  return losses;
}

test('the embedded model trains to the same loss by tfjs as by ONNX Runtime', async () => {
  const [onnx, tfjs] = [await train({ threads: 1 }), await train({ backend: 'tfjs' })];
  assert.equal(onnx.length, 20);
  assert.ok(onnx[19] < onnx[0] / 2, 'it learns');
  for (const [step, loss] of onnx.entries()) {
    assert.ok(Math.abs(tfjs[step] - loss) <= 1e-4, `step ${step}: ${tfjs[step]} and ${loss}`);
  }
});
