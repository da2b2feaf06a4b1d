/** Pre-training from scratch on the embedded world's text: tokenizer first, then the model. */
import * as z from 'zod';
import { Random } from '../../data/index.ts';
import {
  Tokenizer,
  endOfText,
  initialise,
  trainTokenizer,
  type LanguageModel,
} from '../../ml/models/index.ts';
import { PretrainLoop } from '../../ml/rlhf/index.ts';
import { resolveHyperparameters, type Hyperparameters } from '../../protocol/hyperparameters.ts';
import { createWorld, webDocument } from '../../world/index.ts';
import type { WorkMaker } from '../runContext.ts';
import { refuseTooLarge } from '../stageMemory.ts';
import { executionOf } from './execution.ts';
import { frozenInputs } from './frozenInputs.ts';
import { languageModelWork } from './modelWork.ts';

/** Documents from which the tokenizer learns its merges. */
const tokenizerDocuments = 4000;

/** See the file's header. */
export const pretrainWork: WorkMaker = async (context) => {
  const { spec } = context.run;
  const hyperparameters = resolveHyperparameters('pretrain', spec.hyperparameters);
  const world = createWorld();
  const { tokenizer } = await frozenInputs(context, z.object({ tokenizer: z.string() }), () => {
    const random = new Random(`tokenizer ${spec.seed}`);
    const texts = Array.from({ length: tokenizerDocuments }, () => webDocument(world, random));
    return { tokenizer: trainTokenizer(texts, hyperparameters.vocabularySize) };
  });
  const model = newModel(Tokenizer.parse(tokenizer, 'tokenizer.json'), hyperparameters, spec.seed);
  const { config } = model;
  const lengths = { length: config.nCtx, completions: 1 };
  refuseTooLarge({ stage: 'pretrain', config, settings: hyperparameters, lengths });
  const loop = new PretrainLoop({
    model,
    document: (random) => webDocument(world, random),
    hyperparameters,
    seed: spec.seed,
    execution: await executionOf(spec, context),
  });
  return languageModelWork(context.run, loop);
};

function newModel(
  tokenizer: Tokenizer,
  { nCtx, nEmbd, nLayer, nHead }: Hyperparameters<'pretrain'>,
  seed: number,
): LanguageModel {
  const config = {
    modelType: 'gpt2' as const,
    vocabSize: tokenizer.size,
    nCtx,
    nEmbd,
    nLayer,
    nHead,
    nInner: 4 * nEmbd,
    activation: 'gelu_new' as const,
    layerNormEpsilon: 1e-5,
    initializerRange: 0.02,
    endToken: tokenizer.tokenId(endOfText) ?? null,
  };
  const parameters = initialise(config, 'language', new Random(`parameters ${seed}`));
  return { config, tokenizer, parameters };
}
