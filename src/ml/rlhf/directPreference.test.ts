import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as z from 'zod';
import { gradients, input } from '../graph/index.ts';
import { Program } from '../runtime/index.ts';
import { directPreferenceLoss, preferenceInputs } from './directPreference.ts';

const reference = z
  .object({
    beta: z.number(),
    lengths: z.array(z.int()),
    logprobs: z.array(z.number()),
    references: z.array(z.number()),
    pairs: z.array(z.tuple([z.int(), z.int()])),
    loss: z.number(),
    gradient: z.array(z.number()),
  })
  .parse(
    JSON.parse(
      readFileSync(
        new URL('../../../test/reference/directPreference.json', import.meta.url),
        'utf8',
      ),
    ),
  );

/** Loss, accuracy, gradient by the log-probabilities, and implicit rewards. */
async function evaluate(logprobs: readonly number[], references: readonly number[], beta: number) {
  const { lengths, pairs } = reference;
  const positions = logprobs.length;
  const x = input('logprobs', [positions]);
  const inputs = preferenceInputs(lengths.length, positions, pairs.length);
  const { loss, metrics, rewards } = directPreferenceLoss(x, inputs, beta);
  const [gradient] = gradients(loss, [x]);
  const program = await Program.compile(
    { loss, gradient, rewards, accuracy: metrics.accuracy },
    { threads: 1 },
  );
  const membership = new Float32Array(lengths.length * positions);
  let start = 0;
  lengths.forEach((length, i) => {
    membership.fill(1, i * positions + start, i * positions + start + length);
    start += length;
  });
  try {
    const result = await program.run({
      logprobs: Float32Array.from(logprobs),
      refLogprobs: Float32Array.from(references),
      membership,
      chosen: Int32Array.from(pairs, ([chosen]) => chosen),
      rejected: Int32Array.from(pairs, ([, rejected]) => rejected),
      weights: new Float32Array(pairs.length).fill(1 / pairs.length),
    });
    return {
      loss: result.scalar('loss'),
      accuracy: result.scalar('accuracy'),
      gradient: [...result.float32('gradient')],
      rewards: [...result.float32('rewards')],
    };
  } finally {
    program.dispose();
  }
}

test('the loss of a ranking and its gradient are PyTorch’s', async () => {
  const { logprobs, references, beta, loss, gradient } = reference;
  const found = await evaluate(logprobs, references, beta);
  assert.ok(Math.abs(found.loss - loss) < 1e-6, `${found.loss} is not ${loss}`);
  found.gradient.forEach((value, i) => {
    assert.ok(Math.abs(value - gradient[i]) < 1e-6, `${value} is not ${gradient[i]}`);
  });
});

test('a policy that is still the reference pays ln 2, and orders nothing', async () => {
  const found = await evaluate([-1, -1, -2, -1, -1, -1], [-2, -2, -3], 0.5);
  assert.ok(Math.abs(found.loss - Math.LN2) < 1e-6);
  assert.equal(found.accuracy, 0.5);
  assert.deepEqual(found.rewards, [0, 0, 0]);
});
