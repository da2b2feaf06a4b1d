/**
 * The session between the ranking panel and the dataset: which task is shown, in which order, what
 * was decided so far, and what was saved last. Knows no editor.
 */
import { isDeepStrictEqual } from 'node:util';
import * as l10n from '@vscode/l10n';
import { InstructError } from '../protocol/errors.ts';
import { firstStep, freshDraft, isUntouched } from '../protocol/rankingDraft.ts';
import type {
  LabelingMode,
  RankingDraft,
  RankingView,
  Revealed,
} from '../protocol/rankingPanel.ts';
import { rankingSchema } from '../protocol/records.ts';
import type { Guideline } from './labeling/guideline.ts';
import { RankingMemory, type StoredTask } from './labeling/rankingMemory.ts';
import { decidedRanking, skippedRanking, type Decided } from './labeling/rankingRecord.ts';
import type { DraftMemory, RankingSource, RankingTask } from './labeling/rankingSource.ts';

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

/** Rankings that contradict each other, to be settled by a new one of the same completions. */
export interface Settling {
  /** Ids of the rankings. */
  readonly adjudicates: readonly string[];
  /** The completions that were ranked, two to nine. */
  readonly completionIds: readonly string[];
  /** What they disagree on, in a sentence. */
  readonly why: string;
}

/**
 * See the file's header. Its methods are the handlers of the panel's contract; they run one after
 * another, so that two quick requests cannot save one task twice.
 */
export class RankingSession {
  private readonly tools: RankingSessionTools;
  private readonly memory: RankingMemory;
  private current: { stored: StoredTask; task: RankingTask } | undefined;
  private lastPromptId: string | undefined;
  private revealed: Revealed | undefined;
  private queue: Promise<unknown> = Promise.resolve();

  constructor(tools: RankingSessionTools) {
    this.tools = tools;
    this.memory = new RankingMemory(tools.memory);
  }

  /**
   * Brings the task of one prompt to the screen; the task on screen is kept for later.
   * @throws InstructError when there is nothing to rank, or another window has the task
   */
  show(promptId: string, settling?: Settling): Promise<void> {
    return this.inTurn(async () => {
      const { source } = this.tools;
      if (this.memory.open.at(-1)?.promptId === promptId && settling === undefined) return;
      const wanted =
        settling === undefined ? this.count() : { completionIds: settling.completionIds };
      const task = await source.nextTask({ promptId, ...wanted });
      if (task === undefined) {
        throw new InstructError({
          code: 'missing-completion',
          message: l10n.t`Prompt "${promptId}" has fewer than two completions, so there is nothing to rank.`,
          remedy: l10n.t('Sample completions for it first.'),
        });
      }
      if (!(await source.claim(promptId))) {
        throw new InstructError({
          code: 'bad-argument',
          message: l10n.t`Prompt "${promptId}" is being ranked in another window.`,
          remedy: l10n.t('Rank another one, or close it there.'),
        });
      }
      await this.open(
        task,
        settling === undefined ? undefined : { ids: [...settling.adjudicates], why: settling.why },
      );
    });
  }

  /** What the panel shows now: the task on screen, else the next one. */
  snapshot(): Promise<RankingView> {
    return this.inTurn(async () => {
      await this.resume();
      if (this.current === undefined) {
        const next = await this.claimNext();
        if (next !== undefined) await this.open(next);
      }
      return this.view();
    });
  }

  /** Keeps what is decided so far. */
  draft(token: string, draft: RankingDraft): Promise<void> {
    return this.inTurn(async () => {
      const { stored } = this.expectCurrent(token, draft);
      stored.draft = draft;
      await this.memory.keep();
      await this.tools.source.claim(stored.promptId); // as long as somebody works on it
    });
  }

  /** Keeps the task on screen for this window, though nobody touches it; to be called now and then. */
  keep(): Promise<void> {
    return this.inTurn(async () => {
      if (this.current !== undefined) await this.tools.source.claim(this.current.stored.promptId);
    });
  }

  /** The panel is closed: another window may have its task. What is decided so far stands. */
  leave(): Promise<void> {
    return this.inTurn(async () => {
      const promptId = this.current?.stored.promptId;
      this.current = undefined;
      if (promptId !== undefined) await this.tools.source.release(promptId);
    });
  }

