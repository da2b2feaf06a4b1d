/**
 * Writes model folders of every family with what they compute here, for `open_written.py` to open with
 * transformers. By hand:
 *
 *     node test/reference/writeFolders.ts OUT && python test/reference/open_written.py OUT
 *
 * Beside each folder NAME stands NAME.expected.safetensors: the token ids of a text, and the logits
 * at each of them (or the scores, the bias not added).
 */
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { Random } from '../../src/data/random.ts';
import { input } from '../../src/ml/graph/index.ts';
import {
  lmLogits,
  mergedParameters,
  scalarHead,
  trunk,
  weightInputs,
  withAdapter,
} from '../../src/ml/models/index.ts';
import type { ModelConfig, RewardModel } from '../../src/ml/models/index.ts';
import { parseConfig } from '../../src/ml/models/configFile.ts';
import { saveLanguageModel, saveRewardModel } from '../../src/ml/models/modelFolder.ts';
import { initialise, withScalarHead } from '../../src/ml/models/modelParameters.ts';
import { writeSafetensors } from '../../src/ml/models/safetensors.ts';
import { Tokenizer } from '../../src/ml/models/tokenizer.ts';
import { trainTokenizer } from '../../src/ml/models/trainTokenizer.ts';
import { Program } from '../../src/ml/runtime/index.ts';

const [, , out] = process.argv;
const text = 'Where does the otter live? In the river.\n';
const tokenizer = Tokenizer.parse(trainTokenizer([text], 280), 'tokenizer.json');

/** A model of the reference's architecture with a vocabulary of its own. */
function modelOf(folder: string, seed: number): RewardModel {
  const path = join(folder, 'config.json');
  const read = parseConfig(readFileSync(path, 'utf8'), path).config;
  const config: ModelConfig = {
    ...read,
    vocabSize: tokenizer.size,
    endToken: tokenizer.endToken,
    otherKeys: {},
  };
  const parameters = initialise(config, 'language', new Random(seed));
  const random = new Random(`spread ${seed}`);
  parameters.data.forEach((value, i) => (parameters.data[i] = value + 0.1 * random.normal()));
  return { config, tokenizer, parameters, rewardBias: 0.5 };
}

/** What the model computes at every token of the text. */
async function compute(
  { config, parameters }: RewardModel,
  head: 'language' | 'scalar',
): Promise<Float32Array> {
  const ids = tokenizer.encode(text).slice(0, config.nCtx);
  const { weights } = weightInputs(config, head);
  const hidden = trunk(config, weights, input('tokens', [1, ids.length], 'int32'));
  const value =
    head === 'language' ? lmLogits(config, weights, hidden) : scalarHead(weights, hidden);
  const program = await Program.compile({ value });
  const result = await program.run({ tokens: Int32Array.from(ids), ...parameters.views() });
  program.dispose();
  return result.float32('value');
}

async function writeExpected(name: string, config: ModelConfig, data: Float32Array): Promise<void> {
  const ids = Float32Array.from(tokenizer.encode(text).slice(0, config.nCtx));
  await writeSafetensors(
    join(out, `${name}.expected.safetensors`),
    new Map([
      ['ids', { shape: [ids.length], data: ids }],
      ['value', { shape: [ids.length, data.length / ids.length], data }],
    ]),
  );
}

mkdirSync(out, { recursive: true });
const root = import.meta.dirname;
const references = [
  ['gpt2', join(root, 'gpt2/language')],
  ...readdirSync(join(root, 'llama')).map((name) => [name, join(root, 'llama', name)]),
];
for (const [seed, [name, folder]] of references.entries()) {
  const random = new Random(`adapter ${seed}`);
  const model = modelOf(folder, seed);
  await saveLanguageModel(join(out, name), model);
  await writeExpected(name, model.config, await compute(model, 'language'));
  await saveLanguageModel(join(out, `${name}.bfloat16`), model, { storage: 'bfloat16' });
  await writeExpected(`${name}.bfloat16`, model.config, await compute(model, 'language'));
  const layers = { rank: 4, alpha: 8, dropout: 0, targets: 'all-linear' } as const;
  const adapted = withAdapter(model, layers, new Random(seed));
  const numbers = adapted.parameters.data;
  for (let i = 0; i < numbers.length; i++) numbers[i] = 0.1 * random.normal();
  const merged = mergedParameters(adapted.config, adapted.parameters, 'language');
  const result = { ...model, parameters: merged };
  const card = { title: name, text: name, stage: 'sft', parent: name };
  await saveLanguageModel(join(out, `${name}.merged`), result, { card, adapter: adapted });
  await writeExpected(`${name}.merged`, model.config, await compute(result, 'language'));
  const parameters = withScalarHead(model.config, model.parameters, new Random(seed));
  const reward = { ...model, parameters };
  await saveRewardModel(join(out, `${name}.reward`), reward);
  await writeExpected(`${name}.reward`, model.config, await compute(reward, 'scalar'));
  console.log(`wrote ${name}`);
}
