import assert from 'node:assert/strict';
import { test } from 'node:test';
import { add, input, matMul, reduceMean, square, sub } from '../graph/index.ts';
import { ParameterBuffer } from './parameterBuffer.ts';
import { TrainingProgram } from './trainingProgram.ts';

test('a step reports loss and metrics and writes the gradients of what is trained only', async () => {
  const weight = input('weight', [1, 1]);
  const bias = input('bias', [1]);
  const error = sub(add(matMul(input('x', [2, 1]), weight), bias), input('y', [2, 1]));
  const program = await TrainingProgram.compile(
    { loss: reduceMean(square(error)), metrics: { bias: reduceMean(error) }, trainable: [weight] },
    { threads: 1 },
  );
  const parameters = new ParameterBuffer(
    [
      { name: 'unused', shape: [2] },
      { name: 'weight', shape: [1, 1] },
      { name: 'bias', shape: [1] },
    ],
    Float32Array.of(9, 9, 2, 1),
  );
  const gradients = parameters.zerosLike();
  gradients.data.fill(-7);
  try {
    // Predictions 2·1+1 = 3 and 2·3+1 = 7 against 2 and 4: errors 1 and 3.
    const feeds = { x: Float32Array.of(1, 3), y: Float32Array.of(2, 4) };
    const report = await program.run({ parameters, gradients, feeds });
    assert.deepEqual(report, { bias: 2, loss: 5 });
    // d loss/d weight = mean(2 · error · x) = (2·1·1 + 2·3·3)/2.
    assert.deepEqual([...gradients.data], [-7, -7, 10, -7]);
    assert.deepEqual([...parameters.data], [9, 9, 2, 1]);
  } finally {
    program.dispose();
  }
});
