import { InstructError } from '../../protocol/errors.ts';
import { GenerationBatch } from './generationBatch.ts';
import type { BatchExecution, GenerateOptions, Row } from './generationBatch.ts';
import type { ModelConfig } from './modelConfig.ts';

/**
 * Completes all rows, with half as many at once whenever memory runs out: what a row gets does not depend on
 * the others. Returns how many were under way at once in the end.
 *
 * @throws InstructError `out-of-memory` where not even one goes through.
 */
export async function completeRows(
  config: ModelConfig,
  rows: readonly Row[],
  options: GenerateOptions,
  execution: BatchExecution,
): Promise<number> {
  let { batchRows } = execution;
  for (;;) {
    const open = rows.filter(({ finish }) => finish === null);
    const batch = new GenerationBatch(config, open, options, { ...execution, batchRows });
    try {
      await batch.finishAll();
      return batchRows;
    } catch (error) {
      if (!(error instanceof InstructError && error.code === 'out-of-memory')) throw error;
      const tried = Math.min(batchRows, open.length);
      if (tried <= 1) throw tooLong(open[0], error);
      batchRows = Math.floor(tried / 2);
    } finally {
      batch.dispose();
    }
  }
}

function tooLong({ prompt, limit }: Row, cause: InstructError): InstructError {
  return new InstructError(
    {
      code: 'out-of-memory',
      message: `${cause.message.replace(/\.?$/, '.')} Not even one completion of up to ${limit} behind a prompt of ${prompt.length} tokens fits.`,
      remedy: 'Shorten the prompt or maxNewTokens, or use a smaller model or device "cpu".',
    },
    { cause },
  );
}
