/** Who labels what: a plan that every labeler's machine works out alike, without asking another. */
import { hash, mix } from './random.ts';

const overlapWord = hash('overlap');

/** How prompts are shared out. */
export interface Assignment {
  /** The labelers of the project; anybody when absent. */
  readonly labelers?: readonly string[] | undefined;
  /** How many labelers label a shared prompt; as many as like to when absent. */
  readonly labelersPerPrompt?: number | undefined;
  /** The share of prompts, 0 to 1, that is shared; the others get one labeler. */
  readonly overlap: number;
  /** Labelers who only evaluate: they may label everything, and do not count as labelers of it. */
  readonly heldOutLabelers: readonly string[];
}

/**
 * How many labelers a prompt is to have: chosen by its id alone, so that it never changes. `lot` is
 * the hash of that id.
 */
export function wantedLabelers({ labelersPerPrompt, overlap }: Assignment, lot: number): number {
  if (labelersPerPrompt === undefined) return Infinity;
  return mix(lot, overlapWord) / 2 ** 32 < overlap ? labelersPerPrompt : 1;
}

/** Whether a prompt, by the hash of its id, is for a labeler, when the given labelers have done it. */
export type IsAssigned = (lot: number, doneBy: readonly string[]) => boolean;

/**
 * What is assigned to a labeler. Each labeler has a lot for each prompt and the highest lots win,
 * so that all get about as much, and when a labeler joins or leaves only the prompts that go to or
 * come from that labeler change hands. Without a list of labelers a prompt is for whoever comes
 * until enough have done it.
 */
export function assignmentOf(assignment: Assignment, labeler: string): IsAssigned {
  if (isHeldOut(assignment, labeler)) return () => true;
  const { labelers } = assignment;
  if (labelers === undefined) {
    return (lot, doneBy) => {
      if (doneBy.length === 0) return true; // most prompts, most of the time
      const others = doneBy.filter((name) => name !== labeler && !isHeldOut(assignment, name));
      return others.length < wantedLabelers(assignment, lot);
    };
  }
  if (!labelers.includes(labeler)) return () => false;
  const own = hash(labeler);
  const rivals = labelers
    .filter((name) => name !== labeler && !isHeldOut(assignment, name))
    .map((name) => ({ name, word: hash(name) }));
  return (lot) => {
    const mine = mix(lot, own);
    let higher = 0;
    for (const { name, word } of rivals) {
      const theirs = mix(lot, word);
      if (theirs > mine || (theirs === mine && name < labeler)) higher += 1;
    }
    return higher < wantedLabelers(assignment, lot);
  };
}

/** Whether a labeler's rankings are kept from training. */
export function isHeldOut(assignment: Assignment, labeler: string): boolean {
  return assignment.heldOutLabelers.includes(labeler);
}
