import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concat, exp, gradients, input, matMul, reduceSum, reshape, tanh } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { peakBytes } from './peakBytes.ts';

const kilo = 1024; // bytes of [256] float32

test('a chain of elementwise ops lives in one place', () => {
  const x = input('x', [256]);
  assert.equal(peakBytes([reduceSum(tanh(exp(tanh(x))))]), kilo);
});

test('a value that is read later again is kept beside what is computed meanwhile', () => {
  const x = tanh(input('x', [256]));
  // tanh x, its double length, and what stands in its place.
  assert.equal(peakBytes([reduceSum(concat([exp(concat([x, x], 0)), x], 0))]), 6 * kilo);
});

test('a product does not overwrite its operands, a reshape takes nothing, an output is not counted', () => {
  const x = tanh(input('x', [16, 16]));
  assert.equal(peakBytes([exp(matMul(reshape(x, [16, 16]), x))]), 2 * kilo);
  assert.equal(peakBytes([matMul(x, x)]), kilo);
});

test('gradients keep what they read, and checkpoints less of it', () => {
  const x = input('x', [256]);
  const layers: Tensor[] = [x];
  for (let i = 0; i < 16; i++) layers.push(tanh(exp(tanh(layers[i]))));
  const loss = reduceSum(layers[16]);
  const checkpoints = layers.slice(1, 16);
  const plain = peakBytes([loss, ...gradients(loss, [x])]);
  const less = peakBytes([loss, ...gradients(loss, [x], checkpoints)]);
  assert.ok(plain >= 3 * 16 * kilo, `${plain}`); // y of each op
  assert.ok(less <= 24 * kilo, `${less}`); // y of each layer, and one layer's own
});
