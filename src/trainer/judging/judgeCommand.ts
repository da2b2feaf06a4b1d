/** `instruct-studio judge`: win rates of an evaluation's answers, by a judge of one's choice. */
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Dataset, Random, RecordStore } from '../../data/index.ts';
import { loadRewardModel } from '../../ml/models/index.ts';
import type { Ranking } from '../../protocol/records.ts';
import { writeJsonAtomic } from '../atomicFile.ts';
import { commonOptions, projectOption, type Command } from '../command.ts';
import { usageError, type Arguments } from '../commandLine.ts';
import { exitCodes } from '../exitCodes.ts';
import { newestModel, resolveModel } from '../modelReference.ts';
import { readRun, runsFolderName, type Run } from '../runFolder.ts';
import { readEvaluation, type JudgedPrompt } from '../reports/evaluationFile.ts';
import type { Terminal } from '../terminal.ts';
import { textTable } from '../textTable.ts';
import { apiJudge } from './apiJudge.ts';
import { goldJudge } from './goldJudge.ts';
import { answersAsCompletions, humanJudge } from './humanJudge.ts';
import type { Judge } from './judge.ts';
import {
  judgeAgreement,
  judgeReport,
  type JudgeAgreement,
  type JudgeReport,
} from './judgeReport.ts';
import { rewardJudge } from './rewardJudge.ts';

const name = 'judge';
const judgeNames = ['gold', 'reward', 'human', 'api'] as const;
type JudgeName = (typeof judgeNames)[number];

/** See the file's header. */
export const judgeCommand: Command = {
  name,
  summary: 'Win rates of an evaluation’s answers against a baseline, by a judge of your choice',
  positionals: ['RUN'],
  required: true,
  options: {
    by: {
      value: 'gold|reward|human|api',
      description: 'The judge; the gold labeler when absent.',
    },
    baseline: { value: 'NAME', description: 'The model to compare with; "sft" when absent.' },
    reward: {
      value: 'MODEL',
      description: 'The reward model that judges; the newest one when absent.',
    },
    url: {
      value: 'URL',
      description: 'Where the judge of "api" is, such as http://127.0.0.1:8000/v1.',
    },
    'judge-model': { value: 'NAME', description: 'The model that the judge of "api" runs.' },
    seed: { value: 'N', description: 'Decides the draws of the bootstrap; 0 when absent.' },
    ...projectOption,
    ...commonOptions,
  },
  stages: [],
  notes: [
    'RUN is a finished run of "eval". Ties count one half. Intervals are of 95 %: the normal one, and the bootstrap over prompts.',
    '"human": the answers become completions of the project, to be ranked blind in the editor; judge again when they are ranked.',
    '"api": any server with OpenAI’s chat completions; each comparison is asked in both orders. A key is read from OPENAI_API_KEY.',
    'The report is kept in the run’s folder, judgements-JUDGE.json.',
  ].join('\n'),
  async run(args, terminal) {
    const by = judgeNamed(args.text('by') ?? 'gold');
    const project = resolve(args.text('project') ?? process.cwd());
    const run = readRun(join(project, runsFolderName, args.positionals[0]));
    const { answers: prompts, scoredBy } = readEvaluation(run);
    if (by === 'gold' && scoredBy !== 'gold') {
      throw usageError(name, '--by: the gold labeler has not judged this evaluation; give another');
    }
    const baseline = args.text('baseline') ?? 'sft';
    refuseUnknown(baseline, prompts);
    const judge = await judgeOf(by, args, run, prompts, terminal);
    if (judge === null) return exitCodes.ok;
    const judgements = await judge(prompts, baseline);
    const report = judgeReport(judgements, new Random(`judge ${args.integer('seed', 0) ?? 0}`));
    const gold = scoredBy === 'gold' ? await goldJudge(prompts, baseline) : null;
    const agreement =
      by === 'gold' || gold === null
        ? null
        : judgeAgreement(judgements.preferences, gold.preferences);
    const whole = {
      run: run.spec.id,
      judge: by,
      baseline,
      ...report,
      agreementWithGold: agreement,
    };
    writeJsonAtomic(join(run.folder, `judgements-${by}.json`), {
      ...whole,
      preferences: judgements.preferences,
    });
    terminal.print(
      args.has('json') ? JSON.stringify(whole) : tableOf(by, baseline, report, agreement),
    );
    return exitCodes.ok;
  },
};

