/**
 * The transformer decoder that all model families share: embeddings, then layers of attention and
 * feed-forward, each normalised before and added to what came in, then a last normalisation. What
 * differs between families is a {@link Family}; how attention sees the past is an {@link Attend}.
 */
import { add, constant, matMul, reshape, softmax, transpose } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { familyOf } from './families.ts';
import type { Attend, Weights } from './family.ts';
import { attentionShape } from './modelConfig.ts';
import type { ModelConfig } from './modelConfig.ts';

/** How a {@link trunk} is to see its tokens; the defaults are those of training. */
export interface TrunkOptions {
  /** Position of each token, int32 or int64 [B, T]; 0..T−1 in every row when left out. */
  readonly positions?: Tensor;
  /** Causal attention among the T tokens when left out. */
  readonly attend?: Attend;
  /** Called with what enters each layer, [N, C]: where gradients may be checkpointed. */
  readonly onLayer?: (x: Tensor) => void;
  /** Changes what a part adds to the residual stream, [N, C], as dropout does; nothing when left out. */
  readonly residual?: (branch: Tensor, layer: number, part: 'attention' | 'feedForward') => Tensor;
}

/**
 * tokens [B, T] (int32 or int64) to the hidden states [B, T, C] from which heads read. Rows shorter
 * than T are padded on the right with any token: by causality no padding reaches what is before it.
 */
export function trunk(
  config: ModelConfig,
  weights: Weights,
  tokens: Tensor,
  options: TrunkOptions = {},
): Tensor {
  const [batch, length] = tokens.shape;
  if (tokens.shape.length !== 2 || length > config.nCtx) {
    throw new Error(
      `trunk: expected tokens [B, T] with T <= ${config.nCtx}, got [${tokens.shape.join(', ')}]`,
    );
  }
  const family = familyOf(config);
  const attend = options.attend ?? causalAttention(config, batch, length);
  const residual = options.residual ?? ((branch) => branch);
  const places = { batch, length, positions: options.positions ?? null };
  const rotation = family.rotation(places);
  let x = family.embed(weights, tokens, places); // [N, C]
  for (let layer = 0; layer < config.nLayer; layer++) {
    options.onLayer?.(x);
    const projections = family.project(weights, layer, x, places, rotation);
    const attended = attend(projections, layer); // [N, H·D]
    const output = family.attentionOutput(weights, layer, attended);
    x = add(x, residual(output, layer, 'attention')); // [N, C]
    x = add(x, residual(family.feedForward(weights, layer, x), layer, 'feedForward')); // [N, C]
  }
  return reshape(family.finalNorm(weights, x), [batch, length, config.nEmbd]);
}

/**
 * Attention of each token to itself and those before it, within rows of T tokens. Differentiable.
 * Query heads that share a key/value head lie next to each other, so that they are rows of one
 * product with its keys.
 *
 * @param mask Added to the scores, [B, 1, T, T]: 0 where a token is seen, else so low that softmax
 * gives 0. All that is before in the row is seen when left out.
 */
export function causalAttention(
  config: ModelConfig,
  batch: number,
  length: number,
  mask: Tensor = causalMask(length),
): Attend {
  const { nHead, nKvHead, headWidth } = attentionShape(config);
  const byHead = (x: Tensor, heads: number): Tensor =>
    transpose(reshape(x, [batch, length, heads, headWidth]), [0, 2, 1, 3]); // [B, heads, T, D]
  const shared = [batch, nKvHead, (nHead / nKvHead) * length];
  return ({ query, key, value }) => {
    const queries = reshape(byHead(query, nHead), [...shared, headWidth]); // [B, Hkv, G·T, D]
    const products = matMul(queries, byHead(key, nKvHead), {
      transposeB: true,
      alpha: 1 / Math.sqrt(headWidth),
    }); // [B, Hkv, G·T, T]
    const scores = add(reshape(products, [batch, nHead, length, length]), mask); // [B, H, T, T]
    const shares = reshape(softmax(scores), [...shared, length]); // [B, Hkv, G·T, T]
    const mixed = matMul(shares, byHead(value, nKvHead)); // [B, Hkv, G·T, D]
    const heads = transpose(reshape(mixed, [batch, nHead, length, headWidth]), [0, 2, 1, 3]);
    return reshape(heads, [batch * length, nHead * headWidth]); // [N, H·D]
  };
}

/** [T, T]: 0 where a column's token may be seen from a row's, else so low that softmax gives 0. */
function causalMask(length: number): Tensor {
  const values = new Float32Array(length * length);
  for (let row = 0; row < length; row++) {
    values.fill(-1e9, row * length + row + 1, (row + 1) * length);
  }
  return constant(values, [length, length]);
}
