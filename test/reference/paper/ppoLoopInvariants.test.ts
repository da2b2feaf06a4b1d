/** The invariants of PPO as it runs, by their numbers in the list of the paper's. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { Random } from '../../../src/data/random.ts';
import {
  Generator,
  withScalarHead,
  type LanguageModel,
  type RewardModel,
} from '../../../src/ml/models/index.ts';
import { PpoLoop } from '../../../src/ml/rlhf/ppo.ts';
import type { PpoOptions } from '../../../src/ml/rlhf/ppoOptions.ts';
import { encodeCompletion } from '../../../src/ml/rlhf/encodeCompletion.ts';
import { LogprobPass, ScalarPass } from '../../../src/ml/rlhf/passes.ts';
import { SftLoop } from '../../../src/ml/rlhf/sft.ts';
import type { LoopState } from '../../../src/ml/rlhf/trainingLoop.ts';
import { resolveHyperparameters } from '../../../src/protocol/hyperparameters.ts';
import { lessons, tinyModel } from '../../fixtures/tinyModel.ts';
import { close, execution, near } from './numbers.ts';

let model: LanguageModel;
let rewardModel: RewardModel;

/** A policy that half knows its lessons, and a reward model with a head that was just drawn. */
before(async () => {
  const sft = new SftLoop({
    model: tinyModel(),
    demonstrations: lessons,
    validation: [],
    hyperparameters: resolveHyperparameters('sft', {
      epochs: 30,
      batchSize: 4,
      learningRate: 0.01,
    }),
    seed: 1,
    execution,
  });
  while (sft.step < sft.totalSteps) await sft.advance();
  ({ model } = await sft.finish());
  sft.dispose();
  const parameters = withScalarHead(model.config, model.parameters, new Random('head'));
  rewardModel = { ...model, parameters, rewardBias: 0.25 };
});

const prompts = lessons.map(({ prompt }, i) => ({ promptId: `p${i}`, prompt }));

/** `set` is not checked, so that a rate of 0 can be given, which the table refuses. */
const options = (
  settings: Record<string, unknown> = {},
  set: Partial<PpoOptions['hyperparameters']> = {},
): PpoOptions => ({
  model,
  rewardModel,
  prompts,
  hyperparameters: {
    ...resolveHyperparameters('ppo', {
      iterations: 4,
      batchSize: 16,
      minibatchSize: 16,
      learningRate: 3e-3,
      valueLearningRate: 3e-3,
      maxNewTokens: 12,
      ...settings,
    }),
    ...set,
  },
  seed: 5,
  execution,
});

const tensorsOf = (state: LoopState, of: string): Float32Array[] =>
  [...state.tensors].filter(([name]) => name.startsWith(`${of}.`)).map(([, { data }]) => data);

test('12. before any update the policy is the reference: kl = 0 and the reward is the score', async () => {
  const loop = new PpoLoop(options());
  const { metrics } = await loop.advance();
  loop.dispose();
  near(metrics['ppo/kl'], 0, 1e-4);
  near(metrics['ppo/kl_k3'], 0, 1e-6);
  near(metrics['ppo/reward'], metrics['ppo/score'], 1e-4);
});

test('12. the first minibatch of each iteration: ratio 1, approxkl 0, clipfrac 0, loss −mean(Â) = 0', async () => {
  // As many episodes in a minibatch as in the batch: every step is the first of its iteration.
  const loop = new PpoLoop(options({}, { klCoef: 0.02 }));
  while (loop.step < loop.totalSteps) {
    const { metrics } = await loop.advance();
    near(metrics['ppo/approx_kl'], 0, 1e-9);
    assert.equal(metrics['ppo/clip_fraction'], 0);
    near(metrics['ppo/policy_loss'], 0, 1e-4);
  }
  loop.dispose();
});

test('12. recomputed log-probabilities are the rollout’s within 1e-5, at temperatures 1 and .7', async () => {
  const generator = new Generator(model.config, execution);
  const asked = lessons.map(({ prompt }) => model.tokenizer.encode(prompt));
  for (const temperature of [1, 0.7]) {
    const completions = await generator.generate(model.parameters, asked, {
      maxNewTokens: 12,
      temperature,
      endTokens: model.tokenizer.endTokens,
      random: new Random('rollout'),
    });
    const pass = new LogprobPass(model.config, temperature, execution);
    const sequences = asked.map((prompt, i) => ({ prompt, completion: completions[i].tokens }));
    const recomputed = await pass.run(model.parameters, sequences, 'completion', 4);
    pass.dispose();
    recomputed.forEach((row, i) => {
      close(row, completions[i].logprobs, 1e-5);
    });
  }
  generator.dispose();
});

