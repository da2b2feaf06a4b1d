/**
 * Models over packed batches: the outputs at the wanted positions only, so that neither the
 * vocabulary's logits nor their softmax are computed where nobody asks.
 */
import {
  div,
  gather,
  input,
  logPartition,
  mul,
  reduceSum,
  reshape,
  sub,
  tokenLogprobs,
  type Tensor,
} from '../graph/index.ts';
import {
  causalAttention,
  lmLogits,
  lmTable,
  scalarHead,
  trunk,
  weightInputs,
  type ModelConfig,
  type TrunkOptions,
  type Weights,
} from '../models/index.ts';
import {
  Program,
  ProgramCache,
  type Arrays,
  type ExecutionOptions,
  type ParameterBuffer,
} from '../runtime/index.ts';
import {
  packBatch,
  sequenceLength,
  shapeKey,
  splitBySequence,
  type BatchShape,
  type PackedBatch,
  type TokenSequence,
  type WantedPositions,
} from './batch.ts';
import { ranOut } from './largestBatch.ts';

/** A model's outputs at N positions, and the parameters behind them. */
export interface LogprobGraph {
  /** [N] log-probability of each target under logits / temperature, in nats. */
  readonly logprobs: Tensor;
  readonly trainable: readonly Tensor<'input'>[];
  /** What enters each layer: checkpoints for gradients in less memory. */
  readonly layerInputs: readonly Tensor[];
}

/** See {@link scalarsAt}. */
export interface ScalarGraph {
  /** [N] */
  readonly scalars: Tensor;
  readonly trainable: readonly Tensor<'input'>[];
}

/** How {@link logprobsAt} is to compute. */
export interface LogprobOptions {
  /** The trunk's hook of that name. */
  readonly residual?: TrunkOptions['residual'];
  /**
   * Whether logits over a large vocabulary at many positions are computed in blocks: for the gradient
   * once more, but never kept as a whole.
   */
  readonly inBlocks?: boolean;
}

/** Logits of a block; fewer than two blocks are computed as a whole. */
const blockElements = 1 << 23;

/** Log-probabilities of `targets` [N] after the positions `positions` [N] of `tokens` [B, T]. */
export function logprobsAt(
  config: ModelConfig,
  shape: BatchShape,
  temperature: number,
  { residual, inBlocks = false }: LogprobOptions = {},
): LogprobGraph {
  const { weights, inputs } = weightInputs(config, 'language');
  const layerInputs: Tensor[] = [];
  const hidden = hiddenAt(config, weights, shape, {
    onLayer: (x) => layerInputs.push(x),
    ...(residual !== undefined && { residual }),
  }); // [N, C]
  const targets = input('targets', [shape.positions], 'int32');
  const blocks = Math.ceil((shape.positions * config.vocabSize) / blockElements);
  if (inBlocks && blocks > 1) {
    const scaled = temperature === 1 ? hidden : div(hidden, temperature); // [N, C]
    const table = lmTable(config, weights); // [V, C]
    const chosen = reduceSum(mul(scaled, gather(table, targets)), [-1]); // [N]
    const logprobs = sub(chosen, logPartition(scaled, table, blocks));
    return { logprobs, trainable: inputs, layerInputs };
  }
  const logits = lmLogits(config, weights, hidden); // [N, V]
  const scaled = temperature === 1 ? logits : div(logits, temperature);
  return { logprobs: tokenLogprobs(scaled, targets), trainable: inputs, layerInputs };
}

/** The scalar head's output at the positions: a reward, or the value of a state. */
export function scalarsAt(config: ModelConfig, shape: BatchShape): ScalarGraph {
  const { weights, inputs } = weightInputs(config, 'scalar');
  const hidden = hiddenAt(config, weights, shape); // [N, C]
  return { scalars: scalarHead(weights, hidden), trainable: inputs };
}

function hiddenAt(
  config: ModelConfig,
  weights: Weights,
  { rows, length, positions, shared }: BatchShape,
  hooks: Pick<TrunkOptions, 'onLayer' | 'residual'> = {},
): Tensor {
  const tokens = input('tokens', [rows, length], 'int32');
  const hidden = trunk(config, weights, tokens, {
    ...(shared && apart(config, rows, length)),
    ...hooks,
  }); // [B, T, C]
  const flat = reshape(hidden, [rows * length, config.nEmbd]);
  return gather(flat, input('positions', [positions], 'int32')); // [N, C]
}

