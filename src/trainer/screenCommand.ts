/** `instruct-studio screen`: marks a new labeler's screening test (paper, appendix B.1). */
import { Dataset, openProject, screenCandidate } from '../data/index.ts';
import type { Criterion } from '../data/index.ts';
import { commonOptions, projectOption, type Command } from './command.ts';
import { usageError } from './commandLine.ts';
import { exitCodes } from './exitCodes.ts';
import { textTable } from './textTable.ts';

/** See the file's header. */
export const screenCommand: Command = {
  name: 'screen',
  summary: 'Mark a new labeler’s screening test against researchers’ labels',
  positionals: [],
  required: false,
  options: {
    ...projectOption,
    labeler: { value: 'NAME', description: 'The candidate.' },
    researcher: { value: 'NAME', multiple: true, description: 'Whose labels are compared with.' },
    rating: {
      value: '1-7',
      multiple: true,
      description: 'A researcher’s rating of one of the candidate’s demonstrations.',
    },
    topic: {
      value: 'TEXT',
      multiple: true,
      description: 'A sensitive topic that the candidate can judge, by own account.',
    },
    ...commonOptions,
  },
  stages: [],
  notes:
    'Cutoffs of the paper: 75 % agreement on sensitive flags and on comparisons, a mean rating of 6. They are soft: the choice is yours.',
  async run(args, terminal) {
    const { dir } = await openProject(args.text('project') ?? process.cwd());
    const candidate = args.text('labeler');
    if (candidate === undefined) throw usageError('screen', 'expected --labeler NAME');
    const researchers = args.all('researcher');
    if (researchers.length === 0) throw usageError('screen', 'expected --researcher NAME');
    const ratings = args.all('rating').map((text) => {
      const rating = Number(text);
      if (Number.isInteger(rating) && rating >= 1 && rating <= 7) return rating;
      throw usageError('screen', `--rating: expected a whole number from 1 to 7, got "${text}"`);
    });
    const dataset = await Dataset.open(dir);
    const result = await screenCandidate(dataset, {
      candidate,
      researchers,
      demonstrationRatings: ratings,
      selfAssessedTopics: args.all('topic'),
    });
    if (args.has('json')) {
      terminal.print(JSON.stringify({ labeler: candidate, ...result }));
      return exitCodes.ok;
    }
    const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;
    const plain = (value: number): string => value.toFixed(2);
    terminal.print(
      textTable(
        ['criterion', 'measured', 'cutoff', 'on', ''],
        [
          row('sensitive flags, agreement', result.flagAgreement, percent),
          row('comparisons, agreement', result.rankingAgreement, percent),
          row('demonstrations, mean rating', result.demonstrationRating, plain),
        ],
      ),
    );
    const topics = result.selfAssessedTopics.join(', ');
    terminal.print(`topics by own account: ${topics === '' ? '–' : topics}`);
    terminal.print(result.meetsCutoffs ? 'Meets the cutoffs.' : 'Does not meet all cutoffs.');
    return exitCodes.ok;
  },
};

function row(name: string, one: Criterion, show: (value: number) => string): string[] {
  const verdict = one.passed === null ? 'not measured' : one.passed ? 'met' : 'not met';
  const value = one.value === null ? '–' : show(one.value);
  return [name, value, show(one.cutoff), String(one.count), verdict];
}
