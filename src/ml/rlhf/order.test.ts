import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { EpochOrder } from './order.ts';

const count = fc.integer({ min: 1, max: 40 });

test('every example comes exactly once an epoch', () => {
  fc.assert(
    fc.property(count, count, fc.nat(5), (examples, batchSize, epoch) => {
      const order = new EpochOrder(examples, batchSize, 3);
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
