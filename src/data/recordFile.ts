/** A file of records as a stream of checked records and problems. */
import { recordKinds, recordSchemas } from '../protocol/records.ts';
import type { RecordKind, RecordTypes } from '../protocol/records.ts';
import { jsonChecker } from './jsonCheck.ts';
import type { JsonCheck } from './jsonCheck.ts';
import { readLines } from './jsonlLines.ts';
import type { LinePlace, ReadLinesOptions, TextLine, UnreadableLine } from './jsonlLines.ts';
import { isPlainRecord } from './plainRecord.ts';
import type { Problem } from './problem.ts';
import { breaksOff } from './tornLine.ts';

/** A good line: the checked record, and the line's text for whoever revises it. */
export interface RecordLine<K extends RecordKind> extends LinePlace {
  readonly type: 'record';
  readonly record: RecordTypes[K];
  readonly text: string;
  /** False for a last line that no newline ends. */
  readonly terminated: boolean;
}

/** A line that is no record, with everything that is wrong with it. */
export interface BadLine extends LinePlace {
  readonly type: 'bad';
  readonly problems: readonly Problem[];
  readonly terminated: boolean;
}

/** How to read, and under which name problems are reported. */
export interface ReadRecordsOptions extends ReadLinesOptions {
  /** The path that stands in problems; the path that is read when absent. */
  readonly name?: string;
}

type Checkers = { readonly [K in RecordKind]: (text: string) => JsonCheck<RecordTypes[K]> };

const checkers: Checkers = {
  prompts: jsonChecker(recordSchemas.prompts, (value) => isPlainRecord('prompts', value)),
  demonstrations: jsonChecker(recordSchemas.demonstrations, (value) =>
    isPlainRecord('demonstrations', value),
  ),
  completions: jsonChecker(recordSchemas.completions, (value) =>
    isPlainRecord('completions', value),
  ),
  rankings: jsonChecker(recordSchemas.rankings, (value) => isPlainRecord('rankings', value)),
};

/** Checks one line's text (without its newline) as a record of a kind. */
export function checkRecord<K extends RecordKind>(
  kind: K,
  text: string,
): JsonCheck<RecordTypes[K]> {
  return checkers[kind](text);
}

/**
 * Reads a file of records in batches of one chunk. Blank lines are passed over; every other line
 * comes as a record or as a bad line, in the order of the file. Rejects with Node's error where
 * the file cannot be read at all.
 */
export async function* readRecords<K extends RecordKind>(
  path: string,
  kind: K,
  options: ReadRecordsOptions = {},
): AsyncGenerator<(RecordLine<K> | BadLine)[], void, undefined> {
  const name = options.name ?? path;
  for await (const batch of readLines(path, options)) {
    const items: (RecordLine<K> | BadLine)[] = [];
    for (const line of batch) {
      const item = readLine(line, kind, name);
      if (item !== null) items.push(item);
    }
    yield items;
  }
}

function readLine<K extends RecordKind>(
  line: TextLine | UnreadableLine,
  kind: K,
  name: string,
): RecordLine<K> | BadLine | null {
  const { terminated } = line;
  const place = { line: line.line, offset: line.offset, bytes: line.bytes };
  if (line.type === 'unreadable') {
    const { column, code, message } = line;
    const problem = { path: name, line: line.line, column, endColumn: column, code, message };
    return { type: 'bad', ...place, problems: [problem], terminated };
  }
  if (isBlank(line.text)) return null;
  const check = checkRecord(kind, line.text);
  if (check.ok)
    return { type: 'record', ...place, record: check.value, text: line.text, terminated };
  const torn = !terminated && breaksOff(line.text);
  const problems = check.issues.map((issue): Problem => {
    const column = issue.offset + 1;
    return {
      path: name,
      line: line.line,
      column,
      endColumn: column + issue.length,
      code: torn ? 'torn-line' : issue.code,
      message: torn
        ? `the last line breaks off (${issue.message}); the next save to this file sets it aside`
        : issue.message,
    };
  });
  return { type: 'bad', ...place, problems, terminated };
}

function isBlank(text: string): boolean {
  return text.length < 1000 && text.trim() === '';
}

/** The kind of records that a project-relative path holds, or null for any other file. */
export function kindOfFile(relativePath: string): RecordKind | null {
  const match = /^([a-z]+)\/[^/]+\.jsonl$/.exec(relativePath.replaceAll('\\', '/'));
  return recordKinds.find((kind) => kind === match?.[1]) ?? null;
}
