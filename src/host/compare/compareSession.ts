/** What a comparison panel has written and saves; knows no editor. */
import * as l10n from '@vscode/l10n';
import { InstructError, toErrorData } from '../../protocol/errors.ts';
import type { ComparedCell, ComparedPrompt } from '../../protocol/comparePanel.ts';
import type {
  Completion,
  Demonstration,
  Prompt,
  Ranking,
  Sampling,
} from '../../protocol/records.ts';
import type { Sample } from '../inline/comparison.ts';

/** The score of a completion by the project's newest reward model; undefined where there is none. */
export type Score = (
  prompt: string,
  completion: string,
  ended: boolean,
) => Promise<number | null | undefined>;

/** Where records are appended: the project. */
export interface CompareStore {
  append(kind: 'prompts', owner: string, record: Prompt): Promise<unknown>;
  append(kind: 'completions', owner: string, record: Completion): Promise<unknown>;
  append(kind: 'rankings', owner: string, record: Ranking): Promise<unknown>;
  append(kind: 'demonstrations', owner: string, record: Demonstration): Promise<unknown>;
}

/** What a session needs from outside. */
export interface CompareTools {
  readonly store: () => CompareStore;
  readonly sample: Sample;
  readonly score: Score;
  /** The model that a model's KL is taken against; undefined where it was trained from none. */
  readonly reference: (model: string) => string | undefined;
  readonly labeler: () => Promise<string>;
  /** Told of cells that are others than before. */
  readonly changed: (cells: ComparedCell[]) => void;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  readonly newId: () => string;
}

interface Written {
  view: ComparedCell;
  readonly model: string;
  readonly prompt: ComparedPrompt;
  readonly sampling: Sampling;
}

/** One cell to be written. */
export interface CellJob {
  readonly cell: string;
  readonly model: string;
  readonly prompt: ComparedPrompt;
  readonly sampling: Sampling;
}

/**
 * More models than the sampler keeps loaded, references with them, are written one after another, not
 * prompt by prompt.
 */
const modelsAtOnce = 3;

/** See the file's header. */
export class CompareSession {
  private readonly tools: CompareTools;
  private readonly cells = new Map<string, Written>();
  /** Ids given to prompts that were typed into the panel, by their text. */
  private readonly ownPrompts = new Map<string, string>();
  private abort = new AbortController();

  constructor(tools: CompareTools) {
    this.tools = tools;
  }

  /** Every cell that was written or is being written. */
  get views(): ComparedCell[] {
    return [...this.cells.values()].map(({ view }) => view);
  }

  /** Writes cells; what stood in them is replaced. Resolves when all have ended; never rejects. */
  async write(jobs: readonly CellJob[]): Promise<void> {
    const { signal } = this.abort;
    const models = [...new Set(jobs.map(({ model }) => model))];
    const loaded = new Set([
      ...models,
      ...models.flatMap((model) => this.tools.reference(model) ?? []),
    ]);
    const ordered =
      loaded.size > modelsAtOnce
        ? models.flatMap((model) => jobs.filter((job) => job.model === model))
        : jobs;
    await Promise.all(ordered.map((job) => this.writeOne(job, signal)));
  }

  /** Gives up what is being written; what is there stays. */
  stop(): void {
    this.abort.abort();
    this.abort = new AbortController();
  }

