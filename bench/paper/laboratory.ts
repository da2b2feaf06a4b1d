/**
 * What the rows of the paper in miniature are made from, for one seed: prompts and labels of the
 * embedded world, and models trained on them. What several rows need is made once.
 */
import { Random } from '../../src/data/random.ts';
import { modelInput } from '../../src/data/promptText.ts';
import { Generator, type LanguageModel, type RewardModel } from '../../src/ml/models/index.ts';
import {
  PpoLoop,
  RewardModelLoop,
  SftLoop,
  type Demonstrated,
  type RankedCompletions,
  type StepReport,
  type TrainingLoop,
} from '../../src/ml/rlhf/index.ts';
import { resolveHyperparameters } from '../../src/protocol/hyperparameters.ts';
import type { FlagName } from '../../src/protocol/records.ts';
import {
  alignmentTax,
  taxProbe,
  type AlignmentTax,
} from '../../src/trainer/stages/alignmentTax.ts';
import {
  createWorld,
  cutFewShot,
  demonstrate,
  fewShotPrefixes,
  fewShotText,
  judge,
  labelers,
  makePrompts,
  rankCompletions,
  webDocument,
} from '../../src/world/index.ts';

/** How large everything is. */
export interface LaboratorySize {
  readonly train: number;
  readonly valid: number;
  readonly test: number;
  readonly demonstrations: number;
  /** Iterations of PPO in the rows of the ladder, and in sweeps. */
  readonly iterations: number;
  readonly sweepIterations: number;
}

/** A prompt of the world. */
export type WorldPrompt = ReturnType<typeof makePrompts>[number];

/** A model's answer to one prompt, judged by the gold labeler. */
export interface Judged {
  readonly completion: string;
  readonly finish: 'stop' | 'length';
  readonly score: number;
  readonly flags: Readonly<Record<FlagName, boolean | null>>;
}

/** Tokens that a stage has gone through, in training and in passes that only read or sample. */
export interface TokenCount {
  readonly stage: string;
  readonly tokens: number;
}

const world = createWorld();
const [shots] = fewShotPrefixes(world, 1);
const noise = 1.05; // two labelers agree on about 70 % of comparisons of SFT samples
const completionsPerPrompt = 4;
const maxNewTokens = 40;

/** See the file's header. */
export class Laboratory {
  readonly seed: number;
  readonly size: LaboratorySize;
  readonly base: LanguageModel;
  readonly prompts: Readonly<Record<'train' | 'valid' | 'test', readonly WorldPrompt[]>>;
  readonly demonstrations: readonly Demonstrated[];
  readonly validation: readonly Demonstrated[];
  /** What each stage cost, as it was run. */
  readonly costs: TokenCount[] = [];
  readonly #made = new Map<string, Promise<unknown>>();

  constructor(seed: number, size: LaboratorySize, base: LanguageModel) {
    this.seed = seed;
    this.size = size;
    this.base = base;
    const prompts = makePrompts(world, { ...size, seed });
    const of = (split: string): WorldPrompt[] => prompts.filter((prompt) => prompt.split === split);
    this.prompts = { train: of('train'), valid: of('valid'), test: of('test') };
    const random = new Random(`demonstrations ${seed}`);
    const show = (prompt: WorldPrompt): Demonstrated => ({
      prompt: modelInput(prompt.prompt),
      completion: demonstrate(world, prompt, random.pick(labelers), random),
    });
    this.demonstrations = this.prompts.train.slice(0, size.demonstrations).map(show);
    this.validation = this.prompts.valid.map(show);
  }

  /** Makes a thing once; later calls with its name get the same. */
  once<T>(name: string, make: () => Promise<T>): Promise<T> {
    const standing = this.#made.get(name);
    // The name decides the type: every caller of one name makes the same.
    if (standing !== undefined) return standing as Promise<T>;
    const made = make();
    this.#made.set(name, made);
    return made;
  }

  /** The SFT model of the ladder. */
  sft(): Promise<LanguageModel> {
    return this.once('sft', () => this.trainSft({}));
  }

  /** SFT of a model on demonstrations; the ladder's when left out. */
  async trainSft(
    settings: Record<string, number>,
    model = this.base,
    demonstrations = this.demonstrations,
  ): Promise<LanguageModel> {
    const hyperparameters = resolveHyperparameters('sft', settings);
    const { seed } = this;
    const start = { ...model, parameters: model.parameters.clone() };
    const loop = new SftLoop({
      model: start,
      demonstrations,
      validation: [],
      hyperparameters,
      seed,
    });
    return this.run('sft', loop);
  }

  /** The ladder's rankings: the SFT model's completions in the gold labeler's order, with errors. */
  rankings(): Promise<Readonly<Record<'train' | 'valid', readonly RankedCompletions[]>>> {
    return this.once('rankings', async () => {
      const model = await this.sft();
      return {
        train: await this.rank(model, this.prompts.train),
        valid: await this.rank(model, this.prompts.valid),
      };
    });
  }

