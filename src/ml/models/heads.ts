/** What reads a trunk's hidden states: the language model head, and the scalar head. */
import { matMul, reshape } from '../graph/index.ts';
import type { Tensor } from '../graph/index.ts';
import { familyOf } from './families.ts';
import type { Weights } from './family.ts';
import type { ModelConfig } from './modelConfig.ts';

/** The scalar head's one parameter, [1, C], by its name in sequence classification checkpoints. */
export const scoreWeight = 'score.weight';

/** The language model head [V, C], a row a token: its products with a hidden state are the logits. */
export function lmTable(config: ModelConfig, weights: Weights): Tensor {
  return weights(familyOf(config).outputHead);
}

/** hidden [..., C] to the logits [..., V] of the next token. */
export function lmLogits(config: ModelConfig, weights: Weights, hidden: Tensor): Tensor {
  const table = lmTable(config, weights); // [V, C]
  const logits = matMul(rowsOf(hidden), table, { transposeB: true }); // [N, V]
  return reshape(logits, [...hidden.shape.slice(0, -1), table.shape[0]]);
}

/**
 * hidden [..., C] to one number a position [...]: the reward model's score before its bias, or a
 * value. The head has no bias of its own, as in transformers' sequence classification.
 */
export function scalarHead(weights: Weights, hidden: Tensor): Tensor {
  const scores = matMul(rowsOf(hidden), weights(scoreWeight), { transposeB: true }); // [N, 1]
  return reshape(scores, hidden.shape.slice(0, -1));
}

function rowsOf(hidden: Tensor): Tensor {
  return reshape(hidden, [-1, hidden.shape[hidden.shape.length - 1]]);
}
