/** An evaluation as blocks, the answer first and its evidence after it. */
import {
  type EvaluationReport,
  type EvaluationSlice,
  type ModelNumbers,
  type Preferred,
} from '../../protocol/evaluationReport.ts';
import { categoryLabels, flagQuestions } from '../../protocol/words.ts';
import { flagNames } from '../../protocol/records.ts';
import { fixed, percent, signed, type Block } from './block.ts';
import { modelName } from './modelName.ts';
import { subjectOf, verdict } from './subject.ts';

/** Prompts whose answers are shown; the JSON file has all. */
const shownAnswers = 8;

/** See the file's header. */
export function evaluationBlocks(report: EvaluationReport): Block[] {
  const [whole] = report.slices;
  return [
    { kind: 'title', text: `Evaluation ${report.run}` },
    { kind: 'text', text: headline(report), strong: true },
    {
      kind: 'text',
      text: `Every model answered the same ${counted(whole.prompts)} held-out prompts; ${scorerSentence(report.scoredBy)} Intervals are 95 %; ties count one half.`,
    },
    ...report.baselines.flatMap((baseline) => ladderBlocks(whole, baseline)),
    ...qualityBlocks(report, whole),
    ...sliceBlocks(report),
    ...taxBlocks(report),
    ...bestOfBlocks(report),
    ...rewardModelBlocks(report),
    ...agreementBlocks(report),
    ...judgeBlocks(report),
    ...answerBlocks(report),
    ...provenanceBlocks(report),
  ];
}

const scoreNames = { gold: 'Gold score', reward: 'Reward model score' } as const;

function scorerSentence(scoredBy: EvaluationReport['scoredBy']): string {
  return {
    gold: 'the gold labeler of the embedded world, which knows what is true there, judged each answer.',
    reward:
      'a reward model scored each answer: it may be wrong, most of all about a policy that was optimised for it.',
  }[scoredBy];
}

/** The whole in one sentence: who is preferred to whom, how often, and whether that is more than chance. */
export function headline(report: EvaluationReport): string {
  const subject = subjectOf(report, report.slices[0]);
  if (subject === null) return 'One model was judged, and compared with no other.';
  const { model, baseline, preferred } = subject;
  const says = {
    better: 'more often than chance',
    worse: 'less often than chance',
    level: 'which chance explains',
  }[verdict(preferred)];
  return `${modelName(model)} is preferred to ${modelName(baseline)} on ${withInterval(preferred)} of the prompts, ${says}.`;
}

function ladderBlocks(slice: EvaluationSlice, baseline: string): Block[] {
  const rungs = Object.entries(slice.models).flatMap(([name, { against }]) => {
    if (!Object.hasOwn(against, baseline)) return [];
    const { winRate, ci95 } = against[baseline];
    return [{ label: modelName(name), rate: winRate, low: ci95[0], high: ci95[1] }];
  });
  if (rungs.length === 0) return [];
  const head = ['', 'preferred', '95 % interval', 'bootstrap over prompts', 'comparisons', 'ties'];
  const rows = Object.entries(slice.models).flatMap(([name, { against }]) => {
    if (!Object.hasOwn(against, baseline)) return [];
    const { winRate, ci95, bootstrap95, comparisons, ties } = against[baseline];
    const drawn = bootstrap95 === undefined ? '–' : between(bootstrap95);
    return [
      [
        modelName(name),
        percent(winRate),
        between(ci95),
        drawn,
        counted(comparisons),
        counted(ties),
      ],
    ];
  });
  return [
    { kind: 'heading', text: `Preferred to ${modelName(baseline)}` },
    { kind: 'ladder', title: `How often each model is preferred to ${modelName(baseline)}`, rungs },
    { kind: 'table', head, rows },
  ];
}

function qualityBlocks({ scoredBy }: EvaluationReport, { models }: EvaluationSlice): Block[] {
  const names = Object.keys(models);
  const flags = flagNames.filter((flag) =>
    names.some((name) => (models[name].flags[flag] ?? 0) > 0),
  );
  const row = (title: string, show: (numbers: ModelNumbers) => string): string[] => [
    title,
    ...names.map((name) => show(models[name])),
  ];
  const absent = flagNames.length - flags.length;
  return [
    { kind: 'heading', text: 'Scores, Likert and flags' },
    {
      kind: 'table',
      head: ['', ...names.map(modelName)],
      rows: [
        row(
          scoreNames[scoredBy],
          ({ score, scoreError }) => `${fixed(score)} ± ${(1.96 * scoreError).toFixed(2)}`,
        ),
        row('Likert, 1 to 7', ({ likert }) => likert?.toFixed(2) ?? '–'),
        row('Characters', ({ characters }) => characters.toFixed(0)),
        ...flags.map((flag) =>
          row(flagQuestions[flag].label, (numbers) =>
            Object.hasOwn(numbers.flags, flag) ? percent(numbers.flags[flag]) : '–',
          ),
        ),
      ],
    },
    ...(absent === 0
      ? []
      : [
          {
            kind: 'text' as const,
            text: `${absent} of the paper’s ${flagNames.length} flags were never set.`,
          },
        ]),
  ];
}

