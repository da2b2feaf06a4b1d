/** One blind comparison of two completions: drawing them, and the records that a vote makes. */
import * as l10n from '@vscode/l10n';
import { InstructError, toErrorData, type ErrorData } from '../../protocol/errors.ts';
import type {
  Completion,
  Demonstration,
  Prompt,
  Ranking,
  Sampling,
} from '../../protocol/records.ts';
import type { Sampled, SampleJob } from './samplerClient.ts';

/** Draws one completion: `SamplerClient.sample`. */
export type Sample = (
  job: SampleJob,
  onText: (text: string) => void,
  signal: AbortSignal,
) => Promise<Sampled>;

/** A completion as it is being written. Which model writes it stays here until the vote. */
export interface Candidate {
  /** `A` or `B`, by the order in which they are shown. */
  readonly name: string;
  readonly model: string;
  text: string;
  sampled: Sampled | undefined;
  error: ErrorData | undefined;
}

/** What a labeler says. */
export type Vote = { readonly prefer: Candidate } | 'tie' | 'bothBad';

/** What a comparison is made of. */
export interface ComparisonSetup {
  readonly prompt: { readonly text: string; readonly promptId: string | undefined };
  /** Two models, the base first. */
  readonly models: readonly [string, string];
  readonly sampling: Sampling;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly newId: () => string;
}

/** Everything that a vote writes, in the order in which it refers to each other. */
export interface VoteRecords {
  /** Undefined for a prompt that is a record already. */
  readonly prompt: Prompt | undefined;
  readonly completions: readonly Completion[];
  readonly ranking: Ranking;
}

/** See the file's header. */
export class Comparison {
  readonly candidates: readonly [Candidate, Candidate];
  private readonly setup: ComparisonSetup;
  private readonly startedAt: number;
  /** Given with the first record that needs it, and then the same for all. */
  private ownPromptId: string | undefined;
  private promptStands: boolean;

  constructor(setup: ComparisonSetup) {
    this.setup = setup;
    this.startedAt = setup.clock();
    this.promptStands = setup.prompt.promptId !== undefined;
    const [base, aligned] = setup.models;
    const order = setup.random() < 0.5 ? [base, aligned] : [aligned, base];
    const candidate = (name: string, model: string): Candidate => ({
      name,
      model,
      text: '',
      sampled: undefined,
      error: undefined,
    });
    this.candidates = [candidate('A', order[0]), candidate('B', order[1])];
  }

  /** The id of the prompt's record; undefined until it is on disk. */
  get savedPromptId(): string | undefined {
    return this.promptStands ? (this.ownPromptId ?? this.setup.prompt.promptId) : undefined;
  }

  /** Whether both completions stand and a vote can be taken. */
  get isComplete(): boolean {
    return this.candidates.every(({ sampled }) => sampled !== undefined);
  }

  /**
   * Draws both completions, side by side. `changed` is told of every piece of text; a failure
   * becomes the candidate's `error`. Resolves when both have ended.
   */
  async draw(sample: Sample, changed: () => void, signal: AbortSignal): Promise<void> {
    const { prompt, sampling } = this.setup;
    const drawOne = async (candidate: Candidate): Promise<void> => {
      const job = { model: candidate.model, prompt: prompt.text, sampling };
      try {
        const add = (text: string): void => {
          candidate.text += text;
          changed();
        };
        const sampled = await sample(job, add, signal);
        if (signal.aborted || sampled.finish === 'cancelled') return;
        candidate.text = sampled.completion;
        candidate.sampled = sampled;
      } catch (thrown) {
        if (!signal.aborted) candidate.error = toErrorData(thrown);
      }
      changed();
    };
    await Promise.all(this.candidates.map(drawOne));
  }

  /** The records of a vote. Throws `InstructError` while a completion is missing. */
  vote(vote: Vote, labeler: string): VoteRecords {
    const { clock, newId, sampling } = this.setup;
    const now = clock();
    const created = new Date(now).toISOString();
    const { prompt, promptId } = this.promptRecord(created);
    const completions = this.candidates.map(({ model, sampled }): Completion => {
      if (sampled === undefined) {
        throw new InstructError({
          code: 'bad-argument',
          message: l10n.t('Both completions must stand before one can be preferred.'),
          remedy: l10n.t('Wait until they are written.'),
        });
      }
      const { completion, finish, logprob } = sampled;
      return {
        id: newId(),
        promptId,
        completion,
        model: { name: model },
        sampling,
        finish: finish === 'stop' ? 'stop' : 'length',
        logprob,
        created,
      };
    });
    const shown = completions.map(({ id }) => id);
    const preferred = typeof vote === 'string' ? -1 : this.candidates.indexOf(vote.prefer);
    const groups =
      preferred < 0 ? [shown] : [[shown[preferred]], shown.filter((_, i) => i !== preferred)];
    return {
      prompt,
      completions,
      ranking: {
        id: newId(),
        promptId,
        ranking: groups,
        shown,
        ...(vote === 'bothBad' ? { bothBad: true } : {}),
        labeler,
        seconds: Math.round((now - this.startedAt) / 100) / 10,
        created,
      },
    };
  }

  /** The records of a better completion that the labeler wrote. */
  demonstrate(
    completion: string,
    labeler: string,
  ): { readonly prompt: Prompt | undefined; readonly demonstration: Demonstration } {
    const created = new Date(this.setup.clock()).toISOString();
    const { prompt, promptId } = this.promptRecord(created);
    const demonstration = { id: this.setup.newId(), promptId, completion, labeler, created };
    return { prompt, demonstration };
  }

  /** The new prompt's record is on disk: later records refer to it and do not bring it again. */
  promptIsSaved(): void {
    this.promptStands = true;
  }

  private promptRecord(created: string): { prompt: Prompt | undefined; promptId: string } {
    const { prompt, newId } = this.setup;
    this.ownPromptId ??= prompt.promptId ?? `inline-${newId()}`;
    const id = this.ownPromptId;
    if (this.promptStands) return { prompt: undefined, promptId: id };
    const record = {
      id,
      prompt: prompt.text,
      kind: 'plain',
      source: 'inline',
      split: 'train',
      created,
    } as const;
    return { prompt: record, promptId: id };
  }
}
