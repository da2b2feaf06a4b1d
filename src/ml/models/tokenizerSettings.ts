/** What transformers keeps beside a `tokenizer.json`: names of special tokens, and chat templates. */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { InstructError } from '../../protocol/errors.ts';

/** What stands beside a `tokenizer.json` and is written again as it was. */
export interface TokenizerSettings {
  /** `tokenizer_config.json`. */
  readonly config: Readonly<Record<string, unknown>>;
  /** `chat_template.jinja`, where there is one. */
  readonly template: string | null;
}

/** Those of a tokenizer that stands alone. */
export const noSettings: TokenizerSettings = { config: {}, template: null };

const configFile = 'tokenizer_config.json';
const templateFile = 'chat_template.jinja';
const configSchema = z.record(z.string(), z.unknown());

/**
 * Reads what there is in a model folder.
 *
 * @throws InstructError `bad-tokenizer` where `tokenizer_config.json` is no JSON object.
 */
export async function readTokenizerSettings(folder: string): Promise<TokenizerSettings> {
  const names = new Set(await readdir(folder));
  const read = (name: string): Promise<string> => readFile(join(folder, name), 'utf8');
  return {
    config: names.has(configFile)
      ? parseSettings(await read(configFile), join(folder, configFile))
      : {},
    template: names.has(templateFile) ? await read(templateFile) : null,
  };
}

function parseSettings(text: string, path: string): TokenizerSettings['config'] {
  const document = configSchema.safeParse(parseOrNull(text));
  if (document.success) return document.data;
  throw new InstructError({
    code: 'bad-tokenizer',
    message: `${path} is not a JSON object`,
    remedy: 'Put back the tokenizer_config.json that the model came with, or remove it.',
    place: { path },
  });
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // the caller says which file it was
  }
}

/** Writes the settings as they were read; where there were none, those of a byte-level BPE. */
export async function writeTokenizerSettings(
  { config, template }: TokenizerSettings,
  write: (name: string, text: string) => Promise<void>,
  { end, nCtx }: { readonly end: string; readonly nCtx: number },
): Promise<void> {
  const keys = {
    tokenizer_class: 'PreTrainedTokenizerFast',
    add_prefix_space: false,
    bos_token: end,
    eos_token: end,
    clean_up_tokenization_spaces: false,
    model_max_length: nCtx,
  };
  const settings = Object.keys(config).length === 0 ? keys : config;
  await write(configFile, `${JSON.stringify(settings, null, 2)}\n`);
  if (template !== null) await write(templateFile, template);
}
