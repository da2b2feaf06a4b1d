/** The parts of a `tokenizer.json`: which are supported, and how its tokens stand for bytes. */
import * as z from 'zod';
import { characterBytes } from './byteAlphabet.ts';

const partSchema = z.looseObject({ type: z.string() });
type Part = z.infer<typeof partSchema>;

/** What is done to a text before and after merging, as far as it decides which parts these are. */
export interface TokenizerParts {
  readonly normalizer: Part | null;
  readonly pre_tokenizer: Part | null;
  readonly decoder: Part;
  readonly model: { readonly byte_fallback?: unknown };
}

/** How tokens stand for text. */
export interface TokenStyle {
  /** The bytes of a token; undefined where it stands for none. */
  readonly bytesOf: (token: string) => Uint8Array | undefined;
  /** The tokens without which some text would be lost. */
  readonly alphabet: readonly string[];
  /** Whether a text got a space in front, which decoding takes away. */
  readonly spaceInFront: boolean;
}

const supported = {
  normalizer: ['Sequence', 'Prepend', 'Replace', 'NFC', 'NFD', 'NFKC', 'NFKD'],
  pre_tokenizer: ['Sequence', 'ByteLevel', 'Split', 'Digits', 'Punctuation', 'Metaspace'],
  decoder: ['Sequence', 'ByteLevel', 'Replace', 'ByteFallback', 'Fuse', 'Strip', 'Metaspace'],
} as const;

/** Under which key a part of type `Sequence` keeps its own. */
const inner = {
  normalizer: 'normalizers',
  pre_tokenizer: 'pretokenizers',
  decoder: 'decoders',
} as const;

type Place = keyof typeof supported;

/** The first part that is not supported, as `pre_tokenizer "Whitespace"`; null where all are. */
export function unsupportedPart(parts: TokenizerParts): string | null {
  for (const place of ['normalizer', 'pre_tokenizer', 'decoder'] as const) {
    const known: readonly string[] = supported[place];
    const unknown = partsOf(parts, place).find(({ type }) => !known.includes(type));
    if (unknown !== undefined) return `${place} "${unknown.type}"`;
  }
  return null;
}

/** The style of a tokenizer's tokens; null where its decoder is of neither kind. */
export function styleOf(parts: TokenizerParts): TokenStyle | null {
  const types = new Set(partsOf(parts, 'decoder').map(({ type }) => type));
  if (types.has('ByteLevel')) {
    return { bytesOf: byteLevel, alphabet: [...characterBytes.keys()], spaceInFront: false };
  }
  if (parts.model.byte_fallback !== true) return null;
  const spaces = types.has('Metaspace') || (types.has('Replace') && types.has('ByteFallback'));
  if (!spaces) return null;
  return {
    bytesOf: pieceBytes,
    alphabet: Array.from({ length: 256 }, (_, byte) => byteToken(byte)),
    spaceInFront: types.has('Metaspace') || types.has('Strip'),
  };
}

function partsOf(parts: TokenizerParts, place: Place): Part[] {
  const part = parts[place];
  return part === null ? [] : flat(part, inner[place]);
}

function flat(part: Part, key: string): Part[] {
  const own = z.array(partSchema).safeParse(part[key]);
  return own.success ? own.data.flatMap((each) => flat(each, key)) : [part];
}

/** Each character of a byte-level token is a byte. */
function byteLevel(token: string): Uint8Array | undefined {
  const bytes = Array.from(token, (character) => characterBytes.get(character));
  return bytes.every((byte) => byte !== undefined) ? Uint8Array.from(bytes) : undefined;
}

const encoder = new TextEncoder();

/** SentencePiece's: U+2581 for a space, `<0x0A>` for a byte that no piece holds. */
function pieceBytes(token: string): Uint8Array {
  const byte = /^<0x([0-9A-F]{2})>$/.exec(token)?.[1];
  return byte === undefined
    ? encoder.encode(token.replaceAll('\u2581', ' '))
    : Uint8Array.of(Number.parseInt(byte, 16));
}

function byteToken(byte: number): string {
  return `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
}
