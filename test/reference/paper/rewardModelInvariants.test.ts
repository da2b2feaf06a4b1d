/** The invariants of the reward model, by their numbers in the list of the paper's. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { input } from '../../../src/ml/graph/index.ts';
import { packBatch, sequenceLength } from '../../../src/ml/rlhf/batch.ts';
import { packComparisons, pairsOf, type Pair } from '../../../src/ml/rlhf/comparisons.ts';
import { encodeCompletion } from '../../../src/ml/rlhf/encodeCompletion.ts';
import { rankingLoss } from '../../../src/ml/rlhf/losses.ts';
import { batchFeeds, ScalarPass, scalarsAt } from '../../../src/ml/rlhf/passes.ts';
import { RewardModelLoop, type RewardModelOptions } from '../../../src/ml/rlhf/rewardModel.ts';
import { withScalarHead, type RewardModel } from '../../../src/ml/models/index.ts';
import { Program } from '../../../src/ml/runtime/index.ts';
import { Random } from '../../../src/data/random.ts';
import { resolveHyperparameters } from '../../../src/protocol/hyperparameters.ts';
import { lessons, tinyModel } from '../../fixtures/tinyModel.ts';
import { close, evaluate, execution, near, sum } from './numbers.ts';

const order = (k: number): number[][] => Array.from({ length: k }, (_, i) => [i]);
const ranking = (groups: readonly (readonly number[])[]) => ({
  sequences: groups.flat(),
  pairs: pairsOf(groups),
});

/** Equation 1 on rewards that are given, for one prompt or several. */
function loss(
  rewards: readonly number[],
  prompts: readonly { readonly sequences: readonly unknown[]; readonly pairs: readonly Pair[] }[],
): Promise<{ loss: number; gradient: number[] }> {
  const packed = packComparisons(prompts, 'remaining');
  const count = packed.chosen.length;
  const r = input('rewards', [rewards.length]);
  const { loss: total } = rankingLoss(r, {
    chosen: input('chosen', [count], 'int32'),
    rejected: input('rejected', [count], 'int32'),
    weights: input('weights', [count]),
  });
  return evaluate(total, r, { rewards: Float32Array.from(rewards), ...packed });
}
const lossOf = (rewards: readonly number[], groups: readonly (readonly number[])[]) =>
  loss(rewards, [ranking(groups)]);

test('5. equal rewards cost ln 2 = .693147 for any K', async () => {
  for (const k of [2, 4, 9]) {
    near((await lossOf(Array<number>(k).fill(-2.5), order(k))).loss, 0.693147);
  }
});

test('5. a shift leaves the loss and the gradients sum to 0 over a prompt; a scale does not', async () => {
  const rewards = [0.25, -1.25, 0.75, 2];
  const plain = await lossOf(rewards, order(4));
  const moved = await lossOf(
    rewards.map((reward) => reward + 16),
    order(4),
  );
  near(moved.loss, plain.loss); // the engine computes in float32
  near(sum(plain.gradient), 0);
  const scaled = await lossOf(
    rewards.map((reward) => 2 * reward),
    order(4),
  );
  assert.ok(Math.abs(scaled.loss - plain.loss) > 0.1);
});

test('6. σ(r_w − r_l) + σ(r_l − r_w) = 1', async () => {
  for (const [a, b] of [
    [1.5, -0.5],
    [0, 0],
    [-3, 4],
  ]) {
    const right = Math.exp(-(await lossOf([a, b], [[0], [1]])).loss);
    const wrong = Math.exp(-(await lossOf([a, b], [[1], [0]])).loss);
    near(right + wrong, 1);
  }
});

test('6. the losses of rewards 2, 1, 0, −1, with a tie and reversed; of 1, 0, −1 with its gradient', async () => {
  near((await lossOf([2, 1, 0, -1], order(4))).loss, 0.207038);
  near((await lossOf([2, 1, 0, -1], [[0], [1, 2], [3]])).loss, 0.185793);
  near((await lossOf([2, 1, 0, -1], order(4).reverse())).loss, 1.873705);
  const three = await lossOf([1, 0, -1], order(3));
  near(three.loss, 0.25115);
  close(three.gradient, [-0.129381, 0, 0.129381]);
});

test('7. every prompt weighs the same, with 4 completions or 9, its pairs once or twice', async () => {
  const [four, nine] = [ranking(order(4)), ranking(order(9))];
  const falling = (k: number): number[] => Array.from({ length: k }, (_, i) => -i / 2);
  const apart = [await loss(falling(4), [four]), await loss(falling(9), [nine])];
  const rewards = [...falling(4), ...falling(9)];
  const together = await loss(rewards, [four, nine]);
  near(together.loss, (apart[0].loss + apart[1].loss) / 2);
  const doubled = { ...nine, pairs: [...nine.pairs, ...nine.pairs] };
  near((await loss(rewards, [four, doubled])).loss, together.loss);
});

test('7. C(K, 2) pairs: 6, 10, 15, 21, 28, 36; a batch of 64 prompts of 9 has 2,304', () => {
  assert.deepEqual(
    [4, 5, 6, 7, 8, 9].map((k) => pairsOf(order(k)).length),
    [6, 10, 15, 21, 28, 36],
  );
  const { weights } = packComparisons(Array(64).fill(ranking(order(9))), 'remaining');
  assert.equal(weights.filter((weight) => weight > 0).length, 2304);
});

test('8. ties make no pairs, and a prompt of ties alone contributes nothing', async () => {
  assert.deepEqual(pairsOf([[0, 1, 2, 3]]), []);
  const { loss: nothing, gradient } = await lossOf([2, 1, 0, -1], [[0, 1, 2, 3]]);
  assert.ok(nothing === 0 && gradient.every((entry) => Math.abs(entry) === 0));
});

