import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ParameterBuffer } from './parameterBuffer.ts';

const layout = [
  { name: 'wte.weight', shape: [2, 3] },
  { name: 'ln.bias', shape: [3] },
];

test('parameters lie one after another in the given order', () => {
  const buffer = new ParameterBuffer(layout);
  assert.equal(buffer.size, 9);
  assert.deepEqual(
    buffer.entries.map(({ offset, size }) => [offset, size]),
    [
      [0, 6],
      [6, 3],
    ],
  );
});

test('a view is a window on the flat array', () => {
  const buffer = new ParameterBuffer(
    layout,
    Float32Array.from({ length: 9 }, (_, i) => i),
  );
  assert.deepEqual([...buffer.view('ln.bias')], [6, 7, 8]);
  buffer.view('ln.bias')[1] = 70;
  assert.equal(buffer.data[7], 70);
  assert.equal(buffer.views('new/')['new/ln.bias'], buffer.view('ln.bias'));
});

test('a clone has memory of its own', () => {
  const buffer = new ParameterBuffer(layout, new Float32Array(9).fill(1));
  const copy = buffer.clone();
  buffer.data.fill(2);
  assert.deepEqual([...copy.data], Array(9).fill(1));
  assert.deepEqual([...buffer.zerosLike().data], Array(9).fill(0));
});

test('copying takes the parameters that both have and leaves the rest', () => {
  const trunk = new ParameterBuffer(layout, new Float32Array(9).fill(5));
  const withHead = new ParameterBuffer([...layout, { name: 'score.weight', shape: [1, 3] }]);
  assert.equal(withHead.copyFrom(trunk), 2);
  assert.deepEqual([...withHead.data], [...Array<number>(9).fill(5), 0, 0, 0]);
});

test('names that are unknown or stand twice, and other sizes, are refused', () => {
  const buffer = new ParameterBuffer(layout);
  assert.throws(() => buffer.view('wpe.weight'), /expected a parameter, got wpe.weight/);
  assert.throws(() => new ParameterBuffer([layout[0], layout[0]]), /distinct names/);
  assert.throws(() => new ParameterBuffer(layout, new Float32Array(8)), /9 elements, got 8/);
  const wider = new ParameterBuffer([{ name: 'ln.bias', shape: [4] }]);
  assert.throws(() => buffer.copyFrom(wider), /ln.bias \[3\], got 4 elements/);
});
