/** The labeling queue: what a labeler is asked next, and why. */
import { InstructError } from '../protocol/errors.ts';
import type { Split } from '../protocol/records.ts';
import { isAssigned } from './assignment.ts';
import type { Assignment } from './assignment.ts';
import type { Dataset } from './dataset.ts';
import type { CompletionEntry, PromptEntry } from './entries.ts';
import type { LabelState } from './labelStates.ts';
import { queuePolicies } from './queuePolicy.ts';
import type { QueuePolicy } from './queuePolicy.ts';
import { hash, Random } from './random.ts';

/** How the queue chooses. */
export interface QueueOptions {
  /** See {@link QueuePolicy}. Among equals the seed decides, or for `in-order` the files. */
  readonly policy: QueuePolicy;
  /** Decides everything that is left to chance: the same seed gives the same tasks and orders. */
  readonly seed: number;
  /** Prompts of these splits; train, valid and those without a split when absent. */
  readonly splits?: readonly Split[];
  /** Prompts that are being worked on elsewhere (open panels, drafts) and are not served. */
  readonly exclude?: ReadonlySet<string>;
  /** How prompts are shared out between labelers; everything to everybody when absent. */
  readonly assignment?: Assignment;
}

/** How the ranking queue chooses. */
export interface RankingQueueOptions extends QueueOptions {
  /** K, 2 to 9: at most this many completions are shown. */
  readonly completionsPerPrompt: number;
}

/** A prompt whose completions a labeler is to rank. */
export interface RankingTask {
  readonly prompt: PromptEntry;
  /** In the order to show them: shuffled, so that the order says nothing of the model. */
  readonly completions: readonly CompletionEntry[];
  /** Why this one, in a sentence for the labeler. */
  readonly reason: string;
}

/** A prompt to which a labeler is to write a demonstration. */
export interface DemonstrationTask {
  readonly prompt: PromptEntry;
  /** Why this one, in a sentence for the labeler. */
  readonly reason: string;
}

/** The next task, or why there is none; and how many are left, the next one included. */
export interface Served<Task> {
  readonly task: Task | null;
  /** Why there is no task, in a sentence for the labeler; empty when there is one. */
  readonly empty: string;
  readonly remaining: number;
  /** How many prompts this labeler has done, skipped ones included. */
  readonly done: number;
}

/**
 * The next prompt whose completions a labeler is to rank. Served are prompts with at least two
 * different completions that the labeler has neither ranked nor skipped. Of more than K
 * completions those that were ranked least are chosen. Throws `InstructError('bad-argument')`
 * unless K is a whole number from 2 to 9.
 */
export function nextTask(
  dataset: Dataset,
  labeler: string,
  options: RankingQueueOptions,
): Served<RankingTask> {
  const k = options.completionsPerPrompt;
  if (!Number.isInteger(k) || k < 2 || k > 9) {
    throw new InstructError({
      code: 'bad-argument',
      message: `completionsPerPrompt: expected an integer from 2 to 9, got ${k}.`,
      remedy: 'Correct "labeling.completionsPerPrompt" in instruct.json.',
    });
  }
  const pick = choose(dataset, labeler, options, 'ranked', (state) =>
    state.comparable ? { by: state.rankers, count: state.rankings } : null,
  );
  const { prompt, remaining, done } = pick;
  if (prompt === null) {
    return { task: null, empty: emptyRanking(dataset, options), remaining: 0, done };
  }
  const completions = chooseCompletions(dataset, prompt, k, labeler, options.seed);
  const task = { prompt, completions, reason: pick.reason };
  return { task, empty: '', remaining, done };
}

/** The next prompt to which a labeler has not yet written a demonstration. */
export function nextDemonstration(
  dataset: Dataset,
  labeler: string,
  options: QueueOptions,
): Served<DemonstrationTask> {
  const pick = choose(dataset, labeler, options, 'demonstrated', ({ demonstrators }) => ({
    by: demonstrators,
    count: demonstrators.length,
  }));
  const { prompt, remaining, done } = pick;
  if (prompt === null) {
    const empty =
      dataset.counts().prompts.total === 0
        ? 'There are no prompts yet: add some to prompts/.'
        : `Every prompt for ${labeler} has a demonstration, or is open elsewhere.`;
    return { task: null, empty, remaining: 0, done };
  }
  return { task: { prompt, reason: pick.reason }, empty: '', remaining, done };
}

