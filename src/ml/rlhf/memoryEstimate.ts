/**
 * How much memory a stage will take, told before it starts: what it holds for good, counted, and
 * the intermediate values of its largest step, from the lives of the graph's nodes.
 */
import { input, reduceSum, mul } from '../graph/index.ts';
import { trainableParameters } from '../models/adapter.ts';
import { cachedHeadWidth } from '../models/cachedPasses.ts';
import { passGraph } from '../models/generationPass.ts';
import { attentionShape, type HeadKind, type ModelConfig } from '../models/modelConfig.ts';
import { modelParameters } from '../models/modelParameters.ts';
import { outputsOf, peakBytes, type TrainingGraph } from '../runtime/index.ts';
import { adaptedConfig, type AdapterSettings } from './adapted.ts';
import { packBatch, type BatchShape, type TokenSequence, type WantedPositions } from './batch.ts';
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
  /** Keys and values of rows under generation, and what a step of it puts out. */
  readonly cache: number;
  /** The intermediate values of the largest step. */
  readonly activations: number;
  /** The new model into which a reward model's adapter is worked in the end. */
  readonly merged: number;
  /** The most at one time: that model comes where a step's intermediate values lay, for the most part. */
  readonly total: number;
}

/** A stage's batch: so many sequences of so many tokens at once. */
export interface StageShape {
  readonly sequences: number;
  readonly length: number;
}

/** What PPO's memory depends on besides its models and its minibatch; the names of the table. */
export interface PpoMemorySettings {
  readonly batchSize: number;
  readonly maxNewTokens: number;
  readonly ptxCoef: number;
  readonly ptxRatio: number;
  readonly emaDecay: number;
}

/** What expert iteration's memory depends on besides its models and its minibatch. */
export interface ExpertMemorySettings extends MemorySettings {
  readonly maxNewTokens: number;
}

/** Measured on Linux with Node 24: a trainer that holds no model (140 MB at first, 210 after hundreds of steps). */
const processBytes = 200e6;
/** What lies free between the allocator's blocks, as a share of a step's values. */
const fragmentation = 0.12;
/** The same where a step computes layers and logits twice, in blocks of other sizes. */
const checkpointedFragmentation = 0.6;
/** What of a merged model finds no room where a step's values lay, or the other way round. */
const unshared = 0.4;
const floatBytes = Float32Array.BYTES_PER_ELEMENT;
/** Rows that a `Generator` has under way at once, and sequences that are scored at once. */
const mostRows = 64;

/** A language model under cross-entropy: SFT, pre-training. */
export function languageTrainingMemory(
  model: ModelConfig,
  { sequences, length }: StageShape,
  { microBatchSize, gradientCheckpointing, ...adapter }: MemorySettings & Partial<AdapterSettings>,
): MemoryEstimate {
  const config = adaptedConfig(model, adapter);
  const parts = microBatchSize > 0 && microBatchSize < sequences;
  const shape = shapeOf({ sequences: parts ? microBatchSize : sequences, length }, 'all', config);
  const step = policyStep(config, shape, gradientCheckpointing);
  return summed({
    ...learning(config, 'language', parts ? 2 : 1),
    cache: 0,
    activations: stepBytes(step),
    merged: 0,
  });
}

/** DPO on rankings; `sequences` counts completions. */
export function preferenceTrainingMemory(
  model: ModelConfig,
  shape: StageShape,
  adapter: Partial<AdapterSettings> = {},
): MemoryEstimate {
  const config = adaptedConfig(model, adapter);
  const step = policyStep(config, shapeOf(shape, 'completion', config), false);
  const learner = learning(config, 'language', 1);
  const reference = bytesOf(trainableParameters(config, 'language'));
  return summed({
    ...learner,
    parameters: learner.parameters + reference,
    cache: 0,
    activations: stepBytes(step),
    merged: 0,
  });
}

