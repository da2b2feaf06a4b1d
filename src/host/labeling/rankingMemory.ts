/** What the ranking panel keeps over a reload: the tasks begun and saved, and how the labeler wants them. */
import * as z from 'zod';
import {
  labelingModes,
  rankingDraftSchema,
  type LabelingMode,
} from '../../protocol/rankingPanel.ts';
import type { DraftMemory } from './rankingSource.ts';

const taskSchema = z.object({
  recordId: z.string(),
  promptId: z.string(),
  /** Completion ids in the order shown. */
  shown: z.array(z.string()).min(2).max(9),
  mode: z.enum(labelingModes),
  draft: rankingDraftSchema,
  /** The rankings that this one is to settle, and why it is open. */
  settles: z.object({ ids: z.array(z.string()), why: z.string() }).optional(),
  /** Who saved it, when it was saved before. */
  savedBy: z.string().optional(),
});
const keptSchema = z.object({
  /** The task on screen, and below it tasks that were left for an earlier one. */
  open: z.array(taskSchema),
  /** Saved tasks, the newest last. */
  saved: z.array(taskSchema),
  /** How this labeler wants to be asked; the project's way when absent. */
  mode: z.enum(labelingModes).optional(),
  /** The version of the guideline that was opened last. */
  guidelineSeen: z.string().optional(),
});

/** A task that was begun, with what is decided so far. */
export type StoredTask = z.infer<typeof taskSchema>;

const key = 'instruct.ranking';
const mostSaved = 50;

/** See the file's header. Nothing outlives a reload before {@link keep}. */
export class RankingMemory {
  private readonly memory: DraftMemory;
  private readonly kept: z.infer<typeof keptSchema>;

  constructor(memory: DraftMemory) {
    this.memory = memory;
    this.kept = keptSchema.safeParse(memory.get(key)).data ?? { open: [], saved: [] };
  }

  /** The tasks begun, the one on screen last. */
  get open(): readonly StoredTask[] {
    return this.kept.open;
  }

  /** The task saved last. */
  get lastSaved(): StoredTask | undefined {
    return this.kept.saved.at(-1);
  }

  /** How this labeler wants to be asked; undefined for the project's way. */
  get mode(): LabelingMode | undefined {
    return this.kept.mode;
  }

  /** From here on this labeler wants to be asked so. */
  prefer(mode: LabelingMode): void {
    this.kept.mode = mode;
  }

  /** The version of the guideline that was opened last. */
  get guidelineSeen(): string | undefined {
    return this.kept.guidelineSeen;
  }

  /** This version of the guideline was opened. */
  sawGuideline(version: string): void {
    this.kept.guidelineSeen = version;
  }

  /** Puts a task on top of those begun. */
  begin(task: StoredTask): void {
    this.kept.open.push(task);
  }

  /** Takes a task from those begun. */
  forget({ recordId }: StoredTask): void {
    this.kept.open = this.kept.open.filter((each) => each.recordId !== recordId);
  }

  /** Puts a task on top of those saved; the oldest of many is forgotten. */
  addSaved(task: StoredTask): void {
    this.kept.saved.push(task);
    if (this.kept.saved.length > mostSaved) this.kept.saved.shift();
  }

  /** Takes the task saved last from those saved. */
  takeSaved(): StoredTask | undefined {
    return this.kept.saved.pop();
  }

  /** Writes all of it down. */
  keep(): PromiseLike<void> {
    return this.memory.update(key, structuredClone(this.kept));
  }
}
