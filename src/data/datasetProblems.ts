/** The problems of a dataset: those of single lines, and those between records. */
import { join } from 'node:path';
import { open } from 'node:fs/promises';
import { setImmediate as turn } from 'node:timers/promises';
import type { RecordKind } from '../protocol/records.ts';
import type { EntryPlace, EntryTypes, PromptEntry, RankingEntry } from './entries.ts';
import { locate } from './jsonCheck.ts';
import type { JsonPath } from './jsonCheck.ts';
import type { KindIndex } from './kindIndex.ts';
import type { Problem, ProblemCode } from './problem.ts';
import { rankingCycles } from './rankingCycles.ts';
import { readFrom } from './readPlace.ts';

/** What the checks look at. */
export interface CheckedDataset {
  readonly projectDir: string;
  /** How many problems between records are reported of one file. */
  readonly problemLimit: number;
  index<K extends RecordKind>(kind: K): KindIndex<K>;
}

/** A problem between records, before its column is looked up. */
interface Finding {
  readonly entry: EntryPlace;
  /** The key in the record that is wrong. */
  readonly path: JsonPath;
  readonly code: ProblemCode;
  readonly message: string;
}

/** Every problem, file by file in the order of kinds and names, and in a file by line. */
export async function* datasetProblems(
  dataset: CheckedDataset,
): AsyncGenerator<Problem, void, undefined> {
  const checks = await checksOf(dataset);
  yield* problemsOfKind(dataset, 'prompts', checks.prompts);
  yield* problemsOfKind(dataset, 'demonstrations', checks.demonstrations);
  yield* problemsOfKind(dataset, 'completions', checks.completions);
  yield* problemsOfKind(dataset, 'rankings', checks.rankings);
}

type Checks = { readonly [K in RecordKind]: (entry: EntryTypes[K]) => Finding[] };

async function* problemsOfKind<K extends RecordKind>(
  dataset: CheckedDataset,
  kind: K,
  check: (entry: EntryTypes[K]) => Finding[],
): AsyncGenerator<Problem, void, undefined> {
  const index = dataset.index(kind);
  for (const { file, entries, problems } of index.files()) {
    const findings: Finding[] = [];
    let seen = 0;
    for (const entry of entries.values()) {
      if (++seen % 2000 === 0) await turn();
      if (findings.length >= dataset.problemLimit) break;
      const standing = index.get(entry.id);
      if (standing !== undefined && standing !== entry) {
        const where = `${standing.file}:${standing.line}`;
        const message = `id: "${entry.id}" stands already in ${where}, which is the one that counts; give this record another id`;
        findings.push({ entry, path: ['id'], code: 'duplicate-id', message });
      } else findings.push(...check(entry));
    }
    const located = await locateAll(join(dataset.projectDir, file), findings);
    yield* [...problems, ...located].sort((a, b) => a.line - b.line || a.column - b.column);
  }
}

async function checksOf(dataset: CheckedDataset): Promise<Checks> {
  const prompts = dataset.index('prompts');
  const completions = dataset.index('completions');
  const closing = await rankingCycles(dataset.index('rankings').entries());
  const splitOfText = new Map<string, PromptEntry>();
  const splitOf = new Map<string, PromptEntry>();

  const unknownPrompt = (entry: EntryPlace & { readonly promptId: string }): Finding[] => {
    const { promptId } = entry;
    if (prompts.get(promptId) !== undefined) return [];
    const what = prompts.isDeleted(promptId) ? 'was deleted' : 'is in no file of prompts/';
    const message = `promptId: expected the id of a prompt; "${promptId}" ${what}`;
    return [{ entry, path: ['promptId'], code: 'unknown-prompt', message }];
  };

  const rankingFindings = (entry: RankingEntry): Finding[] => {
    const findings = unknownPrompt(entry);
    if (closing.has(entry)) {
      const message = `ranking: contradicts what "${entry.labeler}" said of this prompt before: with its ties, no order of the completions agrees with all of it`;
      findings.push({ entry, path: ['ranking'], code: 'ranking-cycle', message });
    }
    entry.ranking.forEach((group, rank) => {
      group.forEach((id, place) => {
        const key = `ranking[${rank}][${place}]`;
        const path = ['ranking', rank, place];
        const completion = completions.get(id);
        if (completion === undefined) {
          const what = completions.isDeleted(id) ? 'was deleted' : 'is in no file of completions/';
          const message = `${key}: expected the id of a completion; "${id}" ${what}`;
          findings.push({ entry, path, code: 'missing-completion', message });
        } else if (completion.promptId !== entry.promptId) {
          const message = `${key}: expected a completion of prompt "${entry.promptId}"; "${id}" is one of "${completion.promptId}"`;
          findings.push({ entry, path, code: 'missing-completion', message });
        }
      });
    });
    return findings;
  };

  return {
    prompts: (entry) => {
      const { user, split, text } = entry;
      if (split === undefined) return [];
      const same = splitOfText.get(text);
      if (same === undefined) splitOfText.set(text, entry);
      const first = user === undefined ? undefined : splitOf.get(user);
      if (user !== undefined && first === undefined) splitOf.set(user, entry);
      const leak = (to: PromptEntry, whose: string, why: string): Finding => {
        const where = `${to.file}:${to.line}`;
        const message = `split: expected "${to.split ?? ''}", the split of ${whose} in ${where}; got "${split}" (${why})`;
        return { entry, path: ['split'], code: 'split-leak', message };
      };
      if (first !== undefined && first.split !== split) {
        return [leak(first, `user "${user ?? ''}"`, 'a user’s prompts belong to one split')];
      }
      if (same !== undefined && same.split !== split) {
        return [leak(same, 'the same prompt', 'what is trained on must not be tested on')];
      }
      return [];
    },
    demonstrations: unknownPrompt,
    completions: unknownPrompt,
    rankings: rankingFindings,
  };
}

/** Looks up the columns. Where the file is gone meanwhile, so are its problems. */
async function locateAll(path: string, findings: readonly Finding[]): Promise<Problem[]> {
  if (findings.length === 0) return [];
  const handle = await open(path, 'r').catch(() => null);
  if (handle === null) return [];
  try {
    const problems: Problem[] = [];
    for (const { entry, path: key, code, message } of findings) {
      const { offset, length } = locate(await readFrom(handle, entry), key);
      const column = offset + 1;
      const { file, line } = entry;
      problems.push({ path: file, line, column, endColumn: column + length, code, message });
    }
    return problems;
  } finally {
    await handle.close();
  }
}
