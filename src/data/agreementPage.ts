/** Agreement between labelers as a Markdown page, over time, per labeler and per pair. */
import type { AgreementReport, ChanceCorrected } from './agreementReport.ts';
import type { ContestedPrompt, SettlingTask } from './contested.ts';
import { markdownTable, plainText } from './markdownText.ts';

const figures = ['Agreement', 'Comparisons', 'Ties', 'Alpha'];

/** The page of a report, and of what is still to be settled. */
export function agreementPage(
  { overall, labelers, pairs, periods }: AgreementReport,
  contested: readonly ContestedPrompt<SettlingTask>[],
): string {
  if (overall.compared + overall.tied === 0) {
    return '# Agreement\n\nNo two labelers have ranked the same completions yet.\n';
  }
  return [
    '# Agreement',
    'The share of comparisons on which two labelers prefer the same completion, with its 95 % interval; the paper’s training labelers agreed on 72.6 ± 1.5 %. Alpha is Krippendorff’s, corrected for chance, ties included.',
    table('Of', [['All labelers', overall]]),
    '## Labelers, each with all others',
    table(
      'Labeler',
      labelers.map((one) => [one.labeler, one]),
    ),
    '## Pairs',
    table(
      'Pair',
      pairs.map((one) => [one.labelers.join(' and '), one]),
    ),
    '## Over time',
    periods.length === 0
      ? 'No ranking says when it was made.'
      : table(
          'Period',
          periods.map((one) => [one.period, one]),
        ),
    '## To settle',
    contested.length === 0
      ? 'Nobody contradicts anybody.'
      : `${contested.length} prompts: run “Instruct: Settle Disagreement…”.`,
    ...contested
      .slice(0, 20)
      .map(({ promptId, reason }) => `- \`${plainText(promptId)}\`: ${plainText(reason)}`),
    '',
  ].join('\n\n');
}

function table(head: string, rows: readonly (readonly [string, ChanceCorrected])[]): string {
  const lines = rows.map(([name, one]) => {
    const { rate, halfWidth95, compared, tied, alpha } = one;
    const percent =
      rate === null || halfWidth95 === null
        ? '–'
        : `${(100 * rate).toFixed(1)} ± ${(100 * halfWidth95).toFixed(1)} %`;
    return [plainText(name), percent, String(compared), String(tied), alpha?.toFixed(3) ?? '–'];
  });
  return markdownTable([[head, ...figures], ...lines]);
}
