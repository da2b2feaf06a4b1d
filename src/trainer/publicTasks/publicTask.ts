/** What a public task is given, and what it finds. */
import { InstructError } from '../../protocol/errors.ts';
import type { ChoiceQuestion, OptionLogprob } from '../../ml/rlhf/index.ts';

/** A model as public tasks use it (Ouyang et al. 2022, appendix D). */
export interface TaskModel {
  /** As {@link import('../../ml/rlhf/index.ts').optionLogprobs}. */
  choose(questions: readonly ChoiceQuestion[]): Promise<(readonly OptionLogprob[] | null)[]>;
  /** Completions at temperature 0, cut before the first line break. */
  complete(prompts: readonly string[]): Promise<string[]>;
}

/** What the command line gives a task. */
export interface TaskInput {
  /** The data set's own file. */
  readonly data: string;
  /** What is to be judged, unless its answers come from a file. */
  readonly model: TaskModel | null;
  /** Completions that were made elsewhere, in the data set's format for them. */
  readonly predictions: string | null;
  /** References where they stand in a file of their own. */
  readonly references: string | null;
  /** Stands before every prompt: an instruction, or worked examples. */
  readonly prefix: string;
  /** At most so many questions, the first ones. */
  readonly limit: number;
}

/** The numbers of one group of rows: of one model and one way to prompt, say. */
export interface TaskGroup {
  readonly name: string;
  readonly count: number;
  readonly metrics: Readonly<Record<string, number>>;
}

/** What a task found. */
export interface TaskReport {
  readonly groups: readonly TaskGroup[];
  /** Questions that did not fit the model's context. */
  readonly leftOut?: number;
  /** What the model wrote, for a judge elsewhere; columns by name. */
  readonly generations?: readonly Readonly<Record<string, string>>[];
}

/** A data set in its published format, and what is measured on it. */
export interface PublicTask {
  readonly summary: string;
  /** What `--data` is. */
  readonly data: string;
  /** @throws InstructError for a file that is not in the format, and for a missing input. */
  evaluate(input: TaskInput): Promise<TaskReport>;
}

/** Rows in groups, in the order in which the groups first come. */
export function groupBy<T>(rows: readonly T[], nameOf: (row: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const name = nameOf(row);
    const standing = groups.get(name);
    if (standing === undefined) groups.set(name, [row]);
    else standing.push(row);
  }
  return groups;
}

/** The mean of what a function finds in each item; 0 of none. */
export function meanOf<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((sum, item) => sum + value(item), 0) / Math.max(1, items.length);
}

/** @throws InstructError `bad-argument` when a task needs a model and none was given. */
export function modelOf({ model }: TaskInput, why: string): TaskModel {
  if (model !== null) return model;
  throw new InstructError({
    code: 'bad-argument',
    message: `There is no model to ${why}.`,
    remedy: 'Name one with --model: a model folder of the project, or the id of a run.',
  });
}
