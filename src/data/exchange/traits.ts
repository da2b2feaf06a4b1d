/** What a dataset may have that a format may not be able to hold. */
import type { ExchangeTask } from './task.ts';

/** Everything that an export accounts for, and how often a task has it. */
const counts = {
  'conversations of several turns': ({ prompt }: ExchangeTask) =>
    typeof prompt.content === 'string' || isOneTurn(prompt.content) ? 0 : 1,
  categories: field('category'),
  users: field('user'),
  splits: field('split'),
  tags: field('tags'),
  languages: field('language'),
  demonstrations: ({ demonstrations }: ExchangeTask) => demonstrations.length,
  'names of demonstrations’ labelers': ({ demonstrations }: ExchangeTask) =>
    demonstrations.filter(({ labeler }) => labeler !== undefined).length,
  'completions that nobody ranked': (task: ExchangeTask) => {
    const ranked = new Set(task.rankings.flatMap(({ groups }) => groups.flat()));
    return task.completions.length - ranked.size;
  },
  'names of models': ({ completions }: ExchangeTask) =>
    completions.filter(({ model }) => model !== undefined).length,
  'scores of completions': ({ completions }: ExchangeTask) =>
    completions.filter(({ scores }) => scores !== undefined).length,
  rankings: ({ rankings }: ExchangeTask) =>
    rankings.filter(({ groups }) => groups.length > 0).length,
  'rankings of three or more as a whole': ({ rankings }: ExchangeTask) =>
    rankings.filter(({ groups }) => groups.flat().length > 2).length,
  ties: ({ rankings }: ExchangeTask) =>
    rankings.flatMap(({ groups }) => groups).filter(({ length }) => length > 1).length,
  'names of rankings’ labelers': ({ rankings }: ExchangeTask) =>
    rankings.filter(({ labeler }) => labeler !== undefined).length,
  'ratings and flags': ({ rankings }: ExchangeTask) =>
    rankings.reduce((sum, { ratings }) => sum + (ratings?.size ?? 0), 0),
  strengths: rankingField('strength'),
  'judgements “both bad”': rankingField('bothBad'),
  'orders shown': ({ rankings }: ExchangeTask) =>
    rankings.filter(({ shown }) => shown !== undefined).length,
  'times spent': rankingField('seconds'),
  'skipped tasks': rankingField('skipped'),
  'guideline versions': rankingField('guideline'),
} as const;

/** Something that a format can hold or lose. */
export type Trait = keyof typeof counts;

/** Counts what the tasks of a dataset have. */
export class TraitCounter {
  private readonly totals = new Map<Trait, number>();

  /** Counts one task in. */
  add(task: ExchangeTask): void {
    for (const trait of allTraits) {
      const count = counts[trait](task);
      if (count > 0) this.totals.set(trait, (this.totals.get(trait) ?? 0) + count);
    }
  }

  /** How often tasks had each trait that is not among those carried. */
  lost(carried: readonly Trait[]): { readonly what: Trait; readonly count: number }[] {
    return [...this.totals]
      .filter(([trait]) => !carried.includes(trait))
      .map(([what, count]) => ({ what, count }));
  }
}

const allTraits = Object.keys(counts) as Trait[]; // the keys of a literal

function field(name: string): (task: ExchangeTask) => number {
  return ({ prompt }) => (prompt.fields?.[name] === undefined ? 0 : 1);
}

function rankingField(name: string): (task: ExchangeTask) => number {
  return ({ rankings }) => rankings.filter(({ fields }) => fields?.[name] !== undefined).length;
}

function isOneTurn(messages: readonly { role: string }[]): boolean {
  return messages.length === 1 && messages[0].role === 'user';
}
