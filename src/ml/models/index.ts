/** Models: their graphs, parameters, files, tokenizers and generation. */
export type { Attend, Projections, Weights } from './family.ts';
export { lmLogits, scalarHead, scoreWeight } from './heads.ts';
export type { LanguageModel, RewardModel } from './model.ts';
export type { HeadKind, ModelConfig } from './modelConfig.ts';
export { initialise, modelParameters, weightInputs, withScalarHead } from './modelParameters.ts';
export type { WeightInputs } from './modelParameters.ts';
export { readSafetensors, writeSafetensors } from './safetensors.ts';
export type { StorageType, StoredTensor } from './safetensors.ts';
export { Tokenizer, TokenStream } from './tokenizer.ts';
export { endOfText, trainTokenizer } from './trainTokenizer.ts';
export { trunk } from './trunk.ts';
export { Generator } from './generate.ts';
export type { GeneratedCompletion, GenerateOptions } from './generationBatch.ts';
export type { ModelCard } from './modelCard.ts';
export { modelCardText } from './modelCard.ts';
export {
  loadLanguageModel,
  loadRewardModel,
  modelDigest,
  saveLanguageModel,
  saveRewardModel,
} from './modelFolder.ts';
export type { SaveOptions } from './modelFolder.ts';
