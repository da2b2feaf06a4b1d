/**
 * Answers sampling requests one line at a time, streaming tokens as they are drawn. Requests run
 * side by side, token by token, up to a limit; the others wait in order. Models stay loaded.
 */
import { randomInt } from 'node:crypto';
import { Random, modelInput } from '../../data/index.ts';
import { beforeStop, stopsAt, type RewardModel } from '../../ml/models/index.ts';
import { scoreCompletions } from '../../ml/rlhf/index.ts';
import { toErrorData } from '../../protocol/errors.ts';
import {
  samplerRequestSchema,
  type SamplerReply,
  type SamplerRequest,
} from '../../protocol/sampler.ts';
import { completionKl } from './completionKl.ts';
import type { LoadedModel, ModelCache } from './modelCache.ts';
import { putPrompt } from './putPrompt.ts';

type SampleRequest = Extract<SamplerRequest, { type: 'sample' }>;
type ScoreRequest = Extract<SamplerRequest, { type: 'score' }>;
type CountRequest = Extract<SamplerRequest, { type: 'count' }>;

/** Requests that are sampled side by side. */
const mostAtOnce = 4;

/** What a sampler needs of the process around it. */
export interface SamplerSurroundings {
  readonly models: Pick<ModelCache, 'with'>;
  /** Loads a reward model, or gives the one that was asked for last. */
  readonly rewardModel: (reference: string) => Promise<RewardModel>;
  readonly reply: (reply: SamplerReply) => void;
}

/** See the file's header. */
export class Sampler {
  private readonly surroundings: SamplerSurroundings;
  private readonly waiting: SampleRequest[] = [];
  private readonly running = new Map<string, AbortController>();

  constructor(surroundings: SamplerSurroundings) {
    this.surroundings = surroundings;
  }

  /** Takes one line of input. */
  receive(line: string): void {
    if (line.trim() === '') return;
    const request = parseRequest(line);
    if ('error' in request) {
      const error = toErrorData(new Error(request.error));
      this.surroundings.reply({
        type: 'error',
        id: request.id,
        code: 'bad-argument',
        message: error.message,
        remedy: 'Send one JSON object a line, as in src/protocol/sampler.ts.',
      });
    } else if (request.type === 'cancel') this.cancel(request.id);
    else if (request.type === 'score') void this.score(request).then(this.surroundings.reply);
    else if (request.type === 'count') void this.count(request).then(this.surroundings.reply);
    else {
      this.waiting.push(request);
      this.startNext();
    }
  }

  /** Ends everything that runs or waits. */
  cancelAll(): void {
    this.waiting.length = 0;
    for (const controller of this.running.values()) controller.abort();
  }

  private cancel(id: string): void {
    this.running.get(id)?.abort();
    const index = this.waiting.findIndex((request) => request.id === id);
    if (index < 0) return;
    this.waiting.splice(index, 1);
    this.surroundings.reply({ type: 'done', id, completion: '', finish: 'cancelled', logprob: 0 });
  }

  private startNext(): void {
    if (this.running.size >= mostAtOnce) return;
    // The id of a running request is taken: a second one with it waits until the first is done.
    const index = this.waiting.findIndex(({ id }) => !this.running.has(id));
    if (index < 0) return;
    const [request] = this.waiting.splice(index, 1);
    const controller = new AbortController();
    this.running.set(request.id, controller);
    void this.sample(request, controller.signal).then((reply) => {
      this.running.delete(request.id);
      this.surroundings.reply(reply);
      this.startNext();
    });
    this.startNext();
  }

  /** Never rejects: what goes wrong becomes the reply. */
  private async count({ id, model, text }: CountRequest): Promise<SamplerReply> {
    try {
      const tokens = await this.surroundings.models.with(model, (loaded) =>
        Promise.resolve(loaded.model.tokenizer.encode(text).length),
      );
      return { type: 'counted', id, tokens };
    } catch (thrown) {
      const { code, message, remedy } = toErrorData(thrown);
      return { type: 'error', id, code, message, remedy };
    }
  }

  /** Never rejects: what goes wrong becomes the last reply. */
  private async sample(request: SampleRequest, signal: AbortSignal): Promise<SamplerReply> {
    try {
      return await this.surroundings.models.with(request.model, (loaded) =>
        this.sampleFrom(loaded, request, signal),
      );
    } catch (thrown) {
      const { code, message, remedy } = toErrorData(thrown);
      return { type: 'error', id: request.id, code, message, remedy };
    }
  }

  /** Never rejects: what goes wrong becomes the reply. */
  private async score(request: ScoreRequest): Promise<SamplerReply> {
    const { id, model, prompt, completion, ended } = request;
    try {
      const reward = await this.surroundings.rewardModel(model);
      const asked = { prompt: modelInput(prompt), text: completion, ended };
      const [score] = await scoreCompletions(reward, [asked]);
      return { type: 'scored', id, score };
    } catch (thrown) {
      const { code, message, remedy } = toErrorData(thrown);
      return { type: 'error', id, code, message, remedy };
    }
  }

  private async sampleFrom(
    { model, generator }: LoadedModel,
    { id, prompt, sampling, reference }: SampleRequest,
    signal: AbortSignal,
  ): Promise<SamplerReply> {
    const { temperature, topP, topK, maxTokens, minTokens, repetitionPenalty, seed } = sampling;
    const asked = putPrompt(prompt, sampling.format ?? 'text', model.tokenizer);
    const stop = [...(sampling.stop ?? []), ...asked.stop];
    const text = model.tokenizer.stream({ skipSpecial: true });
    let completion = '';
    const say = (added: string): void => {
      completion += added;
      if (added !== '') this.surroundings.reply({ type: 'token', id, text: added });
    };
    const tokens = model.tokenizer.encode(asked.text);
    const [drawn] = await generator.generate(model.parameters, [tokens], {
      maxNewTokens: maxTokens,
      temperature,
      ...(topP === undefined ? {} : { topP }),
      ...(topK === undefined ? {} : { topK }),
      ...(minTokens === undefined ? {} : { minNewTokens: minTokens }),
      ...(repetitionPenalty === undefined ? {} : { repetitionPenalty }),
      ...(stop.length === 0 ? {} : { stops: stopsAt(model.tokenizer, stop) }),
      endTokens: model.tokenizer.endTokens,
      random: new Random(seed ?? randomInt(2 ** 32)),
      onToken: (_row, token) => {
        say(text.push(token));
      },
      signal,
    });
    say(text.end());
    completion = beforeStop(completion, stop);
    const { finish, logprob } = drawn;
    const done = { type: 'done', id, completion, finish, logprob } as const;
    if (reference === undefined || finish === 'cancelled') return done;
    const sequence = { prompt: tokens, completion: drawn.tokens };
    const drew = { model, sequence, logprob };
    return { ...done, kl: await completionKl(this.surroundings.models, reference, drew) };
  }
}

/** A request, or the id (empty where it has none) and what is wrong with the line. */
function parseRequest(line: string): SamplerRequest | { id: string; error: string } {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    return { id: '', error: `The request is no JSON: ${String(error)}` };
  }
  const parsed = samplerRequestSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const id = typeof value === 'object' && value !== null && 'id' in value ? String(value.id) : '';
  const [issue] = parsed.error.issues;
  return { id, error: `The request's "${issue.path.join('.')}": ${issue.message}` };
}
