/** What a model family has to supply to the trunk that all of them share, see `trunk`. */
import type { Tensor } from '../graph/index.ts';
import type { ModelConfig } from './modelConfig.ts';

/** Parameters by their checkpoint keys. Throws where there is none of that name. */
export type Weights = (name: string) => Tensor;

/** The queries, keys and values of one layer, each [N, C] with N = B·T. */
export interface Projections {
  readonly query: Tensor;
  readonly key: Tensor;
  readonly value: Tensor;
}

/** Mixes the positions of one layer: projections to attended values [N, C]. */
export type Attend = (projections: Projections, layer: number) => Tensor;

/** The parts in which model families differ. Activations are [N, C] with N = B·T. */
export interface Family {
  /** tokens [B, T] and positions ([B, T], or null for 0..T−1 in every row) to [N, C]. */
  embed(weights: Weights, tokens: Tensor, positions: Tensor | null): Tensor;
  /** The normalised input of a layer's attention, projected. */
  project(weights: Weights, layer: number, x: Tensor, config: ModelConfig): Projections;
  /** The attended values, projected back. */
  attentionOutput(weights: Weights, layer: number, attended: Tensor): Tensor;
  /** The feed-forward part, its normalisation included. */
  feedForward(weights: Weights, layer: number, x: Tensor, config: ModelConfig): Tensor;
  /** The normalisation after the last layer. */
  finalNorm(weights: Weights, x: Tensor, config: ModelConfig): Tensor;
}
