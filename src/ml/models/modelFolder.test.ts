import { after, test } from 'node:test';
import assert from 'node:assert/strict';
import {
  cpSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { Random } from '../../data/random.ts';
import { InstructError } from '../../protocol/errors.ts';
import type { ErrorCode } from '../../protocol/errors.ts';
import { loadParameters } from './loadParameters.ts';
import type { LanguageModel, RewardModel } from './model.ts';
import { parseConfig } from './configFile.ts';
import type { ModelConfig } from './modelConfig.ts';
import {
  loadLanguageModel,
  loadRewardModel,
  modelDigest,
  saveLanguageModel,
  saveRewardModel,
} from './modelFolder.ts';
import { initialise, withScalarHead } from './modelParameters.ts';
import { readSafetensors, writeSafetensors } from './safetensors.ts';
import type { StoredTensor } from './safetensors.ts';
import { Tokenizer } from './tokenizer.ts';
import { trainTokenizer } from './trainTokenizer.ts';

const scratch = mkdtempSync(join(tmpdir(), 'model-folder-'));
after(() => rmSync(scratch, { recursive: true }));
const reference = join(import.meta.dirname, '../../../test/reference/gpt2');

const tokenizer = Tokenizer.parse(trainTokenizer(['the otter eats the fish\n'], 300), 'x');
const config: ModelConfig = {
  modelType: 'gpt2',
  vocabSize: tokenizer.size,
  nCtx: 16,
  nEmbd: 8,
  nLayer: 1,
  nHead: 2,
  nInner: 32,
  activation: 'gelu_new',
  layerNormEpsilon: 1e-5,
  initializerRange: 0.02,
  endToken: 0,
};
const model: LanguageModel = {
  config,
  tokenizer,
  parameters: initialise(config, 'language', new Random(1)),
};
const rewardModel: RewardModel = {
  config,
  tokenizer,
  parameters: withScalarHead(config, model.parameters, new Random(2)),
  rewardBias: -1.25,
};

/** A fresh copy of the model in a folder of its own, spoilt by `change`. */
async function spoilt(name: string, change: (folder: string) => unknown): Promise<string> {
  const folder = join(scratch, name);
  rmSync(folder, { recursive: true, force: true });
  await saveLanguageModel(folder, model);
  await change(folder);
  return folder;
}

async function refused(folder: string, code: ErrorCode, pattern: RegExp): Promise<void> {
  await assert.rejects(loadLanguageModel(folder), (error) => {
    assert.ok(error instanceof InstructError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, pattern);
    assert.ok(error.message.includes(folder), error.message);
    assert.ok(error.remedy.length > 10);
    return true;
  });
}

test('a language model survives saving and loading, and saving replaces the old folder', async () => {
  const folder = join(scratch, 'language');
  await saveLanguageModel(folder, { ...model, parameters: model.parameters.zerosLike() });
  await saveLanguageModel(folder, model, {
    card: { title: 'A model', text: 'For a test.', stage: 'sft', parent: 'models/base' },
  });
  const loaded = await loadLanguageModel(folder);
  assert.deepEqual(loaded.parameters.data, model.parameters.data);
  assert.deepEqual({ ...loaded.config, otherKeys: undefined }, { ...config, otherKeys: undefined });
  assert.equal(loaded.tokenizer.json, tokenizer.json);
  assert.deepEqual(readdirSync(folder).sort(), [
    'README.md',
    'config.json',
    'generation_config.json',
    'model.safetensors',
    'tokenizer.json',
    'tokenizer_config.json',
  ]);
  assert.deepEqual(readdirSync(scratch), ['language'], 'no temporary folder is left');
  const card = readFileSync(join(folder, 'README.md'), 'utf8');
  assert.match(
    card,
    /^---\n[^]*\ninstruct_studio:\n {2}stage: "sft"\n {2}parent: "models\/base"\n---\n/,
  );
  assert.match(await modelDigest(folder), /^[0-9a-f]{64}$/);
});

test('a reward model keeps its head and bias, in the form of sequence classification', async () => {
  const folder = join(scratch, 'reward');
  await saveRewardModel(folder, rewardModel);
  const loaded = await loadRewardModel(folder);
  assert.deepEqual(loaded.parameters.data, rewardModel.parameters.data);
  assert.equal(loaded.rewardBias, -1.25);
  const written = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as object;
  assert.deepEqual('architectures' in written && written.architectures, [
    'GPT2ForSequenceClassification',
  ]);
  const tensors = await readSafetensors(join(folder, 'model.safetensors'));
  assert.deepEqual(tensors.get('score.weight')?.shape, [1, 8]);
  await refused(folder, 'bad-model', /holds a reward model, but a language model is needed/);
});

test('weights stored in 16 bits come back within their rounding', async () => {
  const folder = join(scratch, 'half');
  for (const [storage, relative] of [
    ['bfloat16', 2 ** -8],
    ['float16', 2 ** -10],
  ] as const) {
    await saveLanguageModel(folder, model, { storage });
    const { parameters } = await loadLanguageModel(folder);
    parameters.data.forEach((value, i) => {
      const wanted = model.parameters.data[i];
      assert.ok(Math.abs(value - wanted) <= relative * Math.abs(wanted) + 1e-7);
    });
  }
});

test('what transformers wrote is read: with a prefix or without, in one file or in shards', async () => {
  const read = (name: string): ReturnType<typeof parseConfig> => {
    const path = join(reference, name, 'config.json');
    return parseConfig(readFileSync(path, 'utf8'), path);
  };
  const language = read('language');
  assert.equal(language.head, 'language');
  assert.equal(read('reward').head, 'scalar');
  const whole = await loadParameters(join(reference, 'language'), language.config, 'language');
  const sharded = await loadParameters(join(reference, 'sharded'), language.config, 'language');
  whole.data.forEach((value, i) => {
    assert.ok(Math.abs(sharded.data[i] - value) <= Math.abs(value) * 2 ** -8);
  });
  const reward = await loadParameters(join(reference, 'reward'), read('reward').config, 'scalar');
  assert.deepEqual(reward.view('transformer.wte.weight'), whole.view('transformer.wte.weight'));
});

test('keys of a config that are not ours are kept', async () => {
  const folder = await spoilt('keys', (path) => {
    const file = join(path, 'config.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('{', '{"summary_type": "cls_index",'));
  });
  const { config: withKeys } = await loadLanguageModel(folder);
  await saveLanguageModel(folder, { ...model, config: withKeys });
  assert.match(readFileSync(join(folder, 'config.json'), 'utf8'), /"summary_type": "cls_index"/);
});

test('a setting that would change the numbers is refused by name', async () => {
  const changes: readonly (readonly [string, string, RegExp])[] = [
    ['"gpt2"', '"bloom"', /model_type/],
    ['"gelu_new"', '"gelu"', /activation_function/],
    ['"scale_attn_weights": true', '"scale_attn_weights": false', /scale_attn_weights/],
    ['{', '{"scale_attn_by_inverse_layer_idx": true,', /scale_attn_by_inverse_layer_idx/],
    ['"tie_word_embeddings": true', '"tie_word_embeddings": false', /tie_word_embeddings/],
    ['{', '{"quantization_config": {"bits": 4},', /quantization_config/],
    ['"n_head": 2', '"n_head": 3', /n_head: 3 does not divide n_embd 8/],
    ['"n_layer": 1', '"n_layer": -1', /n_layer/],
    ['GPT2LMHeadModel', 'GPT2ForTokenClassification', /architectures/],
    ['{', '[', /./],
  ];
  for (const [from, to, pattern] of changes) {
    const folder = await spoilt('setting', (path) => {
      const file = join(path, 'config.json');
      const text = readFileSync(file, 'utf8');
      assert.ok(text.includes(from), from);
      writeFileSync(file, text.replace(from, to));
    });
    await refused(folder, 'bad-model', pattern);
  }
});

test('weights that do not belong to the config are refused by tensor', async () => {
  const withTensors = (change: (tensors: Map<string, StoredTensor>) => void) => (path: string) => {
    const file = join(path, 'model.safetensors');
    return readSafetensors(file).then((tensors) => {
      change(tensors);
      return writeSafetensors(file, tensors);
    });
  };
  const norm = 'transformer.ln_f.weight';
  const ones = (length: number): StoredTensor => ({
    shape: [length],
    data: new Float32Array(length).fill(1),
  });
  const table = {
    shape: [tokenizer.size, 8],
    data: model.parameters.view('transformer.wte.weight'),
  };
  const cases: readonly (readonly [(tensors: Map<string, StoredTensor>) => void, RegExp])[] = [
    [(tensors) => tensors.delete(norm), /has no tensor "transformer\.ln_f\.weight"/],
    [(tensors) => tensors.set(norm, ones(9)), /shape \[9\] instead of \[8\]/],
    [(tensors) => tensors.set('adapter', ones(1)), /"adapter" is no part of the model/],
    [(tensors) => tensors.set('ln_f.weight', ones(8)), /"ln_f\.weight" was there before/],
    [
      (tensors) => tensors.set(norm, { shape: [8], data: new Float32Array(8).fill(Number.NaN) }),
      /not finite/,
    ],
    [
      (tensors) => tensors.set('lm_head.weight', { ...table, data: table.data.map((x) => x + 1) }),
      /differs from the embeddings/,
    ],
  ];
  for (const [change, pattern] of cases) {
    await refused(await spoilt('weights', withTensors(change)), 'bad-model', pattern);
  }
  const tied = await spoilt(
    'tied',
    withTensors((tensors) => {
      tensors.set('lm_head.weight', table);
      tensors.set('transformer.h.0.attn.bias', ones(4));
    }),
  );
  assert.deepEqual((await loadLanguageModel(tied)).parameters.data, model.parameters.data);
});

test('a folder with a missing, truncated or foreign file says which and what to do', async () => {
  const remove = (name: string) => (folder: string) => {
    rmSync(join(folder, name));
  };
  await refused(join(scratch, 'nowhere'), 'missing-file', /config\.json/);
  await refused(await spoilt('a', remove('config.json')), 'missing-file', /config\.json/);
  await refused(await spoilt('b', remove('tokenizer.json')), 'missing-file', /tokenizer\.json/);
  await refused(await spoilt('c', remove('model.safetensors')), 'bad-model', /missing/);
  const truncated = await spoilt('d', (folder) => {
    truncateSync(join(folder, 'model.safetensors'), 2000);
  });
  await refused(truncated, 'bad-model', /model\.safetensors: .*truncated/);
  const pytorch = await spoilt('e', (folder) => {
    renameSync(join(folder, 'model.safetensors'), join(folder, 'pytorch_model.bin'));
  });
  await refused(pytorch, 'bad-model', /pytorch_model\.bin/);
  for (const texts of [['abcabcabc'], ['the eel meets the ferret\n'.repeat(2)]]) {
    const foreign = await spoilt('f', (folder) => {
      writeFileSync(join(folder, 'tokenizer.json'), trainTokenizer(texts, tokenizer.size));
    });
    await refused(foreign, 'bad-tokenizer', /belongs to another model/);
  }
  const rewritten = await spoilt('g', (folder) => {
    const document: unknown = JSON.parse(tokenizer.json);
    writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(document, null, 4));
  });
  await loadLanguageModel(rewritten);
  const shards = join(scratch, 'shards');
  cpSync(join(reference, 'sharded'), shards, { recursive: true });
  rmSync(join(shards, 'model-00002-of-00003.safetensors'));
  const { config: small } = parseConfig(readFileSync(join(shards, 'config.json'), 'utf8'), 'x');
  await assert.rejects(
    loadParameters(shards, small, 'language'),
    /names the file "model-00002-of-00003\.safetensors", which is not in the folder/,
  );
});

test('a path to a file says what to choose, and a pickle is never opened', async () => {
  const folder = await spoilt('files', () => undefined);
  await refused(join(folder, 'model.safetensors'), 'bad-model', /is a file, not a model folder/);
  for (const name of ['pytorch_model.bin', 'model.pt']) {
    const path = join(folder, name);
    writeFileSync(path, Uint8Array.of(0x80, 2, 0x63));
    await assert.rejects(loadLanguageModel(path), (error) => {
      assert.ok(error instanceof InstructError);
      assert.match(error.message, /only model\.safetensors can be read/);
      assert.match(error.remedy, /AutoModelForCausalLM/);
      return true;
    });
  }
});

test('chat templates and special tokens stay as they came', async () => {
  const settings = '{\n  "eos_token": "<|endoftext|>",\n  "chat_template": "x"\n}\n';
  const folder = await spoilt('template', (path) => {
    writeFileSync(join(path, 'tokenizer_config.json'), settings);
    writeFileSync(join(path, 'chat_template.jinja'), '{{ messages }}');
  });
  await saveLanguageModel(join(scratch, 'kept'), await loadLanguageModel(folder));
  const read = (name: string): string => readFileSync(join(scratch, 'kept', name), 'utf8');
  assert.equal(read('tokenizer_config.json'), settings);
  assert.equal(read('chat_template.jinja'), '{{ messages }}');
});

test('a model ends its texts at each token of its config and of its generation config', async () => {
  const folder = await spoilt('ends', (path) => {
    const file = join(path, 'config.json');
    const text = readFileSync(file, 'utf8').replace(
      /"eos_token_id": \d+/,
      '"eos_token_id": [0, 3]',
    );
    writeFileSync(file, text);
    writeFileSync(join(path, 'generation_config.json'), '{"eos_token_id": [5, 3, 99999999]}');
  });
  const loaded = await loadLanguageModel(folder);
  assert.equal(loaded.tokenizer.endToken, 0);
  assert.deepEqual(loaded.tokenizer.endTokens, [0, 3, 5]);
  await saveLanguageModel(join(scratch, 'ends kept'), loaded);
  const again = await loadLanguageModel(join(scratch, 'ends kept'));
  assert.deepEqual(again.tokenizer.endTokens, [0, 3, 5]);
  writeFileSync(join(folder, 'generation_config.json'), '{"eos_token_id": "x"}');
  await refused(folder, 'bad-model', /generation_config\.json: /);
});

test('a config that claims a giant allocates nothing: the weights do not belong to it', async () => {
  const folder = await spoilt('giant', (path) => {
    const file = join(path, 'config.json');
    const text = readFileSync(file, 'utf8').replace('"n_inner": null', '"n_inner": 2147483647');
    writeFileSync(file, text);
  });
  await refused(folder, 'bad-model', /shape \[8, 32\] instead of \[8, 2147483647\]/);
});

test('a folder with any part of any text file overwritten is read or refused with a sentence', async () => {
  const folder = await spoilt('fuzzed', (path) => {
    renameSync(join(path, 'model.safetensors'), join(path, 'model-1.safetensors'));
    const names = model.parameters.entries.map(({ name }) => [name, 'model-1.safetensors']);
    const index = { metadata: {}, weight_map: Object.fromEntries(names) as object };
    writeFileSync(join(path, 'model.safetensors.index.json'), JSON.stringify(index));
  });
  const files = [
    'config.json',
    'model.safetensors.index.json',
    'tokenizer_config.json',
    'generation_config.json',
  ];
  const originals = files.map((name) => readFileSync(join(folder, name), 'utf8'));
  const values = ['-1', '0', '1e400', '99999999999', 'null', '""', '[]', '{}', 'true', '"../x"'];
  const damage = fc.record({
    file: fc.nat(files.length - 1),
    at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    // Either a value put in the place of another, or bytes over bytes.
    value: fc.constantFrom(...values),
    bytes: fc.option(fc.string({ maxLength: 8 })),
  });
  await fc.assert(
    fc.asyncProperty(damage, async ({ file, at, value, bytes }) => {
      const original = originals[file];
      const places = [...original.matchAll(/(?<=: ?)("[^"]*"|[\w.+-]+)(?=[,\s}])/g)];
      const place = places[Math.floor(at * places.length)];
      const start = bytes === null ? place.index : Math.floor(at * original.length);
      const end = bytes === null ? start + place[0].length : start + bytes.length;
      const spoiltText = original.slice(0, start) + (bytes ?? value) + original.slice(end);
      writeFileSync(join(folder, files[file]), spoiltText);
      try {
        await loadLanguageModel(folder);
      } catch (error) {
        assert.ok(error instanceof InstructError, String(error));
        assert.ok(error.message.includes(folder), error.message);
      }
      writeFileSync(join(folder, files[file]), original);
    }),
    { numRuns: 300 },
  );
});
