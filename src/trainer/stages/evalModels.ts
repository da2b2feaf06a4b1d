/** The models of an evaluation, one in memory at a time, and what they answer. */
import { Random } from '../../data/index.ts';
import { Generator, type LanguageModel, type RewardModel } from '../../ml/models/index.ts';
import { scoreCompletions } from '../../ml/rlhf/index.ts';
import type { Hyperparameters } from '../../protocol/hyperparameters.ts';
import { rewardRole } from '../reports/evaluationFile.ts';
import type { Run } from '../runFolder.ts';
import { languageModelOf, rewardModelOf } from './modelWork.ts';
import { executionOf } from './execution.ts';

/** What a model wrote. */
export interface Written {
  readonly completion: string;
  readonly finish: 'stop' | 'length';
}

/** Loads models by role and samples from them. Owns them until disposed. */
export class EvalModels {
  readonly #run: Run;
  readonly #settings: Hyperparameters<'eval'>;
  #loaded: { role: string; model: LanguageModel; generator: Generator } | null = null;
  #reward: RewardModel | null = null;

  constructor(run: Run, settings: Hyperparameters<'eval'>) {
    this.#run = run;
    this.#settings = settings;
  }

  /** Whether the evaluation has a reward model. */
  get scores(): boolean {
    return Object.hasOwn(this.#run.spec.models, rewardRole);
  }

  /** The model of a role; the one before it is let go. */
  async load(role: string): Promise<{ model: LanguageModel; generator: Generator }> {
    if (this.#loaded?.role === role) return this.#loaded;
    this.dispose();
    const model = await languageModelOf(this.#run, role);
    const execution = await executionOf(this.#run.spec);
    this.#loaded = { role, model, generator: new Generator(model.config, execution) };
    return this.#loaded;
  }

  /**
   * One completion of each text, in order. A text that is too long loses its beginning: of one with
   * worked examples, the oldest.
   *
   * @param seed Tells apart what is drawn, together with the run's seed.
   */
  async write(role: string, texts: readonly string[], seed: string): Promise<Written[]> {
    const { model, generator } = await this.load(role);
    const { maxNewTokens, temperature } = this.#settings;
    const room = Math.max(1, model.config.nCtx - maxNewTokens);
    const drawn = await generator.generate(
      model.parameters,
      texts.map((text) => model.tokenizer.encode(text).slice(-room)),
      {
        maxNewTokens,
        temperature,
        endTokens: model.tokenizer.endTokens,
        random: new Random(`eval ${this.#run.spec.seed} ${seed}`),
      },
    );
    return drawn.map(({ tokens, finish }) => ({
      completion: model.tokenizer.decode(tokens, { skipSpecial: true }),
      finish: finish === 'stop' ? 'stop' : 'length',
    }));
  }

  /** The reward model's scores; a completion that does not fit its context scores −∞. */
  async score(prompts: readonly string[], written: readonly Written[]): Promise<number[]> {
    this.#reward ??= await rewardModelOf(this.#run, rewardRole);
    const scores = await scoreCompletions(
      this.#reward,
      written.map(({ completion, finish }, i) => ({
        prompt: prompts[i],
        text: completion,
        ended: finish === 'stop',
      })),
    );
    return scores.map((score) => score ?? -Infinity);
  }

  /** Whether a model input fits the reward model's context with the longest completion. */
  async room(): Promise<(input: string) => boolean> {
    this.#reward ??= await rewardModelOf(this.#run, rewardRole);
    const { tokenizer, config } = this.#reward;
    const most = config.nCtx - this.#settings.maxNewTokens - 1; // the end of text too
    return (input) => tokenizer.encode(input).length <= most;
  }

  dispose(): void {
    this.#loaded?.generator.dispose();
    this.#loaded = null;
  }
}
