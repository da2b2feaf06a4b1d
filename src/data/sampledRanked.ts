/** How far people are with ranking what one run has sampled. */
import type { Dataset } from './dataset.ts';

/** Prompts of which a run has sampled completions, and how many of them people have dealt with. */
export interface SampledRanked {
  readonly sampled: number;
  readonly ranked: number;
}

/**
 * A prompt is dealt with when a labeler who is not the gold labeler has ranked, or passed over, some of
 * the run's own completions of it.
 */
export function sampledRanked(dataset: Pick<Dataset, 'entries'>, sampleRun: string): SampledRanked {
  const own = new Set<string>();
  const sampled = new Set<string>();
  for (const { id, promptId } of dataset.entries('completions')) {
    if (!id.startsWith(`${sampleRun}-`)) continue;
    own.add(id);
    sampled.add(promptId);
  }
  const ranked = new Set<string>();
  for (const { promptId, labeler, shown } of dataset.entries('rankings')) {
    if (labeler !== 'gold' && shown.some((id) => own.has(id))) ranked.add(promptId);
  }
  return { sampled: sampled.size, ranked: ranked.size };
}
