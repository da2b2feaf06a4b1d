/** Comparisons as native comment threads under the line of a prompt. */
import { randomUUID } from 'node:crypto';
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { Disposables } from '../disposables.ts';
import type { ProjectFolder } from '../project/projectFolder.ts';
import { Comparison, type Candidate, type Sample, type Vote } from './comparison.ts';
import type { PlacedPrompt } from './promptAt.ts';

/** What comparisons need from outside. */
export interface InlineSurroundings {
  readonly sample: Sample;
  readonly labeler: () => Promise<string>;
  readonly onError: (thrown: unknown) => void;
}

/** One comparison to be opened. */
export interface ComparisonRequest {
  readonly project: ProjectFolder;
  readonly document: vscode.TextDocument;
  readonly prompt: PlacedPrompt;
  /** The base first, then the model compared with it. */
  readonly models: readonly [string, string];
  /** How a model is called once the vote is in. */
  readonly nameOf: (model: string) => string;
}

/** A word that menus match: only what is `votable` gets buttons. */
type Phase = 'drawing' | 'votable' | 'voted' | 'failed' | 'editing';

const redrawMs = 60;

/** Owns the comment controller and every open thread. */
export class InlineComparisons implements vscode.Disposable {
  private readonly owned = new Disposables();
  private readonly surroundings: InlineSurroundings;
  private readonly controller: vscode.CommentController;
  private readonly open = new Set<ComparisonThread>();

  constructor(surroundings: InlineSurroundings) {
    this.surroundings = surroundings;
    this.controller = this.owned.add(
      vscode.comments.createCommentController('instruct.compare', l10n.t('Instruct Comparisons')),
    );
    this.controller.options = {
      prompt: l10n.t('Write a better completion'),
      placeHolder: l10n.t('Write a better completion; it is saved as a demonstration'),
    };
    this.owned.add(
      vscode.workspace.onDidCloseTextDocument((document) => {
        for (const thread of [...this.open])
          if (thread.uri === document.uri.toString()) thread.dispose();
      }),
    );
    this.owned.add({ dispose: () => [...this.open].forEach((thread) => thread.dispose()) });
  }

  /** Opens a thread and draws both completions into it; resolves when they stand. */
  async compare(request: ComparisonRequest): Promise<void> {
    const { document, prompt } = request;
    const settings = vscode.workspace.getConfiguration('instruct.compare', document.uri);
    for (const thread of [...this.open]) if (thread.isAt(document, prompt.line)) thread.dispose();
    const known = await knownPrompt(request);
    const make = (promptId: string | undefined): Comparison =>
      new Comparison({
        prompt: { text: prompt.text, promptId },
        models: request.models,
        sampling: {
          temperature: settings.get<number>('temperature', 0.7),
          maxTokens: settings.get<number>('maxNewTokens', 40),
          seed: Math.floor(Math.random() * 2 ** 31),
        },
        clock: Date.now,
        random: Math.random,
        newId: randomUUID,
      });
    const comparison = make(known);
    const range = new vscode.Range(prompt.line, 0, prompt.line, 0);
    // A thread that is made with comments keeps its reply box small until it is asked for.
    const begun = comparison.candidates.map(
      (candidate) => new CandidateComment(candidate, 'drawing'),
    );
    const thread = this.controller.createCommentThread(document.uri, range, begun);
    const own = new ComparisonThread(thread, comparison, make, request, this.surroundings, () => {
      this.open.delete(own);
    });
    this.open.add(own);
    await own.draw();
  }

  /**
   * The comparison that a menu's argument is about, a thread or one of its comments; undefined
   * when it is closed.
   */
  find(target: unknown): ComparisonThread | undefined {
    return [...this.open].find((thread) => thread.has(target));
  }

  dispose(): void {
    this.owned.dispose();
  }
}

