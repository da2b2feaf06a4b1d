/** Models: their graphs, parameters, files, tokenizers and generation. */
export {
  dropoutMasks,
  mergedParameters,
  withAdapter,
  withoutAdapter,
  withoutDropout,
} from './adapter.ts';
export type { TrainedAdapter } from './adapter.ts';
export { parseConfig } from './configFile.ts';
export type { Weights } from './family.ts';
export { Generator } from './generate.ts';
export type { GeneratedCompletion } from './generationBatch.ts';
export { lmLogits, lmTable, scalarHead, scoreWeight } from './heads.ts';
export type { LanguageModel, RewardModel } from './model.ts';
export type { ModelCard } from './modelCard.ts';
export type { AdapterConfig, HeadKind, ModelConfig } from './modelConfig.ts';
export {
  loadLanguageModel,
  loadRewardModel,
  modelDigest,
  saveLanguageModel,
  saveRewardModel,
} from './modelFolder.ts';
export type { SaveOptions } from './modelFolder.ts';
export { initialise, withScalarHead } from './modelParameters.ts';
export { beforeStop, stopsAt } from './stopStrings.ts';
export { Tokenizer } from './tokenizer.ts';
export { endOfText, trainTokenizer } from './trainTokenizer.ts';
export { causalAttention, trunk } from './trunk.ts';
export type { TrunkOptions } from './trunk.ts';
export { weightInputs } from './weightInputs.ts';
