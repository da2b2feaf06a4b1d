/** The contract of the prompt table: one file of prompts, of which the host sends the rows in sight. */
import * as z from 'zod';
import type { PanelContract } from './panels.ts';
import { categories, promptSchema, splits } from './records.ts';

const nothing = z.object({});
const line = z.int().min(0);

/** A file above this opens read-only and page by page: an editor's document would be too heavy. */
export const mostEditableBytes = 20 * 1024 * 1024;

/** Longest text of a cell that is sent with a row; the whole is asked for when it is edited. */
export const longestCell = 400;

/** The columns, in their order. */
export const promptColumns = [
  'prompt',
  'category',
  'split',
  'kind',
  'user',
  'source',
  'tags',
  'id',
  'length',
] as const;
/** One of {@link promptColumns}. */
export type PromptColumn = (typeof promptColumns)[number];

/** The columns that can be edited in place. A prompt in turns of a conversation cannot. */
export const editableColumns = [
  'prompt',
  'category',
  'split',
  'kind',
  'user',
  'source',
  'tags',
] as const;
/** One of {@link editableColumns}. */
export type EditableColumn = (typeof editableColumns)[number];

/** The values of columns that have a fixed list. */
export const columnChoices = {
  category: categories,
  split: splits,
  kind: promptSchema.shape.kind.unwrap().options,
} as const;

/** One line of the file. */
export const promptRowSchema = z.object({
  /** Counted from 0. */
  line,
  /** The cells as they are shown, cut at {@link longestCell}; of a bad line the prompt is its text. */
  cells: z.partialRecord(z.enum(promptColumns), z.string()),
  /** What is wrong with the line; absent where it is a prompt. */
  problem: z.string().optional(),
  /** The prompt is a conversation: its text is read-only here. */
  isConversation: z.boolean(),
});
/** See {@link promptRowSchema}. */
export type PromptRow = z.infer<typeof promptRowSchema>;

/** Which rows, in which order. */
export const promptQuerySchema = z.object({
  /** Words, `field:value`, and either with `-` before it; see the host's `rowFilter`. */
  search: z.string(),
  sort: z.object({ column: z.enum(promptColumns), descending: z.boolean() }).nullable(),
});
/** See {@link promptQuerySchema}. */
export type PromptQuery = z.infer<typeof promptQuerySchema>;

/** How many rows there are. */
export const promptCountsSchema = z.object({
  /** Grows with every change of the rows or their order: rows of another version are stale. */
  version: z.int(),
  matching: z.int().min(0),
  total: z.int().min(0),
  problems: z.int().min(0),
  /** Why nothing can be edited; absent where everything can. */
  readOnly: z.string().optional(),
});
/** See {@link promptCountsSchema}. */
export type PromptCounts = z.infer<typeof promptCountsSchema>;

/** New values of fields by name; null removes a field. */
export const promptChangesSchema = z.partialRecord(
  z.enum(editableColumns),
  z.union([z.string(), z.array(z.string()), z.null()]),
);
/** See {@link promptChangesSchema}. */
export type PromptChanges = z.infer<typeof promptChangesSchema>;

/** The prompt table. */
export const promptTableContract = {
  methods: {
    /** Chooses rows and counts them. */
    query: { params: promptQuerySchema, result: promptCountsSchema },
    /** The rows at positions of the chosen order. */
    rows: {
      params: z.object({ from: z.int().min(0), count: z.int().min(1).max(500) }),
      result: z.object({ version: z.int(), from: z.int(), rows: z.array(promptRowSchema) }),
    },
    /** The lines of all rows of the chosen order, to be selected. */
    lines: { params: nothing, result: z.object({ lines: z.array(line) }) },
    /** The whole text of a prompt. */
    text: { params: z.object({ line, id: z.string() }), result: z.object({ text: z.string() }) },
    /** Changes a row; one undo step. Fails where the line has become another record. */
    edit: {
      params: z.object({ line, id: z.string(), changes: promptChangesSchema }),
      result: nothing,
    },
    /** Changes many rows alike; one undo step. Tags are added, unless null takes all away. */
    bulk: {
      params: z.object({ lines: z.array(line), changes: promptChangesSchema }),
      result: z.object({ changed: z.int().min(0) }),
    },
    /** Opens the file in a text editor, at a line where one is given. */
    openText: { params: z.object({ line: line.optional() }), result: nothing },
  },
  event: z.discriminatedUnion('type', [
    /** The file is another than before: ask anew. */
    z.object({ type: z.literal('changed') }),
  ]),
} as const satisfies PanelContract;
