/** The episodes that a PPO run has kept. */
import path from 'node:path';
import { readRollouts } from '../../data/index.ts';
import { rolloutsFile, type RolloutRecord } from '../../protocol/rollouts.ts';

/** Episodes of one iteration, and which iterations there are. */
export interface Episodes {
  readonly iterations: number[];
  /** Absent when no episode is kept. */
  readonly iteration?: number;
  readonly episodes: RolloutRecord[];
}

/** The episodes of the kept iteration that is nearest to the one asked for. */
export async function episodesNear(runFolder: string, iteration: number): Promise<Episodes> {
  const { records } = await readRollouts(path.join(runFolder, rolloutsFile));
  const iterations = [...new Set(records.map((record) => record.iteration))].sort((a, b) => a - b);
  const [first] = iterations;
  if (iterations.length === 0) return { iterations, episodes: [] };
  const found = iterations.reduce(
    (best, each) => (Math.abs(each - iteration) < Math.abs(best - iteration) ? each : best),
    first,
  );
  const episodes = records.filter((record) => record.iteration === found);
  return { iterations, iteration: found, episodes };
}
