/** What curation proposes for each prompt, for a person to review, and its application. */
import type { Split } from '../../protocol/records.ts';
import type { Dataset } from '../dataset.ts';
import type { PromptEntry } from '../entries.ts';
import { assignSplits } from '../splits.ts';
import type { RecordStore } from '../store.ts';
import { beyondCap, paperCap } from './cap.ts';
import { defaultPrefix, duplicateGroups } from './duplicates.ts';
import { detectLanguage } from './language.ts';
import { findPersonalData, maskPersonalData } from './personalData.ts';
import type { PersonalData } from './personalData.ts';
import { suggestCategory } from './suggestCategory.ts';

/** The steps of curation, in the order in which they are best done. */
export const curationSteps = [
  'duplicates',
  'cap',
  'splits',
  'personal-data',
  'categories',
  'languages',
] as const;
/** One of {@link curationSteps}. */
export type CurationStep = (typeof curationSteps)[number];

/** How to curate. */
export interface CurationOptions {
  /** How many characters two prompts must begin with alike. */
  readonly prefix?: number | undefined;
  /** How many prompts of one owner are kept, and who an owner is. */
  readonly cap?: { readonly limit: number; readonly by: 'user' | 'organization' } | undefined;
  /** Finds and suggestions below this confidence are not proposed (0.5 when absent). */
  readonly confidence?: number | undefined;
  /** Prompts that stay whatever the steps say: the user has looked at them. */
  readonly keep?: ReadonlySet<string> | undefined;
  /** The only prompts that are to change, where that was decided; all that a step finds otherwise. */
  readonly only?: ReadonlySet<string> | undefined;
}

/** A change to one prompt. */
export interface Proposal {
  readonly step: CurationStep;
  readonly prompt: PromptEntry;
  /** Fields to set; `deleted: true` removes the prompt. Masks are worked out when applied. */
  readonly changes: Readonly<Record<string, unknown>>;
  readonly why: string;
  /** What is to be masked. */
  readonly finds: readonly PersonalData[];
  /** The prompt that stays where this one is removed for being like it. */
  readonly like?: string;
}

/** What a step proposes. Personal data is looked for in the training split alone (appendix A.2). */
export function proposalsOf(
  step: CurationStep,
  dataset: Dataset,
  options: CurationOptions = {},
): Proposal[] {
  const kept = options.keep ?? new Set<string>();
  return steps[step](dataset, options).filter(
    ({ prompt: { id } }) => !kept.has(id) && options.only?.has(id) !== false,
  );
}

type Step = (dataset: Dataset, options: CurationOptions) => Proposal[];

const steps: Readonly<Record<CurationStep, Step>> = {
  duplicates: (dataset, { prefix = defaultPrefix }) =>
    duplicateGroups(dataset.entries('prompts'), prefix).flatMap(({ ids, sharedPrefix, equal }) => {
      const [first, ...others] = ids;
      const what = equal ? 'the same text' : `the same first ${sharedPrefix} characters`;
      return others.flatMap((id) =>
        propose(
          'duplicates',
          dataset.promptById(id),
          { deleted: true },
          `has ${what} as "${first}"`,
        ).map((proposal) => ({ ...proposal, like: first })),
      );
    }),
  cap: (dataset, { cap = paperCap }) =>
    beyondCap(dataset.entries('prompts'), cap).flatMap((id) => {
      const prompt = dataset.promptById(id);
      const why = `is beyond ${cap.limit} prompts of ${cap.by} "${prompt?.[cap.by] ?? ''}"`;
      return propose('cap', prompt, { deleted: true }, why);
    }),
  splits: (dataset) =>
    [...assignSplits(dataset.entries('prompts'))].flatMap(([id, split]) =>
      propose('splits', dataset.promptById(id), { split }, `belongs to ${split}, by its user`),
    ),
  'personal-data': (dataset, { confidence = 0.5 }) => {
    const assigned: ReadonlyMap<string, Split> = assignSplits(dataset.entries('prompts'));
    return [...dataset.entries('prompts')].flatMap((prompt) => {
      if ((prompt.split ?? assigned.get(prompt.id)) !== 'train') return [];
      const finds = findPersonalData(prompt.text).filter((find) => find.confidence >= confidence);
      if (finds.length === 0) return [];
      const shown = finds.map((find) => `${find.detector} "${find.text}" (${find.confidence})`);
      return propose('personal-data', prompt, {}, `may hold ${shown.join(', ')}`, finds);
    });
  },
  categories: (dataset, { confidence = 0.5 }) =>
    [...dataset.entries('prompts')].flatMap((prompt) => {
      if (prompt.category !== undefined) return [];
      const { category, confidence: sure, because } = suggestCategory(prompt.text);
      if (sure < confidence) return [];
      const why = `looks like ${category} (${sure}) by "${because}"`;
      return propose('categories', prompt, { category }, why);
    }),
  languages: (dataset) =>
    [...dataset.entries('prompts')].flatMap((prompt) => {
      const language = detectLanguage(prompt.text);
      if (language === null || prompt.language !== undefined) return [];
      return propose('languages', prompt, { language }, `is in "${language}"`);
    }),
};

function propose(
  step: CurationStep,
  prompt: PromptEntry | undefined,
  changes: Proposal['changes'],
  why: string,
  finds: readonly PersonalData[] = [],
): Proposal[] {
  return prompt === undefined ? [] : [{ step, prompt, changes, why, finds }];
}

/**
 * Appends a new version of each proposal's prompt; the old line stays in the file's history until
 * Compact. @throws InstructError `bad-record` where the file has changed meanwhile.
 */
export async function applyProposals(
  proposals: readonly Proposal[],
  dataset: Dataset,
  store: RecordStore,
): Promise<void> {
  for (const { prompt, changes, finds } of proposals) {
    const { record, text } = await dataset.readRecord<'prompts'>('prompts', prompt);
    const masked = finds.length === 0 ? {} : maskedFields(record, finds);
    await store.revise('prompts', prompt.file, text, { ...changes, ...masked });
  }
}

/** The text, or the turns, of a prompt with every find masked wherever it stands. */
function maskedFields(
  record: { prompt?: string | undefined; messages?: readonly { content: string }[] | undefined },
  finds: readonly PersonalData[],
): Record<string, unknown> {
  const wanted = new Set(finds.map(({ detector, text }) => `${detector} ${text}`));
  const mask = (text: string): string =>
    maskPersonalData(
      text,
      findPersonalData(text).filter(({ detector, text: found }) =>
        wanted.has(`${detector} ${found}`),
      ),
    );
  if (record.prompt !== undefined) return { prompt: mask(record.prompt) };
  return {
    messages: record.messages?.map((turn) => ({ ...turn, content: mask(turn.content) })),
  };
}
