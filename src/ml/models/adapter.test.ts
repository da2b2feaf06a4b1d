import { after, test } from 'node:test';
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Random } from '../../data/random.ts';
import { InstructError } from '../../protocol/errors.ts';
import { div, input, neg, reduceSum, reshape, slice, tokenLogprobs } from '../graph/index.ts';
import { Program, TrainingProgram } from '../runtime/index.ts';
import { adapterParameters, dropoutMasks, mergedParameters, withAdapter } from './adapter.ts';
import { readAdapterConfig, readAdapterWeights, writeAdapter } from './adapterFolder.ts';
import { parseConfig } from './configFile.ts';
import { lmLogits, scalarHead } from './heads.ts';
import { loadParameters } from './loadParameters.ts';
import type { AdapterConfig, HeadKind, ModelConfig } from './modelConfig.ts';
import { readSafetensors, writeSafetensors } from './safetensors.ts';
import { trunk } from './trunk.ts';
import { weightInputs } from './weightInputs.ts';
import { tinyModel } from '../../../test/fixtures/tinyModel.ts';

// Made by test/reference/lora.py with PEFT on transformers.
const root = join(import.meta.dirname, '../../../test/reference/lora');
const execution = { threads: 1 };
const length = 11;
const scratch = mkdtempSync(join(tmpdir(), 'adapter-'));
after(() => rmSync(scratch, { recursive: true }));

async function load(folder: string): Promise<{
  readonly config: ModelConfig;
  readonly head: HeadKind;
  readonly parameters: Awaited<ReturnType<typeof loadParameters>>;
}> {
  const { adapter, baseFolder } = await readAdapterConfig(folder);
  const path = join(baseFolder, 'config.json');
  const { config, head } = parseConfig(readFileSync(path, 'utf8'), path);
  const parameters = await loadParameters(baseFolder, config, head);
  return { head, ...(await readAdapterWeights(folder, { config, parameters }, adapter, head)) };
}

