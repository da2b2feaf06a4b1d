/** Rows of pre-training text: documents one after another, cut at a length. */
import type { Random } from '../../data/random.ts';
import type { Tokenizer } from '../models/index.ts';
import type { TokenSequence } from './batch.ts';

/** Draws one document's text. */
export type DrawDocument = (random: Random) => string;

/**
 * Rows of whole documents, each followed by the end-of-text token, cut at `length` tokens. They
 * depend on the state of `random` alone, so that a position in the data is a seed.
 */
export function drawDocumentRows(
  tokenizer: Tokenizer,
  document: DrawDocument,
  random: Random,
  { rows, length }: { readonly rows: number; readonly length: number },
): TokenSequence[] {
  return Array.from({ length: rows }, () => {
    const tokens: number[] = [];
    while (tokens.length < length) {
      tokens.push(...tokenizer.encode(document(random)), tokenizer.endToken);
    }
    return { prompt: [], completion: tokens.slice(0, length) };
  });
}