/** A reward model on rankings; `sequences` counts completions. */
export function rewardTrainingMemory(
  model: ModelConfig,
  shape: StageShape,
  adapter: Partial<AdapterSettings> = {},
): MemoryEstimate {
  const config = adaptedConfig(model, adapter);
  const step = scalarStep(config, shapeOf(shape, 'last', config));
  const learner = learning(config, 'scalar', 1);
  const start = config.adapter === undefined ? weightBytes(config, 'language') : 0;
  return summed({
    ...learner,
    parameters: learner.parameters + start,
    cache: 0,
    activations: Math.max(stepBytes(step), scoringBytes(config, shape.length)),
    merged: config.adapter === undefined ? 0 : weightBytes(config, 'scalar'),
  });
}

/** PPO; `sequences` counts the episodes of a minibatch, whose tokens are prompt and completion. */
export function ppoMemory(
  config: ModelConfig,
  shape: StageShape,
  { batchSize, maxNewTokens, ptxCoef, ptxRatio, emaDecay }: PpoMemorySettings,
): MemoryEstimate {
  const [language, scalar] = [weightBytes(config, 'language'), weightBytes(config, 'scalar')];
  const sequences = Math.min(shape.sequences, batchSize);
  const text = { sequences: Math.max(1, Math.round(ptxRatio * sequences)), length: config.nCtx };
  const average = emaDecay > 0 ? language : 0;
  const rows = Math.min(mostRows, batchSize);
  const episodes = episodeShape(config, { sequences, length: shape.length }, maxNewTokens);
  return summed({
    parameters: 2 * language + 2 * scalar + average, // reference, policy, reward model, value model
    gradients: (ptxCoef > 0 ? 2 : 1) * language + scalar,
    optimizer: 2 * (language + scalar),
    cache: generationBytes(config, { sequences: rows, length: shape.length }),
    activations: Math.max(
      stepBytes(policyStep(config, episodes, false)),
      stepBytes(scalarStep(config, episodes)),
      ...(ptxCoef > 0 ? [stepBytes(policyStep(config, shapeOf(text, 'all', config), false))] : []),
      promptBytes(config, rows, Math.max(1, shape.length - maxNewTokens)),
    ),
    merged: 0,
  });
}

/** Expert iteration; `sequences` counts the completions of a minibatch. */
export function expertMemory(
  config: ModelConfig,
  shape: StageShape,
  { microBatchSize, gradientCheckpointing, maxNewTokens }: ExpertMemorySettings,
): MemoryEstimate {
  const parts = microBatchSize > 0 && microBatchSize < shape.sequences;
  const sequences = parts ? microBatchSize : shape.sequences;
  const kept = episodeShape(config, { sequences, length: shape.length }, maxNewTokens);
  const learner = learning(config, 'language', parts ? 2 : 1);
  return summed({
    ...learner,
    parameters:
      learner.parameters + weightBytes(config, 'language') + weightBytes(config, 'scalar'),
    merged: 0,
    cache: generationBytes(config, { sequences: mostRows, length: shape.length }),
    activations: Math.max(
      stepBytes(policyStep(config, kept, gradientCheckpointing)),
      promptBytes(config, mostRows, Math.max(1, shape.length - maxNewTokens)),
    ),
  });
}

/** Sampling of so many rows at once. */
export function samplingMemory(config: ModelConfig, shape: StageShape): MemoryEstimate {
  return summed({
    parameters: weightBytes(config, 'language'),
    gradients: 0,
    optimizer: 0,
    cache: generationBytes(config, shape),
    activations: promptBytes(config, shape.sequences, shape.length),
    merged: 0,
  });
}

/** What is held of a model that learns, by itself or as an adapter over another. */
function learning(
  config: ModelConfig,
  head: HeadKind,
  gradientCopies: number,
): Pick<MemoryEstimate, 'parameters' | 'gradients' | 'optimizer'> {
  const learned = bytesOf(trainableParameters(config, head));
  const under = config.adapter === undefined ? 0 : weightBytes(config, 'language');
  return {
    parameters: under + learned,
    gradients: gradientCopies * learned,
    optimizer: 2 * learned,
  };
}

