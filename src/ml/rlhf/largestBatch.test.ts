import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InstructError } from '../../protocol/errors.ts';
import { largestFitting, tooLarge } from './largestBatch.ts';

const outOfMemory = new InstructError({
  code: 'out-of-memory',
  message: 'Too little GPU memory to run the model: Allocation size too large',
  remedy: 'Use less.',
});

test('the largest batch below the one that ran out is found, in few attempts', async () => {
  for (let size = 1; size <= 40; size++) {
    for (let room = 0; room < size; room++) {
      const attempts: number[] = [];
      const found = await largestFitting(size, (some) => {
        attempts.push(some);
        return some <= room ? Promise.resolve() : Promise.reject(outOfMemory);
      });
      assert.equal(found, room, `${room} of ${size}`);
      assert.ok(attempts.length <= 2 * Math.log2(size) + 1);
      assert.equal(new Set(attempts).size, attempts.length, 'none is tried twice');
    }
  }
});

test('another failure than too little memory is passed on', async () => {
  const other = new Error('the disk is full');
  await assert.rejects(
    largestFitting(8, () => Promise.reject(other)),
    other,
  );
});

test('the sentence says what ran out, what fits and which setting makes it so', () => {
  const said = tooLarge({ size: 64, of: 'episodes', setting: 'minibatchSize' }, 12, outOfMemory);
  assert.equal(said.code, 'out-of-memory');
  assert.equal(
    said.message,
    'Too little GPU memory to run the model: Allocation size too large. It ran out in a step on 64 episodes; the largest batch that fits has 12.',
  );
  assert.match(said.remedy, /^Set minibatchSize to 12, then/);
  const none = tooLarge({ size: 1, of: 'rankings', setting: 'batchSize' }, 0, outOfMemory);
  assert.match(none.message, /not even one fits/);
  assert.doesNotMatch(none.remedy, /batchSize/);
});
