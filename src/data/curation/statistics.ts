/** The paper's tables of a dataset: 1 and 6 to 11 (appendix A), over what the project has. */
import { categories } from '../../protocol/records.ts';
import type { Category, Split } from '../../protocol/records.ts';
import type { Dataset } from '../dataset.ts';
import type { PromptEntry } from '../entries.ts';

/** A sample of lengths as the paper's tables describe it (and pandas' `describe`). */
export interface Description {
  readonly count: number;
  readonly mean: number;
  /** Of the sample: divided by n − 1; 0 for one value. */
  readonly std: number;
  readonly min: number;
  /** Percentiles between two values are interpolated. */
  readonly p25: number;
  readonly p50: number;
  readonly p75: number;
  readonly max: number;
}

/** Which prompts a table is about: those with demonstrations, with rankings, or all. */
export type Stage = 'sft' | 'rm' | 'ppo';

/** Who wrote a prompt: a customer (kind `api`) or a labeler. */
export type Author = 'labeler' | 'customer';

/** The tables of a dataset. Lengths are in tokens. */
export interface DatasetStatistics {
  /** Table 6. */
  readonly sizes: readonly { stage: Stage; split: Split; author: Author; count: number }[];
  /** Table 1, of all prompts: in percent of those with a category. */
  readonly categories: readonly { category: Category; count: number; percent: number }[];
  readonly uncategorized: number;
  /** Table 8: prompts for each customer. */
  readonly perUser: readonly {
    stage: Stage;
    split: Split;
    users: number;
    promptsPerUser: number;
  }[];
  /** Table 9: lengths of prompts. */
  readonly lengths: readonly ({ stage: Stage; split: Split } & Description)[];
  /** Table 10: lengths of prompts by category. */
  readonly lengthsByCategory: readonly ({ category: Category } & Description)[];
  /** Table 11: lengths of prompts and demonstrations by who wrote the prompt. */
  readonly demonstrations: readonly ({
    author: Author;
    of: 'prompt' | 'demonstration';
  } & Description)[];
  /** By ISO 639 code; '' where it could not be told. */
  readonly languages: readonly { language: string; count: number; percent: number }[];
}

/** What the statistics need from outside. */
export interface StatisticsOptions {
  /** The length of a text in tokens of the project's model. */
  readonly countTokens: (text: string) => number;
  readonly splitOf: (prompt: PromptEntry) => Split;
  readonly languageOf: (text: string) => string | null;
}

const stages: readonly Stage[] = ['sft', 'rm', 'ppo'];
const splits: readonly Split[] = ['train', 'valid', 'test'];
const authors: readonly Author[] = ['labeler', 'customer'];

interface Row {
  readonly prompt: PromptEntry;
  readonly split: Split;
  readonly author: Author;
  readonly length: number;
  readonly stages: readonly Stage[];
}

/** Works out all tables. */
export function datasetStatistics(dataset: Dataset, options: StatisticsOptions): DatasetStatistics {
  const rows = [...dataset.entries('prompts')].map((prompt): Row => {
    const isRanked = dataset.rankingsOf(prompt.id).some(({ skipped }) => skipped === undefined);
    const isShown = dataset.demonstrationsOf(prompt.id).length > 0;
    return {
      prompt,
      split: options.splitOf(prompt),
      author: prompt.kind === 'api' ? 'customer' : 'labeler',
      length: options.countTokens(prompt.text),
      stages: [...(isShown ? ['sft' as const] : []), ...(isRanked ? ['rm' as const] : []), 'ppo'],
    };
  });
  const part = (stage: Stage, split: Split): Row[] =>
    rows.filter((row) => row.split === split && row.stages.includes(stage));
  const each = <T>(make: (stage: Stage, split: Split) => T[]): T[] =>
    stages.flatMap((stage) => splits.flatMap((split) => make(stage, split)));
  return {
    sizes: each((stage, split) =>
      authors.map((author) => {
        const count = part(stage, split).filter((row) => row.author === author).length;
        return { stage, split, author, count };
      }),
    ),
    ...categoryTable(rows),
    perUser: each((stage, split) => perUser(stage, split, part(stage, split))),
    lengths: each((stage, split) =>
      described(part(stage, split).map(({ length }) => length)).map((one) => ({
        stage,
        split,
        ...one,
      })),
    ),
    lengthsByCategory: categories.flatMap((category) => {
      const lengths = rows
        .filter(({ prompt }) => prompt.category === category)
        .map(({ length }) => length);
      return described(lengths).map((one) => ({ category, ...one }));
    }),
    demonstrations: authors.flatMap((author) =>
      demonstrationLengths(dataset, rows, author, options),
    ),
    languages: languageTable(rows, options),
  };
}