function summed(parts: Omit<MemoryEstimate, 'process' | 'total'>): MemoryEstimate {
  const { parameters, gradients, optimizer, cache, activations, merged } = parts;
  const [less, more] = [activations, merged].sort((a, b) => a - b);
  const held = processBytes + parameters + gradients + optimizer + cache;
  return { process: processBytes, ...parts, total: held + more + unshared * less };
}

function shapeOf(shape: StageShape, wanted: WantedPositions, { nCtx }: ModelConfig): BatchShape {
  const completion = new Array<number>(Math.min(shape.length, nCtx)).fill(0);
  return packed({ prompt: [], completion }, shape.sequences, wanted, nCtx);
}

/** Of so many sequences alike; above a few hundred in proportion. */
function packed(
  sequence: TokenSequence,
  sequences: number,
  wanted: WantedPositions,
  nCtx: number,
): BatchShape {
  const few = Math.min(sequences, 256);
  const { shape } = packBatch(new Array<TokenSequence>(few).fill(sequence), wanted, nCtx);
  const times = sequences / few;
  const [rows, positions] = [shape.rows, shape.positions].map((count) => Math.ceil(times * count));
  return { ...shape, rows, positions };
}

function policyStep(config: ModelConfig, shape: BatchShape, checkpointing: boolean): TrainingGraph {
  const { logprobs, trainable, layerInputs } = logprobsAt(config, shape, 1, {
    inBlocks: checkpointing,
  });
  const loss = crossEntropy(logprobs, input('weights', [shape.positions]));
  return { loss, trainable, ...(checkpointing && { checkpoints: layerInputs }) };
}

function scalarStep(config: ModelConfig, shape: BatchShape): TrainingGraph {
  const { scalars, trainable } = scalarsAt(config, shape);
  return { loss: reduceSum(mul(scalars, input('weights', scalars.shape))), trainable };
}

function stepBytes(graph: TrainingGraph): number {
  const between = graph.checkpoints === undefined ? fragmentation : checkpointedFragmentation;
  return (1 + between) * peakBytes(Object.values(outputsOf(graph).outputs));
}

/** Scores of as many sequences as go through at once. */
function scoringBytes(config: ModelConfig, length: number): number {
  const { scalars } = scalarsAt(config, shapeOf({ sequences: mostRows, length }, 'last', config));
  return (1 + fragmentation) * peakBytes([scalars]);
}

/** A pass over prompts: its intermediate values, and the keys and values that come out of it. */
function promptBytes(config: ModelConfig, rows: number, length: number): number {
  const execution = { temperature: 'other', cacheOnDevice: false } as const;
  const { outputs } = passGraph(config, { kind: 'prompt', rows, length, ...execution });
  const { nKvHead, headWidth } = attentionShape(config);
  const projections = floatBytes * 2 * config.nLayer * rows * length * nKvHead * headWidth;
  return (1 + fragmentation) * peakBytes(Object.values(outputs)) + projections;
}

/** The cache of so many rows, and the three outputs over the vocabulary of a step. */
function generationBytes(config: ModelConfig, { sequences, length }: StageShape): number {
  const perToken = 2 * config.nLayer * attentionShape(config).nKvHead * cachedHeadWidth(config);
  const cache = sequences * perToken * Math.min(length, config.nCtx);
  return floatBytes * (cache + 3 * sequences * config.vocabSize);
}

function weightBytes(config: ModelConfig, head: HeadKind): number {
  return bytesOf(modelParameters(config, head));
}

function bytesOf(parameters: readonly { readonly shape: readonly number[] }[]): number {
  const sizes = parameters.map(({ shape }) => shape.reduce((a, b) => a * b, 1));
  return floatBytes * sizes.reduce((sum, size) => sum + size, 0);
}

/** Episodes with completions of so many tokens at most behind prompts that fill the rest. */
function episodeShape(
  { nCtx }: ModelConfig,
  { sequences, length }: StageShape,
  maxNewTokens: number,
): BatchShape {
  const whole = Math.min(length, nCtx);
  const completion = new Array<number>(Math.min(whole, maxNewTokens)).fill(0);
  const prompt = new Array<number>(whole - completion.length).fill(0);
  return packed({ prompt, completion }, sequences, 'completion', nCtx);
}
