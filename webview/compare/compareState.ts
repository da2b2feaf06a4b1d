/** What the comparison panel compares, and how; kept over a reload. */
import * as z from 'zod';
import { comparedPromptSchema } from '../../src/protocol/comparePanel.ts';

/** A prompt with a name of its own, so that a prompt typed twice is two rows. */
const rowSchema = comparedPromptSchema.extend({ row: z.string() });
/** One row of the comparison. */
export type Row = z.infer<typeof rowSchema>;

/** See the file's header. */
export const compareStateSchema = z.object({
  /** Model folders in the order of the columns; empty for the first two there are. */
  models: z.array(z.string()),
  rows: z.array(rowSchema),
  temperature: z.number().min(0).optional(),
  topP: z.number().gt(0).max(1).optional(),
  maxTokens: z.int().min(1).optional(),
  seed: z.int().min(0).optional(),
  blind: z.boolean(),
  /** Show what differs from the first column. */
  differences: z.boolean(),
});
/** See {@link compareStateSchema}. */
export type CompareState = z.infer<typeof compareStateSchema>;

/** How the panel opens for the first time. */
export const freshState: CompareState = {
  models: [],
  rows: [],
  blind: false,
  differences: false,
};

/** The name of one model's answer to one prompt. */
export function cellName(row: string, model: string): string {
  return `${row}\n${model}`;
}

/**
 * The columns of a row: the models as chosen, or where it is blind in an order that depends on the
 * row alone, so that a model cannot be told by its place.
 */
export function columnsOf(models: readonly string[], row: string, blind: boolean): string[] {
  if (!blind) return [...models];
  const key = (model: string): number => {
    let hash = 2166136261; // FNV-1a
    for (const character of `${row}\n${model}`) {
      hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 16777619) >>> 0;
    }
    // MurmurHash3's finalizer: without it names that differ in their last letter keep their order.
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return (hash ^ (hash >>> 16)) >>> 0;
  };
  return [...models].sort((a, b) => key(a) - key(b) || (a < b ? -1 : 1));
}
