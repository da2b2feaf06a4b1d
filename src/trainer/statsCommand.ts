/** `instruct-studio stats`: the paper's tables of a dataset (appendix A), over this project. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  Dataset,
  datasetStatistics,
  detectLanguage,
  markdownTable,
  openProject,
  type DatasetStatistics,
  type Description,
} from '../data/index.ts';
import { Tokenizer } from '../ml/models/index.ts';
import { commonOptions, projectOption, type Command } from './command.ts';
import { exitCodes } from './exitCodes.ts';
import { splitsOf } from './stages/examples.ts';
import { textTable } from './textTable.ts';

/** See the file's header. */
export const statsCommand: Command = {
  name: 'stats',
  summary: 'Show sizes, lengths, categories, users and languages as the paper’s tables do',
  positionals: [],
  required: false,
  options: {
    ...projectOption,
    markdown: { description: 'Print the tables as Markdown.' },
    ...commonOptions,
  },
  stages: [],
  notes:
    'Lengths are in tokens of the project’s base model. SFT are prompts with demonstrations, RM with rankings, PPO all; a prompt of kind "api" is a customer’s, any other a labeler’s.',
  async run(args, terminal) {
    const { dir, project } = await openProject(args.text('project') ?? process.cwd());
    const path = join(dir, project.models.base, 'tokenizer.json');
    const tokenizer = Tokenizer.parse(readFileSync(path, 'utf8'), path);
    const dataset = await Dataset.open(dir);
    const statistics = datasetStatistics(dataset, {
      countTokens: (text) => tokenizer.encode(text).length,
      splitOf: splitsOf(dataset),
      languageOf: detectLanguage,
    });
    const isMarkdown = args.has('markdown');
    const text = (): string => statisticsText(statistics, isMarkdown ? markdownForm : textForm);
    if (!args.has('json')) terminal.print(text());
    else terminal.print(JSON.stringify(isMarkdown ? { markdown: text() } : statistics));
    return exitCodes.ok;
  },
};

/** How tables are written. */
interface Form {
  readonly table: typeof textTable;
  readonly titled: (title: string, table: string) => string;
}

const textForm: Form = { table: textTable, titled: (title, table) => `${title}\n${table}` };
const markdownForm: Form = {
  table: (header, rows) => markdownTable([header, ...rows]),
  titled: (title, table) => `## ${title}\n\n${table}`,
};

function statisticsText(statistics: DatasetStatistics, { table, titled }: Form): string {
  const { uncategorized } = statistics;
  const sizes = statistics.sizes
    .filter(({ count }) => count > 0)
    .map(({ stage, split, author, count }) => [`${stage} ${split}`, author, String(count)]);
  const tables: readonly (readonly [string, string])[] = [
    ['Sizes (Table 6)', table(['prompts', 'by', 'count'], sizes)],
    [
      'Categories (Table 1)',
      table(
        ['category', 'count', '%'],
        [
          ...statistics.categories.map((one) => [
            one.category,
            String(one.count),
            one.percent.toFixed(1),
          ]),
          ...(uncategorized === 0 ? [] : [['(none)', String(uncategorized), '']]),
        ],
      ),
    ],
    [
      'Prompts per user (Table 8)',
      table(
        ['prompts', 'users', 'per user'],
        statistics.perUser.map((one) => [
          `${one.stage} ${one.split}`,
          String(one.users),
          one.promptsPerUser.toFixed(2),
        ]),
      ),
    ],
    [
      'Lengths of prompts in tokens (Table 9)',
      lengthTable(table, statistics.lengths, (one) => `${one.stage} ${one.split}`),
    ],
    [
      'Lengths by category (Table 10)',
      lengthTable(table, statistics.lengthsByCategory, ({ category }) => category),
    ],
    [
      'Prompts and demonstrations (Table 11)',
      lengthTable(table, statistics.demonstrations, (one) => `${one.author}’s ${one.of}`),
    ],
    [
      'Languages',
      table(
        ['language', 'count', '%'],
        statistics.languages.map((one) => [
          one.language === '' ? '(unknown)' : one.language,
          String(one.count),
          one.percent.toFixed(1),
        ]),
      ),
    ],
  ];
  return tables.map(([title, rows]) => titled(title, rows)).join('\n\n');
}

function lengthTable<T extends Description>(
  table: Form['table'],
  rows: readonly T[],
  name: (row: T) => string,
): string {
  const header = ['', 'count', 'mean', 'std', 'min', '25 %', '50 %', '75 %', 'max'];
  return table(
    header,
    rows.map((row) => {
      const { count, mean, std, min, p25, p50, p75, max } = row;
      const numbers = [mean, std, min, p25, p50, p75, max].map((value) => value.toFixed(0));
      return [name(row), String(count), ...numbers];
    }),
  );
}
