/** Completions of the same prompts as they change over training. */
import type { RunEventOf } from '../../src/protocol/runFold.ts';

/** A completion at an evaluation. */
export type Sample = RunEventOf<'sample'>;

/** One prompt with its completions, oldest first; or one of several whose score is followed. */
export interface PromptHistory {
  readonly prompt: string;
  /** Tells it from the others. */
  readonly key: string;
  /** The labelers' place of the completion, in a reward model's run. */
  readonly rank: number | undefined;
  readonly samples: readonly Sample[];
}

/** Samples by prompt, the prompts in the order of their first appearance. */
export function historiesOf(samples: readonly Sample[]): PromptHistory[] {
  const byPrompt = new Map<string, Sample[]>();
  for (const sample of samples) {
    const { promptId, prompt, rank, completion, step } = sample;
    const key = `${promptId ?? prompt}${rank === undefined ? '' : `\n${rank}\n${completion}`}`;
    const known = byPrompt.get(key);
    if (known === undefined) byPrompt.set(key, [sample]);
    // A run that was killed before its first checkpoint tells of its beginning again.
    else if (known.at(-1)?.step === step && step === 0) known[0] = sample;
    else known.push(sample);
  }
  return [...byPrompt].map(([key, of]) => ({
    key,
    prompt: of[0].prompt,
    rank: of[0].rank,
    samples: of,
  }));
}

/** What a completion is compared with. */
export const references = ['previous', 'first', 'none'] as const;
/** One of {@link references}. */
export type Reference = (typeof references)[number];

/** The completion that the one at an index is compared with; undefined when there is none. */
export function referenceOf(
  samples: readonly Sample[],
  at: number,
  reference: Reference,
): Sample | undefined {
  if (reference === 'none' || at === 0) return undefined;
  return samples.at(reference === 'first' ? 0 : at - 1);
}
