/**
 * What writing demonstrations needs of the dataset, and the bookkeeping between the two: which
 * draft belongs to which prompt, how long it took, what is next. Knows no editor.
 */
import { createHash } from 'node:crypto';
import * as l10n from '@vscode/l10n';
import * as z from 'zod';
import { ActivityClock } from '../protocol/activityClock.ts';
import { InstructError } from '../protocol/errors.ts';
import {
  categories,
  demonstrationSchema,
  type Category,
  type Demonstration,
} from '../protocol/records.ts';
import type { DraftMemory, LabelingProgress } from './labeling/rankingSource.ts';

/** One prompt that wants a demonstration. */
export interface DemonstrationTask {
  readonly promptId: string;
  /** The prompt as a person reads it. */
  readonly prompt: string;
  readonly category?: Category;
  /** One short sentence: why this prompt is next. */
  readonly why: string;
}

/** The dataset as the writer of demonstrations sees it. Everything may throw `InstructError`. */
export interface DemonstrationSource {
  /** The project folder on disk. */
  readonly projectPath: string;
  labeler(): Promise<string>;
  /** As `RankingSource.nextTask`: of one prompt, or the next of the queue. */
  nextTask(request: {
    readonly promptId?: string;
    readonly except?: readonly string[];
  }): Promise<DemonstrationTask | undefined>;
  progress(): Promise<LabelingProgress>;
  /** Appends to `demonstrations/<labeler>.jsonl`; resolves to that name once it is on disk. */
  save(demonstration: Demonstration): Promise<string>;
  /** What this labeler wrote, the newest first. */
  written(): Promise<readonly WrittenDemonstration[]>;
  /** The whole record of one of {@link written}. */
  original(id: string): Promise<Demonstration>;
}

/** A demonstration that stands. */
export interface WrittenDemonstration {
  readonly id: string;
  readonly promptId: string;
  /** The prompt as a person reads it. */
  readonly prompt: string;
  readonly completion: string;
}

/** What a session draws from outside. */
export interface DemonstrationSessionTools {
  readonly source: Omit<DemonstrationSource, 'projectPath'>;
  readonly memory: DraftMemory;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** A fresh unique id. */
  readonly newId: () => string;
}

const memorySchema = z.record(
  z.string(),
  z.object({
    task: z.object({
      promptId: z.string(),
      prompt: z.string(),
      category: z.enum(categories).exactOptional(),
      why: z.string(),
    }),
    recordId: z.string(),
    original: demonstrationSchema.exactOptional(),
    seconds: z.number().min(0),
  }),
);
const memoryKey = 'instruct.demonstrations';
const rememberEveryMs = 5000;

/** A draft that is being written. */
interface OpenDraft {
  readonly task: DemonstrationTask;
  readonly recordId: string;
  /** The record that is being revised. */
  readonly original?: Demonstration;
  readonly clock: ActivityClock;
}

/** See the file's header. Drafts are known by the name of their file. */
export class DemonstrationSession {
  private readonly tools: DemonstrationSessionTools;
  private readonly drafts = new Map<string, OpenDraft>();
  private readonly skipped = new Set<string>();
  private rememberedAt = 0;

  constructor(tools: DemonstrationSessionTools) {
    this.tools = tools;
    const remembered = memorySchema.safeParse(tools.memory.get(memoryKey)).data ?? {};
    for (const [name, { seconds, ...draft }] of Object.entries(remembered)) {
      this.drafts.set(name, {
        ...draft,
        clock: new ActivityClock(tools.now, seconds),
      });
    }
  }

  /** The prompt asked for, or the next of the queue that was not skipped here. */
  async next(promptId?: string): Promise<DemonstrationTask | undefined> {
    if (promptId !== undefined) return this.tools.source.nextTask({ promptId });
    return this.tools.source.nextTask({ except: [...this.skipped] });
  }

