/** The memory of a stage by its hyper-parameters, and what to change where there is too little. */
import { freemem } from 'node:os';
import process from 'node:process';
import type { ModelConfig } from '../ml/models/index.ts';
import {
  expertMemory,
  languageTrainingMemory,
  ppoMemory,
  preferenceTrainingMemory,
  rewardTrainingMemory,
  samplingMemory,
  type MemoryEstimate,
} from '../ml/rlhf/index.ts';
import { InstructError } from '../protocol/errors.ts';
import type { Hyperparameters } from '../protocol/hyperparameters.ts';
import type { EstimatedStage } from '../protocol/trainerCommand.ts';

/** What a stage's memory depends on besides its model and its settings. */
export interface StageLengths {
  /** Tokens of a sequence, prompt and completion. */
  readonly length: number;
  /** K: completions that a ranking orders. */
  readonly completions: number;
}

/** Rows that a `Generator` has under way at once. */
const generatedRows = 64;

type Estimators = {
  readonly [S in EstimatedStage]: (
    config: ModelConfig,
    settings: Hyperparameters<S>,
    lengths: StageLengths,
  ) => MemoryEstimate;
};

/** The estimate of each stage. */
export const stageMemory = {
  pretrain: (config, settings, { length }) =>
    languageTrainingMemory(config, { sequences: settings.batchSize, length }, settings),
  sft: (config, settings, { length }) =>
    languageTrainingMemory(config, { sequences: settings.batchSize, length }, settings),
  rm: (config, settings, { length, completions }) =>
    rewardTrainingMemory(config, { sequences: settings.batchSize * completions, length }, settings),
  ppo: (config, settings, { length }) =>
    ppoMemory(config, { sequences: settings.minibatchSize, length }, settings),
  dpo: (config, settings, { length, completions }) => {
    const shape = { sequences: settings.batchSize * completions, length };
    return preferenceTrainingMemory(config, shape, settings);
  },
  expert: (config, settings, { length }) =>
    expertMemory(config, { sequences: settings.minibatchSize, length }, settings),
  sample: (config, _, { length }) => samplingMemory(config, { sequences: generatedRows, length }),
} as const satisfies Estimators;

/** Bytes that a process may still take. */
export function freeBytes(): number {
  return 'availableMemory' in process ? process.availableMemory() : freemem();
}

/** What a stage is to be told the memory of. */
export interface PlannedStage<S extends EstimatedStage> {
  readonly stage: S;
  readonly config: ModelConfig;
  readonly settings: Hyperparameters<S>;
  readonly lengths: StageLengths;
}

/** Whether a stage fits, and what to do where it does not. */
export interface MemoryVerdict {
  readonly estimate: MemoryEstimate;
  /** Why it is refused; null where it fits. */
  readonly refusal: InstructError | null;
}

/**
 * Compares what a stage will take with the bytes there are. A refusal is `out-of-memory` and names
 * the settings nearest to those given under which it would fit, where there are any.
 */
export function judgeMemory<S extends EstimatedStage>(
  { stage, config, settings, lengths }: PlannedStage<S>,
  free: number,
): MemoryVerdict {
  const estimators: Estimators = stageMemory;
  const told = (changes: Changes): MemoryEstimate =>
    estimators[stage](config, { ...settings, ...changes }, lengths);
  const estimate = told({});
  if (estimate.total <= free) return { estimate, refusal: null };
  const fitting = smallerSettings(settings).find((changes) => told(changes).total <= free);
  const advice =
    fitting === undefined
      ? 'Use a smaller model, or a machine with more memory.'
      : `${spoken(stage, fitting, settings)}: that takes about ${gigabytes(told(fitting).total)}${learnsTheSame(fitting) ? ' and learns the same' : ''}.`;
  const refusal = new InstructError({
    code: 'out-of-memory',
    message: `This run will take about ${gigabytes(estimate.total)} of memory, and ${gigabytes(free)} are free.`,
    remedy: advice,
  });
  return { estimate, refusal };
}

/**
 * Refuses a run that will not fit, before it takes hours to find out.
 *
 * @throws InstructError as {@link judgeMemory} has it.
 */
export function refuseTooLarge<S extends EstimatedStage>(planned: PlannedStage<S>): void {
  const free = freeBytes() + process.memoryUsage().rss; // the estimate counts what is taken already
  const { refusal } = judgeMemory(planned, free);
  if (refusal !== null) throw refusal;
}

type Changes = Readonly<Record<string, number | boolean>>;

/** The settings that decide how much is computed at once, of stages that have them. */
interface Sizes {
  readonly batchSize?: number;
  readonly minibatchSize?: number;
  readonly microBatchSize?: number;
  readonly loraRank?: number;
}

/** The rank that is advised where only an adapter fits. */
const advisedRank = 8;

/** Ever less memory: first what learns the same, then smaller batches, then an adapter. */
function smallerSettings(settings: Sizes): Changes[] {
  const { batchSize = 1, minibatchSize = batchSize, microBatchSize, loraRank } = settings;
  const most = Math.min(minibatchSize, batchSize);
  const smaller: Changes[] = [];
  if (microBatchSize !== undefined) {
    for (const size of halves(microBatchSize > 0 ? Math.min(microBatchSize, most) : most)) {
      for (const gradientCheckpointing of [false, true]) {
        smaller.push({ microBatchSize: size, gradientCheckpointing });
      }
    }
  } else if (settings.minibatchSize !== undefined) {
    smaller.push(...halves(most).map((size) => ({ minibatchSize: size })));
    smaller.push(...halves(most).map((size) => ({ minibatchSize: size, batchSize: size })));
  } else {
    smaller.push(...halves(batchSize).map((size) => ({ batchSize: size })));
  }
  if (loraRank !== 0) return smaller;
  return [...smaller, ...smaller.map((each) => ({ ...each, loraRank: advisedRank }))];
}

function halves(size: number): number[] {
  return size < 1 ? [] : [size, ...halves(Math.floor(size / 2))];
}

/** "Set sft.microBatchSize to 4 and sft.gradientCheckpointing to true". */
function spoken(stage: EstimatedStage, changes: Changes, settings: object): string {
  const standing = new Map<string, unknown>(Object.entries(settings));
  const changed = Object.entries(changes).filter(([key, value]) => standing.get(key) !== value);
  const each = changed.map(([key, value]) => `${stage}.${key} to ${String(value)}`);
  const last = each.pop() ?? '';
  return `Set ${each.length === 0 ? '' : `${each.join(', ')} and `}${last}`;
}

function learnsTheSame(changes: Changes): boolean {
  const neutral = new Set(['microBatchSize', 'gradientCheckpointing']);
  return Object.keys(changes).every((key) => neutral.has(key));
}

/** Bytes as people say them: "1.4 GB". */
export function gigabytes(bytes: number): string {
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