test('20. eight minibatches an iteration: the optimiser takes 8 steps in each', async () => {
  const loop = new PpoLoop(options({ minibatchSize: 2, iterations: 3 }));
  while (loop.step < loop.totalSteps) await loop.advance();
  const { json } = loop.snapshot();
  loop.dispose();
  assert.ok(typeof json === 'object' && json !== null && 'policy' in json && 'value' in json);
  assert.deepEqual([json['policy'], json['value']], [24, 24]);
});

test('21. PPO’s first iteration learns at a tenth of the peak', async () => {
  const loop = new PpoLoop(options({ warmupIterations: 10 }));
  const rates = [
    (await loop.advance()).metrics['learning_rate'],
    (await loop.advance()).metrics['learning_rate'],
  ];
  loop.dispose();
  close(rates, [3e-4, 5.7e-4], 1e-9);
});

test('section 5: lm-human-preferences’ rate falls in a line to 0, the paper’s stays', async () => {
  const rates = async (finalLearningRateRatio: number): Promise<number[]> => {
    const loop = new PpoLoop(options({ warmupIterations: 0, finalLearningRateRatio }));
    const found: number[] = [];
    while (loop.step < loop.totalSteps) found.push((await loop.advance()).metrics['learning_rate']);
    loop.dispose();
    return found;
  };
  close(await rates(0), [3e-3, 2.25e-3, 1.5e-3, 0.75e-3], 1e-9);
  close(await rates(1), [3e-3, 3e-3, 3e-3, 3e-3], 1e-9);
});

test('22. the value model starts as the reward model: at the last token it says the score', async () => {
  const loop = new PpoLoop(options());
  const state = loop.snapshot();
  loop.dispose();
  const parameters = rewardModel.parameters.clone();
  for (const { name } of parameters.entries) {
    const tensor = state.tensors.get(`value.${name}`);
    assert.ok(tensor !== undefined, name);
    parameters.view(name).set(tensor.data);
  }
  const pass = new ScalarPass(rewardModel.config, execution);
  const sequences = lessons.map((lesson) =>
    encodeCompletion(model, lesson.prompt, lesson.completion),
  );
  const values = await pass.run(parameters, sequences, 'last', 4);
  const scores = await pass.run(rewardModel.parameters, sequences, 'last', 4);
  pass.dispose();
  assert.deepEqual(values, scores);
});

test('22. policy and value share no parameters: updating one leaves the other bit for bit', async () => {
  for (const [still, moving, rates] of [
    ['policy', 'value', { learningRate: 0 }],
    ['value', 'policy', { valueLearningRate: 0 }],
  ] as const) {
    const loop = new PpoLoop(options({}, rates));
    const start = structuredClone(loop.snapshot());
    await loop.advance();
    const end = loop.snapshot();
    loop.dispose();
    assert.deepEqual(tensorsOf(end, still), tensorsOf(start, still));
    assert.notDeepEqual(tensorsOf(end, moving), tensorsOf(start, moving));
  }
});

test('25. nothing follows the first end, which is kept; no completion is longer than the cap', async () => {
  const generator = new Generator(model.config, execution);
  const { endToken } = model.tokenizer;
  const asked = Array.from({ length: 40 }, (_, i) => model.tokenizer.encode(lessons[i % 4].prompt));
  const completions = await generator.generate(model.parameters, asked, {
    maxNewTokens: 7,
    temperature: 1.5,
    endTokens: [endToken],
    random: new Random('ends'),
  });
  generator.dispose();
  const ends = new Set<string>();
  for (const { tokens, finish } of completions) {
    ends.add(finish);
    const end = tokens.indexOf(endToken);
    assert.equal(finish === 'stop', end >= 0);
    assert.equal(end < 0 ? 7 : end + 1, tokens.length);
  }
  assert.deepEqual(ends, new Set(['stop', 'length']), 'both ends were seen');
});

