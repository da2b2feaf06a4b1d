/** The flags that labelers gave, read back from their records. */
import type { Dataset } from './dataset.ts';
import type { RankingEntry } from './entries.ts';
import type { FlaggedCompletion } from './screening.ts';

/** The flags of each completion in each of the rankings. Throws as `Dataset.readRecord` does. */
export async function flaggedCompletions(
  dataset: Dataset,
  rankings: readonly RankingEntry[],
): Promise<FlaggedCompletion[]> {
  const flagged: FlaggedCompletion[] = [];
  for (const entry of rankings) {
    const { record } = await dataset.readRecord<'rankings'>('rankings', entry);
    for (const [completionId, { flags }] of Object.entries(record.ratings ?? {})) {
      if (flags !== undefined) flagged.push({ completionId, flags });
    }
  }
  return flagged;
}
