/**
 * How much memory a stage will take, told before it starts: what it holds for good, counted, and
 * the intermediate values of its largest step, from the lives of the graph's nodes.
 */
import { gradients, input, reduceSum, mul, type Tensor } from '../graph/index.ts';
import { attentionShape, type ModelConfig } from '../models/modelConfig.ts';
import { modelParameters } from '../models/modelParameters.ts';
import { peakBytes, type TrainingGraph } from '../runtime/index.ts';
import { packBatch, type BatchShape, type WantedPositions } from './batch.ts';
import type { MemorySettings } from './languageModelLoss.ts';
import { crossEntropy } from './losses.ts';
import { logprobsAt, scalarsAt } from './passes.ts';

/** Bytes, by what they are for. */
export interface MemoryEstimate {
  /** Node, ONNX Runtime and the program itself. */
  readonly process: number;
  /** Every copy of weights: the models that are read, those that learn. */
  readonly parameters: number;
  readonly gradients: number;
  /** AdamW's two moments. */
  readonly optimizer: number;
  /** Keys and values of rows under generation. */
  readonly cache: number;
  /** The intermediate values of the largest step. */
  readonly activations: number;
  /** Weights and moments once more: the copies that a checkpoint is written from, between steps. */
  readonly checkpoint: number;
  /** The most at one time: a step's intermediate values are gone when a checkpoint is written. */
  readonly total: number;
}

/** A stage's batch: so many sequences of so many tokens at once. */
export interface StageShape {
  readonly sequences: number;
  readonly length: number;
}

/** Measured on Linux with Node 24: a trainer that holds no model. */
const processBytes = 245e6;
/** What lies free between the allocator's blocks, as a share of the intermediate values. */
const fragmentation = 1;
const floatBytes = Float32Array.BYTES_PER_ELEMENT;

/** A language model under cross-entropy: SFT, pre-training. */
export function languageTrainingMemory(
  config: ModelConfig,
  { sequences, length }: StageShape,
  { microBatchSize, gradientCheckpointing }: MemorySettings,
): MemoryEstimate {
  const parts = microBatchSize > 0 && microBatchSize < sequences;
  const shape = shapeOf({ sequences: parts ? microBatchSize : sequences, length }, 'all', config);
  const step = policyStep(config, shape, gradientCheckpointing);
  const weights = weightBytes(config, 'language');
  return summed({
    parameters: 2 * weights, // the model it starts from, and the one that learns
    gradients: parts ? 2 * weights : weights,
    optimizer: 2 * weights,
    cache: 0,
    activations: stepBytes(step),
    checkpoint: 3 * weights,
  });
}

/** A reward model on rankings; `sequences` counts completions. */
export function rewardTrainingMemory(config: ModelConfig, shape: StageShape): MemoryEstimate {
  const [language, weights] = [weightBytes(config, 'language'), weightBytes(config, 'scalar')];
  const step = scalarStep(config, shapeOf(shape, 'last', config));
  return summed({
    parameters: language + weights,
    gradients: weights,
    optimizer: 2 * weights,
    cache: 0,
    activations: stepBytes(step),
    checkpoint: 3 * weights,
  });
}

/** PPO; `sequences` counts the episodes of a minibatch, `rows` those under generation at once. */
export function ppoMemory(config: ModelConfig, shape: StageShape, rows: number): MemoryEstimate {
  const [language, scalar] = [weightBytes(config, 'language'), weightBytes(config, 'scalar')];
  const packed = shapeOf(shape, 'completion', config);
  return summed({
    parameters: 2 * language + 2 * scalar, // reference, policy, reward model, value model
    gradients: language + scalar,
    optimizer: 2 * (language + scalar),
    cache: cacheBytes(config, rows, shape.length),
    activations: Math.max(
      stepBytes(policyStep(config, packed, false)),
      stepBytes(scalarStep(config, packed)),
    ),
    checkpoint: 3 * (language + scalar),
  });
}

/** Sampling of so many rows at once. */
export function samplingMemory(
  config: ModelConfig,
  { sequences, length }: StageShape,
): MemoryEstimate {
  const shape = shapeOf({ sequences, length }, 'last', config);
  const { logprobs } = logprobsAt(config, shape, 1);
  return summed({
    parameters: weightBytes(config, 'language'),
    gradients: 0,
    optimizer: 0,
    cache: cacheBytes(config, sequences, length),
    activations: (1 + fragmentation) * peakBytes([logprobs]),
    checkpoint: 0,
  });
}

function summed(parts: Omit<MemoryEstimate, 'process' | 'total'>): MemoryEstimate {
  const { parameters, gradients, optimizer, cache, activations, checkpoint } = parts;
  const held = processBytes + parameters + gradients + optimizer + cache;
  return { process: processBytes, ...parts, total: held + Math.max(activations, checkpoint) };
}

function shapeOf(
  { sequences, length }: StageShape,
  wanted: WantedPositions,
  { nCtx }: ModelConfig,
): BatchShape {
  const completion = new Array<number>(Math.min(length, nCtx)).fill(0);
  const rows = new Array<{ prompt: number[]; completion: number[] }>(sequences);
  return packBatch(rows.fill({ prompt: [], completion }), wanted, nCtx).shape;
}

function policyStep(config: ModelConfig, shape: BatchShape, checkpointing: boolean): TrainingGraph {
  const { logprobs, trainable, layerInputs } = logprobsAt(config, shape, 1);
  const loss = crossEntropy(logprobs, input('weights', [shape.positions]));
  return { loss, trainable, ...(checkpointing && { checkpoints: layerInputs }) };
}

function scalarStep(config: ModelConfig, shape: BatchShape): TrainingGraph {
  const { scalars, trainable } = scalarsAt(config, shape);
  return { loss: reduceSum(mul(scalars, input('weights', scalars.shape))), trainable };
}

function stepBytes({ loss, trainable, checkpoints }: TrainingGraph): number {
  const outputs: readonly Tensor[] = [loss, ...gradients(loss, trainable, checkpoints)];
  return (1 + fragmentation) * peakBytes(outputs);
}

function weightBytes(config: ModelConfig, head: 'language' | 'scalar'): number {
  const sizes = modelParameters(config, head).map(({ shape }) => shape.reduce((a, b) => a * b, 1));
  return floatBytes * sizes.reduce((sum, size) => sum + size, 0);
}

function cacheBytes(config: ModelConfig, rows: number, length: number): number {
  const { nKvHead, headWidth } = attentionShape(config);
  return floatBytes * 2 * config.nLayer * rows * nKvHead * headWidth * length;
}