test('8. the pairs of a ranking are antisymmetric and transitive', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(3), { minLength: 2, maxLength: 9 }), (ranks) => {
      const groups = [0, 1, 2, 3].map((rank) => ranks.flatMap((r, i) => (r === rank ? [i] : [])));
      const better = new Set(pairsOf(groups).map(([a, b]) => `${a} ${b}`));
      for (const a of ranks.keys()) {
        for (const b of ranks.keys()) {
          assert.ok(!(better.has(`${a} ${b}`) && better.has(`${b} ${a}`)));
          for (const c of ranks.keys()) {
            if (better.has(`${a} ${b}`) && better.has(`${b} ${c}`)) {
              assert.ok(better.has(`${a} ${c}`));
            }
          }
        }
      }
    }),
  );
});

const answers = (completion: string) => [
  { text: completion, ended: true },
  { text: completion.slice(0, 6), ended: true },
  { text: 'No.', ended: true },
  { text: 'moo moo', ended: true },
];
const rankings = lessons.map(({ prompt, completion }) => ({
  prompt,
  completions: answers(completion),
  ranking: [[0], [1], [2], [3]],
}));
const options = (settings: Record<string, unknown> = {}): RewardModelOptions => ({
  model: tinyModel(),
  rankings,
  validation: rankings,
  demonstrations: lessons,
  hyperparameters: resolveHyperparameters('rm', {
    epochs: 3,
    batchSize: 4,
    learningRate: 0.01,
    ...settings,
  }),
  seed: 3,
  execution,
});

test('9. K forward passes a prompt, not 2·C(K, 2)', async () => {
  const { model } = options();
  const tokens = rankings.flatMap(({ prompt, completions }) =>
    completions.map(({ text, ended }) =>
      sequenceLength(encodeCompletion(model, prompt, text, ended)),
    ),
  );
  const loop = new RewardModelLoop(options());
  const report = await loop.advance();
  loop.dispose();
  assert.equal(report.tokens, sum(tokens), 'each completion goes through the model once');
});

test('9. rewards in a batch are those one by one, whatever else is in it (< 1e-5)', async () => {
  const model = tinyModel();
  const parameters = withScalarHead(model.config, model.parameters, new Random('head'));
  const sequences = rankings.flatMap(({ prompt, completions }) =>
    completions.map(({ text }) => encodeCompletion(model, prompt, text)),
  );
  const pass = new ScalarPass(model.config, execution);
  const together = await pass.run(parameters, sequences, 'last', 16);
  const alone = await pass.run(parameters, sequences, 'last', 1);
  pass.dispose();
  together.forEach((reward, i) => {
    close(reward, alone[i], 1e-5);
  });
});

/** What a trained reward model says of the demonstrations, and how it does on the rankings. */
async function trainedModel(normalize: string) {
  const loop = new RewardModelLoop(options({ normalize }));
  while (loop.step < loop.totalSteps) await loop.advance();
  const { model, summary } = await loop.finish();
  loop.dispose();
  const scores = await scoresOf(model);
  return { scores, summary };
}

async function scoresOf(model: RewardModel): Promise<number[]> {
  const pass = new ScalarPass(model.config, execution);
  const sequences = lessons.map((lesson) =>
    encodeCompletion(model, lesson.prompt, lesson.completion),
  );
  const rows = await pass.run(model.parameters, sequences, 'last', 4);
  pass.dispose();
  return rows.map((row) => row[0] + model.rewardBias);
}

test('10. demonstrations score 0 on average, and neither accuracy nor loss knows of the bias', async () => {
  const plain = await trainedModel('none');
  const normal = await trainedModel('mean');
  assert.ok(Math.abs(sum(plain.scores) / 4) > 1e-3, 'there is something to normalise');
  near(sum(normal.scores) / 4, 0, 1e-5);
  for (const metric of ['rm/validation_accuracy', 'rm/validation_loss']) {
    near(normal.summary[metric], plain.summary[metric]);
  }
});

test('10. as lm-human-preferences does it: mean 0 and standard deviation 1', async () => {
  const { scores } = await trainedModel('mean-and-deviation');
  near(sum(scores) / 4, 0, 1e-5);
  near(sum(scores.map((score) => score * score)) / 4, 1, 1e-4);
});

test('11. the reward is read at the last token: neither padding nor what comes after it matters', async () => {
  const model = tinyModel();
  const parameters = withScalarHead(model.config, model.parameters, new Random('head'));
  const [{ prompt, completion }] = lessons;
  const batch = packBatch([encodeCompletion(model, prompt, completion)], 'last', model.config.nCtx);
  const used = batch.tokenCount;
  assert.ok(used < batch.tokens.length, 'there is something after the end');
  const { scalars } = scalarsAt(model.config, batch.shape);
  const program = await Program.compile({ scalars }, execution);
  const reward = async (after: readonly number[]): Promise<number> => {
    const tokens = batch.tokens.slice();
    for (let i = used; i < tokens.length; i++) tokens[i] = after[(i - used) % after.length];
    const feeds = batchFeeds({ ...batch, tokens });
    return (await program.run({ ...feeds, ...parameters.views() })).float32('scalars')[0];
  };
  const plain = await reward([0]);
  near(await reward([11, 42, 7]), plain);
  const other = batch.tokens.slice();
  other[used - 2] += 1; // a token before the end does matter
  const changed = await program.run({
    ...batchFeeds({ ...batch, tokens: other }),
    ...parameters.views(),
  });
  assert.ok(Math.abs(changed.float32('scalars')[0] - plain) > 1e-5);
  program.dispose();
});
