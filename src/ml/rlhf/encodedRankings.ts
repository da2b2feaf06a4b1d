/** Rankings as tokens with their comparisons, as a reward model is trained on them. */
import { sequenceLength, type TokenSequence } from './batch.ts';
import { pairsOf, type Pair } from './comparisons.ts';
import { encodeCompletion, fitsContext, type TextModel } from './encodeCompletion.ts';

/** K completions of one prompt in a labeler's order. */
export interface RankedCompletions {
  /** The model's text for the prompt, separator included. */
  readonly prompt: string;
  readonly completions: readonly {
    readonly text: string;
    /** Whether the completion ended by itself. */
    readonly ended: boolean;
  }[];
  /** Groups of indices into `completions`, best first; a group of several is a tie. */
  readonly ranking: readonly (readonly number[])[];
  /** Who ranked, where that is known. */
  readonly labeler?: string | undefined;
  /** The prompt's use case, where it has one. */
  readonly category?: string | undefined;
}

/** A ranking as tokens, with its comparisons. */
export interface EncodedRanking {
  readonly source: RankedCompletions;
  readonly sequences: readonly TokenSequence[];
  readonly pairs: readonly Pair[];
}

/** The rankings with at least one comparison, whose completions all fit the context. */
export function encodeRankings(
  model: TextModel,
  rankings: readonly RankedCompletions[],
): EncodedRanking[] {
  return rankings
    .map((source) => ({
      source,
      sequences: source.completions.map(({ text, ended }) =>
        encodeCompletion(model, source.prompt, text, ended),
      ),
      pairs: pairsOf(source.ranking),
    }))
    .filter(
      ({ sequences, pairs }) =>
        pairs.length > 0 && sequences.every((sequence) => fitsContext(model, sequence)),
    );
}

/** The rankings with the most tokens first. */
export function longestFirst(rankings: readonly EncodedRanking[]): EncodedRanking[] {
  const tokens = ({ sequences }: EncodedRanking): number =>
    sequences.reduce((sum, sequence) => sum + sequenceLength(sequence), 0);
  return rankings.toSorted((a, b) => tokens(b) - tokens(a));
}
