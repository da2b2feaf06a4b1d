import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tinyModel } from '../../../test/fixtures/tinyModel.ts';
import { Random } from '../../data/random.ts';
import { Generator, initialise } from '../models/index.ts';
import { LanguageModelLearner } from './languageModelLoss.ts';
import { LogprobPass } from './passes.ts';

const length = 2048;
const { config: tiny, tokenizer } = tinyModel();
const config = { ...tiny, nCtx: length, nLayer: 2 };
const parameters = initialise(config, 'language', new Random(1));
const random = new Random(2);
const tokens = Array.from({ length }, () => random.integer(config.vocabSize));
const execution = { threads: 2 };

test('sampling to the last of 2,048 positions gives the log-probabilities of a whole pass', async (t) => {
  const generator = new Generator(config, execution);
  const pass = new LogprobPass(config, 1, execution);
  t.after(() => {
    generator.dispose();
    pass.dispose();
  });
  const prompt = tokens.slice(0, length - 4);
  const options = { maxNewTokens: 9, temperature: 1, endTokens: [], random };
  const [drawn] = await generator.generate(parameters, [prompt], options);
  assert.equal(drawn.tokens.length, 4);
  const sequence = { prompt, completion: drawn.tokens };
  const [whole] = await pass.run(parameters, [sequence], 'completion', 1);
  for (const [i, logprob] of drawn.logprobs.entries()) {
    assert.ok(Math.abs(logprob - whole[i]) < 1e-4, `${logprob} and ${whole[i]}`);
  }
});

test('a step on 2,048 tokens has the loss of its log-probabilities, with checkpointing too', async (t) => {
  const pass = new LogprobPass(config, 1, execution);
  t.after(() => {
    pass.dispose();
  });
  const sequence = { prompt: [], completion: tokens };
  const [logprobs] = await pass.run(parameters, [sequence], 'all', 1);
  const expected = -logprobs.reduce((sum, each) => sum + each, 0) / (length - 1);
  const settings = {
    adamBeta1: 0.9,
    adamBeta2: 0.95,
    adamEpsilon: 1e-8,
    weightDecay: 0,
    maxGradNorm: 1,
  };
  const norms: number[] = [];
  for (const gradientCheckpointing of [false, true]) {
    const memory = { microBatchSize: 0, gradientCheckpointing };
    const model = { config, tokenizer, parameters: parameters.clone() };
    const learner = new LanguageModelLearner(model, 'all', { ...settings, ...memory }, execution);
    const first = await learner.step([sequence], 0.01);
    const second = await learner.step([sequence], 0.01);
    learner.dispose();
    assert.ok(Math.abs(first.loss - expected) < 1e-4, `${first.loss} and ${expected}`);
    assert.ok(second.loss < first.loss);
    norms.push(first.gradNorm);
  }
  assert.ok(Math.abs(norms[0] / norms[1] - 1) < 1e-4, norms.join());
});
