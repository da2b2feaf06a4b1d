/**
 * BPE tokenizers from `tokenizer.json`: byte-level ones, and SentencePiece's with byte fallback. Merging is done by `@huggingface/tokenizers`, once
 * a distinct word; decoding works on bytes, so that a stream never shows half a character.
 */
import { createHash } from 'node:crypto';
import { Tokenizer as Merger } from '@huggingface/tokenizers';
import * as z from 'zod';
import { InstructError } from '../../protocol/errors.ts';
import { wordPattern } from './byteAlphabet.ts';
import type { ModelConfig } from './modelConfig.ts';
import { styleOf, unsupportedPart } from './tokenizerParts.ts';
import type { TokenStyle } from './tokenizerParts.ts';
import { noSettings } from './tokenizerSettings.ts';
import type { TokenizerSettings } from './tokenizerSettings.ts';

const id = z
  .int()
  .min(0)
  .max(2 ** 31 - 1);
const addedTokenSchema = z.looseObject({
  id,
  content: z.string().min(1),
  lstrip: z.boolean().default(false),
  rstrip: z.boolean().default(false),
  single_word: z.boolean().default(false),
  special: z.boolean().default(false),
});
const stageSchema = z.looseObject({ type: z.string() }).nullable();
const documentSchema = z.looseObject({
  added_tokens: z.array(addedTokenSchema).default([]),
  normalizer: stageSchema.default(null),
  pre_tokenizer: stageSchema.default(null),
  post_processor: stageSchema.default(null),
  decoder: z.looseObject({ type: z.string() }),
  model: z.looseObject({
    type: z.literal('BPE'),
    byte_fallback: z.boolean().nullish(),
    vocab: z.record(z.string(), id),
    merges: z.union([z.array(z.tuple([z.string(), z.string()])), z.array(z.string())]),
  }),
});
type TokenizerDocument = z.infer<typeof documentSchema>;

const cacheLimit = 50_000;

/** How {@link Tokenizer.decode} treats tokens that are no text. */
export interface DecodeOptions {
  /** Leave special tokens such as `<|endoftext|>` out; they are written out when left out. */
  readonly skipSpecial?: boolean;
}

/** Text to token ids and back. */
export class Tokenizer {
  /** One more than the largest id. */
  readonly size: number;
  /** The token that ends a text. */
  readonly endToken: number;
  /** The tokens of which each ends a completion: {@link endToken}, then those that a model has besides. */
  readonly endTokens: readonly number[];
  /** The `tokenizer.json`, verbatim. */
  readonly json: string;
  readonly settings: TokenizerSettings;
  readonly #path: string;
  readonly #merger: Merger;
  readonly #document: TokenizerDocument;
  /** The bytes of each token by id; a special token's are those of its text. */
  readonly #bytes: readonly (Uint8Array | undefined)[];
  readonly #special: ReadonlySet<number>;
  readonly #style: TokenStyle;
  /** Matches added tokens in a text; null where words cannot be encoded one by one. */
  readonly #splitter: RegExp | null;
  readonly #added: ReadonlyMap<string, number>;
  readonly #words = new Map<string, readonly number[]>();

  private constructor(
    json: string,
    document: TokenizerDocument,
    path: string,
    style: TokenStyle,
    ends: readonly number[],
    settings: TokenizerSettings,
  ) {
    this.json = json;
    this.settings = settings;
    this.#path = path;
    this.#document = document;
    this.#merger = new Merger(document, {});
    this.#added = new Map(document.added_tokens.map((token) => [token.content, token.id]));
    this.#special = new Set(
      document.added_tokens.filter(({ special }) => special).map((token) => token.id),
    );
    this.#style = style;
    this.#bytes = tokenBytes(document, style, path);
    this.size = this.#bytes.length;
    this.endToken = this.#checkedEndToken(ends.at(0) ?? null);
    const further = ends.filter((end) => this.#bytes.at(end) !== undefined);
    this.endTokens = [...new Set([this.endToken, ...further])];
    this.#splitter = addedTokenPattern(document);
  }