  /** Saves the ranking; resolves once it is on disk. On failure the draft stands. */
  save(token: string, draft: RankingDraft): Promise<void> {
    return this.inTurn(async () => {
      if (this.isSaved(token, draft)) return;
      const current = this.expectCurrent(token, draft);
      const { shown, mode } = current.stored;
      await this.write(current.stored, draft, decidedRanking(draft, mode, shown));
    });
  }

  /** Saves that the task was skipped. */
  skip(token: string, draft: RankingDraft, reason: string): Promise<void> {
    return this.inTurn(async () => {
      const current = this.expectCurrent(token, draft);
      const { shown, mode } = current.stored;
      await this.write(current.stored, draft, skippedRanking(draft, mode, shown, reason));
    });
  }

  /** Opens the task saved last. False when there is none, or its completions are gone. */
  back(): Promise<boolean> {
    return this.inTurn(async () => {
      for (;;) {
        const last = this.memory.takeSaved();
        if (last === undefined) {
          await this.memory.keep();
          return false;
        }
        const task = await this.load(last);
        if (task === undefined) continue;
        await this.tools.source.claim(last.promptId);
        this.memory.begin(last);
        this.current = { stored: last, task };
        await this.memory.keep();
        return true;
      }
    });
  }

  /**
   * How the labeler wants to be asked from here on. A task that was begun in pairs, or is to be
   * taken apart into pairs, stays as it is: the next one follows.
   */
  mode(mode: LabelingMode): Promise<void> {
    return this.inTurn(async () => {
      this.memory.prefer(mode);
      const stored = this.current?.stored;
      if (stored !== undefined && stored.mode !== mode) {
        if (stored.mode !== 'pairwise' && mode !== 'pairwise') {
          stored.mode = mode;
          stored.draft = { ...stored.draft, step: firstStep(mode) };
        } else if (isUntouched(stored.draft) && stored.savedBy === undefined) {
          this.memory.forget(stored);
          this.current = undefined;
        }
      }
      await this.memory.keep();
    });
  }

  /** The guideline in force, which counts as seen from here on. */
  guideline(): Promise<Guideline> {
    return this.inTurn(async () => {
      const guideline = await this.tools.source.guideline();
      if (guideline === undefined) {
        throw new InstructError({
          code: 'missing-file',
          message: l10n.t('This project has no guideline for its labelers.'),
          remedy: l10n.t('Write guidelines.md in the project folder.'),
        });
      }
      this.memory.sawGuideline(guideline.version);
      await this.memory.keep();
      return guideline;
    });
  }

  private async write(stored: StoredTask, draft: RankingDraft, decision: Decided): Promise<void> {
    const { source, now, newId } = this.tools;
    const labeler = await source.labeler();
    const taken = stored.savedBy !== undefined && stored.savedBy !== labeler;
    const recordId = taken ? newId() : stored.recordId; // never supersede another labeler's record
    const guideline = await source.guideline();
    stored.draft = draft;
    await this.memory.keep();
    await source.save(
      rankingSchema.parse({
        id: recordId,
        promptId: stored.promptId,
        ...decision,
        ...(stored.settles === undefined ? {} : { adjudicates: stored.settles.ids }),
        shown: stored.shown,
        ...(guideline === undefined ? {} : { guideline: guideline.version }),
        labeler,
        seconds: draft.seconds,
        created: new Date(now()).toISOString(),
      }),
    );
    this.memory.forget(stored);
    this.memory.addSaved({ ...stored, recordId, savedBy: labeler });
    this.revealed = decision.skipped === undefined ? this.reveal(stored.shown, draft) : undefined;
    this.current = undefined;
    this.lastPromptId = stored.promptId;
    await this.memory.keep();
    await source.release(stored.promptId);
  }

  private reveal(shown: readonly string[], draft: RankingDraft): Revealed | undefined {
    if (!this.tools.source.protocol().reveal) return undefined;
    const models = new Map(this.current?.task.completions.map(({ id, model }) => [id, model]));
    return shown.map((id, index) => ({
      model: models.get(id) ?? '',
      rank: draft.ranks.at(index) ?? null,
    }));
  }

  private count(): { count?: number } {
    return this.chosenMode() === 'pairwise' ? { count: 2 } : {};
  }

  private chosenMode(): LabelingMode {
    return this.memory.mode ?? this.tools.source.protocol().mode;
  }

