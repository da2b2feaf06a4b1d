/** `instruct-studio stats`: the paper's tables of a dataset (appendix A), over this project. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  Dataset,
  datasetStatistics,
  detectLanguage,
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
  options: { ...projectOption, ...commonOptions },
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
    if (args.has('json')) terminal.print(JSON.stringify(statistics));
    else terminal.print(statisticsText(statistics));
    return exitCodes.ok;
  },
};

function statisticsText(statistics: DatasetStatistics): string {
  const { uncategorized } = statistics;
  const sizes = statistics.sizes
    .filter(({ count }) => count > 0)
    .map(({ stage, split, author, count }) => [`${stage} ${split}`, author, String(count)]);
  const tables: readonly (readonly [string, string])[] = [
    ['Sizes (Table 6)', textTable(['prompts', 'by', 'count'], sizes)],
    [
      'Categories (Table 1)',
      textTable(
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
      textTable(
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
      lengthTable(statistics.lengths, (one) => `${one.stage} ${one.split}`),
    ],
    [
      'Lengths by category (Table 10)',
      lengthTable(statistics.lengthsByCategory, ({ category }) => category),
    ],
    [
      'Prompts and demonstrations (Table 11)',
      lengthTable(statistics.demonstrations, (one) => `${one.author}’s ${one.of}`),
    ],
    [
      'Languages',
      textTable(
        ['language', 'count', '%'],
        statistics.languages.map((one) => [
          one.language === '' ? '(unknown)' : one.language,
          String(one.count),
          one.percent.toFixed(1),
        ]),
      ),
    ],
  ];
  return tables.map(([title, table]) => `${title}\n${table}`).join('\n\n');
}

function lengthTable<T extends Description>(rows: readonly T[], name: (row: T) => string): string {
  const header = ['', 'count', 'mean', 'std', 'min', '25 %', '50 %', '75 %', 'max'];
  return textTable(
    header,
    rows.map((row) => {
      const { count, mean, std, min, p25, p50, p75, max } = row;
      const numbers = [mean, std, min, p25, p50, p75, max].map((value) => value.toFixed(0));
      return [name(row), String(count), ...numbers];
    }),
  );
}
