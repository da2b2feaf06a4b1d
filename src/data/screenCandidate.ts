/** The screening test of a candidate who has ranked what researchers have ranked, from the records. */
import type { Dataset } from './dataset.ts';
import type { RankingEntry } from './entries.ts';
import { screen, type FlaggedCompletion, type ScreeningResult } from './screening.ts';

/** Who is screened against whom, and what no record says. */
export interface Screening {
  readonly candidate: string;
  readonly researchers: readonly string[];
  /** As in `ScreeningTest`. */
  readonly demonstrationRatings: readonly number[];
  /** As in `ScreeningTest`. */
  readonly selfAssessedTopics: readonly string[];
}

/** Marks the test by the rankings and flags of both sides. Throws as `Dataset.readRecord` does. */
export async function screenCandidate(
  dataset: Dataset,
  { candidate, researchers, demonstrationRatings, selfAssessedTopics }: Screening,
): Promise<ScreeningResult> {
  const rankings = [...dataset.entries('rankings')];
  const mine = rankings.filter(({ labeler }) => labeler === candidate);
  const theirs = rankings.filter(({ labeler }) => researchers.includes(labeler));
  return screen({
    flags: {
      candidate: await flaggedCompletions(dataset, mine),
      researchers: await flaggedCompletions(dataset, theirs),
    },
    rankings: { candidate: mine, researchers: theirs },
    demonstrationRatings,
    selfAssessedTopics,
  });
}

/** The flags of each completion in each of the rankings. */
async function flaggedCompletions(
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