function sliceBlocks(report: EvaluationReport): Block[] {
  const subject = subjectOf(report, report.slices[0]);
  const slices = report.slices.slice(1);
  if (subject === null || slices.length === 0) return [];
  const { model, baseline } = subject;
  const rows = slices.flatMap((slice) => {
    if (!Object.hasOwn(slice.models, model)) return [];
    const numbers = slice.models[model];
    if (!Object.hasOwn(numbers.against, baseline)) return [];
    const against = numbers.against[baseline];
    const theirs = slice.models[baseline].score;
    return [
      [
        sliceName(slice.name),
        counted(slice.prompts),
        percent(against.winRate),
        between(against.ci95),
        fixed(theirs),
        fixed(numbers.score),
      ],
    ];
  });
  return [
    { kind: 'heading', text: 'By category' },
    {
      kind: 'table',
      head: [
        '',
        'prompts',
        `${modelName(model)} preferred`,
        '95 % interval',
        `${modelName(baseline)} score`,
        `${modelName(model)} score`,
      ],
      rows,
    },
  ];
}

function taxBlocks({ tax }: EvaluationReport): Block[] {
  const names = Object.keys(tax);
  if (names.length === 0) return [];
  const [first] = names;
  const tasks = Object.keys(tax[first].tasks);
  const difference = (name: string): string =>
    name === first ? '' : ` (${signed(100 * (tax[name].accuracy - tax[first].accuracy), 1)})`;
  return [
    { kind: 'heading', text: 'Alignment tax' },
    {
      kind: 'text',
      text: `What each model still can of what ${modelName(first)} could: the loss on held-out text of the pre-training kind (nats per token), and right choices on ${counted(tax[first].questions)} questions of public tasks.`,
    },
    {
      kind: 'table',
      head: ['', 'loss on web text', 'all tasks', ...tasks],
      rows: names.map((name) => [
        modelName(name),
        tax[name].pretrainLoss.toFixed(3),
        `${percent(tax[name].accuracy)}${difference(name)}`,
        ...tasks.map((task) => percent(tax[name].tasks[task] ?? 0)),
      ]),
    },
  ];
}

function bestOfBlocks({ bestOf }: EvaluationReport): Block[] {
  if (bestOf === null || bestOf.length === 0) return [];
  return [
    { kind: 'heading', text: 'Best of n of SFT by the reward model' },
    {
      kind: 'table',
      head: ['n', 'KL (nats)', 'score', 'gold score'],
      rows: bestOf.map(({ n, kl, score, gold }) => [
        String(n),
        kl.toFixed(2),
        fixed(score),
        fixed(gold),
      ]),
    },
  ];
}

function rewardModelBlocks({ rewardModel }: EvaluationReport): Block[] {
  if (rewardModel === null) return [];
  const { validation, verdict: judged } = rewardModel;
  const answers = {
    yes: 'Good enough for PPO.',
    caution: 'To be used with caution.',
    no: 'Not good enough for PPO.',
  };
  const held: Block[] =
    validation === null
      ? []
      : [
          {
            kind: 'table',
            head: [
              'held-out rankings',
              'comparisons',
              'accuracy',
              '95 % interval',
              'loss',
              'calibration error',
            ],
            rows: [
              [
                counted(validation.rankings),
                counted(validation.comparisons),
                percent(validation.accuracy),
                between(validation.ci95),
                validation.loss.toFixed(3),
                percent(validation.calibrationError),
              ],
            ],
          },
          {
            kind: 'reliability',
            title:
              'How sure the reward model is of a comparison (across), and how often labelers agree with it (up)',
            bins: validation.reliability.filter(({ comparisons }) => comparisons > 0),
          },
        ];
  const reasons: Block[] = judged.reasons.map(({ finding }) => ({ kind: 'text', text: finding }));
  return [
    { kind: 'heading', text: 'Reward model' },
    { kind: 'text', text: answers[judged.answer], strong: true },
    ...reasons,
    ...held,
  ];
}

