/** The named diagnoses of PPO, made from each iteration's numbers. */
import * as z from 'zod';
import {
  diagnoses,
  diagnosisCodes,
  type Diagnosis,
  type DiagnosisCode,
} from '../../protocol/diagnoses.ts';
import type { KlEvidence } from './klEvidence.ts';

/** What an iteration looked like. */
const factsSchema = z.object({
  /** Mean over the episodes of Σ (log π − log π_ref), in nats, and its standard error. */
  kl: z.number(),
  klError: z.number(),
  /** Nats a token. */
  entropy: z.number(),
  valueLoss: z.number(),
  /** Of the returns, over all tokens. */
  returnVariance: z.number(),
  score: z.number(),
  scoreDeviation: z.number(),
  /** Mean tokens of a completion. */
  length: z.number(),
  /** Correlation of score and length over the episodes. */
  scoreLength: z.number(),
  /** Share of episodes that ended by themselves. */
  ended: z.number(),
  /** The largest |log ρ| of the first minibatch, before any update. */
  firstLogRatio: z.number(),
});
/** See {@link factsSchema}. */
export type IterationFacts = z.infer<typeof factsSchema>;

const stateSchema = z.object({
  first: factsSchema.nullable(),
  lowestValueLoss: z.number(),
  recent: z.array(factsSchema),
  active: z.array(z.enum(diagnosisCodes)),
});
/** All that a {@link Diagnoser} remembers, as JSON. */
export type DiagnoserState = z.infer<typeof stateSchema>;

/** Iterations in a row that a drift must last before it is reported. */
const lasting = 3;

/** Tells the beginning of each trouble once; again only after it had gone. */
export class Diagnoser {
  readonly #klLimit: number;
  #state: DiagnoserState = {
    first: null,
    lowestValueLoss: Number.MAX_VALUE,
    recent: [],
    active: [],
  };

  /** @param klLimit In nats a sequence. */
  constructor(klLimit: number) {
    this.#klLimit = klLimit;
  }

  /**
   * What has begun to go wrong with this iteration.
   *
   * @param evidence Where a negative KL comes from; null where it is not negative.
   */
  observe(facts: IterationFacts, evidence: KlEvidence | null): Diagnosis[] {
    const first = this.#state.first ?? facts;
    const recent = [...this.#state.recent, facts].slice(-lasting);
    const lowestValueLoss = Math.min(this.#state.lowestValueLoss, facts.valueLoss);
    const past: Past = { first, recent, lowestValueLoss, klLimit: this.#klLimit };
    const found = new Map<DiagnosisCode, string>();
    for (const code of diagnosisCodes) {
      const seen = signs[code](facts, past);
      if (seen !== null) found.set(code, seen);
    }
    const fresh = [...found].filter(([code]) => !this.#state.active.includes(code));
    this.#state = { first, recent, lowestValueLoss, active: [...found.keys()] };
    return fresh.map(([code, seen]) => {
      const { title, cause, remedy } = diagnoses[code];
      const because = code === 'negative-kl' ? (evidence?.sentence ?? cause) : cause;
      return { code, message: `${title}: ${seen} ${because}`, remedy };
    });
  }

  /** For a checkpoint. */
  snapshot(): DiagnoserState {
    return this.#state;
  }

  /** @throws ZodError when the value is no state. */
  restore(state: unknown): void {
    this.#state = stateSchema.parse(state);
  }
}

interface Past {
  readonly first: IterationFacts;
  /** The last iterations, this one included; up to {@link lasting}. */
  readonly recent: readonly IterationFacts[];
  readonly lowestValueLoss: number;
  readonly klLimit: number;
}

/** What is seen of each diagnosis, as a sentence; null when nothing is. */
const signs: Readonly<Record<DiagnosisCode, (facts: IterationFacts, past: Past) => string | null>> =
  {
    'negative-kl': ({ kl, klError }) =>
      kl < -0.05 && kl < -4 * klError
        ? `the KL against the reference is ${show(kl)} nats a sequence, ${show(-kl / Math.max(klError, 1e-9))} standard errors below zero.`
        : null,
    'kl-blow-up': ({ kl }, { klLimit }) =>
      kl > klLimit ? `${show(kl)} nats a sequence, over the limit of ${show(klLimit)}.` : null,
    'entropy-collapse': ({ entropy }, { first, recent }) =>
      lasts(recent, (past) => past.entropy < first.entropy / 5)
        ? `${show(entropy)} nats a token, after ${show(first.entropy)} at the start.`
        : null,
    // Worse than saying the mean return always, and far worse than it has been.
    'value-divergence': ({ valueLoss, returnVariance }, { recent, lowestValueLoss }) =>
      lasts(
        recent,
        (past) => past.valueLoss > past.returnVariance && past.valueLoss > 5 * lowestValueLoss,
      )
        ? `value loss ${show(valueLoss)}, after ${show(lowestValueLoss)} at its best; the returns' variance is ${show(returnVariance)}.`
        : null,
    'length-hacking': ({ length, scoreLength }, { first, recent }) =>
      lasts(recent, (past) => {
        const change = past.length / Math.max(1e-9, first.length);
        const follows = change > 1 ? past.scoreLength > 0.5 : past.scoreLength < -0.5;
        return (change > 1.5 || change < 1 / 1.5) && follows && past.score > first.score;
      })
        ? `completions have ${show(length)} tokens, after ${show(first.length)} at the start, and scores follow length (correlation ${show(scoreLength)}).`
        : null,
    'no-eos': ({ ended }) =>
      ended < 0.5 ? `only ${show(100 * ended)} % of the completions ended by themselves.` : null,
    'reward-out-of-range': ({ score }, { first, recent }) =>
      lasts(recent, (past) => past.score > first.score + 3 * first.scoreDeviation)
        ? `a mean score of ${show(score)}, where the SFT model's lay at ${show(first.score)} ± ${show(first.scoreDeviation)}.`
        : null,
    'ratio-off': ({ firstLogRatio }) =>
      firstLogRatio > 0.02
        ? `at the first minibatch a token's ratio is ${show(Math.exp(firstLogRatio))} or its inverse.`
        : null,
  };

/** Whether a KL is below zero by more than chance explains. */
export function isNegative({ kl, klError }: Pick<IterationFacts, 'kl' | 'klError'>): boolean {
  return kl < -0.05 && kl < -4 * klError;
}

function lasts(
  recent: readonly IterationFacts[],
  holds: (facts: IterationFacts) => boolean,
): boolean {
  return recent.length === lasting && recent.every(holds);
}

function show(value: number): string {
  return String(Number(value.toPrecision(3)));
}
