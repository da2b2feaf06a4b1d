import { test } from 'node:test';
import assert from 'node:assert/strict';
import { Random } from '../../data/random.ts';
import type { ModelConfig } from './modelConfig.ts';
import { initialise, withScalarHead } from './modelParameters.ts';

const config: ModelConfig = {
  modelType: 'gpt2',
  vocabSize: 500,
  nCtx: 64,
  nEmbd: 64,
  nLayer: 8,
  nHead: 4,
  nInner: 256,
  activation: 'gelu_new',
  layerNormEpsilon: 1e-5,
  initializerRange: 0.02,
  endToken: 0,
};

function deviation(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
}

test('new parameters have the deviations of GPT-2: 0.02, and 0.005 where 8 layers add up', () => {
  const parameters = initialise(config, 'language', new Random(1));
  const near = (name: string, wanted: number): void => {
    const ratio = deviation(parameters.view(name)) / wanted;
    assert.ok(Math.abs(ratio - 1) < 0.05, `${name}: ${ratio}`);
  };
  near('transformer.wte.weight', 0.02);
  near('transformer.wpe.weight', 0.02);
  near('transformer.h.3.attn.c_attn.weight', 0.02);
  near('transformer.h.3.mlp.c_fc.weight', 0.02);
  near('transformer.h.3.attn.c_proj.weight', 0.005);
  near('transformer.h.7.mlp.c_proj.weight', 0.005);
  for (const { name } of parameters.entries) {
    if (name.endsWith('.bias')) assert.ok(parameters.view(name).every((value) => value === 0));
    if (/ln_\w+\.weight$/.test(name)) assert.ok(parameters.view(name).every((x) => x === 1));
  }
  assert.deepEqual(initialise(config, 'language', new Random(1)).data, parameters.data);
});

test('a new scalar head has deviation 1/√(C + 1) on the trunk of the language model', () => {
  const language = initialise(config, 'language', new Random(1));
  const scores: number[] = [];
  for (let seed = 0; seed < 30; seed++) {
    const reward = withScalarHead(config, language, new Random(seed));
    scores.push(...reward.view('score.weight'));
    assert.deepEqual(reward.data.subarray(0, language.size), language.data);
  }
  assert.ok(Math.abs(deviation(Float32Array.from(scores)) - 0.124) < 0.006);
});
