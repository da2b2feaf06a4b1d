import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { lessons, tinyModel } from '../../../test/fixtures/tinyModel.ts';
import { Random } from '../../data/random.ts';
import { Generator, type LanguageModel } from '../models/index.ts';
import type { TokenSequence } from './batch.ts';
import { gatherExperience } from './experience.ts';
import { examineRollout, type KlEvidence } from './klEvidence.ts';
import { LogprobPass } from './passes.ts';

const execution = { threads: 1 };
const temperature = 0.5;
/** Sharper than a new model, so that temperatures and weights tell. */
const policy: LanguageModel = (() => {
  const model = tinyModel();
  for (const { name } of model.parameters.entries) {
    const view = model.parameters.view(name);
    if (!name.includes('ln_')) for (let i = 0; i < view.length; i++) view[i] *= 12;
  }
  return model;
})();
let sequences: TokenSequence[];

before(async () => {
  const generator = new Generator(policy.config, execution);
  const prompts = lessons.flatMap(({ prompt }) =>
    Array.from({ length: 8 }, () => policy.tokenizer.encode(prompt)),
  );
  const drawn = await generator.generate(policy.parameters, prompts, {
    maxNewTokens: 12,
    temperature,
    endTokens: policy.tokenizer.endTokens,
    random: new Random(3),
  });
  generator.dispose();
  sequences = drawn.map(({ tokens }, i) => ({ prompt: prompts[i], completion: tokens }));
});

const passes = new Map<number, LogprobPass>();
after(() => {
  for (const pass of passes.values()) pass.dispose();
});

function logprobs(
  at: number,
  rows = sequences.length,
  parameters = policy.parameters,
): Promise<Float32Array[]> {
  let pass = passes.get(at);
  if (pass === undefined) {
    pass = new LogprobPass(policy.config, at, execution);
    passes.set(at, pass);
  }
  return pass.run(parameters, sequences, 'completion', rows);
}

const recompute = (how: { temperature?: number; alone?: boolean }): Promise<Float32Array[]> =>
  logprobs(how.temperature ?? temperature, how.alone === true ? 1 : sequences.length);

const examine = (recorded: readonly Float32Array[]): Promise<KlEvidence> =>
  examineRollout({
    sequences,
    logprobs: recorded,
    endToken: policy.tokenizer.endToken,
    recompute,
  });

test('log-probabilities taken at another temperature than the samples give a negative KL, and are found', async () => {
  const recorded = await logprobs(1);
  const reference = await logprobs(temperature);
  const { metrics } = gatherExperience(
    recorded.map((row, i) => ({
      logprobs: row,
      refLogprobs: reference[i],
      values: new Float32Array(row.length),
      score: 0,
      ended: true,
    })),
    {
      gamma: 1,
      lam: 1,
      whitenRewards: false,
      whitenAdvantages: 'off',
      missingEos: 'replace',
      missingEosScore: 0,
      missingEosPenalty: 0,
    },
    0.1,
  );
  assert.ok(metrics['ppo/kl'] < -0.5, String(metrics['ppo/kl']));
  const { cause, sentence } = await examine(recorded);
  assert.equal(cause, 'temperature');
  assert.match(sentence, /but not at temperature 1/);
});

test('a policy that has moved on since it sampled is a ratio', async () => {
  const moved = policy.parameters.clone();
  for (let i = 0; i < moved.data.length; i++) moved.data[i] *= 1.05;
  const { cause } = await examine(await logprobs(temperature, sequences.length, moved));
  assert.equal(cause, 'ratio');
});

test('tokens after the end of a completion are truncation', async () => {
  const recorded = await logprobs(temperature);
  const { endToken } = policy.tokenizer;
  const going = sequences.map(({ prompt, completion }, i) => ({
    prompt,
    completion: i === 0 ? [endToken, ...completion.slice(1)] : completion,
  }));
  const { cause, sentence } = await examineRollout({
    sequences: going,
    logprobs: recorded,
    endToken,
    recompute,
  });
  assert.equal(cause, 'truncation');
  assert.match(sentence, /1 completions go on/);
});

test('numbers that depend on what else is in the batch are padding', async () => {
  const alone = await logprobs(temperature, 1);
  // A batch in which prompts are padded on the left with tokens that nothing hides.
  const padded = sequences.map(({ prompt, completion }) => ({
    prompt: [5, 5, 5, ...prompt],
    completion,
  }));
  const pass = new LogprobPass(policy.config, temperature, execution);
  const broken = await pass.run(policy.parameters, padded, 'completion', padded.length);
  pass.dispose();
  const { cause } = await examineRollout({
    sequences,
    logprobs: alone,
    endToken: policy.tokenizer.endToken,
    recompute: (how) => (how.alone === true ? recompute(how) : Promise.resolve(broken)),
  });
  assert.equal(cause, 'padding');
});

test('a rollout with the policy’s own numbers points at how the tokens were drawn', async () => {
  assert.equal((await examine(await logprobs(temperature))).cause, 'reference');
});
