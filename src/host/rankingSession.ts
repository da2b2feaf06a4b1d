/**
 * What the ranking panel needs of the dataset, and the session between the two: which task is
 * shown, in which order, what was decided so far, and what was saved last. Knows no editor.
 */
import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import { InstructError } from '../protocol/errors.ts';
import { rankingDraftSchema, type RankingDraft, type RankingView } from '../protocol/panels.ts';
import { rankingSchema, type Category, type Ranking } from '../protocol/records.ts';

/** One prompt with the completions to be ranked, before shuffling. */
export interface RankingTask {
  readonly promptId: string;
  /** The prompt as a person reads it; the turns of a conversation joined. */
  readonly prompt: string;
  readonly category?: Category;
  /** Two to nine completions, in any order. */
  readonly completions: readonly { readonly id: string; readonly text: string }[];
  /** One short sentence: why this task is next. */
  readonly why: string;
}

/** How far a labeler is. */
export interface LabelingProgress {
  /** Tasks that this labeler has ranked or skipped. */
  readonly done: number;
  /** Tasks that there are in all. */
  readonly total: number;
  /** Tasks still in this labeler's queue, the one on screen included. */
  readonly left: number;
}

/** Which ranking task is wanted. */
export interface RankingTaskRequest {
  /** The task of this prompt; the next of the queue when absent. */
  readonly promptId?: string;
  /** Exactly these completions of the prompt; as many as the project ranks at once when absent. */
  readonly completionIds?: readonly string[];
  /** Prompts that must not come next. */
  readonly except?: readonly string[];
}

/** The dataset as the ranking panel sees it. Everything may throw `InstructError`. */
export interface RankingSource {
  /** Who labels here. */
  labeler(): Promise<string>;
  /** The task asked for; undefined when there is none. */
  nextTask(request: RankingTaskRequest): Promise<RankingTask | undefined>;
  progress(): Promise<LabelingProgress>;
  /** Appends the record to `rankings/<labeler>.jsonl`; resolves once it is flushed to disk. */
  save(ranking: Ranking): Promise<void>;
  /** Version of the guideline in force, recorded with each ranking. */
  guideline?(): string | undefined;
}

/** Where drafts are kept between sessions; the editor's `workspaceState` is one. */
export interface DraftMemory {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

/** What a session draws from outside. */
export interface RankingSessionTools {
  readonly source: RankingSource;
  readonly memory: DraftMemory;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** A fresh unique id. */
  readonly newId: () => string;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

const storedTaskSchema = z.object({
  recordId: z.string(),
  promptId: z.string(),
  /** Completion ids in the order shown. */
  shown: z.array(z.string()).min(2).max(9),
  draft: rankingDraftSchema,
  /** Who saved it, when it was saved before. */
  savedBy: z.string().optional(),
});
const storedSchema = z.object({
  /** The task on screen, and below it tasks that were left for an earlier one. */
  open: z.array(storedTaskSchema),
  /** Saved tasks, the newest last. */
  saved: z.array(storedTaskSchema),
  askRatings: z.boolean(),
});
type StoredTask = z.infer<typeof storedTaskSchema>;
type Stored = z.infer<typeof storedSchema>;

const memoryKey = 'instruct.ranking';
const keptSaved = 50;

/**
 * See the file's header. Its methods are the handlers of the panel's contract; they run one after
 * another, so that two quick requests cannot save one task twice.
 */
export class RankingSession {
  private readonly tools: RankingSessionTools;
  private readonly stored: Stored;
  private current: { stored: StoredTask; task: RankingTask } | undefined;
  private lastPromptId: string | undefined;
  private queue: Promise<unknown> = Promise.resolve();

  constructor(tools: RankingSessionTools) {
    this.tools = tools;
    this.stored = storedSchema.safeParse(tools.memory.get(memoryKey)).data ?? {
      open: [],
      saved: [],
      askRatings: false,
    };
  }

