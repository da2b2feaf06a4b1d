import { after, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import * as z from 'zod';
import { configText } from '../../src/ml/models/configFile.ts';
import type { ModelConfig } from '../../src/ml/models/modelConfig.ts';
import { modelParameters } from '../../src/ml/models/modelParameters.ts';
import { writeSafetensors } from '../../src/ml/models/safetensors.ts';
import type { StorageType, StoredTensor } from '../../src/ml/models/safetensors.ts';

const scratch = mkdtempSync(join(tmpdir(), 'load-memory-'));
after(() => rmSync(scratch, { recursive: true }));

/** 35 M parameters, of which half are embeddings: 140 MB as float32. */
const config: ModelConfig = {
  modelType: 'gpt2',
  vocabSize: 32_768,
  nCtx: 128,
  nEmbd: 512,
  nLayer: 6,
  nHead: 8,
  nInner: 2048,
  activation: 'gelu_new',
  layerNormEpsilon: 1e-5,
  initializerRange: 0.02,
  endToken: 0,
};
const reportSchema = z.object({ modelBytes: z.number(), risenBytes: z.number() });

/** A folder with a shard for the embeddings, stored a second time as the head, and one for the rest. */
async function writeFolder(storage: StorageType): Promise<string> {
  const folder = join(scratch, storage);
  mkdirSync(folder);
  const read = { config, head: 'language', rewardBias: 0, vocabularyDigest: null } as const;
  writeFileSync(join(folder, 'config.json'), configText(read, storage));
  const shards = [new Map<string, StoredTensor>(), new Map<string, StoredTensor>()] as const;
  for (const { name, shape, role } of modelParameters(config, 'language')) {
    const size = shape.reduce((product, length) => product * length, 1);
    const tensor = { shape, data: new Float32Array(size).fill(0.5) };
    shards[role === 'embedding' ? 0 : 1].set(name, tensor);
    if (name === 'transformer.wte.weight') shards[0].set('lm_head.weight', tensor);
  }
  const places: Record<string, string> = {};
  for (const [i, shard] of shards.entries()) {
    const file = `model-0000${i + 1}-of-00002.safetensors`;
    await writeSafetensors(join(folder, file), shard, { storage });
    for (const name of shard.keys()) places[name] = file;
  }
  const index = JSON.stringify({ metadata: {}, weight_map: places });
  writeFileSync(join(folder, 'model.safetensors.index.json'), index);
  return folder;
}

for (const storage of ['float32', 'bfloat16'] as const) {
  test(`loading shards of ${storage} takes at most 1.3 times the float32 model`, async () => {
    const fixture = join(import.meta.dirname, 'fixtures/loadWeights.ts');
    const folder = await writeFolder(storage);
    const output = execFileSync(process.execPath, [fixture, folder], { encoding: 'utf8' });
    const { modelBytes, risenBytes } = reportSchema.parse(JSON.parse(output));
    assert.ok(modelBytes > 130e6);
    const ratio = risenBytes / modelBytes;
    assert.ok(ratio > 0.9 && ratio <= 1.3, `${ratio.toFixed(2)} times`);
  });
}
