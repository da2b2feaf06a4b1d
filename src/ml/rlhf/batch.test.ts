import assert from 'node:assert/strict';
import { test } from 'node:test';
import { joinSequences, packBatch, splitBySequence } from './batch.ts';

const sequences = [
  { prompt: [5, 6, 7], completion: [8, 9] },
  { prompt: [1], completion: [2, 3, 4] },
];

test('the wanted positions of a completion are those just before its tokens', () => {
  const batch = packBatch(sequences, 'completion', 64);
  assert.deepEqual(batch.shape, { rows: 1, length: 64, positions: 32, shared: true });
  assert.deepEqual([...batch.positions.subarray(0, 5)], [2, 3, 5, 6, 7]);
  assert.deepEqual([...batch.targets.subarray(0, 5)], [8, 9, 2, 3, 4]);
  assert.deepEqual(batch.offsets, [0, 2, 5]);
  assert.deepEqual([...batch.tokens.subarray(0, 10)], [5, 6, 7, 8, 9, 1, 2, 3, 4, 0]);
  assert.deepEqual([...batch.places.subarray(0, 10)], [0, 1, 2, 3, 4, 0, 1, 2, 3, 0]);
  assert.equal(batch.tokenCount, 9);
});

test('the last position of each sequence is where a reward is read', () => {
  const batch = packBatch(sequences, 'last', 64);
  assert.deepEqual([...batch.positions.subarray(0, 3)], [4, 8, 0]);
});

test('a language model predicts every token but the first', () => {
  const batch = packBatch(sequences, 'all', 64);
  assert.deepEqual([...batch.targets.subarray(0, 7)], [6, 7, 8, 9, 2, 3, 4]);
});

test('a token of a shared row sees itself and what is before it in its own sequence', () => {
  const { mask, shape } = packBatch(sequences, 'all', 64);
  assert.ok(mask !== null);
  const seenFrom = (token: number): number[] =>
    [...mask.subarray(token * shape.length, (token + 1) * shape.length).entries()]
      .filter(([, added]) => added === 0)
      .map(([other]) => other);
  assert.deepEqual(seenFrom(4), [0, 1, 2, 3, 4]);
  assert.deepEqual(seenFrom(5), [5]);
  assert.deepEqual(seenFrom(7), [5, 6, 7]);
  assert.deepEqual(seenFrom(20), [20]);
});

test('rows of one sequence each need no mask: causality hides the padding', () => {
  const whole = [1, 2].map(() => ({ prompt: [], completion: Array.from({ length: 64 }, () => 1) }));
  const { shape, mask } = packBatch(whole, 'all', 128);
  assert.deepEqual(shape, { rows: 2, length: 64, positions: 128, shared: false });
  assert.equal(mask, null);
});

test('a flat list is cut into sequences and joined again', () => {
  const flat = Float32Array.of(1, 2, 3, 4, 5, 0, 0);
  const rows = splitBySequence(flat, [0, 2, 5]);
  assert.deepEqual(rows, [Float32Array.of(1, 2), Float32Array.of(3, 4, 5)]);
  assert.deepEqual(joinSequences(rows, 7), flat);
});

test('a sequence beyond the context is a programming error', () => {
  assert.throws(
    () => packBatch([{ prompt: [1, 2, 3], completion: [4] }], 'all', 3),
    /sequences of 1 to 3 tokens, got 4/,
  );
});