  /** Brings the task of one prompt to the screen; the task on screen is kept for later. */
  show(promptId: string): Promise<void> {
    return this.inTurn(async () => {
      if (this.stored.open.at(-1)?.promptId === promptId) return;
      const task = await this.tools.source.nextTask({ promptId });
      if (task === undefined) {
        throw new InstructError({
          code: 'missing-completion',
          message: `Prompt "${promptId}" has fewer than two completions, so there is nothing to rank.`,
          remedy: 'Sample completions for it first.',
        });
      }
      await this.open(task);
    });
  }

  /** What the panel shows now: the task on screen, else the next one. */
  snapshot(): Promise<RankingView> {
    return this.inTurn(async () => {
      await this.resume();
      if (this.current === undefined) {
        const except = this.lastPromptId === undefined ? {} : { except: [this.lastPromptId] };
        const next = await this.tools.source.nextTask(except);
        if (next !== undefined) await this.open(next);
      }
      return this.view();
    });
  }

  /** Keeps what is decided so far. */
  draft(token: string, draft: RankingDraft): Promise<void> {
    return this.inTurn(async () => {
      this.expectCurrent(token, draft).stored.draft = draft;
      await this.remember();
    });
  }

  /** Saves the ranking; resolves once it is on disk. On failure the draft stands. */
  save(token: string, draft: RankingDraft): Promise<void> {
    return this.inTurn(async () => {
      if (this.isSaved(token, draft)) return;
      const current = this.expectCurrent(token, draft);
      const { shown } = current.stored;
      const missing = draft.ranks.filter((rank) => rank === null).length;
      if (missing > 0) {
        throw new InstructError({
          code: 'bad-argument',
          message: `${missing} of ${shown.length} completions have no rank yet.`,
          remedy: 'Give every completion a rank, or skip the task.',
        });
      }
      const ranking = groupByRank(shown, draft.ranks);
      await this.write(current.stored, draft, { ranking });
    });
  }

  /** Saves that the task was skipped. */
  skip(token: string, draft: RankingDraft, reason: string): Promise<void> {
    return this.inTurn(async () => {
      const current = this.expectCurrent(token, draft);
      await this.write(current.stored, draft, { ranking: [], skipped: reason });
    });
  }

  /** Opens the task saved last. False when there is none, or its completions are gone. */
  back(): Promise<boolean> {
    return this.inTurn(async () => {
      for (;;) {
        const last = this.stored.saved.pop();
        if (last === undefined) {
          await this.remember();
          return false;
        }
        const task = await this.load(last);
        if (task === undefined) continue;
        this.stored.open.push(last);
        this.current = { stored: last, task };
        await this.remember();
        return true;
      }
    });
  }

  /** Whether each completion's 1 to 7 rating is asked for. */
  askRatings(ask: boolean): Promise<void> {
    return this.inTurn(async () => {
      this.stored.askRatings = ask;
      await this.remember();
    });
  }

  private async write(
    stored: StoredTask,
    draft: RankingDraft,
    decision: Pick<Ranking, 'ranking' | 'skipped'>,
  ): Promise<void> {
    const { source, now, newId } = this.tools;
    const labeler = await source.labeler();
    const taken = stored.savedBy !== undefined && stored.savedBy !== labeler;
    const recordId = taken ? newId() : stored.recordId; // never supersede another labeler's record
    const guideline = source.guideline?.();
    const ratings = Object.fromEntries(
      stored.shown.flatMap((id, index) => {
        const overall = draft.ratings.at(index) ?? null;
        return overall === null ? [] : [[id, { overall }]];
      }),
    );
    stored.draft = draft;
    await this.remember();
    await source.save(
      rankingSchema.parse({
        id: recordId,
        promptId: stored.promptId,
        ...decision,
        ...(Object.keys(ratings).length === 0 ? {} : { ratings }),
        shown: stored.shown,
        ...(guideline === undefined ? {} : { guideline }),
        labeler,
        seconds: draft.seconds,
        created: new Date(now()).toISOString(),
      }),
    );
    this.stored.open.pop();
    this.stored.saved.push({ ...stored, recordId, savedBy: labeler });
    if (this.stored.saved.length > keptSaved) this.stored.saved.shift();
    this.current = undefined;
    this.lastPromptId = stored.promptId;
    await this.remember();
  }

