/** Reading `rollouts.jsonl`, which a trainer may be writing to at this moment. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { rolloutRecordSchema, type RolloutRecord } from '../protocol/rollouts.ts';

/** What stands in a file of rollouts. */
export interface Rollouts {
  /** By iteration, then by episode; of two records of one episode the later, see the schema. */
  readonly records: readonly RolloutRecord[];
  /** A sentence for each line that is no record; a torn last line is none. */
  readonly problems: readonly string[];
}

/** Every episode of a file; none where there is no file. */
export async function readRollouts(file: string): Promise<Rollouts> {
  if (!existsSync(file)) return { records: [], problems: [] };
  const lines = (await readFile(file, 'utf8')).split('\n');
  lines.pop(); // what follows the last line end: nothing, or a line that is being written
  const records = new Map<string, RolloutRecord>();
  const problems: string[] = [];
  for (const [i, line] of lines.entries()) {
    const record = parse(line);
    if (record === null) problems.push(`${file}:${i + 1}: this line is no episode.`);
    else records.set(`${record.iteration} ${record.episode}`, record);
  }
  const inOrder = [...records.values()].sort(
    (a, b) => a.iteration - b.iteration || a.episode - b.episode,
  );
  return { records: inOrder, problems };
}

function parse(line: string): RolloutRecord | null {
  try {
    const { data } = rolloutRecordSchema.safeParse(JSON.parse(line));
    return data ?? null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
