/** `--tokenizer`: for formats that hold GPT-2 token ids instead of texts. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Tokenizer } from '../../ml/models/index.ts';
import type { Arguments, OptionSpecs } from '../commandLine.ts';

/** See the file's header. */
export const tokenizerOption = {
  tokenizer: {
    value: 'DIR',
    description: 'A folder with GPT-2’s tokenizer.json, for formats that hold token ids.',
  },
} satisfies OptionSpecs;

/** Between texts and GPT-2's token ids. */
export interface TokenTexts {
  readonly decode: (ids: readonly number[]) => string;
  readonly encode: (text: string) => number[];
}

/** The tokenizer that was given, if one was. @throws InstructError `bad-tokenizer`. */
export function tokenizerOf(args: Arguments): TokenTexts | undefined {
  const folder = args.text('tokenizer');
  if (folder === undefined) return undefined;
  const path = join(folder, 'tokenizer.json');
  const tokenizer = Tokenizer.parse(readFileSync(path, 'utf8'), path);
  return {
    decode: (ids) => tokenizer.decode(ids),
    encode: (text) => tokenizer.encode(text),
  };
}