  /**
   * Reads the text of a `tokenizer.json`; `path` is named in errors. The end token is the one given
   * (a model's `eos_token_id`), the first of several, or `<|endoftext|>`.
   *
   * @throws InstructError `bad-tokenizer` where it is damaged, or naming a part that is not supported.
   */
  static parse(
    json: string,
    path: string,
    endToken: number | readonly number[] | null = null,
    settings: TokenizerSettings = noSettings,
  ): Tokenizer {
    let document: unknown;
    try {
      document = JSON.parse(json);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw badTokenizer(path, `is not JSON: ${reason}`);
    }
    const result = documentSchema.safeParse(document);
    if (!result.success) {
      const [issue] = result.error.issues;
      const key = issue.path.map(String).join('.');
      throw badTokenizer(path, `is no BPE tokenizer: ${key}: ${issue.message}`, key);
    }
    const unsupported = unsupportedPart(result.data);
    if (unsupported !== null) {
      throw badTokenizer(path, `has the ${unsupported}, which is not supported`);
    }
    const style = styleOf(result.data);
    if (style === null) {
      throw badTokenizer(
        path,
        'is neither byte-level nor falls back to bytes, so that text would be lost',
      );
    }
    checkMerges(result.data, style, path);
    const ends = typeof endToken === 'number' ? [endToken] : (endToken ?? []);
    return new Tokenizer(json, result.data, path, style, ends, settings);
  }