/**
 * A candidate as a comment of the thread. The editor makes a comment's node anew, and loses focus
 * and clicks on it, when it gets another object: one object stands for as long as only the text grows.
 */
export class CandidateComment implements vscode.Comment {
  readonly candidate: Candidate;
  readonly mode: vscode.CommentMode;
  readonly author: vscode.CommentAuthorInformation;
  readonly contextValue: string;
  body = '';
  label?: string;

  constructor(candidate: Candidate, phase: Phase, revealed = '', label = finishLabel(candidate)) {
    this.candidate = candidate;
    this.mode = phase === 'editing' ? vscode.CommentMode.Editing : vscode.CommentMode.Preview;
    this.author = { name: `${l10n.t`Completion ${candidate.name}`}${revealed}` };
    this.contextValue = phase;
    this.update(label);
  }

  /** Takes in the candidate's text as it is now. */
  update(label: string): void {
    this.body = bodyOf(this.candidate);
    if (label === '') delete this.label;
    else this.label = label;
  }
}

/** One open comparison. */
export class ComparisonThread implements vscode.Disposable {
  private readonly thread: vscode.CommentThread;
  private comparison: Comparison;
  private readonly make: (promptId: string | undefined) => Comparison;
  private readonly request: ComparisonRequest;
  private readonly surroundings: InlineSurroundings;
  private readonly onDispose: () => void;
  private abort = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private phase: Exclude<Phase, 'editing'> = 'drawing';
  private preferred: Candidate | undefined;
  private readonly comments = new WeakMap<Candidate, CandidateComment>();
  /** The completion that is being made a better one. */
  private edited: Candidate | undefined;
  private closed = false;
  private saving: Promise<void> = Promise.resolve();

  constructor(
    thread: vscode.CommentThread,
    comparison: Comparison,
    make: (promptId: string | undefined) => Comparison,
    request: ComparisonRequest,
    surroundings: InlineSurroundings,
    onDispose: () => void,
  ) {
    this.thread = thread;
    this.comparison = comparison;
    this.make = make;
    this.request = request;
    this.surroundings = surroundings;
    this.onDispose = onDispose;
    thread.canReply = true;
    thread.collapsibleState = vscode.CommentThreadCollapsibleState.Expanded;
    this.show();
  }

  get uri(): string {
    return this.thread.uri.toString();
  }

  has(target: unknown): boolean {
    if (target === this.thread) return true;
    return (
      target instanceof CandidateComment && this.comparison.candidates.includes(target.candidate)
    );
  }

  isAt(document: vscode.TextDocument, line: number): boolean {
    return this.uri === document.uri.toString() && this.thread.range?.end.line === line;
  }

  /** Draws both completions, showing them as they are written. */
  async draw(): Promise<void> {
    const changed = (): void => {
      this.timer ??= setTimeout(() => {
        this.timer = undefined;
        this.show();
      }, redrawMs);
    };
    const { signal } = this.abort;
    await this.comparison.draw(this.surroundings.sample, changed, signal);
    if (signal.aborted) return;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.phase = this.comparison.isComplete ? 'votable' : 'failed';
    this.show();
  }

  /** Draws both anew, blind again and with another seed; what was saved stands. */
  async resample(): Promise<void> {
    this.abort.abort();
    this.abort = new AbortController();
    this.comparison = this.make(this.comparison.savedPromptId);
    this.phase = 'drawing';
    this.preferred = undefined;
    this.edited = undefined;
    this.show();
    await this.draw();
  }

  /** Opens a completion to be made a better one; undefined shows it as it was drawn again. */
  edit(candidate: Candidate | undefined): void {
    this.edited = candidate;
    this.show();
  }