  /**
   * Samples K completions of each prompt and has them ranked.
   *
   * @param seen How a labeler sees a score: its error is added after it.
   */
  async rank(
    model: LanguageModel,
    prompts: readonly WorldPrompt[],
    seen: (judged: Judged) => number = ({ score }) => score,
  ): Promise<RankedCompletions[]> {
    const asked = prompts.flatMap((prompt) =>
      new Array<WorldPrompt>(completionsPerPrompt).fill(prompt),
    );
    const judged = await this.answer(model, asked, `rank ${prompts[0]?.split ?? ''}`);
    const random = new Random(`rank ${this.seed}`);
    return prompts.map((prompt, i) => {
      const own = judged.slice(i * completionsPerPrompt, (i + 1) * completionsPerPrompt);
      const distinct = own.filter(
        (one, k) => own.findIndex(({ completion }) => completion === one.completion) === k,
      );
      return {
        prompt: modelInput(prompt.prompt),
        completions: distinct.map(({ completion, finish }) => ({
          text: completion,
          ended: finish === 'stop',
        })),
        ranking: rankCompletions(
          distinct.map((one) => ({ score: seen(one) })),
          random,
          noise,
        ),
      };
    });
  }

  /** The ladder's reward model. */
  rewardModel(): Promise<RewardModel> {
    return this.once('rm', async () => this.trainRewardModel((await this.rankings()).train));
  }

  /** A reward model on rankings, started from the SFT model. */
  async trainRewardModel(
    rankings: readonly RankedCompletions[],
    settings: Record<string, number> = {},
  ): Promise<RewardModel> {
    const loop = new RewardModelLoop({
      model: await this.sft(),
      rankings,
      validation: [],
      demonstrations: this.validation,
      hyperparameters: resolveHyperparameters('rm', settings),
      seed: this.seed,
    });
    return this.run('rm', loop);
  }

  /** PPO from the SFT model; `each` sees every iteration. */
  async trainPpo(
    settings: Record<string, number>,
    each: (loop: PpoLoop, report: StepReport) => Promise<void> | void = () => undefined,
    { model, rewardModel }: { model?: LanguageModel; rewardModel?: RewardModel } = {},
  ): Promise<LanguageModel> {
    const loop = new PpoLoop({
      model: model ?? (await this.sft()),
      rewardModel: rewardModel ?? (await this.rewardModel()),
      prompts: this.prompts.train.map(({ id, prompt }) => ({
        promptId: id,
        prompt: modelInput(prompt),
      })),
      document: (random) => webDocument(world, random),
      hyperparameters: resolveHyperparameters('ppo', {
        iterations: this.size.iterations,
        rolloutEvery: 0,
        ...settings,
      }),
      seed: this.seed,
    });
    return this.run('ptxCoef' in settings ? 'ppo-ptx' : 'ppo', loop, each);
  }

  /** The ladder's policies. */
  ppo(): Promise<LanguageModel> {
    return this.once('ppo', () => this.trainPpo({}));
  }

  /** See {@link ppo}; with pre-training text. */
  ppoPtx(): Promise<LanguageModel> {
    return this.once('ppo-ptx', () => this.trainPpo({ ptxCoef: 0.5 }));
  }

  /** Drives a loop to its end and frees it. */
  async run<M, L extends TrainingLoop<M>>(
    stage: string,
    loop: L & TrainingLoop<M>,
    each: (loop: L, report: StepReport) => Promise<void> | void = () => undefined,
  ): Promise<M> {
    let tokens = 0;
    try {
      while (loop.step < loop.totalSteps) {
        const report = await loop.advance();
        tokens += report.tokens ?? 0;
        await each(loop, report);
      }
      this.costs.push({ stage, tokens });
      return (await loop.finish()).model;
    } finally {
      loop.dispose();
    }
  }

  /** Every model's answers to the test prompts of the ladder. */
  answers(name: string, model: () => Promise<LanguageModel>): Promise<readonly Judged[]> {
    return this.once(`answers ${name}`, async () =>
      this.answer(await model(), this.prompts.test, 'test', name === 'prompted'),
    );
  }

  /** One judged answer to each prompt, at temperature 1. */
  async answer(
    model: LanguageModel,
    prompts: readonly WorldPrompt[],
    draw: string,
    fewShot = false,
  ): Promise<Judged[]> {
    const { tokenizer } = model;
    const room = model.config.nCtx - maxNewTokens;
    const inputs = prompts.map(({ prompt }) =>
      tokenizer.encode(fewShot ? fewShotText(shots, prompt) : modelInput(prompt)).slice(-room),
    );
    const generator = new Generator(model.config);
    try {
      const drawn = await generator.generate(model.parameters, inputs, {
        maxNewTokens,
        temperature: 1,
        endTokens: tokenizer.endTokens,
        random: new Random(`paper ${this.seed} ${draw}`),
      });
      return drawn.map((completion, i): Judged => {
        const finish: Judged['finish'] = completion.finish === 'stop' ? 'stop' : 'length';
        const written = tokenizer.decode(completion.tokens, { skipSpecial: true });
        const said = fewShot ? cutFewShot(shots, written, finish) : { completion: written, finish };
        const { score, flags } = judge(world, prompts[i], said.completion, said.finish);
        return { ...said, score, flags };
      });
    } finally {
      generator.dispose();
    }
  }

  /** What a model still can of what the base could. */
  tax(name: string, model: () => Promise<LanguageModel>): Promise<AlignmentTax> {
    return this.once(`tax ${name}`, async () =>
      alignmentTax(await model(), taxProbe(world, this.seed)),
    );
  }

  /** Draws a document of the world's web. */
  document(random: Random): string {
    return webDocument(world, random);
  }
}
