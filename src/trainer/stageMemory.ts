/** The memory of a stage by its hyper-parameters, and what to change where there is too little. */
import { freemem } from 'node:os';
import process from 'node:process';
import type { ModelConfig } from '../ml/models/index.ts';
import {
  languageTrainingMemory,
  ppoMemory,
  rewardTrainingMemory,
  samplingMemory,
  type MemoryEstimate,
} from '../ml/rlhf/index.ts';
import { InstructError } from '../protocol/errors.ts';
import type { Hyperparameters } from '../protocol/hyperparameters.ts';

/** The stages whose memory can be told. */
export const estimatedStages = ['pretrain', 'sft', 'rm', 'ppo', 'sample'] as const;
/** One of {@link estimatedStages}. */
export type EstimatedStage = (typeof estimatedStages)[number];

/** Rows that a `Generator` has under way at once. */
const generatedRows = 64;

type Estimators = {
  readonly [S in EstimatedStage]: (
    config: ModelConfig,
    settings: Hyperparameters<S>,
    length: number,
  ) => MemoryEstimate;
};

/** The estimate of each stage on sequences of `length` tokens, prompt and completion. */
export const stageMemory = {
  pretrain: (config, settings, length) =>
    languageTrainingMemory(config, { sequences: settings.batchSize, length }, settings),
  sft: (config, settings, length) =>
    languageTrainingMemory(config, { sequences: settings.batchSize, length }, settings),
  rm: (config, { batchSize }, length) =>
    rewardTrainingMemory(config, { sequences: batchSize * mostCompletions, length }),
  ppo: (config, { minibatchSize }, length) =>
    ppoMemory(config, { sequences: minibatchSize, length }, generatedRows),
  sample: (config, _, length) => samplingMemory(config, { sequences: generatedRows, length }),
} as const satisfies Estimators;

/** K of the paper's largest rankings. */
const mostCompletions = 9;

/** Bytes that a process may still take. */
export function freeBytes(): number {
  return 'availableMemory' in process ? process.availableMemory() : freemem();
}

/** The settings of `sft` or `pretrain` that trade time for memory. */
type MemorySettings = Pick<Hyperparameters<'sft'>, 'microBatchSize' | 'gradientCheckpointing'>;

/**
 * Refuses training that will not fit, before it takes hours to find out.
 *
 * `estimate` tells the memory by the settings that trade time for it, `free` the bytes there are.
 *
 * @throws InstructError `out-of-memory` naming settings under which it would fit, where there are any.
 */
export function refuseTooLarge(
  stage: 'sft' | 'pretrain',
  estimate: (settings: MemorySettings) => MemoryEstimate,
  settings: MemorySettings & { readonly batchSize: number },
  free: number,
): void {
  const { total } = estimate(settings);
  if (total <= free) return;
  const fitting = smallerSettings(settings).find((smaller) => estimate(smaller).total <= free);
  const advice =
    fitting === undefined
      ? 'Use a smaller model, or a machine with more memory.'
      : `Set ${stage}.microBatchSize to ${fitting.microBatchSize} and ${stage}.gradientCheckpointing to ${fitting.gradientCheckpointing}: that takes about ${gigabytes(estimate(fitting).total)} and learns the same.`;
  throw new InstructError({
    code: 'out-of-memory',
    message: `This run will take about ${gigabytes(total)} of memory, and ${gigabytes(free)} are free.`,
    remedy: advice,
  });
}

/** Ever less memory: halved micro-batches, with and without checkpointing. */
function smallerSettings({
  microBatchSize,
  batchSize,
}: MemorySettings & { readonly batchSize: number }): MemorySettings[] {
  const most = microBatchSize > 0 ? Math.min(microBatchSize, batchSize) : batchSize;
  const sizes: number[] = [];
  for (let size = most; size >= 1; size = Math.floor(size / 2)) sizes.push(size);
  return sizes.flatMap((size) =>
    [false, true].map((gradientCheckpointing) => ({
      microBatchSize: size,
      gradientCheckpointing,
    })),
  );
}

/** Bytes as people say them: "1.4 GB". */
export function gigabytes(bytes: number): string {
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
