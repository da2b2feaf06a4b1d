/** One iteration of PPO on our engine: the rollout, its scoring, and the optimisation steps. */
import { Random } from '../src/data/random.ts';
import {
  Tokenizer,
  initialise,
  trainTokenizer,
  withScalarHead,
  type LanguageModel,
  type ModelConfig,
} from '../src/ml/models/index.ts';
import { PpoLoop } from '../src/ml/rlhf/index.ts';
import { resolveHyperparameters } from '../src/protocol/hyperparameters.ts';
import type { BenchCase } from './cases.ts';

/** The loop as a run has it, and the size of its policy. The tokens that it reads are bytes. */
export function preparePpo(
  { batch, length, promptLength, minibatch, epochs, threads }: BenchCase,
  config: ModelConfig,
): { readonly parameters: number; readonly round: () => Promise<unknown> } {
  const random = new Random(0);
  const letters = 'abcdefghijklmnopqrstuvwxyz';
  const prompt = (): string =>
    Array.from({ length: promptLength }, () => letters[random.integer(letters.length)]).join('');
  const model: LanguageModel = {
    config,
    tokenizer: Tokenizer.parse(trainTokenizer([letters], 257), 'tokenizer.json'),
    parameters: initialise(config, 'language', new Random(1)),
  };
  const reward = withScalarHead(config, model.parameters, new Random(2));
  const loop = new PpoLoop({
    model,
    rewardModel: { ...model, parameters: reward, rewardBias: 0 },
    prompts: Array.from({ length: batch }, (_, i) => ({ promptId: `p${i}`, prompt: prompt() })),
    hyperparameters: resolveHyperparameters('ppo', {
      iterations: 1_000_000,
      batchSize: batch,
      minibatchSize: minibatch,
      innerEpochs: epochs,
      maxNewTokens: length,
      learningRate: 1e-5,
      valueLearningRate: 1e-5,
      emaDecay: 0,
      // What is shown to people is left to the first iteration, which warms up.
      rolloutEvery: 1_000_000,
      bestBy: 'off',
    }),
    seed: 1,
    execution: { threads },
  });
  return { parameters: model.parameters.size, round: () => loop.advance() };
}
