import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ParameterBuffer } from '../runtime/index.ts';
import { AdamW, decaysMatrices } from './adamW.ts';
import type { AdamWOptions } from './adamW.ts';

const paper = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0 };

function single(values: readonly number[], name = 'w'): ParameterBuffer {
  return new ParameterBuffer([{ name, shape: [values.length] }], Float32Array.from(values));
}

/** Parameters after each step of the given gradients. */
function trajectory(
  start: readonly number[],
  gradients: readonly (readonly number[])[],
  learningRate: number,
  options: AdamWOptions,
): number[][] {
  const parameters = single(start);
  const adam = new AdamW(parameters, options);
  return gradients.map((gradient) => {
    adam.step({ gradients: Float32Array.from(gradient), learningRate });
    return [...parameters.data];
  });
}

function assertClose(
  actual: readonly number[],
  expected: readonly number[],
  tolerance: number,
): void {
  assert.equal(actual.length, expected.length);
  for (const [i, value] of actual.entries()) {
    assert.ok(
      Math.abs(value - expected[i]) <= tolerance,
      `${String(value)} vs ${String(expected[i])}`,
    );
  }
}

// The numbers of the next three tests were computed with torch 2.13 (PAPER.md section 9).
test('AdamW with weight decay follows torch.optim.AdamW', () => {
  const steps = trajectory([1, -2], Array(3).fill([0.1, -0.3]), 0.01, {
    ...paper,
    weightDecay: 0.1,
  });
  const expected = [
    [0.989000001, -1.9880000003],
    [0.978011002, -1.9760120007],
    [0.967032992, -1.964035989],
  ];
  for (const [i, step] of steps.entries()) assertClose(step, expected[i], 3e-7);
});

test('without weight decay AdamW follows torch.optim.Adam on changing gradients', () => {
  const steps = trajectory([0.5], [[1], [-2], [0.5], [0], [3]], 0.01, paper);
  assertClose(
    steps.flat(),
    [0.4900000001, 0.4936337396, 0.495005971, 0.4961446781, 0.4924606063],
    1e-7,
  );
});

test('epsilon is added after the bias correction, not before it', () => {
  const defaults = { beta1: 0.9, beta2: 0.999, epsilon: 1e-5, weightDecay: 0 };
  const steps = trajectory([0], Array(3).fill([1e-5]), 0.001, defaults);
  assertClose(steps.flat(), [-0.0005, -0.001, -0.0015], 1e-8);
});

test('gradients times a scale give what scaled gradients give', () => {
  const whole = single([1, 2, 3]);
  const scaled = single([1, 2, 3]);
  new AdamW(whole, paper).step({ gradients: Float32Array.of(1, -2, 4), learningRate: 0.1 });
  new AdamW(scaled, paper).step({
    gradients: Float32Array.of(4, -8, 16),
    learningRate: 0.1,
    gradientScale: 0.25,
  });
  assert.deepEqual(scaled.data, whole.data);
});

test('only the parameters chosen decay', () => {
  const parameters = new ParameterBuffer(
    [
      { name: 'wte.weight', shape: [1, 2] },
      { name: 'h.0.mlp.c_fc.weight', shape: [1, 2] },
      { name: 'h.0.mlp.c_fc.bias', shape: [2] },
    ],
    new Float32Array(6).fill(1),
  );
  const adam = new AdamW(parameters, { ...paper, weightDecay: 0.5, decays: decaysMatrices });
  adam.step({ gradients: new Float32Array(6), learningRate: 0.1 });
  assertClose([...parameters.data], [1, 1, 0.95, 0.95, 1, 1], 1e-7);
});

test('a restored state continues bit for bit', () => {
  const gradients = Array.from({ length: 6 }, (_, i) =>
    Float32Array.of(Math.sin(i), Math.cos(3 * i)),
  );
  const straight = single([0.3, -0.7]);
  const adam = new AdamW(straight, paper);
  for (const gradient of gradients) adam.step({ gradients: gradient, learningRate: 0.01 });

  const first = single([0.3, -0.7]);
  const before = new AdamW(first, paper);
  for (const gradient of gradients.slice(0, 3)) {
    before.step({ gradients: gradient, learningRate: 0.01 });
  }
  const resumed = first.clone();
  const after = new AdamW(resumed, paper);
  after.restore(before.snapshot());
  // What is restored is a copy: going on with the first optimiser does not change the second.
  before.step({ gradients: Float32Array.of(9, 9), learningRate: 1 });
  for (const gradient of gradients.slice(3))
    after.step({ gradients: gradient, learningRate: 0.01 });
  assert.deepEqual(resumed.data, straight.data);
  assert.equal(after.steps, 6);
});

test('gradients or states of another size are refused', () => {
  const adam = new AdamW(single([1, 2]), paper);
  assert.throws(() => {
    adam.step({ gradients: new Float32Array(3), learningRate: 0.1 });
  }, /expected 2 gradients, got 3/);
  assert.throws(() => {
    adam.restore({ step: 1, mean: new Float32Array(1), meanSquare: new Float32Array(1) });
  }, /expected 2 elements, got 1 and 1/);
  assert.throws(() => new AdamW(single([1]), { ...paper, beta2: 1 }), /0 <= beta2 < 1/);
});
