/** Two evaluations beside each other, paired by prompt: what changed, and by how much. */
import type {
  EvaluationComparison,
  EvaluationReport,
  ReportedAnswers,
} from '../../protocol/evaluationReport.ts';
import { categories } from '../../protocol/records.ts';
import { outcome, wilsonInterval, winRate } from '../winRate.ts';
import { fixed, percent, signed, type Block } from './block.ts';
import { provenanceBlocks, sliceName } from './evaluationBlocks.ts';
import { modelName } from './modelName.ts';

/** One prompt, answered by the same model in both evaluations. */
interface Pair {
  readonly before: ReportedAnswers;
  readonly after: ReportedAnswers;
}

const shownAnswers = 4;

/** See the file's header. */
export function comparisonBlocks({ before, after }: EvaluationComparison): Block[] {
  const names = after.models
    .map(({ name }) => name)
    .filter((name) => before.models.some((other) => other.name === name));
  const pairs = pairsOf(before, after);
  const title: Block[] = [
    { kind: 'title', text: `${before.run} and ${after.run}` },
    { kind: 'text', text: `Before is ${before.run}, after is ${after.run}.` },
    ...changedBlocks(before, after),
  ];
  if (names.length === 0 || pairs.length === 0) {
    const none = 'They have no model and prompt in common, so nothing can be compared.';
    return [...title, { kind: 'text', text: none, strong: true }, ...provenance(before, after)];
  }
  return [
    ...title,
    ...scoreBlocks(names, pairs),
    ...categoryBlocks(names, pairs),
    ...taxBlocks(names, before, after),
    ...answerBlocks(names, pairs),
    ...provenance(before, after),
  ];
}

/** The mean of paired differences with the half-width of its normal 95 % interval. */
export function pairedDifference(differences: readonly number[]): { mean: number; half: number } {
  const n = differences.length;
  const mean = differences.reduce((sum, one) => sum + one, 0) / Math.max(1, n);
  const squares = differences.reduce((sum, one) => sum + (one - mean) ** 2, 0);
  return { mean, half: n < 2 ? Infinity : 1.96 * Math.sqrt(squares / (n - 1) / n) };
}

function pairsOf(before: EvaluationReport, after: EvaluationReport): Pair[] {
  const known = new Map(before.answers.map((one) => [one.promptId, one]));
  return after.answers.flatMap((one) => {
    const other = known.get(one.promptId);
    return other?.prompt === one.prompt ? [{ before: other, after: one }] : [];
  });
}

function scoresOf(name: string, pairs: readonly Pair[]): { before: number; after: number }[] {
  return pairs.flatMap(({ before, after }) =>
    Object.hasOwn(before.completions, name) && Object.hasOwn(after.completions, name)
      ? [{ before: before.completions[name].score, after: after.completions[name].score }]
      : [],
  );
}

function scoreBlocks(names: readonly string[], pairs: readonly Pair[]): Block[] {
  const rated = names.flatMap((name) => {
    const scores = scoresOf(name, pairs);
    if (scores.length === 0) return [];
    const { rate, comparisons } = winRate(
      scores.map(({ before, after }) => outcome(after, before)),
    );
    const ci95 = wilsonInterval(rate, comparisons);
    const { mean, half } = pairedDifference(scores.map(({ before, after }) => after - before));
    const average = (of: 'before' | 'after'): number =>
      scores.reduce((sum, one) => sum + one[of], 0) / scores.length;
    return [{ name, rate, ci95, mean, half, before: average('before'), after: average('after') }];
  });
  return [
    { kind: 'heading', text: 'After against before' },
    {
      kind: 'ladder',
      title: `How often a model’s answer after is preferred to its answer before, on ${pairs.length.toLocaleString('en')} prompts that both have`,
      rungs: rated.map(({ name, rate, ci95 }) => ({
        label: modelName(name),
        rate,
        low: ci95[0],
        high: ci95[1],
      })),
    },
    {
      kind: 'table',
      head: ['', 'gold before', 'gold after', 'difference', '95 %', 'says'],
      rows: rated.map(({ name, mean, half, before, after }) => [
        modelName(name),
        fixed(before),
        fixed(after),
        signed(mean),
        `± ${half.toFixed(2)}`,
        Math.abs(mean) <= half ? 'no difference' : mean > 0 ? 'better' : 'worse',
      ]),
    },
  ];
}