  /**
   * Saves the completions of one prompt and a ranking: the preferred one before the others, or all
   * tied. Throws `InstructError` while one of them is not finished.
   */
  async vote(
    names: readonly string[],
    preferred: string | undefined,
    bothBad: boolean,
    seconds: number,
  ): Promise<void> {
    const { labeler, newId, clock, store } = this.tools;
    const written = names.map((name) => this.finished(name));
    const { prompt } = written[0];
    const owner = await labeler();
    const created = new Date(clock()).toISOString();
    const promptId = await this.promptId(prompt, created);
    const ids = new Map<string, string>();
    for (const [at, { view, model, sampling }] of written.entries()) {
      const id = newId();
      ids.set(names[at], id);
      const { text, finish, logprob } = view;
      await store().append('completions', model, {
        id,
        promptId,
        completion: text,
        model: { name: model },
        sampling,
        finish: finish ?? 'length',
        ...(logprob === undefined ? {} : { logprob }),
        created,
      });
    }
    const shown = [...ids.values()];
    const best = preferred === undefined ? undefined : ids.get(preferred);
    const ranking = best === undefined ? [shown] : [[best], shown.filter((id) => id !== best)];
    await store().append('rankings', owner, {
      id: newId(),
      promptId,
      ranking,
      shown,
      ...(bothBad ? { bothBad: true } : {}),
      labeler: owner,
      seconds: Math.round(10 * seconds) / 10,
      created,
    });
  }

  /** Saves a text as a demonstration of the prompt of a cell. */
  async demonstrate(name: string, completion: string): Promise<void> {
    const { labeler, newId, clock, store } = this.tools;
    const { prompt } = this.expect(name);
    const owner = await labeler();
    const created = new Date(clock()).toISOString();
    const promptId = await this.promptId(prompt, created);
    const record = { id: newId(), promptId, completion, labeler: owner, created };
    await store().append('demonstrations', owner, record);
  }

  /** Gives everything up. */
  dispose(): void {
    this.abort.abort();
  }

  private async writeOne(job: CellJob, signal: AbortSignal): Promise<void> {
    const { cell, model, prompt, sampling } = job;
    const reference = this.tools.reference(model);
    const against = reference === undefined ? {} : { reference };
    const written: Written = {
      view: { cell, text: '', state: 'waiting', ...against },
      model,
      prompt,
      sampling,
    };
    this.cells.set(cell, written);
    const show = (change: Partial<ComparedCell>): void => {
      if (this.cells.get(cell) !== written) return; // it is being written anew
      written.view = { ...written.view, ...change };
      this.tools.changed([written.view]);
    };
    show({});
    try {
      const { completion, finish, logprob, kl } = await this.tools.sample(
        { model, prompt: prompt.text, sampling, ...against },
        (added) => show({ text: written.view.text + added, state: 'writing' }),
        signal,
      );
      if (finish === 'cancelled') {
        show({ state: 'stopped' });
        return;
      }
      show({
        text: completion,
        state: 'done',
        finish,
        logprob,
        ...(kl === undefined ? {} : { kl }),
      });
      const score = await this.tools.score(prompt.text, completion, finish === 'stop');
      if (score !== undefined) show({ score });
    } catch (thrown) {
      if (signal.aborted) show({ state: 'stopped' });
      else show({ state: 'failed', error: toErrorData(thrown) });
    }
  }

  private async promptId({ id, text }: ComparedPrompt, created: string): Promise<string> {
    const known = id ?? this.ownPrompts.get(text);
    if (known !== undefined) return known;
    const made = `compare-${this.tools.newId()}`;
    await this.tools.store().append('prompts', 'inline', {
      id: made,
      prompt: text,
      kind: 'plain',
      source: 'inline',
      split: 'train',
      created,
    });
    this.ownPrompts.set(text, made);
    return made;
  }

  private finished(name: string): Written {
    const written = this.expect(name);
    if (written.view.state === 'done') return written;
    throw new InstructError({
      code: 'bad-argument',
      message: l10n.t(
        'Every completion of the prompt must be written before one can be preferred.',
      ),
      remedy: l10n.t('Wait, or write those that are missing.'),
    });
  }

  private expect(name: string): Written {
    const written = this.cells.get(name);
    if (written !== undefined) return written;
    throw new InstructError({
      code: 'bad-argument',
      message: l10n.t('There is no completion to save yet.'),
      remedy: l10n.t('Write one first.'),
    });
  }
}