  /** Saves a vote, then says which completion was whose. A second vote is ignored. */
  vote(vote: Vote): Promise<void> {
    return this.oneAtATime(async () => {
      if (this.phase !== 'votable') return;
      const { project } = this.request;
      const { prompt, completions, ranking } = this.comparison.vote(
        vote,
        await this.surroundings.labeler(),
      );
      if (prompt !== undefined) await project.append('prompts', 'inline', prompt);
      this.comparison.promptIsSaved();
      for (const completion of completions) {
        await project.append('completions', completion.model.name, completion);
      }
      await project.append('rankings', ranking.labeler, ranking);
      this.phase = 'voted';
      this.preferred = typeof vote === 'string' ? undefined : vote.prefer;
      this.show();
      this.thread.label = l10n.t`Saved: ${spokenVote(vote)}`;
    });
  }

  /** Saves what the labeler wrote as a demonstration of the prompt. */
  demonstrate(text: string): Promise<void> {
    return this.oneAtATime(async () => {
      const { project } = this.request;
      const labeler = await this.surroundings.labeler();
      const { prompt, demonstration } = this.comparison.demonstrate(text, labeler);
      if (prompt !== undefined) await project.append('prompts', 'inline', prompt);
      this.comparison.promptIsSaved();
      await project.append('demonstrations', labeler, demonstration);
      this.edited = undefined;
      this.show();
      this.thread.label = l10n.t('Saved your completion as a demonstration');
    });
  }

  /** Closes the thread; what is still being drawn is given up. */
  dispose(): void {
    this.closed = true;
    this.abort.abort();
    clearTimeout(this.timer);
    this.thread.dispose();
    this.onDispose();
  }

  private oneAtATime(work: () => Promise<void>): Promise<void> {
    const turn = this.saving.then(work);
    this.saving = turn.catch(() => undefined); // the caller is told
    return turn;
  }

  private show(): void {
    if (this.closed) return;
    this.thread.contextValue = this.phase;
    if (this.phase !== 'voted') this.thread.label = labels[this.phase];
    this.thread.comments = this.comparison.candidates.map((candidate) => {
      const revealed = this.phase === 'voted' ? ` · ${this.request.nameOf(candidate.model)}` : '';
      const label = candidate === this.preferred ? l10n.t('Preferred') : finishLabel(candidate);
      const phase = candidate === this.edited ? 'editing' : this.phase;
      const shown = this.comments.get(candidate);
      if (shown?.contextValue === phase) {
        shown.update(label);
        return shown;
      }
      const comment = new CandidateComment(candidate, phase, revealed, label);
      this.comments.set(candidate, comment);
      return comment;
    });
  }
}

const labels: Readonly<Record<Exclude<Phase, 'voted' | 'editing'>, string>> = {
  drawing: l10n.t('Writing both completions…'),
  votable: l10n.t('Which completion is better?'),
  failed: l10n.t('A completion could not be written'),
};

function finishLabel({ sampled, error }: Candidate): string {
  if (error !== undefined) return l10n.t('failed');
  if (sampled === undefined) return l10n.t('writing…');
  return sampled.finish === 'length' ? l10n.t('cut off') : '';
}

/** As plain text: a completion may look like Markdown and is none. */
function bodyOf({ text, sampled, error }: Candidate): string {
  const written = text.trim();
  if (error !== undefined) return `${sentence(error.message)} ${error.remedy}`;
  if (sampled === undefined) return `${written} ▍`;
  return written === '' ? l10n.t('(empty)') : written;
}

function sentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}

function spokenVote(vote: Vote): string {
  if (vote === 'tie') return l10n.t('a tie');
  return vote === 'bothBad' ? l10n.t('both bad') : l10n.t`Completion ${vote.prefer.name} is better`;
}

/** The id of the record that has this text already. */
async function knownPrompt({ project, prompt }: ComparisonRequest): Promise<string | undefined> {
  const dataset = await project.expectDataset();
  if (prompt.promptId !== undefined && dataset.promptById(prompt.promptId) !== undefined) {
    return prompt.promptId;
  }
  for (const { id, text } of dataset.entries('prompts')) if (text === prompt.text) return id;
  return undefined;
}
