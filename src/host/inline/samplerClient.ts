/**
 * The asking side of the sampler: one child process, started with the first request, that keeps
 * models loaded. It ends with this process (its standard input closes), and after a while idle.
 */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import * as l10n from '@vscode/l10n';
import { errorCodes, InstructError } from '../../protocol/errors.ts';
import {
  samplerReplySchema,
  type SamplerReply,
  type SamplerRequest,
} from '../../protocol/sampler.ts';
import type { Disposable } from '../disposables.ts';
import { nodeEnvironment, type NodeProgram } from '../runs/trainerLauncher.ts';

/** One completion to be drawn. */
export type SampleJob = Omit<Extract<SamplerRequest, { type: 'sample' }>, 'type' | 'id'>;
/** A completion to be scored by a reward model. */
export type ScoreJob = Omit<Extract<SamplerRequest, { type: 'score' }>, 'type' | 'id'>;
/** A text whose tokens are to be counted. */
export type CountJob = Omit<Extract<SamplerRequest, { type: 'count' }>, 'type' | 'id'>;
/** A completion as it was drawn. */
export type Sampled = Pick<
  Extract<SamplerReply, { type: 'done' }>,
  'completion' | 'finish' | 'logprob' | 'kl'
>;

/** What the client needs from outside. */
export interface SamplerSurroundings {
  readonly projectPath: string;
  readonly program: () => NodeProgram;
  /** Lines that the sampler wrote for people. */
  readonly log: (line: string) => void;
  /** The sampler ends after so long without a request. */
  readonly idleMs?: number;
}

type Answer = Extract<SamplerReply, { type: 'done' | 'scored' | 'counted' }>;

interface Pending {
  readonly onText: (text: string) => void;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: InstructError) => void;
}

/** See the file's header. */
export class SamplerClient implements Disposable {
  private readonly surroundings: SamplerSurroundings;
  private readonly pending = new Map<string, Pending>();
  private child: ChildProcessWithoutNullStreams | undefined;
  private idle: NodeJS.Timeout | undefined;
  private lastWords = '';

  constructor(surroundings: SamplerSurroundings) {
    this.surroundings = surroundings;
  }

  /**
   * Draws one completion; `onText` is told what is added as it comes. Aborting resolves with what
   * there is. Rejects with `InstructError`: the sampler's own, or `interrupted` when it went away.
   */
  async sample(
    job: SampleJob,
    onText: (text: string) => void,
    signal: AbortSignal,
  ): Promise<Sampled> {
    const id = randomUUID();
    const cancel = (): void => {
      if (this.pending.has(id)) this.send({ type: 'cancel', id });
    };
    signal.addEventListener('abort', cancel, { once: true });
    try {
      const answer = await this.ask({ type: 'sample', id, ...job }, onText);
      if (answer.type === 'done') return answer;
      throw new Error(`sample: expected "done", got "${answer.type}"`);
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  /**
   * A reward model's score of a completion; null where it does not fit into the context. Rejects
   * as {@link sample} does.
   */
  async score(job: ScoreJob): Promise<number | null> {
    const answer = await this.ask({ type: 'score', id: randomUUID(), ...job }, () => undefined);
    if (answer.type === 'scored') return answer.score;
    throw new Error(`score: expected "scored", got "${answer.type}"`);
  }

  /** How many tokens a text is to a model's tokenizer. Rejects as {@link sample} does. */
  async count(job: CountJob): Promise<number> {
    const answer = await this.ask({ type: 'count', id: randomUUID(), ...job }, () => undefined);
    if (answer.type === 'counted') return answer.tokens;
    throw new Error(`count: expected "counted", got "${answer.type}"`);
  }

  private ask(
    request: Exclude<SamplerRequest, { type: 'cancel' }>,
    onText: (text: string) => void,
  ): Promise<Answer> {
    const answer = new Promise<Answer>((resolve, reject) => {
      this.pending.set(request.id, { onText, resolve, reject });
    });
    clearTimeout(this.idle);
    this.send(request);
    return answer.finally(() => this.rest());
  }

  /** Ends the process; what is pending rejects with `interrupted`. */
  dispose(): void {
    clearTimeout(this.idle);
    this.child?.kill();
  }

  private send(request: SamplerRequest): void {
    this.child ??= this.start();
    this.child.stdin.write(`${JSON.stringify(request)}\n`);
  }

  private start(): ChildProcessWithoutNullStreams {
    const { projectPath, program, log } = this.surroundings;
    const { executable, script } = program();
    const child = spawn(executable, [script, 'sampler', '--project', projectPath], {
      stdio: ['pipe', 'pipe', 'pipe'],
      windowsHide: true,
      env: nodeEnvironment(process.env),
    });
    this.lastWords = '';
    child.stdin.on('error', (error) => log(`sampler: ${error.message}`)); // its exit is what counts
    createInterface({ input: child.stdout }).on('line', (line) => this.receive(line));
    createInterface({ input: child.stderr }).on('line', (line) => {
      this.lastWords = line;
      log(`sampler: ${line}`);
    });
    const ended = (how: string): void => {
      if (this.child !== child) return;
      this.child = undefined;
      this.fail(how);
    };
    child.on('error', (error) => ended(error.message));
    child.on('close', (code, name) => ended(name ?? l10n.t`exit code ${String(code)}`));
    return child;
  }

  private receive(line: string): void {
    const reply = parseReply(line);
    if (reply === undefined) {
      this.surroundings.log(`sampler: ${line}`);
      return;
    }
    if (reply.type === 'ready') return;
    const pending = this.pending.get(reply.id);
    if (pending === undefined) return;
    if (reply.type === 'token') {
      pending.onText(reply.text);
      return;
    }
    this.pending.delete(reply.id);
    if (reply.type !== 'error') pending.resolve(reply);
    else {
      const { code, message, remedy } = reply;
      const known = errorCodes.find((candidate) => candidate === code);
      pending.reject(new InstructError({ code: known ?? 'internal', message, remedy }));
    }
  }

  private fail(how: string): void {
    const error = new InstructError({
      code: 'interrupted',
      message:
        this.lastWords === ''
          ? l10n.t`The sampler ended (${how})`
          : l10n.t`The sampler ended (${how}): ${this.lastWords}`,
      remedy: l10n.t('Ask again: it starts anew.'),
    });
    const all = [...this.pending.values()];
    this.pending.clear();
    for (const { reject } of all) reject(error);
  }

  private rest(): void {
    if (this.pending.size > 0) return;
    clearTimeout(this.idle);
    this.idle = setTimeout(() => {
      const child = this.child;
      this.child = undefined; // the next request starts another one, even while this one still ends
      child?.stdin.end();
    }, this.surroundings.idleMs ?? 300_000);
    this.idle.unref();
  }
}

function parseReply(line: string): SamplerReply | undefined {
  try {
    return samplerReplySchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined; // not for us: the caller logs it
  }
}