test('25. a completion without an end has exactly the fixed score, and only such a one', async () => {
  // One token leaves no room for an answer and its end.
  const loop = new PpoLoop(options({ maxNewTokens: 1, missingEosScore: -1 }));
  const { metrics } = await loop.advance();
  loop.dispose();
  assert.equal(metrics['ppo/ended'], 0);
  assert.equal(metrics['ppo/score'], -1);
  const subtracted = async (missingEosPenalty: number): Promise<number> => {
    const settings = { maxNewTokens: 1, missingEos: 'subtract', missingEosPenalty };
    const other = new PpoLoop(options(settings));
    const report = await other.advance();
    other.dispose();
    return report.metrics['ppo/score'];
  };
  near((await subtracted(0)) - (await subtracted(2)), 2, 1e-5);
});

test('26. T → 0 is the argmax, and a small temperature draws it too', async () => {
  const generator = new Generator(model.config, execution);
  const asked = lessons.map(({ prompt }) => model.tokenizer.encode(prompt));
  const draw = async (temperature: number) => {
    const completions = await generator.generate(model.parameters, asked, {
      maxNewTokens: 5,
      temperature,
      endTokens: [],
      random: new Random('cold'),
    });
    return completions.map(({ tokens }) => tokens);
  };
  const greedy = await draw(0);
  assert.deepEqual(await draw(1e-3), greedy);
  generator.dispose();
  const pass = new LogprobPass(model.config, 1, execution);
  for (const [i, tokens] of greedy.entries()) {
    const next = Array.from({ length: model.config.vocabSize }, (_, token) => ({
      prompt: asked[i],
      completion: [token],
    }));
    const logprobs = (await pass.run(model.parameters, next, 'completion', 256)).map(([p]) => p);
    assert.equal(logprobs.indexOf(Math.max(...logprobs)), tokens[0]);
  }
  pass.dispose();
});

test('26. tokens are drawn as often as the softmax says (χ²)', async () => {
  const generator = new Generator(model.config, execution);
  const prompt = model.tokenizer.encode('What does the');
  const draws = 4000;
  const completions = await generator.generate(
    model.parameters,
    Array<number[]>(draws).fill([...prompt]),
    { maxNewTokens: 1, temperature: 1, endTokens: [], random: new Random('often') },
  );
  generator.dispose();
  const pass = new LogprobPass(model.config, 1, execution);
  const next = Array.from({ length: model.config.vocabSize }, (_, token) => ({
    prompt,
    completion: [token],
  }));
  const logprobs = (await pass.run(model.parameters, next, 'completion', 256)).map(([p]) => p);
  pass.dispose();
  const counts = new Map<number, number>();
  for (const { tokens } of completions) counts.set(tokens[0], (counts.get(tokens[0]) ?? 0) + 1);
  let chiSquare = 0;
  let cells = 0;
  let rest = { expected: draws, count: draws };
  logprobs.forEach((logprob, token) => {
    const expected = draws * Math.exp(logprob);
    if (expected < 5) return;
    const count = counts.get(token) ?? 0;
    chiSquare += (count - expected) ** 2 / expected;
    cells += 1;
    rest = { expected: rest.expected - expected, count: rest.count - count };
  });
  if (rest.expected > 1) chiSquare += (rest.count - rest.expected) ** 2 / rest.expected;
  assert.ok(cells >= 3, `${cells} tokens are frequent enough to be counted`);
  // Mean k and deviation √(2k): four deviations come once in 10,000 times, and the seed is fixed.
  assert.ok(chiSquare < cells + 4 * Math.sqrt(2 * cells), `${chiSquare} with ${cells} cells`);
});

test('26. logits with a key/value cache are those of the full forward pass (< 1e-4)', async () => {
  const generator = new Generator(model.config, execution);
  const asked = lessons.map(({ prompt }) => model.tokenizer.encode(prompt));
  const completions = await generator.generate(model.parameters, asked, {
    maxNewTokens: 20,
    temperature: 1,
    endTokens: [],
    random: new Random('cache'),
  });
  generator.dispose();
  // Without a cache, one token at a time: the last of each growing text, each in a pass of its own.
  const pass = new LogprobPass(model.config, 1, execution);
  for (const [i, { tokens, logprobs }] of completions.entries()) {
    const grown = [...tokens.keys()].map((t) => ({
      prompt: [...asked[i], ...tokens.slice(0, t)],
      completion: [tokens[t]],
    }));
    const full = await pass.run(model.parameters, grown, 'completion', 1);
    close(
      full.map(([logprob]) => logprob),
      logprobs,
      1e-4,
    );
  }
  pass.dispose();
});