  /** The token ids of a text. A special token's text gives that token, as in transformers. */
  encode(text: string): number[] {
    if (text === '') return [];
    if (this.#splitter === null) return this.#merge(text);
    const ids: number[] = [];
    for (const section of text.split(this.#splitter)) {
      const added = this.#added.get(section);
      if (added !== undefined) {
        ids.push(added);
        continue;
      }
      for (const [word] of section.matchAll(wordPattern)) ids.push(...this.#word(word));
    }
    return ids;
  }

  /** The text of token ids; bytes that are no UTF-8 become U+FFFD. Unknown ids stand for nothing. */
  decode(tokens: readonly number[], options: DecodeOptions = {}): string {
    const stream = this.stream(options);
    return stream.push(...tokens) + stream.end();
  }

  /** A decoder for tokens that come one by one. */
  stream({ skipSpecial = false }: DecodeOptions = {}): TokenStream {
    const special = skipSpecial ? this.#special : new Set<number>();
    return new TokenStream(
      (token) => (special.has(token) ? undefined : this.#bytes.at(token)),
      this.#style.spaceInFront,
    );
  }

  /** The id of a token by its text, such as `<|endoftext|>`; undefined where there is none. */
  tokenId(content: string): number | undefined {
    return (
      this.#added.get(content) ?? new Map(Object.entries(this.#document.model.vocab)).get(content)
    );
  }

  /** Whether the token is special: no part of any text. */
  isSpecial(token: number): boolean {
    return this.#special.has(token);
  }

  /** The SHA-256 of the tokens by id and the merges in order, however the file is written. */
  get vocabularyDigest(): string {
    const { vocab, merges } = this.#document.model;
    const tokens = Object.entries(vocab).sort(([, a], [, b]) => a - b);
    const pairs = merges.map((merge) => (typeof merge === 'string' ? merge.split(' ', 2) : merge));
    return createHash('sha256')
      .update(JSON.stringify([tokens, pairs]))
      .digest('hex');
  }

  /**
   * Checks that a model can read what this tokenizer writes and the other way round. Tables padded
   * to a multiple of 64 rows are accepted, as they are common. `digest` is the
   * {@link Tokenizer.vocabularyDigest} that the model asks for, where it does.
   *
   * @throws InstructError `bad-tokenizer` that says what does not fit.
   */
  checkFits({ vocabSize, endToken }: ModelConfig, digest: string | null = null): void {
    const padded = vocabSize % 64 === 0 && vocabSize - this.size < 128;
    if (this.size > vocabSize || (this.size < vocabSize && !padded)) {
      throw misfit(this.#path, `has ${this.size} tokens, but the model has ${vocabSize}`);
    }
    if (endToken !== null && endToken !== this.endToken) {
      const ends = `ends texts with token ${this.endToken}, but the model with ${endToken}`;
      throw misfit(this.#path, ends);
    }
    if (digest !== null && digest !== this.vocabularyDigest) {
      throw misfit(this.#path, 'has other tokens or merges than the model was trained with');
    }
  }

  #checkedEndToken(given: number | null): number {
    const endToken = given ?? this.#added.get('<|endoftext|>');
    if (endToken !== undefined && this.#special.has(endToken)) return endToken;
    throw badTokenizer(
      this.#path,
      given === null
        ? 'has no special token "<|endoftext|>" to end texts with'
        : `does not have the model's end token ${given} among its special tokens`,
    );
  }

  #word(word: string): readonly number[] {
    const known = this.#words.get(word);
    if (known !== undefined) return known;
    if (this.#words.size >= cacheLimit) this.#words.clear();
    const ids = this.#merge(word);
    this.#words.set(word, ids);
    return ids;
  }

  #merge(text: string): number[] {
    return this.#merger.encode(text, { add_special_tokens: false }).ids;
  }
}

/** Decodes tokens as they come, holding back the bytes of a character that is not yet complete. */
export class TokenStream {
  readonly #bytesOf: (token: number) => Uint8Array | undefined;
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  /** Whether a space that comes next is the one in front of the text. */
  #dropsSpace: boolean;

  constructor(bytesOf: (token: number) => Uint8Array | undefined, dropsFirstSpace = false) {
    this.#bytesOf = bytesOf;
    this.#dropsSpace = dropsFirstSpace;
  }

  /** The text that these tokens complete; often empty in the middle of a character. */
  push(...tokens: readonly number[]): string {
    let text = '';
    for (const token of tokens) {
      const bytes = this.#bytesOf(token);
      if (bytes !== undefined) text += this.#decoder.decode(bytes, { stream: true });
    }
    if (text === '' || !this.#dropsSpace) return text;
    this.#dropsSpace = false;
    return text.startsWith(' ') ? text.slice(1) : text;
  }

  /** What is left at the end: U+FFFD for a character that was never completed, else nothing. */
  end(): string {
    return this.#decoder.decode();
  }
}

function tokenBytes(
  document: TokenizerDocument,
  style: TokenStyle,
  path: string,
): (Uint8Array | undefined)[] {
  const vocabulary = Object.entries(document.model.vocab);
  const all = new Map(vocabulary.map(([token, index]) => [index, token]));
  if (all.size !== vocabulary.length) throw badTokenizer(path, 'gives one id to two tokens');
  const added = new Map(document.added_tokens.map((token) => [token.id, token.content]));
  const size =
    1 + [...all.keys(), ...added.keys()].reduce((most, each) => Math.max(most, each), -1);
  if (size > 2 * (all.size + added.size) + 256) {
    throw badTokenizer(path, `has the id ${size - 1}, but only ${all.size} tokens`);
  }
  const encoder = new TextEncoder();
  return Array.from({ length: size }, (_, index) => {
    const content = added.get(index);
    if (content !== undefined) return encoder.encode(content);
    const token = all.get(index);
    if (token === undefined) return undefined;
    const bytes = style.bytesOf(token);
    if (bytes !== undefined) return bytes;
    throw badTokenizer(path, `has the token "${token}", which does not stand for bytes`, token);
  });
}

/** Every byte and both parts and the result of every merge must be tokens, or text would be lost. */
function checkMerges({ model }: TokenizerDocument, style: TokenStyle, path: string): void {
  const vocabulary = new Set(Object.keys(model.vocab));
  for (const byte of style.alphabet) {
    if (vocabulary.has(byte)) continue;
    throw badTokenizer(path, `lacks the byte "${byte}", so that text would be lost`);
  }
  for (const merge of model.merges) {
    const [left, right = ''] = typeof merge === 'string' ? merge.split(' ', 2) : merge;
    if (vocabulary.has(left) && vocabulary.has(right) && vocabulary.has(left + right)) continue;
    throw badTokenizer(path, `merges "${left}" and "${right}", which are not all tokens`);
  }
}

/** A pattern that cuts added tokens out of a text, where that and GPT-2's word pattern are all there is to do. */
function addedTokenPattern(document: TokenizerDocument): RegExp | null {
  const words = document.pre_tokenizer;
  const plain =
    document.normalizer === null &&
    words?.type === 'ByteLevel' &&
    words['add_prefix_space'] !== true &&
    words['use_regex'] !== false &&
    document.added_tokens.every((token) => !token.lstrip && !token.rstrip && !token.single_word);
  if (!plain) return null;
  const contents = document.added_tokens
    .map((token) => token.content)
    .sort((a, b) => b.length - a.length) // the longest match wins
    .map((content) => content.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'));
  return contents.length === 0 ? /(?!)/ : new RegExp(`(${contents.join('|')})`);
}

function badTokenizer(path: string, message: string, key?: string): InstructError {
  return new InstructError({
    code: 'bad-tokenizer',
    message: `${path} ${message}`,
    remedy: 'Put back the tokenizer.json that the model came with.',
    place: key === undefined ? { path } : { path, key },
  });
}

function misfit(path: string, message: string): InstructError {
  return new InstructError({
    code: 'bad-tokenizer',
    message: `${path} ${message}: it belongs to another model`,
    remedy: 'Put back the tokenizer.json that the model came with.',
    place: { path },
  });
}
