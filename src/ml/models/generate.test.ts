import { after, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { Random } from '../../data/random.ts';
import { InstructError } from '../../protocol/errors.ts';
import { div, input, logSoftmax } from '../graph/index.ts';
import { Program } from '../runtime/index.ts';
import { Generator } from './generate.ts';
import type { GenerateOptions } from './generationBatch.ts';
import { lmLogits } from './heads.ts';
import { loadParameters } from './loadParameters.ts';
import { parseConfig } from './configFile.ts';
import { weightInputs } from './weightInputs.ts';
import { readSafetensors } from './safetensors.ts';
import { trunk } from './trunk.ts';

const folder = join(import.meta.dirname, '../../../test/reference/gpt2');
const expected = await readSafetensors(join(folder, 'expected.safetensors'));
const configPath = join(folder, 'language/config.json');
const { config } = parseConfig(readFileSync(configPath, 'utf8'), configPath);
const parameters = await loadParameters(join(folder, 'language'), config, 'language');
const execution = { threads: 1 };
const generator = new Generator(config, execution, 8);
after(() => {
  generator.dispose();
});

const options: GenerateOptions = {
  maxNewTokens: 8,
  temperature: 1,
  endTokens: [],
  random: new Random(0),
};
const chance = new Random('prompts');
const prompts = Array.from({ length: 21 }, (_, i) =>
  Array.from({ length: 1 + (i % 11) }, () => chance.integer(config.vocabSize)),
);

/** Log-probabilities of every next token after every position, by one pass without a cache. */
async function fullLogprobs(
  tokens: readonly number[],
  temperature: number,
): Promise<(position: number) => Float32Array> {
  const { weights } = weightInputs(config, 'language');
  const hidden = trunk(config, weights, input('tokens', [1, tokens.length], 'int32'));
  const logprobs = logSoftmax(div(lmLogits(config, weights, hidden), temperature));
  const program = await Program.compile({ logprobs }, execution);
  const result = await program.run({ tokens: Int32Array.from(tokens), ...parameters.views() });
  program.dispose();
  const all = result.float32('logprobs');
  return (position) => all.subarray(position * config.vocabSize, (position + 1) * config.vocabSize);
}

test('at temperature 0 the completion is the greedy one of transformers', async () => {
  const greedy = Array.from(expected.get('greedy')?.data ?? []);
  const prompt = Array.from(expected.get('tokens')?.data ?? []).slice(12, 12 + 7);
  const [completion] = await generator.generate(parameters, [prompt], {
    ...options,
    maxNewTokens: 16,
    temperature: 0,
  });
  assert.equal(greedy.length, 16);
  assert.deepEqual(completion.tokens, greedy);
});

test('log-probabilities of the rollout equal recomputed ones, at any temperature', async () => {
  for (const temperature of [1, 0.7, 1.6]) {
    const settings = { ...options, temperature, maxNewTokens: 12, endTokens: [3] };
    const completions = await generator.generate(parameters, prompts, settings);
    for (const [i, { tokens, logprobs, logprob, finish }] of completions.entries()) {
      const recomputed = await fullLogprobs([...prompts[i], ...tokens], temperature);
      const plain = await fullLogprobs([...prompts[i], ...tokens], 1);
      let sum = 0;
      for (const [t, token] of tokens.entries()) {
        const position = prompts[i].length + t - 1;
        assert.ok(Math.abs(logprobs[t] - recomputed(position)[token]) < 1e-5);
        sum += plain(position)[token];
      }
      assert.ok(Math.abs(logprob - sum) < 1e-4);
      assert.equal(finish === 'stop', tokens.at(-1) === 3);
      assert.ok(finish === 'stop' || tokens.length === 12);
    }
    assert.ok(completions.some(({ finish }) => finish === 'stop'));
    assert.ok(completions.some(({ finish }) => finish === 'length'));
  }
});

test('tokens are drawn as often as the softmax says', async () => {
  const prompt = [5, 17, 40];
  for (const temperature of [1, 0.5]) {
    const draws = 6000;
    const completions = await generator.generate(
      parameters,
      new Array<number[]>(draws).fill(prompt),
      { ...options, temperature, maxNewTokens: 1, random: new Random('frequencies') },
    );
    const counts = new Array<number>(config.vocabSize).fill(0);
    for (const { tokens } of completions) counts[tokens[0]]++;
    const probabilities = (await fullLogprobs(prompt, temperature))(2).map(Math.exp);
    let chiSquare = 0;
    let rare = { count: 0, expected: 0 };
    let cells = 0;
    counts.forEach((count, token) => {
      const wanted = probabilities[token] * draws;
      if (wanted < 5) {
        rare = { count: rare.count + count, expected: rare.expected + wanted };
        return;
      }
      chiSquare += (count - wanted) ** 2 / wanted;
      cells++;
    });
    if (rare.expected > 0) chiSquare += (rare.count - rare.expected) ** 2 / rare.expected;
    // Mean and deviation of a chi-square variable are k and √(2k); four deviations are one in 10,000.
    assert.ok(chiSquare < cells + 4 * Math.sqrt(2 * cells), `${chiSquare} with ${cells} cells`);
  }
});

test('what a row gets does not depend on the other rows or on the size of the batch', async () => {
  const settings = (): GenerateOptions => ({ ...options, endTokens: [3], random: new Random(9) });
  const together = await generator.generate(parameters, prompts, settings());
  const others = prompts.map((prompt, i) => (i === 4 ? prompt : [i + 1]));
  const changed = await generator.generate(parameters, others, settings());
  assert.deepEqual(changed[4].tokens, together[4].tokens);
  const oneByOne = new Generator(config, execution, 1);
  const alone = await oneByOne.generate(parameters, prompts, settings());
  oneByOne.dispose();
  assert.deepEqual(
    alone.map(({ tokens }) => tokens),
    together.map(({ tokens }) => tokens),
  );
});

test('equal prompts share one pass but draw their own completions', async () => {
  const completions = await generator.generate(
    parameters,
    [
      [7, 8],
      [7, 8],
      [7, 8],
    ],
    options,
  );
  const texts = new Set(completions.map(({ tokens }) => tokens.join()));
  assert.equal(texts.size, 3);
});

test('tokens are told as they come, and a signal ends what is under way', async () => {
  const told = new Map<number, number[]>();
  const controller = new AbortController();
  const completions = await generator.generate(parameters, [[1], [2, 3]], {
    ...options,
    onToken: (row, token) => {
      told.set(row, [...(told.get(row) ?? []), token]);
      if (told.get(1)?.length === 4) controller.abort();
    },
    signal: controller.signal,
  });
  completions.forEach(({ tokens, logprobs, finish }, row) => {
    assert.equal(finish, 'cancelled');
    assert.equal(tokens.length, 4);
    assert.equal(logprobs.length, 4);
    assert.deepEqual(told.get(row), tokens);
  });
});

test('a completion ends where the context does, and a prompt without room is refused', async () => {
  const long = Array.from({ length: config.nCtx - 2 }, (_, i) => i + 1);
  const [completion] = await generator.generate(parameters, [long], options);
  assert.equal(completion.tokens.length, 2);
  assert.equal(completion.finish, 'length');
  for (const prompt of [[], [...long, 1, 2]]) {
    await assert.rejects(
      generator.generate(parameters, [[1], prompt], options),
      (error) => error instanceof InstructError && error.code === 'bad-argument',
    );
  }
  assert.deepEqual(await generator.generate(parameters, [], options), []);
});

test('truncation leaves only the most probable tokens, and their untruncated log-probabilities', async () => {
  const prompt = [5, 17, 40];
  const logprobs = (await fullLogprobs(prompt, 1))(2);
  const best = [...logprobs.keys()].sort((a, b) => logprobs[b] - logprobs[a]).slice(0, 3);
  const completions = await generator.generate(parameters, new Array<number[]>(200).fill(prompt), {
    ...options,
    maxNewTokens: 1,
    topK: 3,
  });
  assert.deepEqual(new Set(completions.map(({ tokens }) => tokens[0])), new Set(best));
  for (const { tokens, logprobs: own } of completions) {
    assert.ok(Math.abs(own[0] - logprobs[tokens[0]]) < 1e-5);
  }
});

const ids = z.array(z.int());
const penaltyCases = z.object({
  prompt: ids,
  plain: ids,
  repetitionPenalty: z.array(z.object({ penalty: z.number(), tokens: ids })),
  endToken: z.int(),
  ended: ids,
  minNewTokens: z.array(z.object({ least: z.int(), tokens: ids })),
});

test('penalties give the greedy completions of transformers', async () => {
  // test/reference/penalties.py
  const file = readFileSync(join(folder, 'penalties.json'), 'utf8');
  const cases = penaltyCases.parse(JSON.parse(file));
  const greedy = async (settings: Partial<GenerateOptions>): Promise<number[]> => {
    const sampled = { ...options, temperature: 0, maxNewTokens: 16, ...settings };
    return (await generator.generate(parameters, [cases.prompt], sampled))[0].tokens;
  };
  assert.deepEqual(await greedy({}), cases.plain);
  for (const { penalty, tokens } of cases.repetitionPenalty) {
    assert.deepEqual(await greedy({ repetitionPenalty: penalty }), tokens, `${penalty}`);
  }
  const endTokens = [cases.endToken];
  assert.deepEqual(await greedy({ endTokens }), cases.ended);
  for (const { least, tokens } of cases.minNewTokens) {
    assert.deepEqual(await greedy({ endTokens, minNewTokens: least }), tokens, `${least}`);
  }
});

test('the first of several end tokens ends a completion, and none is drawn too early', async () => {
  const sampled = { ...options, temperature: 0, maxNewTokens: 16 };
  const free = (await generator.generate(parameters, [[5, 17, 40]], sampled))[0].tokens;
  const early = free[2];
  const late = free.findLast((token) => token !== early) ?? early;
  const endTokens = [late, early];
  const [ended] = await generator.generate(parameters, [[5, 17, 40]], { ...sampled, endTokens });
  const first = free.findIndex((token) => endTokens.includes(token));
  assert.deepEqual(ended.tokens, free.slice(0, first + 1));
  assert.equal(ended.finish, 'stop');
  const [longer] = await generator.generate(parameters, [[5, 17, 40]], {
    ...sampled,
    endTokens,
    minNewTokens: 6,
  });
  assert.ok(longer.tokens.slice(0, 6).every((token) => !endTokens.includes(token)));
});

test('a penalty of 1 and no least length draw what is drawn without them', async () => {
  const seeded = (): GenerateOptions => ({ ...options, temperature: 0.8, random: new Random(3) });
  const plain = await generator.generate(parameters, prompts, seeded());
  const same = await generator.generate(parameters, prompts, {
    ...seeded(),
    repetitionPenalty: 1.0000001,
    minNewTokens: 3,
  });
  assert.deepEqual(
    same.map(({ tokens }) => tokens),
    plain.map(({ tokens }) => tokens),
  );
});

test('a completion ends with the token at which it is told to stop', async () => {
  const seen: number[] = [];
  const [completion] = await generator.generate(parameters, [[5, 17, 40]], {
    ...options,
    stops: (tokens) => {
      seen.push(tokens.length);
      return tokens.length === 3;
    },
  });
  assert.deepEqual(seen, [1, 2, 3]);
  assert.equal(completion.tokens.length, 3);
  assert.equal(completion.finish, 'stop');
});
