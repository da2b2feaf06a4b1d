/** Numbers that others published, or that were worked out by hand or with PyTorch, on our code. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../../src/data/random.ts';
import { input, reduceSum, tokenLogprobs } from '../../../src/ml/graph/index.ts';
import { lmLogits, loadLanguageModel, trunk, weightInputs } from '../../../src/ml/models/index.ts';
import { keptTokens } from '../../../src/ml/models/sampling.ts';
import { AdamW, type AdamWOptions } from '../../../src/ml/optim/adamW.ts';
import { bestOfN, bestOfNKl } from '../../../src/ml/rlhf/bestOfN.ts';
import { packBatch } from '../../../src/ml/rlhf/batch.ts';
import { estimateAdvantages } from '../../../src/ml/rlhf/gae.ts';
import { estimateKl, penalisedRewards } from '../../../src/ml/rlhf/klPenalty.ts';
import { policyLoss } from '../../../src/ml/rlhf/losses.ts';
import { whiten } from '../../../src/ml/rlhf/whiten.ts';
import { ParameterBuffer, Program } from '../../../src/ml/runtime/index.ts';
import { close, evaluate, execution, near, sum } from './numbers.ts';

/**
 * deepmind/rlax `multistep_test`: its episodes go on after the last step, and a discount of 0 ends
 * one in the middle. Ours end with the list, so the value after it is taken into the last reward.
 */
test('GAE: rlax’s two episodes at λ = 1 and .7', () => {
  const first = { rewards: [0, 0, 1, 0, -0.5 + 0.99 * -1], values: [1, 4, -3, -2, -1] };
  for (const [lam, expected] of [
    [1, [-1.45118, -4.4557, 2.5396, 0.5249, -0.49]],
    [0.7, [-0.676979, -5.248167, 2.4846, 0.6704, -0.49]],
  ] as const) {
    const { advantages } = estimateAdvantages(first.rewards, first.values, 0.99, lam);
    close(advantages, expected, 1e-3);
  }
  for (const [lam, expected] of [
    [1, [3, 2, 1, 0]],
    [0.7, [2.2899, 1.73, 1, 0]],
  ] as const) {
    const { advantages } = estimateAdvantages([0, 0, 0, 0], [-3, -2, -1, 0], 0.9, lam);
    close(advantages, expected, 1e-3);
    close(estimateAdvantages([1 + 0.9 * -1], [5], 0.9, lam).advantages, [-4.9], 1e-3);
  }
});

test('GAE: torchtune’s returns, and an episode by hand with its whitened advantages', () => {
  const sparse = estimateAdvantages([0, 0, 0, 1], [0, 0, 0, 1], 0.9, 0.95);
  close(sparse.returns, [0.6579225, 0.7695, 0.9, 1]);
  const [rewards, values] = [
    [-0.002, 0.004, 1.494],
    [0.2, 0.5, 0.9],
  ];
  const usual = estimateAdvantages(rewards, values, 1, 0.95);
  close(usual.advantages, [1.217885, 0.9683, 0.594]);
  close(usual.returns, [1.417885, 1.4683, 1.494]);
  close(whiten([usual.advantages], 'zero')[0], [1.135598, 0.162142, -1.297739], 1e-5);
  close(estimateAdvantages(rewards, values, 1, 1).returns, [1.496, 1.498, 1.494]);
  close(estimateAdvantages(rewards, values, 1, 0).advantages, [0.298, 0.404, 0.594]);
});

test('GAE: the recursion is the discounted sum of temporal differences, on 20 × 40 random steps', () => {
  const random = new Random('gae');
  for (let episode = 0; episode < 20; episode++) {
    const rewards = Float32Array.from({ length: 40 }, () => random.normal());
    const values = Float32Array.from({ length: 40 }, () => random.normal());
    const delta = (t: number): number => rewards[t] + 0.97 * (values[t + 1] ?? 0) - values[t];
    const expected = Array.from({ length: 40 }, (_, t) =>
      sum(Array.from({ length: 40 - t }, (_, l) => (0.97 * 0.9) ** l * delta(t + l))),
    );
    close(estimateAdvantages(rewards, values, 0.97, 0.9).advantages, expected, 1e-4);
  }
});

test('rewards: torchtune’s three episodes', () => {
  close(penalisedRewards([0.1, 0.2, 0.3], [0.2, 0.3, 0.4], 1, 0.5), [0.05, 0.05, 1.05]);
  close(penalisedRewards([0.4, 0.5, 0.6], [0.6, 0.7, 0.8], 2, 0.5), [0.1, 0.1, 2.1]);
  close(penalisedRewards([0.6, 0.7, 0.8], [0.9, 1, 1.1], 3, 0.5), [0.15, 0.15, 3.15]);
});

