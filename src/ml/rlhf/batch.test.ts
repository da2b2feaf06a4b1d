import assert from 'node:assert/strict';
import { test } from 'node:test';
import { joinSequences, packBatch, splitBySequence } from './batch.ts';

const sequences = [
  { prompt: [5, 6, 7], completion: [8, 9] },
  { prompt: [1], completion: [2, 3, 4] },
];

test('the wanted positions of a completion are those just before its tokens', () => {
  const batch = packBatch(sequences, 'completion', { rows: 4, longest: 64 });
  assert.deepEqual(batch.shape, { rows: 4, length: 32, positions: 32 });
  assert.deepEqual([...batch.positions.subarray(0, 5)], [2, 3, 32, 33, 34]);
  assert.deepEqual([...batch.targets.subarray(0, 5)], [8, 9, 2, 3, 4]);
  assert.deepEqual(batch.offsets, [0, 2, 5]);
  assert.deepEqual([...batch.tokens.subarray(0, 6)], [5, 6, 7, 8, 9, 0]);
  assert.equal(batch.tokenCount, 9);
});

test('the last position of each sequence is where a reward is read', () => {
  const batch = packBatch(sequences, 'last', { rows: 2, longest: 64 });
  assert.deepEqual([...batch.positions], [4, 35]);
});

test('a language model predicts every token but the first', () => {
  const batch = packBatch(sequences, 'all', { rows: 2, longest: 64 });
  assert.deepEqual([...batch.targets.subarray(0, 7)], [6, 7, 8, 9, 2, 3, 4]);
});

test('a flat list is cut into sequences and joined again', () => {
  const flat = Float32Array.of(1, 2, 3, 4, 5, 0, 0);
  const rows = splitBySequence(flat, [0, 2, 5]);
  assert.deepEqual(rows, [Float32Array.of(1, 2), Float32Array.of(3, 4, 5)]);
  assert.deepEqual(joinSequences(rows, 7), flat);
});

test('a sequence beyond the context is a programming error', () => {
  assert.throws(
    () => packBatch([{ prompt: [1, 2, 3], completion: [4] }], 'all', { rows: 1, longest: 3 }),
    /expected 1 to 3 tokens, got 4/,
  );
});
