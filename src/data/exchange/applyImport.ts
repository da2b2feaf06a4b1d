/** Writing what an import planned. */
import { appendLines } from '../appendFile.ts';
import { recordFileOf } from '../store.ts';
import { join } from 'node:path';
import { recordKinds } from '../../protocol/records.ts';
import type { ImportPlan } from './importPlan.ts';

const linesAtOnce = 5000;

/**
 * Appends the records of a plan, kind by kind in the order in which they refer to each other, so
 * that an import that is cut short leaves nothing that refers to what is missing; the same import
 * again adds the rest. Returns the files that were written, relative to the project.
 * @throws InstructError `disk-full` or `io-failed`.
 */
export async function applyImport(projectDir: string, plan: ImportPlan): Promise<string[]> {
  const written: string[] = [];
  for (const kind of recordKinds) {
    const ofKind = plan.records.filter((record) => record.kind === kind);
    const byFile = Map.groupBy(ofKind, ({ owner }) => recordFileOf(kind, owner));
    for (const [file, records] of byFile) {
      for (let from = 0; from < records.length; from += linesAtOnce) {
        const lines = records
          .slice(from, from + linesAtOnce)
          .map(({ record }) => JSON.stringify(record));
        await appendLines(join(projectDir, file), lines);
      }
      written.push(file);
    }
  }
  return written;
}
