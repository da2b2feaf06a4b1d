import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ParameterBuffer } from '../runtime/index.ts';
import { ExponentialMovingAverage } from './ema.ts';

const buffer = (...numbers: number[]): ParameterBuffer =>
  new ParameterBuffer([{ name: 'w', shape: [numbers.length] }], Float32Array.from(numbers));

test('parameters that do not change are a fixed point', () => {
  const ema = new ExponentialMovingAverage(buffer(1, -2), 0.992);
  for (let i = 0; i < 100; i++) ema.update(buffer(1, -2));
  assert.deepEqual([...ema.parameters.data], [1, -2]);
});

test('after 500 updates at 0.992 the start weighs 0.018023, and half of it is gone after 86.3', () => {
  const ema = new ExponentialMovingAverage(buffer(1), 0.992);
  const share: number[] = [];
  for (let i = 0; i < 500; i++) {
    ema.update(buffer(0));
    share.push(ema.parameters.data[0]);
  }
  assert.ok(Math.abs(share[499] - 0.018023) < 1e-5, String(share[499]));
  assert.ok(share[85] > 0.5 && share[86] < 0.5);
});

test('a decay of 0 is the last parameters, and 1 is refused', () => {
  const ema = new ExponentialMovingAverage(buffer(5), 0);
  ema.update(buffer(7));
  assert.equal(ema.parameters.data[0], 7);
  assert.throws(() => new ExponentialMovingAverage(buffer(1), 1), /expected 0 <= decay < 1, got 1/);
});
