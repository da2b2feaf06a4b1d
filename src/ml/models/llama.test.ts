import { after, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '../../data/random.ts';
import { div, gather, input, neg, reduceSum, reshape, tokenLogprobs } from '../graph/index.ts';
import { ParameterBuffer, Program, TrainingProgram } from '../runtime/index.ts';
import { parseConfig } from './configFile.ts';
import { Generator } from './generate.ts';
import { lmLogits, scalarHead, scoreWeight } from './heads.ts';
import { loadParameters } from './loadParameters.ts';
import { modelParameters } from './modelParameters.ts';
import { weightInputs } from './weightInputs.ts';
import { readSafetensors } from './safetensors.ts';
import { trunk } from './trunk.ts';

// Made by test/reference/llama.py with transformers on PyTorch.
const root = join(import.meta.dirname, '../../../test/reference/llama');
const names = [
  'llama2',
  'llama3',
  'smollm2',
  'tinyllama',
  'mistral',
  'qwen2',
  'qwen2-yarn',
  'qwen3',
  'qwen3-biased',
];
const execution = { threads: 1 };
const lengths = [12, 7, 3];
const [rows, length] = [3, 12];

function assertClose(
  actual: ArrayLike<number>,
  wanted: ArrayLike<number>,
  tolerance: number,
  what = '',
): void {
  assert.equal(actual.length, wanted.length);
  for (let i = 0; i < wanted.length; i++) {
    const error = Math.abs(actual[i] - wanted[i]);
    assert.ok(error <= tolerance, `${what} at ${i}: ${actual[i]} instead of ${wanted[i]}`);
  }
}

for (const name of names) {
  describe(name, async () => {
    const folder = join(root, name);
    const expected = await readSafetensors(join(folder, 'expected.safetensors'));
    const numbers = (key: string): Float32Array => {
      const tensor = expected.get(key);
      assert.ok(tensor, key);
      return tensor.data;
    };
    const configPath = join(folder, 'config.json');
    const { config } = parseConfig(readFileSync(configPath, 'utf8'), configPath);
    const parameters = await loadParameters(folder, config, 'language');
    const tokens = Int32Array.from(numbers('tokens'));

    test('the logits of a padded batch are those of transformers', async () => {
      const { weights } = weightInputs(config, 'language');
      const hidden = trunk(config, weights, input('tokens', [rows, length], 'int32'));
      const program = await Program.compile(
        { logits: lmLogits(config, weights, hidden) },
        execution,
      );
      const result = await program.run({ tokens, ...parameters.views() });
      program.dispose();
      const all = result.float32('logits');
      lengths.forEach((rowLength, row) => {
        const start = row * length * config.vocabSize;
        const own = all.subarray(start, start + rowLength * config.vocabSize);
        assertClose(own, numbers(`logits.${row}`), 2e-4);
      });
    });

    test('the gradient of the mean loss over a padded batch is that of PyTorch', async () => {
      const positions = lengths.flatMap((rowLength, row) =>
        Array.from({ length: rowLength - 1 }, (_, t) => row * length + t),
      );
      const targets = positions.map((position) => tokens[position + 1]);
      const count = positions.length;
      const { weights, inputs } = weightInputs(config, 'language');
      const hidden = trunk(config, weights, input('tokens', [rows, length], 'int32'));
      const flat = reshape(hidden, [-1, config.nEmbd]);
      const wanted = gather(flat, input('positions', [count], 'int32'));
      const logits = lmLogits(config, weights, wanted);
      const logprobs = tokenLogprobs(logits, input('targets', [count], 'int32'));
      const loss = div(neg(reduceSum(logprobs)), count);
      const program = await TrainingProgram.compile({ loss, trainable: inputs }, execution);
      const gradients = parameters.zerosLike();
      const metrics = await program.run({
        parameters,
        gradients,
        feeds: { tokens, positions: Int32Array.from(positions), targets: Int32Array.from(targets) },
      });
      program.dispose();
      assertClose([metrics['loss']], numbers('loss'), 1e-5);
      for (const { name: parameter } of parameters.entries) {
        const gradient = numbers(`gradient.${parameter}`);
        const largest = gradient.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
        assertClose(gradients.view(parameter), gradient, 1e-3 * largest, parameter);
      }
    });

    test('the scalar head gives the scores of sequence classification', async () => {
      const { weights } = weightInputs(config, 'scalar');
      const hidden = trunk(config, weights, input('tokens', [rows, length], 'int32'));
      const program = await Program.compile({ scores: scalarHead(weights, hidden) }, execution);
      const scoring = new ParameterBuffer(modelParameters(config, 'scalar'));
      scoring.copyFrom(parameters);
      scoring.view(scoreWeight).set(numbers(scoreWeight));
      const result = await program.run({ tokens, ...scoring.views() });
      program.dispose();
      const scores = result.float32('scores');
      const last = lengths.map((rowLength, row) => scores[row * length + rowLength - 1]);
      assertClose(last, numbers('scores'), 2e-4);
    });

    test('generation with the cache is the greedy one of transformers', async () => {
      const generator = new Generator(config, execution, 4);
      after(() => {
        generator.dispose();
      });
      const prompt = Array.from(tokens.slice(12, 12 + 7));
      // Rows of other lengths beside it: positions and masks differ by row.
      const [, completion] = await generator.generate(parameters, [[5, 6], prompt, [7]], {
        maxNewTokens: 16,
        temperature: 0,
        endTokens: [],
        random: new Random(0),
      });
      assert.deepEqual(completion.tokens, Array.from(numbers('greedy')));
    });
  });
}
