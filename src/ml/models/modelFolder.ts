/**
 * Models as Hugging Face folders: `config.json`, `model.safetensors`, `tokenizer.json` and what
 * transformers wants beside them. What is written here opens there, and the other way round.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import * as z from 'zod';
import { InstructError } from '../../protocol/errors.ts';
import type { ParameterBuffer } from '../runtime/index.ts';
import { mergedParameters } from './adapter.ts';
import type { TrainedAdapter } from './adapter.ts';
import {
  holdsAdapter,
  readAdapterConfig,
  readAdapterWeights,
  writeAdapter,
} from './adapterFolder.ts';
import { scoreWeight } from './heads.ts';
import { loadParameters } from './loadParameters.ts';
import type { LanguageModel, RewardModel } from './model.ts';
import { modelCardText } from './modelCard.ts';
import type { ModelCard } from './modelCard.ts';
import { configText, parseConfig } from './configFile.ts';
import type { HeadKind, ModelConfig } from './modelConfig.ts';
import { writeSafetensors } from './safetensors.ts';
import { badWeights } from './safetensorsHeader.ts';
import type { StorageType } from './safetensors.ts';
import { Tokenizer } from './tokenizer.ts';
import { readTokenizerSettings, writeTokenizerSettings } from './tokenizerSettings.ts';
import { notAFolder, weightPaths, weightsFile } from './weightPaths.ts';

/** Where a model keeps the adapter that was worked into it. */
const adapterFolder = 'adapter';

/**
 * Reads a language model; of an adapter's folder, the model it lies over with the adapter worked in.
 *
 * @throws InstructError `missing-file`, `bad-model` or `bad-tokenizer`, naming the file and what is
 * wrong with it.
 */
export async function loadLanguageModel(folder: string): Promise<LanguageModel> {
  const { config, tokenizer, parameters } = await load(folder, 'language');
  return { config, tokenizer, parameters };
}

/** Reads a reward model. Throws as {@link loadLanguageModel}. */
export function loadRewardModel(folder: string): Promise<RewardModel> {
  return load(folder, 'scalar');
}

async function load(folder: string, head: HeadKind): Promise<RewardModel> {
  await checkFolder(folder);
  if (await holdsAdapter(folder)) return loadMerged(folder, head);
  const configPath = join(folder, 'config.json');
  const read = parseConfig(await readText(configPath), configPath);
  if (read.head !== head) {
    const names = { language: 'a language model', scalar: 'a reward model' } as const;
    throw new InstructError({
      code: 'bad-model',
      message: `${folder} holds ${names[read.head]}, but ${names[head]} is needed here.`,
      remedy: `Choose the folder of ${names[head]}.`,
      place: { path: configPath, key: 'architectures' },
    });
  }
  const { config, rewardBias, vocabularyDigest } = read;
  const tokenizerPath = join(folder, 'tokenizer.json');
  const settings = await readTokenizerSettings(folder);
  const tokenizer = Tokenizer.parse(
    await readText(tokenizerPath),
    tokenizerPath,
    await endTokensOf(folder, config),
    settings,
  );
  tokenizer.checkFits(config, vocabularyDigest);
  const parameters = await loadParameters(folder, config, head);
  return { config, tokenizer, parameters, rewardBias };
}

/** The model that an adapter lies over, with the adapter worked in. */
async function loadMerged(folder: string, head: HeadKind): Promise<RewardModel> {
  const { adapter, baseFolder } = await readAdapterConfig(folder);
  const path = join(baseFolder, 'config.json');
  // An adapter of a reward model brings its own head, and may lie over a language model.
  const base = await load(baseFolder, parseConfig(await readText(path), path).head);
  const adapted = await readAdapterWeights(folder, base, adapter, head);
  if (!adapted.parameters.has(scoreWeight) && head === 'scalar') {
    throw badWeights(folder, 'this adapter has no scalar head, so that it is no reward model');
  }
  const parameters = mergedParameters(adapted.config, adapted.parameters, head);
  return { ...base, parameters };
}

async function checkFolder(path: string): Promise<void> {
  const found = await stat(path).catch(() => null); // a path to nothing is reported as its missing file
  if (found?.isFile() === true) throw notAFolder(path);
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    if (!missing) throw cause;
    throw new InstructError(
      {
        code: 'missing-file',
        message: `${path}: the file is missing.`,
        remedy: 'Choose a model folder: it has config.json, model.safetensors and tokenizer.json.',
        place: { path },
      },
      { cause },
    );
  }
}

/** How a model is written. */
export interface SaveOptions {
  /** How the weights are stored; float32 when left out. */
  readonly storage?: StorageType;
  /** Written as README.md. */
  readonly card?: ModelCard;
  /** The adapter that was worked into the model, written beside it as `adapter/`. */
  readonly adapter?: TrainedAdapter;
}

