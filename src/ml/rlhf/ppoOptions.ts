/** What PPO is given, and whether it fits together. */
import { InstructError } from '../../protocol/errors.ts';
import type { Hyperparameters } from '../../protocol/hyperparameters.ts';
import type { LanguageModel, RewardModel } from '../models/index.ts';
import type { ExecutionOptions } from '../runtime/index.ts';
import type { DrawDocument } from './documentRows.ts';
import type { EncodedPrompt, RolloutPrompt } from './rollout.ts';

/** What PPO needs. */
export interface PpoOptions {
  /** The SFT model: where the policy starts, and the frozen reference. It is not changed. */
  readonly model: LanguageModel;
  /** Scores completions and is where the value model starts. It is not changed. */
  readonly rewardModel: RewardModel;
  readonly prompts: readonly RolloutPrompt[];
  /** Held-out prompts whose completions are shown; the first of `prompts` when left out. */
  readonly validationPrompts?: readonly RolloutPrompt[];
  /** Pre-training text; needed where `ptxCoef` is above 0. */
  readonly document?: DrawDocument;
  readonly hyperparameters: Hyperparameters<'ppo'>;
  readonly seed: number;
  readonly execution?: ExecutionOptions;
}

/**
 * The prompts that leave room for a completion, as tokens, once everything else is found to fit.
 * @throws InstructError as the loop's constructor says.
 */
export function checkedPrompts(options: PpoOptions): EncodedPrompt[] {
  const { model, rewardModel, prompts, hyperparameters, document } = options;
  checkVocabularies(model, rewardModel);
  if (hyperparameters.ptxCoef > 0 && document === undefined) throw noText();
  const { nCtx } = model.config;
  const { maxNewTokens } = hyperparameters;
  const fitting = prompts
    .map((prompt) => ({ ...prompt, tokens: model.tokenizer.encode(prompt.prompt) }))
    .filter(({ tokens }) => tokens.length + maxNewTokens <= nCtx);
  if (fitting.length > 0) return fitting;
  throw new InstructError({
    code: 'empty-dataset',
    message: `None of ${prompts.length} prompts for PPO leaves room for ${maxNewTokens} new tokens in a context of ${nCtx}.`,
    remedy: 'Add shorter prompts to the "train" split or lower ppo.maxNewTokens.',
  });
}

function checkVocabularies(model: LanguageModel, rewardModel: RewardModel): void {
  if (rewardModel.config.vocabSize === model.config.vocabSize) return;
  throw new InstructError({
    code: 'bad-tokenizer',
    message: `The reward model has ${rewardModel.config.vocabSize} tokens, the policy ${model.config.vocabSize}.`,
    remedy: 'Use a reward model that was trained from the same base model.',
  });
}

function noText(): InstructError {
  return new InstructError({
    code: 'empty-dataset',
    message: 'PPO-ptx needs pre-training text, and there is none.',
    remedy: 'Put text into the project’s pretraining folder, or set ppo.ptxCoef to 0.',
  });
}