function valueOf(config: ModelConfig, head: HeadKind) {
  const { weights, inputs } = weightInputs(config, head);
  const hidden = trunk(config, weights, input('tokens', [1, length], 'int32'));
  const value =
    head === 'language'
      ? lmLogits(config, weights, hidden)
      : slice(scalarHead(weights, hidden), 1, length - 1);
  return { value, inputs };
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

for (const name of ['gpt2', 'gpt2-attention', 'llama3', 'qwen2-stabilised', 'reward']) {
  test(`the adapter ${name} gives PEFT's numbers, beside the weights and worked into them`, async () => {
    const folder = join(root, name);
    const expected = await readSafetensors(join(folder, 'expected.safetensors'));
    const wanted = expected.get('value')?.data ?? [];
    const tokens = Int32Array.from(expected.get('tokens')?.data ?? []);
    const { config, head, parameters } = await load(folder);
    const beside = await Program.compile({ value: valueOf(config, head).value }, execution);
    const result = await beside.run({ tokens, ...(await parameters.feedsFor(beside)) });
    beside.dispose();
    assertClose(result.float32('value'), wanted, 2e-4);

    const { adapter, ...plain } = config;
    assert.ok(adapter !== undefined);
    const within = await Program.compile({ value: valueOf(plain, head).value }, execution);
    const merged = mergedParameters(config, parameters, head);
    const mergedResult = await within.run({ tokens, ...merged.views() });
    within.dispose();
    assertClose(mergedResult.float32('value'), wanted, 2e-4);
  });

  test(`only the adapter ${name} learns, with PEFT's gradients`, async () => {
    const folder = join(root, name);
    const expected = await readSafetensors(join(folder, 'expected.safetensors'));
    const tokens = Int32Array.from(expected.get('tokens')?.data ?? []);
    const { config, head, parameters } = await load(folder);
    const { value, inputs } = valueOf(config, head);
    const logits = head === 'language' ? slice(value, 1, 0, length - 1) : value;
    const targets = input('targets', [1, length - 1], 'int32');
    const loss =
      head === 'language'
        ? div(neg(reduceSum(tokenLogprobs(logits, targets))), length - 1)
        : reshape(value, []);
    const program = await TrainingProgram.compile({ loss, trainable: inputs }, execution);
    const gradients = parameters.zerosLike();
    const feeds = head === 'language' ? { tokens, targets: tokens.slice(1) } : { tokens };
    const metrics = await program.run({ parameters, gradients, feeds });
    program.dispose();
    assertClose([metrics['loss']], expected.get('loss')?.data ?? [], 1e-5);
    for (const { name: parameter } of gradients.entries) {
      const gradient = expected.get(`gradient.${parameter}`)?.data ?? [];
      const largest = Math.max(...gradient.map(Math.abs));
      assertClose(gradients.view(parameter), gradient, 1e-3 * largest);
    }
    const learned = [...expected.keys()].filter((key) => key.startsWith('gradient.'));
    assert.equal(gradients.entries.length, learned.length);
  });
}

test('an adapter that is written is read again', async () => {
  const read = await load(join(root, 'gpt2-attention'));
  await writeAdapter(scratch, { ...read, base: join(root, '../gpt2/language') });
  const again = await load(scratch);
  assert.deepEqual(again.parameters.data, read.parameters.data);
  assert.deepEqual(again.config.adapter, read.config.adapter);
});

test('a new adapter changes nothing, and shares the weights under it', () => {
  const model = tinyModel();
  const before = model.parameters.data.slice();
  const adapter: AdapterConfig = { rank: 2, alpha: 4, dropout: 0, targets: 'all-linear' };
  const adapted = withAdapter(model, adapter, new Random(1));
  assert.equal(adapted.parameters.frozen, model.parameters);
  const merged = mergedParameters(adapted.config, adapted.parameters, 'language');
  assert.deepEqual(merged.data, before);
  // 4 layers: 16 to 48, 16 to 16, 16 to 32 and 32 to 16.
  assert.equal(adapted.parameters.size, 2 * (16 + 48 + 16 + 16 + 16 + 32 + 32 + 16));
  const down = adapted.parameters.view('transformer.h.0.mlp.c_proj.lora_A.weight');
  assert.ok(down.every((value) => Math.abs(value) <= 1 / Math.sqrt(32) && value !== 0));
});

test('dropout drops its share of the inputs, other ones at each draw', () => {
  const { config } = tinyModel();
  const adapter: AdapterConfig = { rank: 2, alpha: 4, dropout: 0.25, targets: ['c_fc'] };
  const adapted = { ...config, adapter };
  const draw = (seed: number): Uint8Array => {
    const masks = Object.values(dropoutMasks(adapted, 500, new Random(seed)));
    assert.equal(masks.length, 1);
    assert.ok(masks[0] instanceof Uint8Array);
    return masks[0];
  };
  const kept = draw(1).reduce((sum, each) => sum + each, 0) / (500 * 16);
  // Four standard deviations of 8,000 draws.
  assert.ok(Math.abs(kept - 0.75) < 4 * Math.sqrt((0.75 * 0.25) / 8000), String(kept));
  assert.deepEqual(draw(1), draw(1));
  assert.notDeepEqual(draw(1), draw(2));
  assert.deepEqual(
    dropoutMasks({ ...config, adapter: { ...adapter, dropout: 0 } }, 9, new Random(0)),
    {},
  );
});

test('targets that name no layer are refused with those there are', () => {
  const { config } = tinyModel();
  const parameters = (targets: readonly string[]) => () =>
    adapterParameters({ ...config, adapter: { rank: 1, alpha: 1, dropout: 0, targets } });
  assert.throws(parameters(['c_attn', 'q_proj']), /no linear layer "q_proj"/);
  assert.throws(parameters([]), InstructError);
  assert.equal(parameters(['attn.c_proj'])().length, 2);
  assert.equal(parameters(['c_proj'])().length, 4);
});

test('adapters that are more than LoRA, foreign or damaged are refused by name', async () => {
  const spoilt = async (change: (folder: string) => unknown, pattern: RegExp): Promise<void> => {
    const folder = join(scratch, 'spoilt');
    rmSync(folder, { recursive: true, force: true });
    cpSync(join(root, 'gpt2'), folder, { recursive: true });
    const config = join(folder, 'adapter_config.json');
    const base = JSON.stringify(join(root, '../gpt2/language'));
    writeFileSync(config, readFileSync(config, 'utf8').replace('"../../gpt2/language"', base));
    await change(folder);
    await assert.rejects(load(folder), (error) => {
      assert.ok(error instanceof InstructError, String(error));
      assert.match(error.message, pattern);
      return true;
    });
  };
  const setting = (from: string, to: string) => (folder: string) => {
    const file = join(folder, 'adapter_config.json');
    const text = readFileSync(file, 'utf8');
    assert.ok(text.includes(from), from);
    writeFileSync(file, text.replace(from, to));
  };
  const tensors = (change: (all: Awaited<ReturnType<typeof readSafetensors>>) => void) => {
    return async (folder: string) => {
      const file = join(folder, 'adapter_model.safetensors');
      const all = await readSafetensors(file);
      change(all);
      await writeSafetensors(file, all);
    };
  };
  const key = 'base_model.model.transformer.h.0.attn.c_attn.lora_B.weight';
  await spoilt(setting('"use_dora": false', '"use_dora": true'), /use_dora/);
  await spoilt(setting('"bias": "none"', '"bias": "all"'), /bias/);
  await spoilt(setting('"rank_pattern": {}', '"rank_pattern": {"c_attn": 4}'), /rank_pattern/);
  await spoilt(setting('"init_lora_weights": true', '"init_lora_weights": "pissa"'), /init_lora/);
  await spoilt(setting('"LORA"', '"IA3"'), /peft_type/);
  await spoilt(setting('gpt2/language', 'gpt2/nowhere'), /lies over is not there/);
  await spoilt(setting('"r": 3', '"r": 4'), /another shape/);
  await spoilt(
    tensors((all) => all.delete(key)),
    /lora_B\.weight" is missing/,
  );
  await spoilt(
    tensors((all) => all.set('base_model.model.extra', { shape: [1], data: Float32Array.of(1) })),
    /"extra" is no part of the adapter/,
  );
  await spoilt((folder) => {
    const file = join(folder, 'adapter_model.safetensors');
    renameSync(file, join(folder, 'adapter_model.bin'));
  }, /adapter_model\.bin: only model\.safetensors can be read/);
});