  /** Takes up the newest open task whose completions still stand. */
  private async resume(): Promise<void> {
    while (this.current === undefined) {
      const stored = this.stored.open.at(-1);
      if (stored === undefined) return;
      const task = await this.load(stored);
      if (task === undefined) this.stored.open.pop();
      else this.current = { stored, task };
    }
  }

  private async load({ promptId, shown }: StoredTask): Promise<RankingTask | undefined> {
    const task = await this.tools.source.nextTask({ promptId, completionIds: shown });
    const ids = new Set(task?.completions.map(({ id }) => id));
    return shown.every((id) => ids.has(id)) ? task : undefined;
  }

  private async open(task: RankingTask): Promise<void> {
    const { random, newId } = this.tools;
    const shown = shuffled(
      task.completions.map(({ id }) => id),
      random,
    );
    const stored: StoredTask = {
      recordId: newId(),
      promptId: task.promptId,
      shown,
      draft: {
        ranks: shown.map(() => null),
        ratings: shown.map(() => null),
        selected: 0,
        seconds: 0,
      },
    };
    this.stored.open.push(stored);
    this.current = { stored, task };
    await this.remember();
  }

  private async view(): Promise<RankingView> {
    const progress = await this.tools.source.progress();
    const canGoBack = this.stored.saved.length > 0;
    if (this.current === undefined) return { state: 'empty', progress, canGoBack };
    const { stored, task } = this.current;
    const texts = new Map(task.completions.map(({ id, text }) => [id, text]));
    return {
      state: 'task',
      task: stored.recordId,
      prompt: task.prompt,
      ...(task.category === undefined ? {} : { category: task.category }),
      why: task.why,
      completions: stored.shown.map((id) => texts.get(id) ?? ''),
      draft: stored.draft,
      progress,
      revising: stored.savedBy !== undefined,
      canGoBack,
      askRatings: this.stored.askRatings,
    };
  }

  /** A panel that got no answer in time asks again: what it asked for may have been done since. */
  private isSaved(token: string, draft: RankingDraft): boolean {
    const last = this.stored.saved.at(-1);
    if (last?.recordId !== token || this.current?.stored.recordId === token) return false;
    return isDeepStrictEqual(last.draft.ranks, draft.ranks);
  }

  private expectCurrent(token: string, draft: RankingDraft): NonNullable<typeof this.current> {
    const { current } = this;
    if (current?.stored.recordId !== token) {
      throw new InstructError({
        code: 'bad-argument',
        message: 'This task is no longer the open one.',
        remedy: 'Close the panel and open it again; what was saved is on disk.',
      });
    }
    const wanted = current.stored.shown.length;
    if (draft.ranks.length !== wanted || draft.ratings.length !== wanted) {
      throw new Error(
        `RankingSession: expected ${wanted} ranks and ratings, got ${draft.ranks.length} and ${draft.ratings.length}`,
      );
    }
    return current;
  }

  private remember(): PromiseLike<void> {
    return this.tools.memory.update(memoryKey, structuredClone(this.stored));
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.queue.then(work);
    this.queue = result.catch(() => undefined); // the caller of this turn hears of its failure
    return result;
  }
}

/** Groups of ids, best first; equal ranks are one group, gaps between ranks do not matter. */
export function groupByRank(ids: readonly string[], ranks: readonly (number | null)[]): string[][] {
  const groups = new Map<number, string[]>();
  ids.forEach((id, index) => {
    const rank = ranks.at(index) ?? null;
    if (rank === null) return;
    const group = groups.get(rank);
    if (group === undefined) groups.set(rank, [id]);
    else group.push(id);
  });
  return [...groups].sort(([a], [b]) => a - b).map(([, group]) => group);
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [result[i], result[j]] = [result[j], result[i]];
  }
  return result;
}
