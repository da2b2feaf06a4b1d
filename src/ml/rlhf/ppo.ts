/**
 * Proximal policy optimisation against a reward model (Ouyang et al. 2022, section 3.5, Equation 2,
 * appendix C.4): a bandit with one completion an episode, a KL penalty per token against the SFT
 * policy, a value model of its own that starts from the reward model, and, with `ptxCoef` above 0,
 * the loss on pre-training text beside it (PPO-ptx).
 */
import * as z from 'zod';
import { Random } from '../../data/random.ts';
import { listed, type Hyperparameters } from '../../protocol/hyperparameters.ts';
import type { LanguageModel } from '../models/index.ts';
import { ExponentialMovingAverage, linearDecay, warmupFrom } from '../optim/index.ts';
import type { ParameterBuffer } from '../runtime/index.ts';
import { sequenceLength } from './batch.ts';
import { BestMean } from './bestMean.ts';
import { Diagnoser, isNegative, type IterationFacts } from './diagnose.ts';
import { drawDocumentRows } from './documentRows.ts';
import { gatherExperience, type Experience } from './experience.ts';
import { adaptiveKl, constantKl, type KlController } from './klController.ts';
import { examineRollout, type KlEvidence } from './klEvidence.ts';
import type { StepBatch } from './largestBatch.ts';
import { Learner, badCheckpoint, checkFinite } from './learner.ts';
import { EpochOrder } from './order.ts';
import { LogprobPass } from './passes.ts';
import { policyPass, ptxPass, tokensOf, valuePass } from './ppoPasses.ts';
import { checkedPrompts, type PpoOptions } from './ppoOptions.ts';
import { RolloutWorker, rolloutRecords, type EncodedPrompt, type Rollout } from './rollout.ts';
import { mean, standardError, variance } from './statistics.ts';
import type { LossPass } from './stepper.ts';
import type {
  LoopResult,
  LoopSample,
  LoopState,
  StateTensor,
  StepReport,
  TrainingLoop,
} from './trainingLoop.ts';
import { beforeTraining, ValidationSamples } from './validationSamples.ts';
import { whiten } from './whiten.ts';

/** Iterations from one look at the validation prompts to the next, where no episodes are written. */
const lookEvery = 5;
/** Episodes that are looked at again when a KL is negative. */
const examined = 32;

const stateSchema = z.object({
  step: z.int().min(0),
  policy: z.int(),
  value: z.int(),
  klCoef: z.number(),
  diagnoser: z.unknown(),
  best: z.unknown(),
});

/** PPO; one `advance` is one iteration: sample, score, and optimise over minibatches. */
export class PpoLoop implements TrainingLoop<LanguageModel> {
  readonly totalSteps: number;
  readonly #options: PpoOptions;
  readonly #prompts: readonly EncodedPrompt[];
  readonly #order: EpochOrder;
  readonly #worker: RolloutWorker;
  readonly #policy: Learner;
  readonly #value: Learner;
  readonly #average: ExponentialMovingAverage | null;
  readonly #kl: KlController;
  readonly #diagnoser: Diagnoser;
  readonly #best = new BestMean(5);
  readonly #samples: ValidationSamples;
  #step = 0;

