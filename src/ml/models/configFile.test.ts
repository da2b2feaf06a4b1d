import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { InstructError } from '../../protocol/errors.ts';
import { configText, parseConfig } from './configFile.ts';
import { ropeFrequencies } from './rope.ts';

const root = join(import.meta.dirname, '../../../test/reference/llama');
const path = 'config.json';

/** A config.json of transformers with other values under some keys; undefined removes the key. */
function changed(name: string, change: Readonly<Record<string, unknown>>): string {
  const document: unknown = JSON.parse(readFileSync(join(root, name, path), 'utf8'));
  assert.ok(typeof document === 'object' && document !== null);
  return JSON.stringify({ ...document, ...change });
}

const llama = (change: Readonly<Record<string, unknown>>): string => changed('llama2', change);

test('a config that is written says what was read, for every family', () => {
  for (const name of readdirSync(root)) {
    const read = parseConfig(changed(name, {}), path);
    const again = parseConfig(configText(read, 'float32'), path);
    assert.deepEqual(
      { ...again.config, otherKeys: null },
      { ...read.config, otherKeys: null },
      name,
    );
    assert.deepEqual(parseConfig(configText(again, 'float32'), path), again, name);
  }
});

test('all end tokens of a model are written again', () => {
  const read = parseConfig(changed('llama3', {}), path);
  assert.equal(read.config.endToken, 0);
  assert.match(configText(read, 'float32'), /"eos_token_id": \[\s*0,\s*2\s*\]/);
});

test('a setting of the Llama family that would change the numbers is refused by name', () => {
  const cases: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
    ['llama2', { hidden_act: 'gelu' }],
    ['llama2', { num_key_value_heads: 3 }],
    ['llama2', { head_dim: 5 }],
    ['llama2', { quantization_config: { bits: 4 } }],
    ['llama2', { is_causal: false }],
    ['llama2', { attn_logit_softcapping: 50 }],
    ['llama2', { final_logit_softcapping: 30 }],
    ['llama2', { query_pre_attn_scalar: 256 }],
    ['llama2', { logits_scaling: 8 }],
    ['llama2', { num_local_experts: 8 }],
    ['llama2', { partial_rotary_factor: 0.5 }],
    ['llama2', { pruned_heads: { 0: [1] } }],
    ['llama2', { rms_norm_eps: -1 }],
    ['llama2', { hidden_size: 1e10 }],
    ['llama2', { architectures: ['LlamaForTokenClassification'] }],
    ['mistral', { sliding_window: 8 }],
    ['qwen2', { use_sliding_window: true }],
    ['qwen3', { layer_types: ['full_attention', 'sliding_attention'] }],
  ];
  for (const [name, change] of cases) {
    const [key] = Object.keys(change);
    assert.throws(
      () => parseConfig(changed(name, change), path),
      (error) => {
        assert.ok(error instanceof InstructError, String(error));
        assert.equal(error.code, 'bad-model');
        assert.ok(error.message.includes(key), `${key}: ${error.message}`);
        assert.ok(error.place?.key?.startsWith(key), error.place?.key);
        return true;
      },
    );
  }
});

test('a Mistral that says nothing of its window has one of 4096 tokens', () => {
  const silent = { sliding_window: undefined, max_position_embeddings: 32_768 };
  assert.throws(() => parseConfig(changed('mistral', silent), path), /sliding_window/);
  const short = { ...silent, max_position_embeddings: 4096 };
  assert.equal(parseConfig(changed('mistral', short), path).config.nCtx, 4096);
});

test('position scalings that are not supported, and parts of them, are refused by name', () => {
  const cases: readonly (readonly [Readonly<Record<string, unknown>>, RegExp])[] = [
    [{ rope_type: 'dynamic', factor: 2 }, /rope_scaling\.rope_type/],
    [{ type: 'longrope', short_factor: [1] }, /rope_scaling/],
    [{ rope_type: 'default', mrope_section: [16, 24, 24] }, /mrope_section/],
    [{ rope_type: 'linear' }, /rope_scaling\.factor: is missing/],
    [{ rope_type: 'llama3', factor: 8, low_freq_factor: 1 }, /high_freq_factor: is missing/],
    [{ rope_type: 'yarn', factor: -1 }, /rope_scaling\.factor/],
  ];
  for (const [scaling, pattern] of cases) {
    assert.throws(() => parseConfig(llama({ rope_scaling: scaling }), path), pattern);
  }
});

test('positions turn as in Llama 3.1 and Qwen2.5, in the old and in the new spelling', () => {
  const frequencies = (change: Readonly<Record<string, unknown>>): Float32Array => {
    const { config } = parseConfig(llama({ rope_parameters: null, ...change }), path);
    assert.ok(config.modelType === 'llama');
    return ropeFrequencies(config);
  };
  const llama31 = {
    factor: 8,
    low_freq_factor: 1,
    high_freq_factor: 4,
    original_max_position_embeddings: 8192,
    rope_type: 'llama3',
  };
  const old = frequencies({ head_dim: 128, rope_theta: 500_000, rope_scaling: llama31 });
  const current = frequencies({
    head_dim: 128,
    rope_parameters: { ...llama31, rope_theta: 500_000 },
  });
  assert.deepEqual(old, current);
  // Short waves are kept and long ones stretched by 8 (transformers, Llama 3.1's settings).
  assert.equal(old[0], 1);
  assert.ok(Math.abs(old[1] * 500_000 ** (1 / 64) - 1) < 1e-6);
  assert.ok(Math.abs(old[63] * 8 * 500_000 ** (63 / 64) - 1) < 1e-6);
});
