/** What the comparison panel compares, and how; kept over a reload. */
import * as l10n from '@vscode/l10n';
import * as z from 'zod';
import { comparedPromptSchema, compareViews } from '../../src/protocol/comparePanel.ts';
import { promptFormats, type PromptFormat, type Sampling } from '../../src/protocol/records.ts';

/** A prompt with a name of its own, so that a prompt typed twice is two rows. */
const rowSchema = comparedPromptSchema.extend({ row: z.string() });
/** One row of the comparison. */
export type Row = z.infer<typeof rowSchema>;

/** How completions are drawn; what is absent is as the host's settings say. */
export const settingsSchema = z.object({
  temperature: z.number().min(0).exactOptional(),
  topP: z.number().gt(0).max(1).exactOptional(),
  maxTokens: z.int().min(1).exactOptional(),
  seed: z.int().min(0).exactOptional(),
});
/** See {@link settingsSchema}. */
export type Settings = z.infer<typeof settingsSchema>;

/** One column: a model or checkpoint, and what of its settings is its own. */
const columnSchema = z.object({
  /** Another one as soon as anything of the column changes: what was written before is not its own. */
  key: z.string(),
  model: z.string(),
  format: z.enum(promptFormats),
  /** Undefined where the settings of all columns hold. */
  own: settingsSchema.optional(),
});
/** See {@link columnSchema}. */
export type Column = z.infer<typeof columnSchema>;

/** See the file's header. */
export const compareStateSchema = settingsSchema.extend({
  /** Empty for the base beside the newest model. */
  columns: z.array(columnSchema),
  rows: z.array(rowSchema),
  /** The row of the playground. */
  at: z.string().optional(),
  view: z.enum(compareViews),
  blind: z.boolean(),
  /** Show what differs from the first column. */
  differences: z.boolean(),
});
/** See {@link compareStateSchema}. */
export type CompareState = z.infer<typeof compareStateSchema>;

/** How the panel opens for the first time. */
export const freshState: CompareState = {
  columns: [],
  rows: [],
  view: 'all',
  blind: false,
  differences: false,
};

/** The formats in words, in the order they are offered in. */
export const formatLabels: Readonly<Record<PromptFormat, string>> = {
  text: l10n.t('As trained here'),
  model: l10n.t('Chat template of the model'),
  chatml: 'ChatML',
  dialogue: l10n.t('User: … Assistant:'),
  raw: l10n.t('Raw text'),
};

/** What the sampler is given for a column: its own settings before those of all, those before the host's. */
export function samplingOf(host: Sampling, shared: Settings, { own, format }: Column): Sampling {
  const { topP, ...rest } = { ...host, ...settingsSchema.parse(shared), ...own };
  return {
    ...rest,
    ...(topP === undefined || topP === 1 ? {} : { topP }),
    ...(format === 'text' ? {} : { format }),
  };
}

/** What of a column is its own, in words: "T 0 · seed 2 · ChatML". */
export function ownInWords({ own = {}, format }: Column): string {
  const { temperature, topP, maxTokens, seed } = own;
  return [
    ...(temperature === undefined ? [] : [l10n.t`T ${temperature}`]),
    ...(topP === undefined ? [] : [l10n.t`top p ${topP}`]),
    ...(maxTokens === undefined ? [] : [l10n.t`${maxTokens} tokens`]),
    ...(seed === undefined ? [] : [l10n.t`seed ${seed}`]),
    ...(format === 'text' ? [] : [formatLabels[format]]),
  ].join(' · ');
}

/** The name of one column's answer to one prompt. */
export function cellName(row: string, column: string): string {
  return `${row}\n${column}`;
}

/**
 * The columns of a row, by their keys: as chosen, or where it is blind in an order that depends on
 * the row alone, so that a model cannot be told by its place.
 */
export function columnsOf(columns: readonly string[], row: string, blind: boolean): string[] {
  if (!blind) return [...columns];
  const key = (column: string): number => {
    let hash = 2166136261; // FNV-1a
    for (const character of `${row}\n${column}`) {
      hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 16777619) >>> 0;
    }
    // MurmurHash3's finalizer: without it names that differ in their last letter keep their order.
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return (hash ^ (hash >>> 16)) >>> 0;
  };
  return [...columns].sort((a, b) => key(a) - key(b) || (a < b ? -1 : 1));
}
