/**
 * Why log-probabilities of a rollout are not those of the policy: a negative KL is a symptom of it.
 * The policy is asked again, in the ways in which implementations are known to go wrong.
 */
import type { TokenSequence } from './batch.ts';

/** What the examination of a rollout found. */
export interface KlEvidence {
  readonly cause: 'ratio' | 'temperature' | 'padding' | 'truncation' | 'reference';
  /** It as a sentence. */
  readonly sentence: string;
}

/** A rollout under suspicion. */
export interface SuspectRollout {
  readonly sequences: readonly TokenSequence[];
  /** As the rollout recorded them; one array an episode. */
  readonly logprobs: readonly Float32Array[];
  readonly endToken: number | null;
  /** The policy's log-probabilities of the completions now. */
  readonly recompute: (how: {
    /** The rollout's when left out. */
    readonly temperature?: number;
    /** Each sequence in a batch of its own. */
    readonly alone?: boolean;
  }) => Promise<readonly Float32Array[]>;
}

const same = 1e-3;

/** Tells which of truncation, temperature, padding or a stale policy explains the numbers. */
export async function examineRollout(rollout: SuspectRollout): Promise<KlEvidence> {
  const { sequences, logprobs, endToken, recompute } = rollout;
  const late = sequences.filter(({ completion }) => {
    const end = endToken === null ? -1 : completion.indexOf(endToken);
    return end !== -1 && end < completion.length - 1;
  }).length;
  const torn = sequences.filter(
    ({ completion }, i) => completion.length !== logprobs[i].length,
  ).length;
  if (late + torn > 0) {
    return {
      cause: 'truncation',
      sentence: `Truncation: ${late} completions go on after the end-of-text token, ${torn} have another number of log-probabilities than tokens.`,
    };
  }
  const off = async (how: Parameters<typeof recompute>[0]): Promise<number> =>
    farthest(logprobs, await recompute(how));
  const difference = await off({});
  if (difference <= same) {
    return {
      cause: 'reference',
      sentence:
        'The rollout has the policy’s own log-probabilities: the tokens were drawn from another distribution (top-p, top-k), or the reference is asked in another way.',
    };
  }
  const seen = `Its log-probabilities differ from the policy's by up to ${difference.toPrecision(3)} nats`;
  if ((await off({ temperature: 1 })) <= same) {
    return { cause: 'temperature', sentence: `Temperature: ${seen}, but not at temperature 1.` };
  }
  if ((await off({ alone: true })) <= same) {
    return {
      cause: 'padding',
      sentence: `Padding: ${seen} in a batch, but not where each sequence stands alone.`,
    };
  }
  return {
    cause: 'ratio',
    sentence: `Ratio: ${seen}: it was sampled from other weights than those that learn.`,
  };
}

function farthest(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  let most = 0;
  for (const [i, row] of a.entries()) {
    for (const [t, value] of row.entries()) most = Math.max(most, Math.abs(value - b[i][t]));
  }
  return most;
}
