/** The labeling queue: what a labeler is asked next, and why. */
import { setImmediate as turn } from 'node:timers/promises';
import { InstructError } from '../protocol/errors.ts';
import type { Split } from '../protocol/records.ts';
import { assignmentOf } from './assignment.ts';
import type { Assignment } from './assignment.ts';
import type { Dataset } from './dataset.ts';
import type { CompletionEntry, PromptEntry } from './entries.ts';
import type { LabelState } from './labelStates.ts';
import { queuePolicies } from './queuePolicy.ts';
import type { QueuePolicy } from './queuePolicy.ts';
import { hash, mix, Random } from './random.ts';

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

/** The next few tasks, the first one first; otherwise as {@link Served}. */
export interface Upcoming<Task> extends Omit<Served<Task>, 'task'> {
  readonly tasks: readonly Task[];
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
  expectK(options);
  return first(
    rankingTasks(dataset, labeler, options, atOnce(ranking(dataset, labeler, options, 1))),
  );
}

/** The next `count` tasks of {@link nextTask}, letting the event loop go often. */
export async function upcomingTasks(
  dataset: Dataset,
  labeler: string,
  options: RankingQueueOptions,
  count: number,
): Promise<Upcoming<RankingTask>> {
  expectK(options);
  const picks = await inTurns(ranking(dataset, labeler, options, count));
  return rankingTasks(dataset, labeler, options, picks);
}

/** The next prompt to which a labeler has not yet written a demonstration. */
export function nextDemonstration(
  dataset: Dataset,
  labeler: string,
  options: QueueOptions,
): Served<DemonstrationTask> {
  return first(writingTasks(dataset, labeler, atOnce(writing(dataset, labeler, options, 1))));
}

/** The next `count` tasks of {@link nextDemonstration}, letting the event loop go often. */
export async function upcomingDemonstrations(
  dataset: Dataset,
  labeler: string,
  options: QueueOptions,
  count: number,
): Promise<Upcoming<DemonstrationTask>> {
  const picks = await inTurns(writing(dataset, labeler, options, count));
  return writingTasks(dataset, labeler, picks);
}

function first<Task>({ tasks, ...served }: Upcoming<Task>): Served<Task> {
  return { ...served, task: tasks.at(0) ?? null };
}

function expectK({ completionsPerPrompt: k }: RankingQueueOptions): void {
  if (Number.isInteger(k) && k >= 2 && k <= 9) return;
  throw new InstructError({
    code: 'bad-argument',
    message: `completionsPerPrompt: expected an integer from 2 to 9, got ${k}.`,
    remedy: 'Correct "labeling.completionsPerPrompt" in instruct.json.',
  });
}

type Choosing = Generator<void, Picks, undefined>;

function ranking(
  dataset: Dataset,
  labeler: string,
  options: RankingQueueOptions,
  count: number,
): Choosing {
  return choosing(dataset, { labeler, options, count, verb: 'ranked' }, (state) =>
    state.comparable ? { by: state.rankers, count: state.rankings } : null,
  );
}

function writing(
  dataset: Dataset,
  labeler: string,
  options: QueueOptions,
  count: number,
): Choosing {
  return choosing(dataset, { labeler, options, count, verb: 'demonstrated' }, (state) => ({
    by: state.demonstrators,
    count: state.demonstrators.length,
  }));
}

function rankingTasks(
  dataset: Dataset,
  labeler: string,
  options: RankingQueueOptions,
  { picks, remaining, done }: Picks,
): Upcoming<RankingTask> {
  const { completionsPerPrompt: k, seed } = options;
  const tasks = picks.map(({ prompt, reason }) => {
    const completions = chooseCompletions(dataset, prompt, k, labeler, seed);
    return { prompt, completions, reason };
  });
  return {
    tasks,
    empty: tasks.length === 0 ? emptyRanking(dataset, options) : '',
    remaining,
    done,
  };
}

function writingTasks(
  dataset: Dataset,
  labeler: string,
  { picks: tasks, remaining, done }: Picks,
): Upcoming<DemonstrationTask> {
  const empty =
    dataset.counts().prompts.total === 0
      ? 'There are no prompts yet: add some to prompts/.'
      : `Every prompt for ${labeler} has a demonstration, or is open elsewhere.`;
  return { tasks, empty: tasks.length === 0 ? empty : '', remaining, done };
}

function atOnce(work: Choosing): Picks {
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
  }
}

async function inTurns(work: Choosing): Promise<Picks> {
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
    await turn();
  }
}

interface Labels {
  /** Who has done it, skipping included. */
  readonly by: readonly string[];
  readonly count: number;
}

interface Picks {
  readonly picks: readonly { readonly prompt: PromptEntry; readonly reason: string }[];
  readonly remaining: number;
  readonly done: number;
}

/** What is asked of the queue. */
interface Asked {
  readonly labeler: string;
  readonly options: QueueOptions;
  /** How many tasks at most. */
  readonly count: number;
  readonly verb: string;
}

interface Candidate {
  readonly state: LabelState;
  readonly labels: Labels;
  readonly rank: number;
  readonly lot: number;
}

const statesPerTurn = 4096;

/**
 * Goes over all prompts once and stops now and then, for whoever wants to let others run.
 * `labelsOf` gives null for a prompt that nobody can label.
 */
function* choosing(
  dataset: Dataset,
  { labeler, options, count, verb }: Asked,
  labelsOf: (state: LabelState) => Labels | null,
): Choosing {
  const splits: readonly (Split | undefined)[] = options.splits ?? ['train', 'valid', undefined];
  const { assignment, exclude } = options;
  const isAssigned = assignment === undefined ? () => true : assignmentOf(assignment, labeler);
  const { rank, why } = queuePolicies[options.policy];
  const seedWord = hash(String(options.seed));
  const best: Candidate[] = [];
  let remaining = 0;
  let done = 0;
  for (const [index, state] of dataset.labelStates().entries()) {
    if (index % statesPerTurn === statesPerTurn - 1) yield;
    const labels = labelsOf(state);
    if (labels === null) continue;
    const { id, split } = state.prompt;
    if (labels.by.includes(labeler)) {
      done += 1;
      continue;
    }
    if (!splits.includes(split) || exclude?.has(id) === true) continue;
    if (!isAssigned(state.lot, labels.by)) continue;
    remaining += 1;
    const ranked = rank(state, labels.count, index);
    const isFull = best.length === count;
    if (isFull && ranked > best[count - 1].rank) continue;
    const lot = mix(state.lot, seedWord);
    if (isFull && ranked === best[count - 1].rank && lot >= best[count - 1].lot) continue;
    if (isFull) best.pop();
    let at = best.length;
    while (at > 0 && isBefore(ranked, lot, best[at - 1])) at -= 1;
    best.splice(at, 0, { state, labels, rank: ranked, lot });
  }
  const picks = best.map(({ state, labels }) => {
    const standing = `${labeledBefore(labels.count, verb)}; ${leftFor(remaining)}`;
    return { prompt: state.prompt, reason: `${why(state)}: ${standing}.` };
  });
  return { picks, remaining, done };
}

function isBefore(rank: number, lot: number, other: Candidate): boolean {
  return rank < other.rank || (rank === other.rank && lot < other.lot);
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
