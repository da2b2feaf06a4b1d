/** What an import would do, as a page of text to be read before anything is written. */
import path from 'node:path';
import * as l10n from '@vscode/l10n';
import type { ImportReport } from '../../protocol/exchangeReport.ts';
import { recordKinds } from '../../protocol/records.ts';
import { counted, recordNouns } from '../counted.ts';
import { oneLine } from '../views/treeNode.ts';

const shownProblems = 1000;
const longestMessage = 300;

/** What the page says beside the report. */
export interface PreviewChoices {
  /** Whether the project is still to be made. */
  readonly isNew: boolean;
  /** What becomes of the ids of persons. */
  readonly ids: 'hash' | 'drop';
}

/** A file and a place in it that a line of the page names, for its link. */
export interface PreviewLink {
  /** Counted from 0, as editors do. */
  readonly line: number;
  /** How many characters of the line, from its beginning, are the link. */
  readonly length: number;
  readonly path: string;
  readonly at: { readonly line: number; readonly column: number };
}

/** The page and its links. */
export interface Preview {
  readonly text: string;
  readonly links: readonly PreviewLink[];
}

/** How many records an import would add. */
export function recordsToAdd({ added }: Pick<ImportReport, 'added'>): number {
  return recordKinds.reduce((sum, kind) => sum + added[kind], 0);
}

/** The counts of an import in words: `2 prompts, 4 completions`; empty when there is nothing. */
export function importInWords({ added }: Pick<ImportReport, 'added'>): string {
  return recordKinds
    .filter((kind) => added[kind] > 0)
    .map((kind) => counted(added[kind], recordNouns[kind]))
    .join(', ');
}

/** The page of a dry run's report. */
export function importPreview(report: ImportReport, { isNew, ids }: PreviewChoices): Preview {
  const lines: string[] = [];
  const links: PreviewLink[] = [];
  const { files, added, known, repeated, problems, project } = report;
  lines.push(
    `# ${l10n.t('Import preview: nothing has been written yet')}`,
    '',
    isNew ? l10n.t`Into a new project in ${project}` : l10n.t`Into ${project}`,
    ids === 'hash'
      ? l10n.t('Ids of persons become names that say nothing of them; addresses are left out.')
      : l10n.t('Ids of persons and addresses are left out.'),
    '',
    ...columns([
      ['', l10n.t('to add'), l10n.t('there already')],
      ...recordKinds.map((kind) => [kind, number(added[kind]), number(known[kind])]),
    ]),
  );
  if (repeated > 0)
    lines.push('', l10n.t`${number(repeated)} records come again in the files: taken once.`);
  for (const file of files) {
    const { container, gzip, format, rows, badRows, mapping, dropped } = file;
    lines.push('', `## ${oneLine(path.basename(file.path), longestMessage)}`, '');
    const name = container.toUpperCase();
    const how = gzip ? l10n.t`${name} in gzip` : name;
    const all = counted(rows, 'row');
    const read =
      badRows === 0 ? all : l10n.t`${all}, ${number(badRows)} with problems, which are left out`;
    lines.push([format === null ? l10n.t('No known format') : format.title, how, read].join(' · '));
    const fields = [
      ...Object.entries(mapping),
      ...dropped.map((name): [string, string] => [name, l10n.t('(left out)')]),
    ];
    if (fields.length > 0) lines.push('');
    lines.push(
      ...columns(fields.map(([from, to]) => [from, '→', to])).map((line) => `    ${line}`),
    );
  }
  if (problems.length > 0) {
    lines.push('', `## ${counted(problems.length, 'problem')}`, '');
    for (const { path: file, line, column, message } of problems.slice(0, shownProblems)) {
      const place = `${oneLine(path.basename(file), longestMessage)}:${line}:${column}`;
      links.push({ line: lines.length, length: place.length, path: file, at: { line, column } });
      lines.push(`${place}  ${oneLine(message, longestMessage)}`);
    }
    const more = problems.length - shownProblems;
    if (more > 0) lines.push('', l10n.t`… and ${number(more)} more`);
  }
  return { text: `${lines.join('\n')}\n`, links };
}

function number(value: number): string {
  return value.toLocaleString('en');
}

/** Cells under each other: the first column to the left, numbers to the right. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows.at(0) ?? []).map((_, at) => Math.max(...rows.map((row) => row[at].length)));
  const isNumber = (cell: string): boolean => /^[\d,]+$/.test(cell);
  return rows.map((row) =>
    row
      .map((cell, at) => (isNumber(cell) ? cell.padStart(widths[at]) : cell.padEnd(widths[at])))
      .join('  ')
      .trimEnd(),
  );
}
