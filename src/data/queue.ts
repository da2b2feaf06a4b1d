/** The labeling queue: what a labeler is asked next, and why. */
import { InstructError } from '../protocol/errors.ts';
import type { Split } from '../protocol/records.ts';
import type { Dataset } from './dataset.ts';
import type { CompletionEntry, PromptEntry } from './entries.ts';
import { hash, Random } from './random.ts';

/** How the queue chooses. */
export interface QueueOptions {
  /**
   * `fewest-labels`: the prompt that the fewest labelers have done; `random`: any; `in-order`: as
   * the files have them. Among equals the seed decides, or for `in-order` the files.
   */
  readonly policy: 'fewest-labels' | 'random' | 'in-order';
  /** Decides everything that is left to chance: the same seed gives the same tasks and orders. */
  readonly seed: number;
  /** Prompts of these splits; train, valid and those without a split when absent. */
  readonly splits?: readonly Split[];
  /** Prompts that are being worked on elsewhere (open panels, drafts) and are not served. */
  readonly exclude?: ReadonlySet<string>;
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
  let comparable = 0;
  const pick = choose(dataset, options, (prompt) => {
    if (!hasTwoDifferent(dataset.completionsOf(prompt.id))) return null;
    comparable += 1;
    const rankings = dataset.rankingsOf(prompt.id);
    if (rankings.length === 0) return 0;
    if (rankings.some((ranking) => ranking.labeler === labeler)) return null;
    return rankings.filter(({ skipped }) => skipped === undefined).length;
  });
  if (pick.prompt === null) {
    return { task: null, empty: emptyRanking(dataset, comparable, options), remaining: 0 };
  }
  const { prompt, labels, remaining } = pick;
  const completions = chooseCompletions(dataset, prompt, k, labeler, options.seed);
  const reason = reasonFor(options.policy, labels, 'ranked', remaining);
  return { task: { prompt, completions, reason }, empty: '', remaining };
}

/** The next prompt to which a labeler has not yet written a demonstration. */
export function nextDemonstration(
  dataset: Dataset,
  labeler: string,
  options: QueueOptions,
): Served<DemonstrationTask> {
  const pick = choose(dataset, options, (prompt) => {
    const demonstrations = dataset.demonstrationsOf(prompt.id);
    if (demonstrations.some((demonstration) => demonstration.labeler === labeler)) return null;
    return demonstrations.length;
  });
  if (pick.prompt === null) {
    const empty =
      dataset.counts().prompts.total === 0
        ? 'There are no prompts yet: add some to prompts/.'
        : `Every prompt has a demonstration by ${labeler}, or is open elsewhere.`;
    return { task: null, empty, remaining: 0 };
  }
  const { prompt, labels, remaining } = pick;
  const reason = reasonFor(options.policy, labels, 'demonstrated', remaining);
  return { task: { prompt, reason }, empty: '', remaining };
}

type Pick =
  | { readonly prompt: PromptEntry; readonly labels: number; readonly remaining: number }
  | { readonly prompt: null };

/** Goes over all prompts once. `labelsOf` gives a prompt's labels so far, null to pass it over. */
function choose(
  dataset: Dataset,
  options: QueueOptions,
  labelsOf: (prompt: PromptEntry) => number | null,
): Pick {
  const splits: readonly (Split | undefined)[] = options.splits ?? ['train', 'valid', undefined];
  const { policy, seed } = options;
  let best: { prompt: PromptEntry; labels: number; key: number } | null = null;
  let remaining = 0;
  for (const prompt of dataset.entries('prompts')) {
    if (!splits.includes(prompt.split)) continue;
    const labels = labelsOf(prompt);
    if (labels === null || options.exclude?.has(prompt.id) === true) continue;
    remaining += 1;
    if (policy === 'in-order') {
      best ??= { prompt, labels, key: 0 };
      continue;
    }
    const weight = policy === 'fewest-labels' ? labels : 0;
    const bestWeight = best === null ? Infinity : policy === 'fewest-labels' ? best.labels : 0;
    if (weight > bestWeight) continue;
    const key = hash(`${seed}/${prompt.id}`);
    if (best === null || weight < bestWeight || key < best.key) best = { prompt, labels, key };
  }
  return best === null ? { prompt: null } : { prompt: best.prompt, labels: best.labels, remaining };
}

function hasTwoDifferent(completions: readonly CompletionEntry[]): boolean {
  for (let index = 1; index < completions.length; index++) {
    if (completions[index].completion !== completions[0].completion) return true;
  }
  return false;
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

function reasonFor(
  policy: QueueOptions['policy'],
  labels: number,
  done: string,
  remaining: number,
): string {
  const times = labels === 1 ? 'once' : labels === 2 ? 'twice' : `${labels} times`;
  const state = labels === 0 ? `not yet ${done} by anyone` : `${done} ${times} by others`;
  const left = remaining === 1 ? 'the last task for you' : `one of ${remaining} left for you`;
  if (policy === 'in-order') return `Next in the files: ${state}; ${left}.`;
  if (policy === 'random') return `Drawn at random: ${state}; ${left}.`;
  return `Fewest labels first: ${state}; ${left}.`;
}

function emptyRanking(dataset: Dataset, comparable: number, options: QueueOptions): string {
  const counts = dataset.counts();
  if (counts.prompts.total === 0) return 'There are no prompts yet: add some to prompts/.';
  if (counts.completions.total === 0) return 'There is nothing to rank yet: sample completions.';
  if (comparable === 0) return 'No prompt has two different completions: sample more completions.';
  const open = options.exclude?.size ?? 0;
  return open === 0
    ? 'Everything is ranked: all tasks for you are done.'
    : 'Everything else is ranked: the tasks that are left are open in other panels.';
}
