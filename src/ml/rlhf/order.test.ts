import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { EpochOrder } from './order.ts';

const count = fc.integer({ min: 1, max: 40 });

test('every example comes exactly once an epoch', () => {
  fc.assert(
    fc.property(count, count, fc.nat(5), fc.boolean(), (examples, batchSize, epoch, byLength) => {
      const lengths = byLength ? Array.from({ length: examples }, (_, i) => i % 7) : null;
      const order = new EpochOrder(examples, batchSize, 3, lengths);
      const batches = Array.from({ length: order.batchesPerEpoch }, (_, i) =>
        order.batch(epoch * order.batchesPerEpoch + i),
      );
      const seen = batches.flat().sort((a, b) => a - b);
      assert.deepEqual(
        seen,
        Array.from({ length: examples }, (_, i) => i),
      );
    }),
  );
});

test('batches by length hold examples of like length, in an order that is not by length', () => {
  const lengths = Array.from({ length: 64 }, (_, i) => (i * 37) % 64);
  const order = new EpochOrder(64, 8, 5, lengths);
  const batches = Array.from({ length: 8 }, (_, i) => order.batch(i).map((j) => lengths[j]));
  for (const batch of batches) assert.equal(Math.max(...batch) - Math.min(...batch), 7);
  const firsts = batches.map((batch) => Math.min(...batch));
  assert.notDeepEqual(
    firsts,
    [...firsts].sort((a, b) => a - b),
  );
});

test('full batches cover each episode once per pass: 512 in minibatches of 64', () => {
  const order = new EpochOrder(512, 512, 0);
  const seen = Array.from({ length: 8 }, (_, step) => order.fullBatch(step, 64)).flat();
  assert.equal(new Set(seen).size, 512);
});

test('a resumed run goes on in the same order, another seed in another', () => {
  const first = new EpochOrder(100, 10, 1);
  const early = [first.batch(3), first.batch(17)];
  const resumed = new EpochOrder(100, 10, 1);
  assert.deepEqual([resumed.batch(3), resumed.batch(17)], early);
  assert.notDeepEqual(new EpochOrder(100, 10, 2).batch(3), early[0]);
});
