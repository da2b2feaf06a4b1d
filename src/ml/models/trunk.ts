/**
 * The transformer decoder that all model families share: embeddings, then layers of attention and
 * feed-forward, each normalised before and added to what came in, then a last normalisation. What
 * differs between families is a {@link Family}; how attention sees the past is an {@link Attend}.
 */
import { add, constant, matMul, reshape, softmax, transpose } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import type { Attend, Family, Weights } from './family.ts';
import { gpt2 } from './gpt2.ts';
import type { ModelConfig } from './modelConfig.ts';

const families = { gpt2 } as const satisfies Record<ModelConfig['modelType'], Family>;

/** How a {@link trunk} is to see its tokens; the defaults are those of training. */
export interface TrunkOptions {
  /** Position of each token, int32 or int64 [B, T]; 0..T−1 in every row when left out. */
  readonly positions?: Tensor;
  /** Causal attention among the T tokens when left out. */
  readonly attend?: Attend;
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
  const family = families[config.modelType];
  const attend = options.attend ?? causalAttention(config, batch, length);
  let x = family.embed(weights, tokens, options.positions ?? null); // [N, C]
  for (let layer = 0; layer < config.nLayer; layer++) {
    const attended = attend(family.project(weights, layer, x, config), layer); // [N, C]
    x = add(x, family.attentionOutput(weights, layer, attended)); // [N, C]
    x = add(x, family.feedForward(weights, layer, x, config)); // [N, C]
  }
  return reshape(family.finalNorm(weights, x, config), [batch, length, config.nEmbd]);
}

/**
 * Attention of each token to itself and those before it, within rows of T tokens. Differentiable.
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
  const { nHead, nEmbd } = config;
  const width = nEmbd / nHead;
  const byHead = (x: Tensor): Tensor =>
    transpose(reshape(x, [batch, length, nHead, width]), [0, 2, 1, 3]); // [B, H, T, D]
  return ({ query, key, value }) => {
    const scores = matMul(byHead(query), byHead(key), {
      transposeB: true,
      alpha: 1 / Math.sqrt(width),
    }); // [B, H, T, T]
    const mixed = matMul(softmax(add(scores, mask)), byHead(value)); // [B, H, T, D]
    return reshape(transpose(mixed, [0, 2, 1, 3]), [batch * length, nEmbd]); // [N, C]
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