test('KL: Schulman’s table of k1 and k3, samples from N(0, 1) against N(.1, 1) and N(1, 1)', () => {
  for (const [shift, truth, deviations] of [
    [0.1, 0.005, { k1: 20, k3: 1.42 }],
    [1, 0.5, { k1: 2, k3: 1.7 }],
  ] as const) {
    const random = new Random('kl');
    const samples = Array.from({ length: 100_000 }, () => {
      const x = random.normal();
      return estimateKl([-(x ** 2) / 2], [-((x - shift) ** 2) / 2]);
    });
    for (const name of ['k1', 'k3'] as const) {
      const mean = sum(samples.map((sample) => sample[name])) / samples.length;
      const variance = sum(samples.map((sample) => (sample[name] - mean) ** 2)) / samples.length;
      // Unbiased: within four deviations of the mean of so many samples.
      near(mean, truth, (4 * deviations[name] * truth) / Math.sqrt(samples.length));
      near(Math.sqrt(variance) / truth, deviations[name], 0.05 * deviations[name]);
    }
  }
});

test('KL: one case by hand, Δ = .1, −.2, .3: k1 .2, k2 .07, k3 .067058', async () => {
  const differences = [0.1, -0.2, 0.3];
  const { k1, k3 } = estimateKl(differences, [0, 0, 0]);
  near(3 * k1, 0.2);
  near(3 * k3, 0.067058);
  // k2, half the square, is what the policy's loss reports as its approximate KL.
  const logprobs = input('logprobs', [3]);
  const [oldLogprobs, advantages, weights] = ['old', 'advantages', 'weights'].map((name) =>
    input(name, [3]),
  );
  const { metrics } = policyLoss(logprobs, { oldLogprobs, advantages, weights }, 0.2);
  const { loss: k2 } = await evaluate(metrics.approxKl, logprobs, {
    logprobs: Float32Array.from(differences),
    old: new Float32Array(3),
    weights: new Float32Array(3).fill(1),
  });
  near(k2, 0.07);
});

test('whitening: the 3 × 3 case that keeps its mean, by the population’s variance', () => {
  const rows = [0, 1, 2].map((row) => Float32Array.of(1.2, 1.3, 1.4).map((x) => x + 0.3 * row));
  const expected = [0.0508, 0.4381, 0.8254, 1.2127, 1.6, 1.9873, 2.3746, 2.7619, 3.1492];
  const unbiased = [0.1394, 0.5046, 0.8697, 1.2349, 1.6, 1.9651, 2.3303, 2.6954, 3.0606];
  const found = whiten(rows, 'kept').flatMap((row) => [...row]);
  close(found, expected, 1e-4);
  assert.ok(Math.abs(found[0] - unbiased[0]) > 0.08, 'not with Bessel’s correction');
});

test('log-probabilities of labels: summarize-from-feedback’s three rows', async () => {
  for (const [logits, label, expected] of [
    [[0, 0], 1, Math.log(1 / 2)],
    [[2, 2, 2], 1, Math.log(1 / 3)],
    [[1, 0, -Infinity], 0, Math.log(Math.E / (Math.E + 1))],
  ] as const) {
    const rows = input('logits', [1, logits.length]);
    const loss = reduceSum(tokenLogprobs(rows, input('targets', [1], 'int32')));
    const program = await Program.compile({ loss }, execution);
    const result = await program.run({
      logits: Float32Array.from(logits),
      targets: Int32Array.of(label),
    });
    near(result.scalar('loss'), expected);
    program.dispose();
  }
});

test('top-k and top-p: what lm-human-preferences keeps of seven logits', () => {
  const logits = [1, 1.01, 1.001, 0, 0, 0, 2];
  const powers = logits.map(Math.exp);
  const probabilities = Float32Array.from(powers, (power) => power / sum(powers));
  const kept = (truncation: { topK?: number; topP?: number }): number[] | undefined =>
    keptTokens(probabilities, truncation)
      ?.map((token) => logits[token])
      .sort((a, b) => a - b);
  assert.deepEqual(kept({ topK: 2 }), [1.01, 2]);
  assert.deepEqual(kept({ topP: 0.7 }), [1.001, 1.01, 2]);
  assert.deepEqual(kept({ topP: 0.6 }), [1.01, 2]);
  assert.deepEqual(kept({ topP: 0.5 }), [2]);
  assert.deepEqual(kept({ topP: 0 }), [2]);
});

