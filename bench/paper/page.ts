/** docs/PAPER_IN_MINIATURE.md from what the rows found. */
import type { Row, RowResult } from './row.ts';

/** A row with its result; without one it failed, and `failure` says how. */
export interface Finished {
  readonly row: Row;
  readonly seeds: number;
  readonly seconds: number;
  readonly result: RowResult | null;
  readonly failure: string | null;
}

/** What the page says of the whole. */
export interface PageFacts {
  readonly command: string;
  readonly machine: string;
  readonly seconds: number;
  /** The folder of the plots, relative to the page. */
  readonly plots: string;
}

/** The files of a row's plots, light and dark. */
export function plotFiles(row: Row, index: number): { light: string; dark: string } {
  const name = `${row.id}-${index + 1}`;
  return { light: `${name}.light.svg`, dark: `${name}.dark.svg` };
}

/** The page as Markdown. */
export function paperPage(finished: readonly Finished[], facts: PageFacts): string {
  const reproduced = finished.filter(({ result }) => result?.reproduced === true).length;
  const summary = table(
    ['', 'result of the paper', 'here'],
    finished.map(({ row, result }) => [
      `[${row.id.slice(0, 2)}](#${anchor(row)})`,
      row.title,
      verdict(result),
    ]),
  );
  return `${[
    '# The paper in miniature',
    `Results of Ouyang et al. 2022 (arXiv 2203.02155), reproduced on the embedded world with a base model of about a million parameters, judged by its gold labeler. ${reproduced} of ${finished.length} rows reproduce; what does not is said so. Intervals are 95 %: over seeds with Student's t, of preferences normal over all prompts of all seeds. Nothing was fitted on the test split.`,
    `Made by \`${facts.command}\` in ${(facts.seconds / 60).toFixed(1)} minutes on ${facts.machine}.`,
    summary,
    ...finished.flatMap((one) => section(one, facts)),
  ].join('\n\n')}\n`;
}

function section({ row, seeds, seconds, result, failure }: Finished, facts: PageFacts): string[] {
  const head = [`## ${row.id.slice(0, 2)} ${row.title}`, `Paper: ${row.claim}`];
  const foot = `${seeds} ${seeds === 1 ? 'seed' : 'seeds'}, ${seconds.toFixed(0)} s.`;
  if (result === null) return [...head, `This row failed: ${failure ?? ''} ${foot}`];
  const plots = (result.plots ?? []).map(({ title }, i) => {
    const { light, dark } = plotFiles(row, i);
    return `<picture><source media="(prefers-color-scheme: dark)" srcset="${facts.plots}/${dark}"><img alt="${title}" src="${facts.plots}/${light}"></picture>`;
  });
  return [
    ...head,
    table(result.head, result.rows),
    `**${verdict(result)}.** ${result.finding} ${foot}`,
    ...(plots.length === 0 ? [] : [plots.join('\n')]),
  ];
}

function verdict(result: RowResult | null): string {
  if (result === null) return 'failed';
  return result.reproduced ? 'reproduced' : 'not reproduced';
}

function anchor({ id, title }: Row): string {
  return `${id.slice(0, 2)} ${title}`
    .toLowerCase()
    .replace(/[^\p{L}\p{N} -]/gu, '')
    .replaceAll(' ', '-');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