function categoryTable(
  rows: readonly Row[],
): Pick<DatasetStatistics, 'categories' | 'uncategorized'> {
  const counts = Map.groupBy(rows, ({ prompt }) => prompt.category);
  const uncategorized = counts.get(undefined)?.length ?? 0;
  const known = rows.length - uncategorized;
  const table = categories.flatMap((category) => {
    const count = counts.get(category)?.length ?? 0;
    return count === 0 ? [] : [{ category, count, percent: (100 * count) / known }];
  });
  return { uncategorized, categories: table.sort((a, b) => b.count - a.count) };
}

function perUser(
  stage: Stage,
  split: Split,
  rows: readonly Row[],
): DatasetStatistics['perUser'][number][] {
  const owned = rows.flatMap(({ prompt }) => (prompt.user === undefined ? [] : [prompt.user]));
  const users = new Set(owned).size;
  return users === 0 ? [] : [{ stage, split, users, promptsPerUser: owned.length / users }];
}

function demonstrationLengths(
  dataset: Dataset,
  rows: readonly Row[],
  author: Author,
  { countTokens }: StatisticsOptions,
): DatasetStatistics['demonstrations'][number][] {
  const shown = rows.filter((row) => row.author === author && row.stages.includes('sft'));
  const answers = shown.flatMap(({ prompt }) =>
    dataset.demonstrationsOf(prompt.id).map(({ completion }) => countTokens(completion)),
  );
  return [
    ...described(shown.map(({ length }) => length)).map((one) => ({
      author,
      of: 'prompt' as const,
      ...one,
    })),
    ...described(answers).map((one) => ({ author, of: 'demonstration' as const, ...one })),
  ];
}

function languageTable(
  rows: readonly Row[],
  { languageOf }: StatisticsOptions,
): DatasetStatistics['languages'] {
  const counts = Map.groupBy(rows, ({ prompt }) => languageOf(prompt.text) ?? '');
  return [...counts]
    .map(([language, { length }]) => ({
      language,
      count: length,
      percent: (100 * length) / rows.length,
    }))
    .sort((a, b) => b.count - a.count);
}

/** The description of some numbers, or nothing where there are none. */
function described(values: readonly number[]): Description[] {
  return values.length === 0 ? [] : [describe(values)];
}

/** Describes at least one number: see {@link Description}. */
export function describe(values: readonly number[]): Description {
  const sorted = values.toSorted((a, b) => a - b);
  const count = sorted.length;
  if (count === 0) throw new Error('describe: expected at least one value, got none');
  const mean = sorted.reduce((sum, value) => sum + value, 0) / count;
  const squares = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const at = (share: number): number => {
    const position = share * (count - 1);
    const low = Math.floor(position);
    const high = Math.ceil(position);
    return sorted[low] + (position - low) * (sorted[high] - sorted[low]);
  };
  return {
    count,
    mean,
    std: count === 1 ? 0 : Math.sqrt(squares / (count - 1)),
    min: sorted[0],
    p25: at(0.25),
    p50: at(0.5),
    p75: at(0.75),
    max: sorted[count - 1],
  };
}