  /**
   * @throws InstructError `empty-dataset` when no prompt leaves room for a completion, or there is
   * no pre-training text for `ptxCoef`; `bad-tokenizer` when the reward model reads other tokens than
   * the policy writes.
   */
  constructor(options: PpoOptions) {
    const { model, rewardModel, hyperparameters, seed, execution } = options;
    this.#options = options;
    this.totalSteps = hyperparameters.iterations;
    this.#prompts = checkedPrompts(options);
    this.#order = new EpochOrder(this.#prompts.length, this.#prompts.length, seed);
    this.#worker = new RolloutWorker(model, rewardModel, hyperparameters, execution);
    this.#policy = new Learner('policy', model.parameters.clone(), hyperparameters, execution);
    this.#value = new Learner('value', rewardModel.parameters.clone(), hyperparameters, execution);
    this.#average =
      hyperparameters.emaDecay > 0
        ? new ExponentialMovingAverage(model.parameters, hyperparameters.emaDecay)
        : null;
    const { klController, klCoef, klTarget, klHorizon } = hyperparameters;
    this.#kl =
      klController === 'adaptive' ? adaptiveKl(klCoef, klTarget, klHorizon) : constantKl(klCoef);
    this.#diagnoser = new Diagnoser(hyperparameters.klLimit);
    const { validationPrompts = [], prompts } = options;
    this.#samples = new ValidationSamples({
      ...{ model, rewardModel, execution, maxNewTokens: hyperparameters.maxNewTokens },
      prompts: validationPrompts.length > 0 ? validationPrompts : prompts,
    });
  }

  get step(): number {
    return this.#step;
  }

  async advance(): Promise<StepReport> {
    const { hyperparameters, model } = this.#options;
    const { rolloutEvery, rolloutEpisodes, stopOn } = hyperparameters;
    const first = this.#step === 0 ? beforeTraining(await this.#look()) : [];
    const rollout = await this.#rollOut();
    const experience = gatherExperience(rollout.episodes, hyperparameters, this.#kl.value);
    const iteration = this.#step + 1;
    for (const [name, value] of Object.entries(experience.metrics)) {
      checkFinite(value, name, iteration);
    }
    const isShown = (every: number): boolean => iteration === 1 || iteration % every === 0;
    const rollouts =
      rolloutEvery > 0 && isShown(rolloutEvery)
        ? rolloutRecords(rollout, experience, model, { iteration, count: rolloutEpisodes })
        : [];
    // Examined now: the policy is still the one that sampled.
    const suspect = isNegative(klOf(experience)) ? await this.#examine(rollout) : null;
    const learned = await this.#learn(rollout, experience);
    if (this.#average !== null) {
      await this.#policy.toHost();
      this.#average.update(this.#policy.parameters);
    }
    this.#kl.update(experience.metrics['ppo/kl'], rollout.episodes.length);
    this.#step++;
    const metrics = { ...experience.metrics, ...learned };
    const warnings = this.#diagnoser.observe(factsOf(metrics, experience), suspect);
    const isLooked =
      isShown(rolloutEvery > 0 ? rolloutEvery : lookEvery) || iteration === this.totalSteps;
    const fatal = warnings.find(({ code }) => listed(stopOn).includes(code));
    return {
      metrics,
      samples: [...first, ...(isLooked ? await this.#look() : [])],
      tokens: tokensOf(rollout.sequences),
      rollouts,
      warnings,
      best: this.#isBest(metrics),
      ...(fatal === undefined ? {} : { stop: fatal.code }),
    };
  }

  #rollOut(): Promise<Rollout> {
    const { hyperparameters, seed } = this.#options;
    const prompts = this.#order
      .fullBatch(this.#step, hyperparameters.batchSize)
      .map((index) => this.#prompts[index]);
    const random = new Random(`rollout ${seed} ${this.#step}`);
    return this.#worker.roll(this.#policy.parameters, this.#value.parameters, prompts, random);
  }

  /** The optimisation steps of one iteration; their metrics' means. */
  async #learn(rollout: Rollout, experience: Experience): Promise<Record<string, number>> {
    const { hyperparameters, seed } = this.#options;
    const { minibatchSize, innerEpochs, learningRate } = hyperparameters;
    const factor = rateFactor(hyperparameters, this.#step);
    const size = Math.min(minibatchSize, rollout.episodes.length);
    const order = new EpochOrder(rollout.episodes.length, size, seed + this.#step);
    const sums: Record<string, number> = {};
    const steps = innerEpochs * order.batchesPerEpoch;
    let firstLogRatio = 0;
    for (let step = 0; step < steps; step++) {
      const minibatch = order.batch(step);
      const text = `ptx ${seed} ${this.#step} ${step}`;
      const policy = await this.#policyStep(rollout, experience, minibatch, { text, factor });
      const value = await this.#valueStep(rollout, experience, minibatch, factor);
      const { logRatioMax, ...reported } = policy;
      if (step === 0) firstLogRatio = logRatioMax;
      for (const [name, number] of Object.entries({ ...reported, ...value })) {
        sums[name] = (sums[name] ?? 0) + number / steps;
      }
    }
    return { ...sums, 'ppo/first_log_ratio': firstLogRatio, learning_rate: learningRate * factor };
  }

  async #policyStep(
    rollout: Rollout,
    experience: Experience,
    minibatch: readonly number[],
    { text, factor }: { readonly text: string; readonly factor: number },
  ): Promise<Record<string, number> & { logRatioMax: number }> {
    const rate = this.#options.hyperparameters.learningRate * factor;
    const passesOf = (some: readonly number[]): LossPass[] =>
      this.#policyPasses(rollout, experience, some, text);
    const smaller = episodesOf(rollout, minibatch, passesOf);
    const report = await this.#policy.step(passesOf(minibatch), rate, smaller);
    const [policy, ptx] = report.passes;
    return {
      'ppo/policy_loss': policy['loss'],
      'ppo/approx_kl': policy['approxKl'],
      'ppo/clip_fraction': policy['clipFraction'],
      'ppo/ratio': policy['ratio'],
      ...(report.passes.length > 1 ? { 'ppo/ptx_loss': ptx['loss'] } : {}),
      grad_norm: report.gradNorm,
      logRatioMax: policy['logRatioMax'],
    };
  }

  #policyPasses(
    { sequences, episodes }: Rollout,
    { advantages }: Experience,
    minibatch: readonly number[],
    text: string,
  ): LossPass[] {
    const { model, hyperparameters, document } = this.#options;
    const { ptxCoef, ptxRatio, whitenAdvantages } = hyperparameters;
    const raw = minibatch.map((index) => advantages[index]);
    const passes = [
      policyPass(
        model.config,
        {
          sequences: minibatch.map((index) => sequences[index]),
          oldLogprobs: minibatch.map((index) => episodes[index].logprobs),
          advantages: whitenAdvantages === 'minibatch' ? whiten(raw, 'zero') : raw,
        },
        hyperparameters,
      ),
    ];
    if (ptxCoef > 0 && document !== undefined) {
      const size = {
        rows: Math.max(1, Math.round(ptxRatio * minibatch.length)),
        length: model.config.nCtx,
      };
      const rows = drawDocumentRows(model.tokenizer, document, new Random(text), size);
      passes.push(ptxPass(model.config, rows, ptxCoef));
    }
    return passes;
  }

  async #valueStep(
    rollout: Rollout,
    { returns }: Experience,
    minibatch: readonly number[],
    factor: number,
  ): Promise<Record<string, number>> {
    const { sequences, episodes } = rollout;
    const { rewardModel, hyperparameters } = this.#options;
    const passesOf = (some: readonly number[]): LossPass[] => {
      const of = {
        sequences: some.map((index) => sequences[index]),
        oldValues: some.map((index) => episodes[index].values),
        returns: some.map((index) => returns[index]),
      };
      return [valuePass(rewardModel, of, hyperparameters.valueClipRange)];
    };
    const { passes, gradNorm } = await this.#value.step(
      passesOf(minibatch),
      hyperparameters.valueLearningRate * factor,
      episodesOf(rollout, minibatch, passesOf),
    );
    return { 'ppo/value_loss': passes[0]['loss'], 'ppo/value_grad_norm': gradNorm };
  }

  /** Asks the policy of the rollout again about some of its episodes. */
  async #examine({ sequences, episodes }: Rollout): Promise<KlEvidence> {
    const { model, hyperparameters, execution } = this.#options;
    const some = sequences.slice(0, examined);
    return examineRollout({
      sequences: some,
      logprobs: episodes.slice(0, examined).map(({ logprobs }) => logprobs),
      endToken: model.tokenizer.endToken,
      recompute: async ({ temperature = hyperparameters.temperature, alone = false }) => {
        const pass = new LogprobPass(model.config, temperature, execution);
        try {
          const rows = alone ? 1 : some.length;
          return await pass.run(this.#policy.parameters, some, 'completion', rows);
        } finally {
          pass.dispose();
        }
      },
    });
  }

  /** What the model that the run would leave now writes for the validation prompts. */
  #look(): Promise<LoopSample[]> {
    return this.#samples.draw(this.#average?.parameters ?? this.#policy.parameters);
  }

  #isBest(metrics: Readonly<Record<string, number>>): boolean {
    const { bestBy } = this.#options.hyperparameters;
    return bestBy !== 'off' && this.#best.add(metrics[`ppo/${bestBy}`]);
  }

  async settle(): Promise<void> {
    await this.#policy.toHost();
    await this.#value.toHost();
  }

  snapshot(): LoopState {
    const policy = this.#policy.snapshot();
    const value = this.#value.snapshot();
    const average = this.#average?.parameters.data;
    return {
      tensors: new Map<string, StateTensor>([
        ...policy.tensors,
        ...value.tensors,
        ...(average === undefined
          ? []
          : [['average', { shape: [average.length], data: average }] as const]),
      ]),
      json: {
        step: this.#step,
        policy: policy.json,
        value: value.json,
        klCoef: this.#kl.value,
        diagnoser: z.json().parse(this.#diagnoser.snapshot()),
        best: z.json().parse(this.#best.snapshot()),
      },
    };
  }

  restore({ tensors, json }: LoopState): void {
    const parsed = stateSchema.safeParse(json);
    if (!parsed.success) throw badCheckpoint('no steps of the policy and the value model');
    const { step, policy, value, klCoef, diagnoser, best } = parsed.data;
    const average = tensors.get('average')?.data;
    if (this.#average !== null && average?.length !== this.#average.parameters.size) {
      throw badCheckpoint('no moving average of the policy');
    }
    this.#policy.restore({ tensors, json: policy });
    this.#value.restore({ tensors, json: value });
    if (average !== undefined) this.#average?.parameters.data.set(average);
    this.#kl.value = klCoef;
    this.#diagnoser.restore(diagnoser);
    this.#best.restore(best);
    this.#step = step;
  }

  current(): LanguageModel {
    const parameters: ParameterBuffer = this.#average?.parameters ?? this.#policy.parameters;
    return { ...this.#options.model, parameters };
  }

  async finish(): Promise<LoopResult<LanguageModel>> {
    await this.settle();
    return {
      model: this.current(),
      summary: { prompts: this.#prompts.length, 'ppo/kl_coef': this.#kl.value },
    };
  }

  dispose(): void {
    this.#policy.dispose();
    this.#value.dispose();
    this.#worker.dispose();
    this.#samples.dispose();
  }
}

/** A minibatch as what a step is on, for the case that it is too large. */
function episodesOf(
  { sequences }: Rollout,
  minibatch: readonly number[],
  passesOf: (some: readonly number[]) => readonly LossPass[],
): StepBatch {
  const length = (index: number): number => sequenceLength(sequences[index]);
  const longest = minibatch.toSorted((a, b) => length(b) - length(a));
  return {
    size: minibatch.length,
    of: 'episodes',
    setting: 'minibatchSize',
    passes: (size) => passesOf(longest.slice(0, size)),
  };
}

/** The share of the peak rates in an iteration, counted from 0: the warm-up, and the decay over the run. */
function rateFactor(
  { iterations, warmupIterations, finalLearningRateRatio: floor }: Hyperparameters<'ppo'>,
  iteration: number,
): number {
  const warmup = warmupIterations > 0 ? warmupFrom(0.1, warmupIterations)(iteration) : 1;
  return warmup * (floor + (1 - floor) * linearDecay(iterations)(iteration));
}

function factsOf(
  metrics: Readonly<Record<string, number>>,
  experience: Experience,
): IterationFacts {
  return {
    ...klOf(experience),
    entropy: metrics['ppo/entropy'],
    valueLoss: metrics['ppo/value_loss'],
    returnVariance: variance(experience.returns.flatMap((row) => [...row])),
    score: metrics['ppo/score'],
    scoreDeviation: metrics['ppo/score_deviation'],
    length: metrics['ppo/completion_length'],
    scoreLength: metrics['ppo/score_length_correlation'],
    ended: metrics['ppo/ended'],
    firstLogRatio: metrics['ppo/first_log_ratio'],
  };
}

/** The mean KL of an iteration's episodes, and its standard error. */
function klOf({ kls }: Experience): Pick<IterationFacts, 'kl' | 'klError'> {
  return { kl: mean(kls), klError: standardError(kls) };
}
