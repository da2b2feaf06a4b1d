/** `instruct-studio agreement`: how a project's labelers agree, and where they do not. */
import {
  agreementPage,
  agreementReport,
  contestedPrompts,
  Dataset,
  openProject,
} from '../data/index.ts';
import type { ChanceCorrected } from '../data/index.ts';
import { commonOptions, projectOption, type Command } from './command.ts';
import { exitCodes } from './exitCodes.ts';
import { textTable } from './textTable.ts';

/** See the file's header. */
export const agreementCommand: Command = {
  name: 'agreement',
  summary: 'Show how labelers agree: raw, and corrected for chance',
  positionals: [],
  required: false,
  options: {
    ...projectOption,
    monthly: { description: 'Show agreement over time by month; by day when absent.' },
    markdown: { description: 'Print a Markdown page.' },
    ...commonOptions,
  },
  stages: [],
  notes:
    'Agreement is the share of comparisons with two preferences that prefer the same completion (the paper reports 72.6 ± 1.5 %); alpha is Krippendorff’s, ties included.',
  async run(args, terminal) {
    const { dir } = await openProject(args.text('project') ?? process.cwd());
    const dataset = await Dataset.open(dir);
    const rankings = [...dataset.entries('rankings')];
    const report = agreementReport(rankings, args.has('monthly') ? 'month' : 'day');
    const found = await contestedPrompts(rankings);
    if (args.has('markdown')) {
      const markdown = agreementPage(report, found);
      terminal.print(args.has('json') ? JSON.stringify({ markdown }) : markdown);
      return exitCodes.ok;
    }
    const contested = found.map(({ promptId, disagreed, compared, reason }) => ({
      promptId,
      disagreed,
      compared,
      reason,
    }));
    if (args.has('json')) {
      terminal.print(JSON.stringify({ ...report, contested }));
      return exitCodes.ok;
    }
    const rows = [
      row('all labelers', report.overall),
      ...report.labelers.map((one) => row(one.labeler, one)),
      ...report.pairs.map((one) => row(one.labelers.join(' & '), one)),
      ...report.periods.map((one) => row(one.period, one)),
    ];
    terminal.print(textTable(['', 'agreement', 'comparisons', 'ties', 'alpha'], rows));
    terminal.print(`\n${contested.length} prompts to settle, the most contradicted first:`);
    for (const { promptId, reason } of contested.slice(0, 20)) {
      terminal.print(`  ${promptId}: ${reason}`);
    }
    return exitCodes.ok;
  },
};

function row(name: string, one: ChanceCorrected): string[] {
  const { rate, halfWidth95, compared, tied, alpha } = one;
  const percent =
    rate === null || halfWidth95 === null
      ? '–'
      : `${(100 * rate).toFixed(1)} ± ${(100 * halfWidth95).toFixed(1)} %`;
  return [name, percent, String(compared), String(tied), alpha === null ? '–' : alpha.toFixed(3)];
}