function categoryBlocks(names: readonly string[], pairs: readonly Pair[]): Block[] {
  const rows = categories.flatMap((category) => {
    const own = pairs.filter(({ after }) => after.category === category);
    if (own.length === 0) return [];
    const cells = names.map((name) => {
      const scores = scoresOf(name, own);
      if (scores.length === 0) return '–';
      const { mean, half } = pairedDifference(scores.map(({ before, after }) => after - before));
      return Number.isFinite(half) ? `${signed(mean)} ± ${half.toFixed(2)}` : signed(mean);
    });
    return [[sliceName(category), String(own.length), ...cells]];
  });
  if (rows.length === 0) return [];
  return [
    { kind: 'heading', text: 'Difference of the gold score by category' },
    { kind: 'table', head: ['', 'prompts', ...names.map(modelName)], rows },
  ];
}

function taxBlocks(
  names: readonly string[],
  before: EvaluationReport,
  after: EvaluationReport,
): Block[] {
  const both = names.filter(
    (name) => Object.hasOwn(before.tax, name) && Object.hasOwn(after.tax, name),
  );
  if (both.length === 0) return [];
  return [
    { kind: 'heading', text: 'Alignment tax' },
    {
      kind: 'table',
      head: ['', 'web text loss before', 'after', 'public tasks before', 'after'],
      rows: both.map((name) => [
        modelName(name),
        before.tax[name].pretrainLoss.toFixed(3),
        after.tax[name].pretrainLoss.toFixed(3),
        percent(before.tax[name].accuracy),
        percent(after.tax[name].accuracy),
      ]),
    },
  ];
}

function answerBlocks(names: readonly string[], pairs: readonly Pair[]): Block[] {
  const changed = names
    .flatMap((name) =>
      pairs.flatMap(({ before, after }) => {
        if (!Object.hasOwn(before.completions, name)) return [];
        if (!Object.hasOwn(after.completions, name)) return [];
        const [then, now] = [before.completions[name], after.completions[name]];
        return [{ name, prompt: after.prompt, then, now, difference: now.score - then.score }];
      }),
    )
    .filter(({ difference }) => difference !== 0)
    .sort((a, b) => b.difference - a.difference);
  const gained = changed.slice(0, shownAnswers).filter(({ difference }) => difference > 0);
  const lost = changed
    .slice(-shownAnswers)
    .reverse()
    .filter(({ difference }) => difference < 0);
  const shown = (title: string, of: typeof changed): Block[] =>
    of.length === 0
      ? []
      : [
          { kind: 'heading', text: title },
          ...of.map(({ name, prompt, then, now }): Block => ({
            kind: 'answers',
            prompt,
            completions: [
              {
                label: `${modelName(name)} before ${signed(then.score, 1)}`,
                text: then.completion.trim(),
              },
              {
                label: `${modelName(name)} after ${signed(now.score, 1)}`,
                text: now.completion.trim(),
              },
            ],
          })),
        ];
  return [...shown('What gained most', gained), ...shown('What lost most', lost)];
}

/** Everything that is not the same in what decided the two. */
function changedBlocks(before: EvaluationReport, after: EvaluationReport): Block[] {
  const facts = (report: EvaluationReport): Map<string, string> =>
    new Map([
      ['seed', String(report.seed)],
      ...Object.entries(report.versions),
      ...Object.entries(report.hyperparameters).map(
        ([key, value]) => [key, String(value)] as const,
      ),
      ...report.models.flatMap(({ name, path, sha256 }) => [
        [`${modelName(name)}: folder`, path] as const,
        [`${modelName(name)}: weights`, sha256?.slice(0, 12) ?? 'gone'] as const,
      ]),
      ...report.inputs.map(({ path, sha256 }) => [path, sha256.slice(0, 12)] as const),
    ]);
  const [then, now] = [facts(before), facts(after)];
  const rows = [...new Set([...then.keys(), ...now.keys()])]
    .filter((key) => then.get(key) !== now.get(key))
    .map((key) => [key, then.get(key) ?? '–', now.get(key) ?? '–']);
  return [
    { kind: 'heading', text: 'What is different' },
    rows.length === 0
      ? { kind: 'text', text: 'Nothing: the same models, prompts, settings and seed.' }
      : { kind: 'table', words: true, head: ['', 'before', 'after'], rows },
  ];
}

function provenance(before: EvaluationReport, after: EvaluationReport): Block[] {
  return [...provenanceBlocks(before), ...provenanceBlocks(after)];
}
