/** What a model family has to supply to the trunk that all of them share, see `trunk`. */
import type { Tensor } from '../graph/index.ts';
import type { ParameterShape } from '../runtime/index.ts';

/** Parameters by their checkpoint keys. */
export interface Weights {
  /** Throws where there is none of that name. */
  (name: string): Tensor;
  /**
   * What an adapter adds to the output of the linear layer `module` for its input x [N, in], or null
   * where it adds nothing; absent where the model has no adapter.
   */
  readonly adapter?: (module: string, x: Tensor) => Tensor | null;
}

/** How the matrices of linear layers are stored: [in, out] or [out, in]. */
export type LinearLayout = 'inputsFirst' | 'outputsFirst';

/**
 * What a parameter is for, which decides its first numbers: a table of embeddings, the matrix of a
 * linear layer (`residual` where its output ends on the residual stream of GPT-2), a normalisation's
 * gain, or a bias.
 */
export type ParameterRole = 'embedding' | 'linear' | 'residual' | 'gain' | 'bias';

/** A parameter of a family. */
export interface ModelParameter extends ParameterShape {
  readonly role: ParameterRole;
}

/** Where the tokens of a pass stand. */
export interface Places {
  readonly batch: number;
  readonly length: number;
  /** Position of each token, int32 or int64 [B, T], or null for 0..T−1 in every row. */
  readonly positions: Tensor | null;
}

/** Cosines and sines of the angles by which queries and keys are turned, [.., T, 1, D/2]. */
export interface Rotation {
  readonly cos: Tensor;
  readonly sin: Tensor;
}

/** Queries [N, H·D], keys and values [N, Hkv·D] of one layer, with N = B·T. */
export interface Projections {
  readonly query: Tensor;
  readonly key: Tensor;
  readonly value: Tensor;
  /** [N, 3·H·D] of which they are equal parts in this order, where there is such a tensor. */
  readonly joined?: Tensor;
}

/** Mixes the positions of one layer: projections to attended values [N, H·D]. */
export type Attend = (projections: Projections, layer: number) => Tensor;

/**
 * One model's architecture: its parameters, and the parts in which families differ. Activations are
 * [N, C] with N = B·T.
 */
export interface Family {
  /** The trunk's parameters in the order in which they are laid out and stored. */
  readonly parameters: readonly ModelParameter[];
  readonly layout: LinearLayout;
  /** What stands before the trunk's names and is missing where a trunk was saved without a head. */
  readonly prefix: string;
  /** The table of token embeddings, [V, C]. */
  readonly tokenTable: string;
  /** The table [V, C] that hidden states are multiplied with for logits: an own one, or the tokens'. */
  readonly outputHead: string;
  /** Turned into queries and keys by `project`; null where positions are embedded. */
  rotation(places: Places): Rotation | null;
  /** tokens [B, T] to [N, C]. */
  embed(weights: Weights, tokens: Tensor, places: Places): Tensor;
  /** The normalised input of a layer's attention, projected (and turned). */
  project(
    weights: Weights,
    layer: number,
    x: Tensor,
    places: Places,
    rotation: Rotation | null,
  ): Projections;
  /** The attended values [N, H·D], projected back to [N, C]. */
  attentionOutput(weights: Weights, layer: number, attended: Tensor): Tensor;
  /** The feed-forward part, its normalisation included. */
  feedForward(weights: Weights, layer: number, x: Tensor): Tensor;
  /** The normalisation after the last layer. */
  finalNorm(weights: Weights, x: Tensor): Tensor;
}