function agreementBlocks({ agreement }: EvaluationReport): Block[] {
  if (agreement === null) return [];
  const row = (name: string, one: (typeof agreement)['overall']): string[] => [
    name,
    one.rate === null
      ? '–'
      : `${(100 * one.rate).toFixed(1)} ± ${(100 * (one.halfWidth95 ?? 0)).toFixed(1)} %`,
    counted(one.compared),
    one.alpha?.toFixed(3) ?? '–',
  ];
  return [
    { kind: 'heading', text: 'Agreement of labelers' },
    {
      kind: 'text',
      text: 'The share of comparisons on which two labelers prefer the same completion; the paper’s training labelers agreed on 72.6 ± 1.5 %. Alpha is Krippendorff’s.',
    },
    {
      kind: 'table',
      head: ['', 'agreement', 'comparisons', 'alpha'],
      rows: [
        row('All labelers', agreement.overall),
        ...agreement.labelers.map((one) => row(one.labeler, one)),
      ],
    },
  ];
}

function judgeBlocks({ judges }: EvaluationReport): Block[] {
  return judges.flatMap(({ judge, baseline, models, agreementWithGold }): Block[] => [
    { kind: 'heading', text: `Judged by ${judge}` },
    {
      kind: 'table',
      head: ['', `preferred to ${modelName(baseline)}`, '95 % interval', 'comparisons'],
      rows: Object.entries(models).map(([name, one]) => [
        modelName(name),
        percent(one.winRate),
        between(one.ci95),
        counted(one.comparisons),
      ]),
    },
    ...(agreementWithGold?.rate === undefined || agreementWithGold.rate === null
      ? []
      : [
          {
            kind: 'text' as const,
            text: `Agrees with the gold labeler on ${percent(agreementWithGold.rate)} of ${counted(agreementWithGold.compared)} comparisons that both decide.`,
          },
        ]),
  ]);
}

function answerBlocks({ answers }: EvaluationReport): Block[] {
  if (answers.length === 0) return [];
  const every = Math.max(1, Math.floor(answers.length / shownAnswers));
  const shown = answers.filter((_, i) => i % every === 0).slice(0, shownAnswers);
  return [
    { kind: 'heading', text: `Answers: ${shown.length} of ${counted(answers.length)} prompts` },
    ...shown.map(({ prompt, completions }): Block => ({
      kind: 'answers',
      prompt,
      completions: Object.entries(completions).map(([name, { completion, score }]) => ({
        label: `${modelName(name)} ${signed(score, 1)}`,
        text: completion.trim(),
      })),
    })),
  ];
}

/** What one needs to check and repeat it. */
export function provenanceBlocks(report: EvaluationReport): Block[] {
  const { models, inputs, agreement, hyperparameters, versions } = report;
  const files = [...inputs, ...(agreement?.files ?? [])];
  const known = [...new Map(files.map((file) => [file.path, file])).values()];
  return [
    { kind: 'heading', text: `To repeat ${report.run}` },
    { kind: 'code', text: report.command },
    {
      kind: 'table',
      words: true,
      head: ['', ''],
      rows: [
        ['run', report.run],
        ['made', report.created],
        ['seed', String(report.seed)],
        ...Object.entries(versions),
        ...Object.entries(hyperparameters).map(([key, value]) => [key, String(value)]),
      ],
    },
    {
      kind: 'table',
      words: true,
      head: ['model', 'folder', 'SHA-256 of its weights'],
      rows: models.map(({ name, path, sha256 }) => [modelName(name), path, sha256 ?? 'gone']),
    },
    {
      kind: 'table',
      words: true,
      head: ['file', 'SHA-256'],
      rows: known.map(({ path, sha256 }) => [path, sha256]),
    },
  ];
}

/** A slice in words. */
export function sliceName(name: EvaluationSlice['name']): string {
  return name === 'all' ? 'All prompts' : categoryLabels[name];
}

/** `56.0 % (53.5 to 58.5 %)`. */
export function withInterval({ winRate, ci95 }: Preferred): string {
  return `${percent(winRate)} (${between(ci95)})`;
}

function between([low, high]: readonly [number, number]): string {
  return `${(100 * low).toFixed(1)} to ${percent(high)}`;
}

function counted(count: number): string {
  return count.toLocaleString('en');
}
