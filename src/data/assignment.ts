/** Who labels what: a plan that every labeler's machine works out alike, without asking another. */
import { hash } from './random.ts';

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

/** How many labelers a prompt is to have: chosen by its id alone, so that it never changes. */
export function wantedLabelers(assignment: Assignment, promptId: string): number {
  const { labelersPerPrompt, overlap } = assignment;
  if (labelersPerPrompt === undefined) return Infinity;
  return hash(`overlap/${promptId}`) / 2 ** 32 < overlap ? labelersPerPrompt : 1;
}

/**
 * The labelers that a prompt is assigned to; null when anybody may have it. Each labeler has a
 * lot for each prompt and the highest lots win, so that all get about as much, and when a labeler
 * joins or leaves only the prompts that go to or come from that labeler change hands.
 */
export function assignedLabelers(assignment: Assignment, promptId: string): string[] | null {
  const labelers = assignment.labelers?.filter((name) => !isHeldOut(assignment, name));
  if (labelers === undefined) return null;
  return labelers
    .map((labeler) => ({ labeler, lot: hash(`assigned/${promptId}/${labeler}`) }))
    .sort((a, b) => b.lot - a.lot || (a.labeler < b.labeler ? -1 : 1))
    .slice(0, wantedLabelers(assignment, promptId))
    .map(({ labeler }) => labeler);
}

/** Whether a labeler is to label a prompt that the given labelers have done so far. */
export function isAssigned(
  assignment: Assignment,
  promptId: string,
  labeler: string,
  doneBy: readonly string[],
): boolean {
  if (isHeldOut(assignment, labeler)) return true;
  const assigned = assignedLabelers(assignment, promptId);
  if (assigned !== null) return assigned.includes(labeler);
  if (doneBy.length === 0) return true; // most prompts, most of the time
  const others = doneBy.filter((name) => name !== labeler && !isHeldOut(assignment, name));
  return others.length < wantedLabelers(assignment, promptId);
}

/** Whether a labeler's rankings are kept from training. */
export function isHeldOut(assignment: Assignment, labeler: string): boolean {
  return assignment.heldOutLabelers.includes(labeler);
}