  /** Begins a draft, or takes it up again. Returns its file name. */
  async begin(task: DemonstrationTask): Promise<string> {
    const name = draftFileName(task.promptId);
    if (!this.drafts.has(name)) {
      const { newId, now } = this.tools;
      this.drafts.set(name, { task, recordId: newId(), clock: new ActivityClock(now) });
      await this.remember();
    }
    return name;
  }

  /** Begins to revise a demonstration, or takes that up again. Returns the draft's file name. */
  async revise(original: Demonstration, task: DemonstrationTask): Promise<string> {
    const name = draftFileName(original.id);
    if (!this.drafts.has(name)) {
      const clock = new ActivityClock(this.tools.now, original.seconds ?? 0);
      this.drafts.set(name, { task, recordId: original.id, original, clock });
      await this.remember();
    }
    return name;
  }

  /** Whether a draft revises a demonstration that stands. */
  isRevision(name: string): boolean {
    return this.drafts.get(name)?.original !== undefined;
  }

  /** Seconds spent on a draft so far, without idle time. */
  secondsOf(name: string): number {
    return this.drafts.get(name)?.clock.seconds ?? 0;
  }

  /** What is known of a prompt: as its draft was begun, else as the dataset has it now. */
  async task(promptId: string): Promise<DemonstrationTask | undefined> {
    const begun = this.drafts.get(draftFileName(promptId));
    return begun?.task ?? this.tools.source.nextTask({ promptId });
  }

  /** The prompt of a draft; undefined when the file is none of this session's drafts. */
  promptOf(name: string): string | undefined {
    return this.drafts.get(name)?.task.promptId;
  }

  /** A sign of life of whoever writes the draft. */
  touch(name: string): void {
    this.drafts.get(name)?.clock.touch();
    if (this.tools.now() - this.rememberedAt > rememberEveryMs) void this.remember();
  }

  /** The labeler looks away. */
  pause(): void {
    for (const { clock } of this.drafts.values()) clock.pause();
    void this.remember();
  }

  /**
   * Saves a draft as a demonstration, or as the new version of the one that it revises; resolves to
   * the file once it is on disk. The text is kept as given, but for white space at its end.
   * @throws InstructError when it is empty, or cannot be written; the draft stands.
   */
  async save(name: string, text: string): Promise<string> {
    const draft = this.drafts.get(name);
    if (draft === undefined) throw new Error(`save: expected a draft, got "${name}"`);
    const completion = text.trimEnd();
    if (completion === '') {
      throw new InstructError({
        code: 'bad-argument',
        message: l10n.t('The demonstration is empty.'),
        remedy: l10n.t('Write what a good assistant would answer, or skip the prompt.'),
      });
    }
    const { source, now } = this.tools;
    const file = await source.save(
      demonstrationSchema.parse({
        ...draft.original,
        id: draft.recordId,
        promptId: draft.task.promptId,
        completion,
        labeler: await source.labeler(),
        seconds: draft.clock.seconds,
        created: new Date(now()).toISOString(),
      }),
    );
    this.skipped.add(draft.task.promptId); // not again in this session, whatever the queue counts
    this.drafts.delete(name);
    await this.remember();
    return file;
  }

  /** Leaves a draft's prompt for later; the draft stands. */
  skip(name: string): void {
    const promptId = this.promptOf(name);
    if (promptId !== undefined) this.skipped.add(promptId);
  }

  private remember(): PromiseLike<void> {
    this.rememberedAt = this.tools.now();
    const value = [...this.drafts].map(([name, { clock, ...draft }]) => [
      name,
      { ...draft, seconds: clock.seconds },
    ]);
    return this.tools.memory.update(memoryKey, Object.fromEntries(value));
  }
}

/** A prompt's draft file name: the id where it is a safe name, else its digest. */
export function draftFileName(promptId: string): string {
  const safe = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,100}$/.test(promptId);
  const digest = () => createHash('sha256').update(promptId).digest('hex').slice(0, 32);
  return `${safe ? promptId : digest()}.md`;
}
