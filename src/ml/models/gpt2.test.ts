import { test } from 'node:test';
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { div, gather, input, neg, reduceSum, reshape, tokenLogprobs } from '../graph/index.ts';
import { ParameterBuffer, Program, TrainingProgram } from '../runtime/index.ts';
import { lmLogits, scalarHead } from './heads.ts';
import type { HeadKind, ModelConfig } from './modelConfig.ts';
import { modelParameters } from './modelParameters.ts';
import { weightInputs } from './weightInputs.ts';
import { readSafetensors } from './safetensors.ts';
import { trunk } from './trunk.ts';

// Made by test/reference/gpt2.py with transformers on PyTorch.
const folder = join(import.meta.dirname, '../../../test/reference/gpt2');
const expected = await readSafetensors(join(folder, 'expected.safetensors'));
const config: ModelConfig = {
  modelType: 'gpt2',
  vocabSize: 48,
  nCtx: 24,
  nEmbd: 16,
  nLayer: 2,
  nHead: 4,
  nInner: 64,
  activation: 'gelu_new',
  layerNormEpsilon: 1e-5,
  initializerRange: 0.2,
  endToken: 0,
};
const execution = { threads: 1 };

function numbers(name: string): Float32Array {
  const tensor = expected.get(name);
  assert.ok(tensor, name);
  return tensor.data;
}

async function load(head: HeadKind): Promise<ParameterBuffer> {
  const file = head === 'language' ? 'language' : 'reward';
  const tensors = await readSafetensors(join(folder, file, 'model.safetensors'));
  const parameters = new ParameterBuffer(modelParameters(config, head));
  for (const { name, shape } of parameters.entries) {
    const tensor = tensors.get(name);
    assert.deepEqual(tensor?.shape, shape, name);
    parameters.view(name).set(tensor.data);
  }
  return parameters;
}

function assertClose(
  actual: ArrayLike<number>,
  wanted: ArrayLike<number>,
  tolerance: number,
): void {
  assert.equal(actual.length, wanted.length);
  for (let i = 0; i < wanted.length; i++) {
    const error = Math.abs(actual[i] - wanted[i]);
    assert.ok(error <= tolerance, `at ${i}: ${actual[i]} instead of ${wanted[i]}`);
  }
}

const [rows, length] = [3, 12];
const lengths = Array.from(numbers('lengths'));
const tokens = Int32Array.from(numbers('tokens'));

test('logits of a right-padded batch are those of transformers for each row alone', async () => {
  const { weights } = weightInputs(config, 'language');
  const logits = lmLogits(
    config,
    weights,
    trunk(config, weights, input('tokens', [rows, length], 'int32')),
  );
  const program = await Program.compile({ logits }, execution);
  const parameters = await load('language');
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
  const wanted = gather(reshape(hidden, [-1, config.nEmbd]), input('positions', [count], 'int32'));
  const logprobs = tokenLogprobs(
    lmLogits(config, weights, wanted),
    input('targets', [count], 'int32'),
  );
  const loss = div(neg(reduceSum(logprobs)), count);
  const program = await TrainingProgram.compile({ loss, trainable: inputs }, execution);
  const parameters = await load('language');
  const gradients = parameters.zerosLike();
  const metrics = await program.run({
    parameters,
    gradients,
    feeds: { tokens, positions: Int32Array.from(positions), targets: Int32Array.from(targets) },
  });
  program.dispose();
  assertClose([metrics['loss']], numbers('loss'), 1e-5);
  for (const { name } of parameters.entries) {
    const wantedGradient = numbers(`gradient.${name}`);
    const largest = wantedGradient.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
    assertClose(gradients.view(name), wantedGradient, 1e-3 * largest);
  }
});

test('the scalar head gives the scores of sequence classification at the last token', async () => {
  const { weights } = weightInputs(config, 'scalar');
  const hidden = trunk(config, weights, input('tokens', [rows, length], 'int32'));
  const program = await Program.compile({ scores: scalarHead(weights, hidden) }, execution);
  const result = await program.run({ tokens, ...(await load('scalar')).views() });
  program.dispose();
  const scores = result.float32('scores');
  const last = lengths.map((rowLength, row) => scores[row * length + rowLength - 1]);
  assertClose(last, numbers('scores'), 2e-4);
});

test('what stands in the padding changes nothing before it', async () => {
  const { weights } = weightInputs(config, 'language');
  const hidden = trunk(config, weights, input('tokens', [1, 8], 'int32'));
  const program = await Program.compile({ hidden }, execution);
  const views = (await load('language')).views();
  const run = async (padding: number): Promise<Float32Array> => {
    const row = Int32Array.of(5, 9, 30, 7, padding, padding, padding, padding);
    return (await program.run({ tokens: row, ...views })).float32('hidden').slice(0, 4 * 16);
  };
  assert.deepEqual(await run(0), await run(41));
  program.dispose();
});