/**
 * Writes a language model to a folder, replacing one that stands there. The new folder is complete
 * and flushed before it takes its name.
 */
export async function saveLanguageModel(
  folder: string,
  model: LanguageModel,
  options: SaveOptions = {},
): Promise<void> {
  await save(folder, 'language', { ...model, rewardBias: 0 }, options);
}

/** As {@link saveLanguageModel}, for a reward model. */
export async function saveRewardModel(
  folder: string,
  model: RewardModel,
  options: SaveOptions = {},
): Promise<void> {
  await save(folder, 'scalar', model, options);
}

async function save(
  folder: string,
  head: HeadKind,
  { config, tokenizer, parameters, rewardBias }: RewardModel,
  { storage = 'float32', card, adapter }: SaveOptions,
): Promise<void> {
  const temporary = `${folder}.${process.pid}.tmp`;
  try {
    await mkdir(temporary, { recursive: true });
    const write = (name: string, content: string): Promise<void> =>
      writeFile(join(temporary, name), content, { flush: true });
    const { vocabularyDigest } = tokenizer;
    await write('config.json', configText({ config, head, rewardBias, vocabularyDigest }, storage));
    await write('tokenizer.json', tokenizer.json);
    await writeTokenizerSettings(tokenizer.settings, write, {
      end: tokenizer.decode([tokenizer.endToken]),
      nCtx: config.nCtx,
    });
    if (head === 'language')
      await write(generationConfigFile, generationConfigText(config, tokenizer));
    if (card !== undefined) await write('README.md', modelCardText(card, { config, head }));
    await writeSafetensors(join(temporary, weightsFile), tensorsOf(parameters), { storage });
    if (adapter !== undefined) {
      await mkdir(join(temporary, adapterFolder));
      const base = card?.parent ?? null;
      await writeAdapter(join(temporary, adapterFolder), { ...adapter, head, base });
    }
    await replaceFolder(temporary, folder);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}

function tensorsOf(parameters: ParameterBuffer) {
  return new Map(
    parameters.entries.map(({ name, shape }) => [name, { shape, data: parameters.view(name) }]),
  );
}

async function replaceFolder(from: string, to: string): Promise<void> {
  const old = `${to}.${process.pid}.old`;
  const hadOld = await rename(to, old).then(
    () => true,
    (error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
      throw error;
    },
  );
  await rename(from, to);
  if (hadOld) await rm(old, { recursive: true });
}

const generationConfigFile = 'generation_config.json';
const generationSchema = z.looseObject({
  eos_token_id: z.union([z.int().min(0), z.array(z.int().min(0))]).nullish(),
});

/** The tokens at which a model stops: those of its config first, then those of its generation config. */
async function endTokensOf(folder: string, config: ModelConfig): Promise<number[] | null> {
  const { endToken, otherKeys = {} } = config;
  const listed = z.array(z.int()).safeParse(otherKeys['eos_token_id']).data ?? [];
  const generation = await generationEnds(join(folder, generationConfigFile));
  const ends = [...(endToken === null ? [] : [endToken]), ...listed, ...generation];
  return ends.length === 0 ? null : ends;
}

async function generationEnds(path: string): Promise<number[]> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '{}';
    throw error;
  });
  const refused = (reason: string): InstructError =>
    new InstructError({
      code: 'bad-model',
      message: `${path}: ${reason}`,
      remedy: 'Put back the generation_config.json that the model came with, or remove it.',
      place: { path, key: 'eos_token_id' },
    });
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw refused(`is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
  const checked = generationSchema.safeParse(document);
  if (!checked.success) throw refused(checked.error.issues[0].message);
  const { eos_token_id: ends } = checked.data;
  return typeof ends === 'number' ? [ends] : (ends ?? []);
}

function generationConfigText(
  { endToken, otherKeys = {} }: ModelConfig,
  { endTokens }: Tokenizer,
): string {
  const keys = {
    bos_token_id: otherKeys['bos_token_id'] ?? endToken,
    eos_token_id: endTokens.length > 1 ? endTokens : (otherKeys['eos_token_id'] ?? endToken),
    pad_token_id: otherKeys['pad_token_id'] ?? endToken,
    do_sample: true,
    temperature: 1,
    top_k: 0,
  };
  return `${JSON.stringify(keys, null, 2)}\n`;
}

/** The SHA-256 of a folder's weights in hex; of several files, of one after another. */
export async function modelDigest(folder: string): Promise<string> {
  const digest = createHash('sha256');
  for (const path of await weightPaths(folder)) {
    await pipeline(createReadStream(path), digest, { end: false });
  }
  return digest.digest('hex');
}