test('positions: padding has no place, and every sequence of a row begins at 0', () => {
  // The published query has its padding in the middle, [0,1,1,1,2,3]; ours is at a row's end, and the
  // four real tokens have the same places 0 to 3.
  const sequence = { prompt: [23073], completion: [11, 339, 561] };
  const { places, tokenCount, shape } = packBatch([sequence, sequence], 'all', 16);
  assert.equal(tokenCount, 8);
  assert.equal(shape.rows, 1);
  assert.deepEqual([...places.subarray(0, 8)], [0, 1, 2, 3, 0, 1, 2, 3]);
});

/**
 * The one published case that needs a download: `GPT2_WEIGHTS` is a folder with the files of
 * openai-community/gpt2 on Hugging Face (124 M parameters, 548 MB).
 */
const gpt2Folder = process.env['GPT2_WEIGHTS'];
const unlessGiven =
  gpt2Folder === undefined && 'set GPT2_WEIGHTS to a folder with openai-community/gpt2';

test('GPT-2: the first logits of a query and its response', { skip: unlessGiven }, async () => {
  assert.ok(gpt2Folder !== undefined);
  const { config, parameters } = await loadLanguageModel(gpt2Folder);
  const tokens = Int32Array.of(23073, 11, 339, 561);
  const { weights } = weightInputs(config, 'language');
  const hidden = trunk(config, weights, input('tokens', [1, tokens.length], 'int32'));
  const program = await Program.compile({ logits: lmLogits(config, weights, hidden) }, execution);
  const result = await program.run({ tokens, ...parameters.views() });
  program.dispose();
  const logits = result.float32('logits');
  const first = [0, 1, 2, 3].map((at) => logits[at * config.vocabSize]);
  close(first, [-35.2869, -111.304, -111.5152, -122.6978], 2e-3);
});

test('best of n: its KL, about 6 and 10 nats at 1,000 and 60,000 (Gao et al.), and the unbiased estimate', () => {
  close(
    [2, 4, 8, 16, 64, 1000, 60_000].map(bestOfNKl),
    [0.193147, 0.636294, 1.204442, 1.835089, 3.174508, 5.908755, 10.002117],
  );
  const [proxy, gold] = [
    [1, 2, 3, 4],
    [0.1, 0.4, 0.2, 0.9],
  ];
  close(
    [1, 2, 3, 4].map((n) => bestOfN(proxy, gold, n)),
    [0.4, 0.583333, 0.725, 0.9],
  );
});

const paper = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0 };
const defaults = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };

/** Parameters after each step. */
function steps(
  start: readonly number[],
  gradients: readonly (readonly number[])[],
  learningRate: number,
  options: AdamWOptions,
): number[] {
  const parameters = new ParameterBuffer(
    [{ name: 'w', shape: [start.length] }],
    Float32Array.from(start),
  );
  const adam = new AdamW(parameters, options);
  return gradients.flatMap((gradient) => {
    adam.step({ gradients: Float32Array.from(gradient), learningRate });
    return [...parameters.data];
  });
}

test('AdamW with weight decay .1 and Adam on changing gradients, as torch 2.13', () => {
  close(
    steps([1, -2], Array(3).fill([0.1, -0.3]), 0.01, { ...paper, weightDecay: 0.1 }),
    [0.989000001, -1.9880000003, 0.978011002, -1.9760120007, 0.967032992, -1.964035989],
    5e-7,
  );
  close(
    steps([0.5], [[1], [-2], [0.5], [0], [3]], 0.01, paper),
    [0.4900000001, 0.4936337396, 0.495005971, 0.4961446781, 0.4924606063],
    1e-7,
  );
});

test('Adam’s ε is PyTorch’s: tensorflow’s adam_test in torch’s form, and 1e-5 tells them apart', () => {
  near(steps([1, 2], Array(3).fill([0.1, 0.1]), 0.001, defaults)[4], 0.9970000003, 1e-7);
  const sharp = steps([0], Array(3).fill([1e-5]), 0.001, { ...defaults, epsilon: 1e-5 });
  close(sharp, [-0.0005, -0.001, -0.0015], 1e-8);
  assert.ok(Math.abs(sharp[0] - -3.0653e-5) > 4e-4, 'TensorFlow’s first step is 16 times smaller');
});
