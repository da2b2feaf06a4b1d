/** The loss of a language model on text that it was not trained on. */
import type { LanguageModel } from '../models/index.ts';
import type { TokenSequence } from './batch.ts';
import { LogprobPass } from './passes.ts';

const rows = 64;

/**
 * Mean negative log-probability per token, in nats, over documents packed as in pre-training: a row
 * begins with a document, goes on with the next ones, each followed by the end-of-text token, and is
 * cut at the model's context. The first token of a row is not predicted.
 *
 * @throws Error when there is no token to predict.
 */
export async function heldOutLoss(
  model: LanguageModel,
  documents: readonly string[],
): Promise<number> {
  const { tokenizer, config } = model;
  const sequences: TokenSequence[] = [];
  let row: number[] = [];
  const endRow = (): void => {
    if (row.length > 1) sequences.push({ prompt: [], completion: row.slice(0, config.nCtx) });
    row = [];
  };
  for (const text of documents) {
    row.push(...tokenizer.encode(text), tokenizer.endToken);
    if (row.length >= config.nCtx) endRow();
  }
  endRow();
  if (sequences.length === 0) throw new Error('heldOutLoss: expected text, got none');
  const pass = new LogprobPass(config, 1);
  try {
    let sum = 0;
    let count = 0;
    for (const row of await pass.run(model.parameters, sequences, 'all', rows)) {
      for (const logprob of row) sum -= logprob;
      count += row.length;
    }
    return sum / count;
  } finally {
    pass.dispose();
  }
}
