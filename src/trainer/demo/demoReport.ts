/** What the demo found, as data and as a table. */
import * as z from 'zod';

const interval = z.tuple([z.number(), z.number()]);
const reportSchema = z.object({
  gold: z.number(),
  winRateVsSft: z.number().optional(),
  ci95: interval.optional(),
  winRateVsBase: z.number().optional(),
  ci95VsBase: interval.optional(),
  flags: z.record(z.string(), z.number()),
  tax: z.object({ pretrainLoss: z.number(), accuracy: z.number() }).optional(),
});
type Report = z.infer<typeof reportSchema>;

/** The summaries of a pipeline's stages that the demo reports. */
export const demoStagesSchema = z.object({
  rank: z.object({ agreement: z.number().nullable() }),
  rm: z.object({ 'rm/validation_accuracy': z.number().nullable().default(null) }),
  eval: z.object({ prompts: z.int(), models: z.record(z.string(), reportSchema) }),
});

/** The one JSON object of `demo --json`. */
export interface DemoReport {
  readonly seed: number;
  /** By stage, and `total`. */
  readonly seconds: Readonly<Record<string, number>>;
  readonly prompts: number;
  readonly models: Readonly<Record<string, Report>>;
  readonly rewardModel: {
    /** Share of the comparisons of held-out rankings that the reward model orders alike. */
    readonly accuracyValid: number | null;
    /** Share of comparisons on which two labelers with independent errors agree. */
    readonly agreement: number | null;
  };
}

/** The report from the stages' summaries. */
export function demoReport(
  seed: number,
  seconds: Readonly<Record<string, number>>,
  stages: z.infer<typeof demoStagesSchema>,
): DemoReport {
  return {
    seed,
    seconds,
    prompts: stages.eval.prompts,
    models: stages.eval.models,
    rewardModel: {
      accuracyValid: stages.rm['rm/validation_accuracy'],
      agreement: stages.rank.agreement,
    },
  };
}

const columns: readonly (readonly [string, (report: Report) => string])[] = [
  ['gold score', ({ gold }) => gold.toFixed(2)],
  ['preferred to SFT', ({ winRateVsSft, ci95 }) => rateText(winRateVsSft, ci95)],
  ['preferred to base', ({ winRateVsBase, ci95VsBase }) => rateText(winRateVsBase, ci95VsBase)],
  ['fails task', ({ flags }) => percent(flags['failsTask'])],
  ['hallucinates', ({ flags }) => percent(flags['hallucination'])],
  ['meets constraint', ({ flags }) => percent(flags['satisfiesConstraint'])],
  ['inappropriate', ({ flags }) => percent(flags['inappropriateForAssistant'])],
  ['web text loss', ({ tax }) => tax?.pretrainLoss.toFixed(2) ?? ''],
  ['public tasks', ({ tax }) => (tax === undefined ? '' : percent(tax.accuracy))],
];

/** The report as a table for people. */
export function demoTable(report: DemoReport): string {
  const rows = [
    ['model', ...columns.map(([title]) => title)],
    ...Object.entries(report.models).map(([name, model]) => [
      name,
      ...columns.map(([, show]) => show(model)),
    ]),
  ];
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  const lines = rows.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  '),
  );
  const { accuracyValid, agreement } = report.rewardModel;
  return [
    `${report.prompts} held-out prompts, judged by the gold labeler (seed ${report.seed})`,
    '',
    lines[0],
    '-'.repeat(lines[0].length),
    ...lines.slice(1),
    '',
    `Reward model: agrees with ${percent(accuracyValid)} of held-out comparisons` +
      (agreement === null ? '.' : `; two labelers agree on ${percent(agreement)}.`),
    `Seconds: ${Object.entries(report.seconds)
      .map(([stage, value]) => `${stage} ${value}`)
      .join(', ')}`,
  ].join('\n');
}

function rateText(rate: number | undefined, ci95: readonly [number, number] | undefined): string {
  if (rate === undefined || ci95 === undefined) return '';
  return `${percent(rate)} (${percent(ci95[0])} to ${percent(ci95[1])})`;
}

function percent(share: number | undefined | null): string {
  return share === undefined || share === null ? '–' : `${(100 * share).toFixed(1)} %`;
}