  /** Takes up the newest open task whose completions still stand and that no other window has. */
  private async resume(): Promise<void> {
    if (this.current !== undefined) return;
    for (const stored of this.memory.open.toReversed()) {
      if (!(await this.tools.source.claim(stored.promptId))) continue;
      const task = await this.load(stored);
      if (task !== undefined) {
        this.current = { stored, task };
        return;
      }
      this.memory.forget(stored);
    }
  }

  /** The next task of the queue that no other window has; it is this window's from here on. */
  private async claimNext(): Promise<RankingTask | undefined> {
    const { source } = this.tools;
    const except = this.lastPromptId === undefined ? [] : [this.lastPromptId];
    except.push(...this.memory.open.map(({ promptId }) => promptId));
    for (;;) {
      const next = await source.nextTask({ except, ...this.count() });
      if (next === undefined || (await source.claim(next.promptId))) return next;
      except.push(next.promptId);
    }
  }

  private async load({ promptId, shown }: StoredTask): Promise<RankingTask | undefined> {
    const task = await this.tools.source.nextTask({ promptId, completionIds: shown });
    const ids = new Set(task?.completions.map(({ id }) => id));
    return shown.every((id) => ids.has(id)) ? task : undefined;
  }

  private async open(task: RankingTask, settles?: StoredTask['settles']): Promise<void> {
    const { random, newId } = this.tools;
    const shown = shuffled(
      task.completions.map(({ id }) => id),
      random,
    );
    const mode =
      settles === undefined || task.completions.length === 2 ? this.chosenMode() : 'rank';
    const stored: StoredTask = {
      recordId: newId(),
      promptId: task.promptId,
      shown,
      mode,
      draft: freshDraft(shown.length, mode, task.category),
      ...(settles === undefined ? {} : { settles }),
    };
    this.memory.begin(stored);
    this.current = { stored, task };
    await this.memory.keep();
  }

  private async view(): Promise<RankingView> {
    const { source } = this.tools;
    const guideline = await source.guideline();
    const isNew = guideline?.version !== this.memory.guidelineSeen;
    const always = {
      progress: await source.progress(),
      canGoBack: this.memory.lastSaved !== undefined,
      labeler: await source.labeler(),
      ...(guideline === undefined ? {} : { guideline: { version: guideline.version, isNew } }),
      ...(this.revealed === undefined ? {} : { revealed: this.revealed }),
    };
    if (this.current === undefined) {
      return { state: 'empty', mode: this.chosenMode(), why: await source.whyEmpty(), ...always };
    }
    const { stored, task } = this.current;
    const texts = new Map(task.completions.map(({ id, text }) => [id, text]));
    return {
      state: 'task',
      task: stored.recordId,
      mode: stored.mode,
      prompt: task.prompt,
      ...(task.category === undefined ? {} : { category: task.category }),
      why: stored.settles === undefined ? task.why : l10n.t`To settle: ${stored.settles.why}`,
      completions: stored.shown.map((id) => texts.get(id) ?? ''),
      draft: stored.draft,
      revising: stored.savedBy !== undefined,
      ...always,
    };
  }

  /** A panel that got no answer in time asks again: what it asked for may have been done since. */
  private isSaved(token: string, draft: RankingDraft): boolean {
    const last = this.memory.lastSaved;
    if (last?.recordId !== token || this.current?.stored.recordId === token) return false;
    return isDeepStrictEqual(decisionsOf(last.draft), decisionsOf(draft));
  }

  private expectCurrent(token: string, draft: RankingDraft): NonNullable<typeof this.current> {
    const { current } = this;
    if (current?.stored.recordId !== token) {
      throw new InstructError({
        code: 'bad-argument',
        message: l10n.t('This task is no longer the open one.'),
        remedy: l10n.t('Close the panel and open it again; what was saved is on disk.'),
      });
    }
    const wanted = current.stored.shown.length;
    if (draft.ranks.length !== wanted || draft.judgements.length !== wanted) {
      throw new Error(
        `RankingSession: expected ${wanted} ranks and judgements, got ${draft.ranks.length} and ${draft.judgements.length}`,
      );
    }
    return current;
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.queue.then(work);
    this.queue = result.catch(() => undefined); // the caller of this turn hears of its failure
    return result;
  }
}

function decisionsOf({ ranks, judgements, bothBad, strength }: RankingDraft): unknown {
  return { ranks, judgements, bothBad, strength };
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [result[i], result[j]] = [result[j], result[i]];
  }
  return result;
}