function judgeNamed(text: string): JudgeName {
  const found = judgeNames.find((one) => one === text);
  if (found !== undefined) return found;
  throw usageError(name, `--by: expected ${judgeNames.join(', ')}, got "${text}"`);
}

/** The judge, or null when its answers have only now been put before people. */
async function judgeOf(
  by: JudgeName,
  args: Arguments,
  run: Run,
  prompts: readonly JudgedPrompt[],
  terminal: Terminal,
): Promise<Judge | null> {
  switch (by) {
    case 'gold':
      return goldJudge;
    case 'reward': {
      const given = args.text('reward');
      const model =
        given === undefined ? newestModel(run.project, 'rm') : resolveModel(run.project, given);
      if (model === null) throw usageError(name, '--reward: there is no reward model yet');
      return rewardJudge(await loadRewardModel(join(run.project, model)));
    }
    case 'api': {
      const url = args.text('url');
      const model = args.text('judge-model');
      if (url === undefined || model === undefined) {
        throw usageError(name, '--by api: expected --url URL and --judge-model NAME');
      }
      const key = process.env['OPENAI_API_KEY'] ?? null;
      return apiJudge({ url, model, key, wait: (ms) => sleep(ms) });
    }
    case 'human':
      return askPeople(run, prompts, terminal);
  }
}

/** Puts the answers before people where that has not been done, else reads their rankings. */
async function askPeople(
  run: Run,
  prompts: readonly JudgedPrompt[],
  terminal: Terminal,
): Promise<Judge | null> {
  const dataset = await Dataset.open(run.project);
  const { id } = run.spec;
  const answers = answersAsCompletions(id, prompts, run.spec.created);
  const missing = answers.filter((answer) => dataset.completionById(answer.id) === undefined);
  if (missing.length > 0) {
    await new RecordStore(run.project).appendAll('completions', id, missing);
    terminal.print(
      `${missing.length} answers of ${prompts.length} prompts now wait to be ranked, blind: "Instruct: Rank Completions" in the editor. Then call this again.`,
    );
    return null;
  }
  const rankings: Ranking[] = [];
  for (const entry of dataset.entries('rankings')) {
    const { record } = await dataset.readRecord<'rankings'>('rankings', entry);
    rankings.push(record);
  }
  return humanJudge(id, rankings);
}

function refuseUnknown(baseline: string, prompts: readonly JudgedPrompt[]): void {
  const known = new Set(prompts.flatMap(({ completions }) => Object.keys(completions)));
  if (known.has(baseline)) return;
  throw usageError(name, `--baseline: expected ${[...known].join(', ')}, got "${baseline}"`);
}

function tableOf(
  by: JudgeName,
  baseline: string,
  { models, likert, flags, notes }: JudgeReport,
  agreement: JudgeAgreement | null,
): string {
  const between = ([low, high]: readonly [number, number]): string =>
    `${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)}`;
  const rows = Object.entries(models).map(([model, one]) => [
    model,
    `${(100 * one.winRate).toFixed(1)} %`,
    between(one.ci95),
    between(one.bootstrap95),
    String(one.comparisons),
    String(one.ties),
  ]);
  const header = [`against ${baseline}`, 'win rate', '95 %', 'bootstrap', 'comparisons', 'ties'];
  const lines = [textTable(header, rows)];
  const rated = Object.entries(likert).map(([model, mean]) => `${model} ${mean.toFixed(2)}`);
  if (rated.length > 0) lines.push(`Likert: ${rated.join(', ')}.`);
  for (const [model, shares] of Object.entries(flags)) {
    const shown = Object.entries(shares).filter(([, share]) => share > 0);
    const text = shown.map(([flag, share]) => `${flag} ${(100 * share).toFixed(1)} %`).join(', ');
    lines.push(`${model}: ${text === '' ? 'no flags' : text}.`);
  }
  if (agreement !== null && agreement.rate !== null) {
    const rate = (100 * agreement.rate).toFixed(1);
    lines.push(
      `The ${by} judge agrees with the gold labeler on ${rate} % of ${agreement.compared} comparisons that both decide.`,
    );
  }
  return [...lines, ...notes].join('\n');
}