interface Labels {
  /** Who has done it, skipping included. */
  readonly by: readonly string[];
  readonly count: number;
}

interface Pick {
  readonly prompt: PromptEntry | null;
  readonly reason: string;
  readonly remaining: number;
  readonly done: number;
}

/** Goes over all prompts once. `labelsOf` gives null for a prompt that nobody can label. */
function choose(
  dataset: Dataset,
  labeler: string,
  options: QueueOptions,
  verb: string,
  labelsOf: (state: LabelState) => Labels | null,
): Pick {
  const splits: readonly (Split | undefined)[] = options.splits ?? ['train', 'valid', undefined];
  const { assignment, exclude } = options;
  const { rank, why } = queuePolicies[options.policy];
  const seedWord = hash(String(options.seed));
  let best: { state: LabelState; labels: Labels; rank: number; lot: number } | null = null;
  let remaining = 0;
  let done = 0;
  for (const [index, state] of dataset.labelStates().entries()) {
    const labels = labelsOf(state);
    if (labels === null) continue;
    const { id, split } = state.prompt;
    if (labels.by.includes(labeler)) {
      done += 1;
      continue;
    }
    if (!splits.includes(split) || exclude?.has(id) === true) continue;
    if (assignment !== undefined && !isAssigned(assignment, id, labeler, labels.by)) continue;
    remaining += 1;
    const ranked = rank(state, labels.count, index);
    if (best !== null && ranked > best.rank) continue;
    const lot = mix(state.lot, seedWord);
    if (best !== null && ranked === best.rank && lot >= best.lot) continue;
    best = { state, labels, rank: ranked, lot };
  }
  if (best === null) return { prompt: null, reason: '', remaining, done };
  const { state, labels } = best;
  const standing = `${labeledBefore(labels.count, verb)}; ${leftFor(remaining)}`;
  return { prompt: state.prompt, reason: `${why(state)}: ${standing}.`, remaining, done };
}

/** A 32-bit number out of two that says nothing of either (the finaliser of MurmurHash3). */
function mix(lot: number, seedWord: number): number {
  let value = (lot ^ seedWord) >>> 0;
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}

/** K completions with different texts, those ranked least first, in a blind order. */
function chooseCompletions(
  dataset: Dataset,
  prompt: PromptEntry,
  k: number,
  labeler: string,
  seed: number,
): CompletionEntry[] {
  const timesRanked = new Map<string, number>();
  for (const { ranking } of dataset.rankingsOf(prompt.id)) {
    for (const id of ranking.flat()) timesRanked.set(id, (timesRanked.get(id) ?? 0) + 1);
  }
  const random = new Random(`${seed}/${prompt.id}/${labeler}`);
  const texts = new Set<string>();
  const different = random
    .shuffle(dataset.completionsOf(prompt.id))
    .sort((a, b) => (timesRanked.get(a.id) ?? 0) - (timesRanked.get(b.id) ?? 0))
    .filter(({ completion }) => {
      const isNew = !texts.has(completion);
      texts.add(completion);
      return isNew;
    });
  return random.shuffle(different.slice(0, k));
}

function labeledBefore(count: number, verb: string): string {
  if (count === 0) return `not yet ${verb} by anyone`;
  const times = count === 1 ? 'once' : count === 2 ? 'twice' : `${count} times`;
  return `${verb} ${times} by others`;
}

function leftFor(remaining: number): string {
  return remaining === 1 ? 'the last task for you' : `one of ${remaining} left for you`;
}

function emptyRanking(dataset: Dataset, options: QueueOptions): string {
  const counts = dataset.counts();
  if (counts.prompts.total === 0) return 'There are no prompts yet: add some to prompts/.';
  if (counts.completions.total === 0) return 'There is nothing to rank yet: sample completions.';
  if (!dataset.labelStates().some(({ comparable }) => comparable)) {
    return 'No prompt has two different completions: sample more completions.';
  }
  const open = options.exclude?.size ?? 0;
  return open === 0
    ? 'Everything is ranked: all tasks for you are done.'
    : 'Everything else is ranked: the tasks that are left are open in other panels.';
}
