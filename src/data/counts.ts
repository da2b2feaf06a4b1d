/** Running counts of a dataset, kept as records come and go. */
import type { CompletionEntry, DemonstrationEntry, PromptEntry, RankingEntry } from './entries.ts';

/** How many, by name. Names with none are absent. */
export type Tally = ReadonlyMap<string, number>;

/** The counts of a dataset. A prompt without a category, kind or split counts under `''`. */
export interface DatasetCounts {
  readonly prompts: {
    readonly total: number;
    readonly byCategory: Tally;
    readonly byKind: Tally;
    readonly bySplit: Tally;
    /** By category, then by split. */
    readonly byCategoryAndSplit: ReadonlyMap<string, Tally>;
  };
  readonly demonstrations: { readonly total: number; readonly byLabeler: Tally };
  readonly completions: { readonly total: number; readonly byModel: Tally };
  /** `total` and `byLabeler` are without skipped tasks, which `skipped` counts. */
  readonly rankings: {
    readonly total: number;
    readonly byLabeler: Tally;
    readonly skipped: number;
  };
  /** Standing records of each file that has any, skipped tasks included. */
  readonly byFile: Tally;
}

/** Counts entries in (+1) and out (−1). */
export class DatasetCounter {
  private readonly categories = new Map<string, number>();
  private readonly kinds = new Map<string, number>();
  private readonly splits = new Map<string, number>();
  private readonly demonstrators = new Map<string, number>();
  private readonly models = new Map<string, number>();
  private readonly rankers = new Map<string, number>();
  private readonly splitsOfCategories = new Map<string, Map<string, number>>();
  private readonly files = new Map<string, number>();
  private skipped = 0;

  prompt(entry: PromptEntry, by: 1 | -1): void {
    count(this.categories, entry.category ?? '', by);
    count(this.kinds, entry.kind ?? '', by);
    count(this.splits, entry.split ?? '', by);
    count(this.files, entry.file, by);
    const category = entry.category ?? '';
    const ofCategory = this.splitsOfCategories.get(category) ?? new Map<string, number>();
    count(ofCategory, entry.split ?? '', by);
    if (ofCategory.size === 0) this.splitsOfCategories.delete(category);
    else this.splitsOfCategories.set(category, ofCategory);
  }

  demonstration(entry: DemonstrationEntry, by: 1 | -1): void {
    count(this.demonstrators, entry.labeler, by);
    count(this.files, entry.file, by);
  }

  completion(entry: CompletionEntry, by: 1 | -1): void {
    count(this.models, entry.model, by);
    count(this.files, entry.file, by);
  }

  ranking(entry: RankingEntry, by: 1 | -1): void {
    count(this.files, entry.file, by);
    if (entry.skipped === undefined) count(this.rankers, entry.labeler, by);
    else this.skipped += by;
  }

  /** A copy of the counts as they are now. */
  counts(): DatasetCounts {
    return {
      prompts: {
        total: sum(this.categories),
        byCategory: new Map(this.categories),
        byKind: new Map(this.kinds),
        bySplit: new Map(this.splits),
        byCategoryAndSplit: new Map(
          [...this.splitsOfCategories].map(([category, tally]) => [category, new Map(tally)]),
        ),
      },
      demonstrations: { total: sum(this.demonstrators), byLabeler: new Map(this.demonstrators) },
      completions: { total: sum(this.models), byModel: new Map(this.models) },
      rankings: {
        total: sum(this.rankers),
        byLabeler: new Map(this.rankers),
        skipped: this.skipped,
      },
      byFile: new Map(this.files),
    };
  }
}

function count(tally: Map<string, number>, name: string, by: 1 | -1): void {
  const now = (tally.get(name) ?? 0) + by;
  if (now === 0) tally.delete(name);
  else tally.set(name, now);
}

function sum(tally: Map<string, number>): number {
  let total = 0;
  for (const value of tally.values()) total += value;
  return total;
}