/** Places and attention of rows that hold several sequences, fed with the batch. */
function apart(config: ModelConfig, rows: number, length: number): TrunkOptions {
  const mask = input('mask', [rows, 1, length, length]);
  return {
    positions: input('places', [rows, length], 'int32'),
    attend: causalAttention(config, rows, length, mask),
  };
}

/** The feeds that every pass over a batch shares. */
export function batchFeeds({ tokens, positions, places, mask }: PackedBatch): Arrays {
  return mask === null ? { tokens, positions } : { tokens, positions, places, mask };
}

/** What {@link ForwardPass} computes at each wanted position. */
type Output = 'logprobs' | 'scalars';

/**
 * Runs sequences through a model, a batch at a time, shortest first so that little is padding.
 * Parameters are fed at each run: one pass serves every model of the architecture. Owns its
 * programs until disposed.
 */
class ForwardPass {
  readonly #config: ModelConfig;
  readonly #output: Output;
  readonly #graph: (shape: BatchShape) => Tensor;
  readonly #execution: ExecutionOptions;
  readonly #programs = new ProgramCache(24);

  protected constructor(
    config: ModelConfig,
    output: Output,
    graph: (shape: BatchShape) => Tensor,
    execution: ExecutionOptions,
  ) {
    this.#config = config;
    this.#output = output;
    this.#graph = graph;
    this.#execution = execution;
  }

  /**
   * The outputs of each sequence at its wanted positions, in the order of the sequences.
   *
   * @param rows How many sequences go through at once; half as many where memory runs out.
   */
  async run(
    parameters: ParameterBuffer,
    sequences: readonly TokenSequence[],
    wanted: WantedPositions,
    rows: number,
  ): Promise<Float32Array[]> {
    const byLength = sequences
      .map((sequence, index) => ({
        sequence,
        index,
        length: sequenceLength(sequence),
      }))
      .sort((a, b) => a.length - b.length || a.index - b.index);
    const results = new Array<Float32Array>(sequences.length);
    let atOnce = rows;
    for (let start = 0; start < byLength.length;) {
      const slice = byLength.slice(start, start + atOnce);
      const batch = packBatch(
        slice.map(({ sequence }) => sequence),
        wanted,
        this.#config.nCtx,
      );
      const flat = await this.#runBatch(parameters, batch).catch((error: unknown) => {
        if (ranOut(error) && slice.length > 1) return null;
        throw error;
      });
      if (flat === null) {
        atOnce = Math.floor(slice.length / 2);
        continue;
      }
      for (const [i, row] of splitBySequence(flat, batch.offsets).entries()) {
        results[slice[i].index] = row;
      }
      start += slice.length;
    }
    return results;
  }

  async #runBatch(parameters: ParameterBuffer, batch: PackedBatch): Promise<Float32Array> {
    const program = await this.#programs.get(shapeKey(batch.shape), () =>
      Program.compile({ [this.#output]: this.#graph(batch.shape) }, this.#execution),
    );
    const result = await program.run({
      ...batchFeeds(batch),
      ...(await parameters.feedsFor(program)),
      ...(program.inputs.has('targets') && { targets: batch.targets }),
    });
    return result.float32(this.#output);
  }

  /** Frees the programs. */
  dispose(): void {
    this.#programs.dispose();
  }
}

/** Log-probabilities of sequences' tokens under a language model, at a temperature. */
export class LogprobPass extends ForwardPass {
  constructor(config: ModelConfig, temperature: number, execution: ExecutionOptions = {}) {
    super(
      config,
      'logprobs',
      (shape) => logprobsAt(config, shape, temperature, { inBlocks: true }).logprobs,
      execution,
    );
  }
}

/** Rewards or values of sequences under a model with a scalar head, its bias not added. */
export class ScalarPass extends ForwardPass {
  constructor(config: ModelConfig, execution: ExecutionOptions = {}) {
    super(config, 'scalars', (shape) => scalarsAt(config, shape).scalars, execution);
  }
}
