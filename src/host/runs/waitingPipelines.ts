/** Pipelines that have stopped until people have ranked, and when they can go on. */
import { sampledRanked, type Dataset, type SampledRanked } from '../../data/index.ts';
import { stepRunId, waitingForRankings } from '../../protocol/pipelineSteps.ts';
import type { RunSpec } from '../../protocol/run.ts';
import type { Run } from './run.ts';

/** Of a pipeline, how far people are with ranking what it has sampled; undefined where it cannot be known yet. */
export type RankedSoFar = (pipeline: RunSpec) => SampledRanked | undefined;

/** As much of a run as is asked. */
export type PipelineRun = Pick<Run, 'id' | 'spec' | 'state' | 'view'>;

/** How far people are by the records of a project, which may not be read yet. */
export function rankedSoFar(dataset: Dataset | undefined): RankedSoFar {
  return (pipeline) =>
    dataset === undefined ? undefined : sampledRanked(dataset, stepRunId(pipeline, 'sample'));
}

/** Whether a pipeline has stopped until people have ranked. */
export function waitsForPeople({ state, view }: Pick<Run, 'state' | 'view'>): boolean {
  return state === 'stopped' && view.warnings.at(-1)?.code === waitingForRankings;
}

/** How many of the sampled prompts have to be ranked before a pipeline goes on, and how many are. */
export function rankingsNeeded(
  { sampled, ranked }: SampledRanked,
  spec: RunSpec,
): { readonly ranked: number; readonly needed: number } {
  const least = Number(spec.hyperparameters['minRankings'] ?? 0);
  return { ranked, needed: least === 0 ? sampled : Math.min(least, sampled) };
}

/** Notices the moment at which the last prompt is ranked that a pipeline waits for. */
export class WaitingPipelines {
  private readonly waiting = new Set<string>();

  /**
   * Those that have waited for people when they were looked at before, and have everything now; each
   * is returned once. One that had everything at the first look is left to the user: opening a
   * window starts nothing.
   */
  nowRanked<R extends PipelineRun>(runs: readonly R[], sofar: RankedSoFar): R[] {
    const ready: R[] = [];
    for (const run of runs) {
      if (!waitsForPeople(run) || run.spec === undefined) {
        this.waiting.delete(run.id);
        continue;
      }
      const counts = sofar(run.spec);
      if (counts === undefined) continue;
      const { ranked, needed } = rankingsNeeded(counts, run.spec);
      // Without a sampled prompt the new completions have not been read yet.
      if (needed === 0 || ranked < needed) this.waiting.add(run.id);
      else if (this.waiting.delete(run.id)) ready.push(run);
    }
    return ready;
  }
}
