/** Counts with their nouns, each noun's sentences for one and for several. */
import * as l10n from '@vscode/l10n';
import type { RecordKind } from '../protocol/records.ts';

interface Forms {
  readonly one: (count: string) => string;
  readonly several: (count: string) => string;
}

const nouns = {
  prompt: { one: (n) => l10n.t`${n} prompt`, several: (n) => l10n.t`${n} prompts` },
  demonstration: {
    one: (n) => l10n.t`${n} demonstration`,
    several: (n) => l10n.t`${n} demonstrations`,
  },
  completion: { one: (n) => l10n.t`${n} completion`, several: (n) => l10n.t`${n} completions` },
  ranking: { one: (n) => l10n.t`${n} ranking`, several: (n) => l10n.t`${n} rankings` },
  task: { one: (n) => l10n.t`${n} task`, several: (n) => l10n.t`${n} tasks` },
  problem: { one: (n) => l10n.t`${n} problem`, several: (n) => l10n.t`${n} problems` },
  row: { one: (n) => l10n.t`${n} row`, several: (n) => l10n.t`${n} rows` },
  token: { one: (n) => l10n.t`${n} token`, several: (n) => l10n.t`${n} tokens` },
} as const satisfies Record<string, Forms>;

/** What can be counted in words. */
export type Noun = keyof typeof nouns;

/** The noun for one record of each kind. */
export const recordNouns = {
  prompts: 'prompt',
  demonstrations: 'demonstration',
  completions: 'completion',
  rankings: 'ranking',
} as const satisfies Record<RecordKind, Noun>;

/** A count and its noun: `1 ranking`, `12,000 rankings`. */
export function counted(count: number, noun: Noun): string {
  const { one, several } = nouns[noun];
  return (count === 1 ? one : several)(count.toLocaleString('en'));
}
