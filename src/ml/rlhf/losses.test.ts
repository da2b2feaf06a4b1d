import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gradients, input, type Tensor } from '../graph/index.ts';
import { Program, type Arrays } from '../runtime/index.ts';
import { pairsOf } from './comparisons.ts';
import { crossEntropy, policyLoss, rankingLoss, valueLoss } from './losses.ts';

/** The loss and its gradient by `wrt`. */
async function evaluate(
  loss: Tensor,
  wrt: Tensor,
  feeds: Arrays,
): Promise<{ loss: number; gradient: number[] }> {
  const [gradient] = gradients(loss, [wrt]);
  const program = await Program.compile({ loss, gradient }, { threads: 1 });
  try {
    const result = await program.run(feeds);
    return { loss: result.scalar('loss'), gradient: [...result.float32('gradient')] };
  } finally {
    program.dispose();
  }
}

function near(actual: number, expected: number, tolerance = 1e-5): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`);
}

async function rank(
  rewards: readonly number[],
  groups: readonly (readonly number[])[],
): Promise<{ loss: number; gradient: number[] }> {
  const pairs = pairsOf(groups);
  const r = input('rewards', [rewards.length]);
  const { loss } = rankingLoss(r, {
    chosen: input('chosen', [pairs.length], 'int32'),
    rejected: input('rejected', [pairs.length], 'int32'),
    weights: input('weights', [pairs.length]),
  });
  return evaluate(loss, r, {
    rewards: Float32Array.from(rewards),
    chosen: Int32Array.from(pairs, ([chosen]) => chosen),
    rejected: Int32Array.from(pairs, ([, rejected]) => rejected),
    weights: new Float32Array(pairs.length).fill(1 / pairs.length),
  });
}

const order = (k: number): number[][] => Array.from({ length: k }, (_, i) => [i]);

test('equal rewards cost ln 2 whatever K is', async () => {
  for (const k of [2, 4, 9])
    near((await rank(Array<number>(k).fill(1.7), order(k))).loss, Math.LN2);
});

test('the ranking losses of the worked examples', async () => {
  near((await rank([2, 1, 0, -1], order(4))).loss, 0.207038);
  near((await rank([2, 1, 0, -1], [[0], [1, 2], [3]])).loss, 0.185793);
  near((await rank([2, 1, 0, -1], order(4).reverse())).loss, 1.873705);
  const three = await rank([1, 0, -1], order(3));
  near(three.loss, 0.25115);
  [-0.129381, 0, 0.129381].forEach((value, i) => {
    near(three.gradient[i], value);
  });
});

test('a shift of all rewards changes nothing, and their gradients sum to 0', async () => {
  const plain = await rank([0.3, -1.2, 0.8, 2.1], order(4));
  const moved = await rank([5.3, 3.8, 5.8, 7.1], order(4));
  near(plain.loss, moved.loss, 1e-6);
  near(
    plain.gradient.reduce((sum, g) => sum + g, 0),
    0,
    1e-6,
  );
});

test('the clipped policy loss and its gradient at the six corners', async () => {
  // advantage, log ratio, loss, gradient by the new log-probability
  const table = [
    [1, -1, -0.3679, -0.3679],
    [1, 0, -1, -1],
    [1, 0.1, -1.1052, -1.1052],
    [1, 1, -1.2, 0],
    [-1, -1, 0.8, 0],
    [-1, 0, 1, 1],
    [-1, 1, 2.7183, 2.7183],
  ];
  for (const [advantage, logRatio, expectedLoss, expectedGradient] of table) {
    const logprobs = input('logprobs', [1]);
    const { loss } = policyLoss(
      logprobs,
      {
        oldLogprobs: input('old', [1]),
        advantages: input('advantages', [1]),
        weights: input('weights', [1]),
      },
      0.2,
    );
    const found = await evaluate(loss, logprobs, {
      logprobs: Float32Array.of(logRatio - 2),
      old: Float32Array.of(-2),
      advantages: Float32Array.of(advantage),
      weights: Float32Array.of(1),
    });
    near(found.loss, expectedLoss, 1e-4);
    near(found.gradient[0], expectedGradient, 1e-4);
  }
});

test('the clipped value loss and its gradient at four points', async () => {
  // value, old value, return, loss, gradient
  const table = [
    [1, 0, 1, 0.32, 0],
    [0.1, 0, 1, 0.405, -0.9],
    [0.5, 0, 0.1, 0.08, 0.4],
    [-0.5, 0, 1, 1.125, -1.5],
  ];
  for (const [value, old, target, expectedLoss, expectedGradient] of table) {
    const values = input('values', [1]);
    const loss = valueLoss(
      values,
      {
        oldValues: input('old', [1]),
        returns: input('returns', [1]),
        weights: input('weights', [1]),
      },
      0.2,
    );
    const found = await evaluate(loss, values, {
      values: Float32Array.of(value),
      old: Float32Array.of(old),
      returns: Float32Array.of(target),
      weights: Float32Array.of(1),
    });
    near(found.loss, expectedLoss, 1e-4);
    near(found.gradient[0], expectedGradient, 1e-4);
  }
});

test('cross-entropy counts the positions that carry weight, and only them', async () => {
  const logprobs = input('logprobs', [3]);
  const loss = crossEntropy(logprobs, input('weights', [3]));
  const found = await evaluate(loss, logprobs, {
    logprobs: Float32Array.of(-1, -2, -100),
    weights: Float32Array.of(0.5, 0.5, 0),
  });
  near(found.loss, 1.5);
  assert.deepEqual(found.gradient, [-0.5, -0.5, -0]);
});
