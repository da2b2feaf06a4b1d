/** The method of InstructGPT: training loops, and what evaluation needs. */
export { adapted, keptModel } from './adapted.ts';
export { sequenceLength } from './batch.ts';
export type { TokenSequence } from './batch.ts';
export { bestOfN, bestOfNKl } from './bestOfN.ts';
export { DpoLoop } from './dpo.ts';
export { ExpertIterationLoop } from './expertIteration.ts';
export type { DrawDocument } from './documentRows.ts';
export { heldOutLoss } from './heldOutLoss.ts';
export { chosenOption, optionLogprobs } from './multipleChoice.ts';
export type { ChoiceQuestion, OptionLogprob } from './multipleChoice.ts';
export { LogprobPass } from './passes.ts';
export { policyWeights } from './policyWeights.ts';
export { PpoLoop } from './ppo.ts';
export type { PpoOptions } from './ppoOptions.ts';
export type { RolloutPrompt } from './rollout.ts';
export { PretrainLoop } from './pretrain.ts';
export type { PretrainOptions } from './pretrain.ts';
export { CrossValidatedLoop } from './crossValidation.ts';
export type { RankedCompletions } from './encodedRankings.ts';
export { RewardModelLoop } from './rewardModel.ts';
export type { RewardModelOptions, RewardModelResult } from './rewardModel.ts';
export { verdictText } from './rewardVerdict.ts';
export { scoreCompletions } from './scoreCompletions.ts';
export { SftLoop } from './sft.ts';
export type { Demonstrated, SftOptions } from './sft.ts';
export type {
  JsonValue,
  LoopResult,
  LoopSample,
  LoopState,
  StateTensor,
  StepReport,
  TrainingLoop,
} from './trainingLoop.ts';
export {
  expertMemory,
  languageTrainingMemory,
  ppoMemory,
  preferenceTrainingMemory,
  rewardTrainingMemory,
  samplingMemory,
} from './memoryEstimate.ts';
export type { MemoryEstimate } from './memoryEstimate.ts';
