/** Making an evaluation's report out of its run folder, and writing it as JSON, Markdown and HTML. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type * as z from 'zod';
import { agreementReport, Dataset, digestFiles, writeReport } from '../../data/index.ts';
import { modelDigest } from '../../ml/models/index.ts';
import {
  evaluationComparisonName,
  evaluationReportFormat,
  evaluationReportName,
  evaluationReportSchema,
  type EvaluationComparison,
  type EvaluationReport,
  type JudgedBy,
} from '../../protocol/evaluationReport.ts';
import { rewardReportFile, rewardReportSchema } from '../../protocol/rewardReport.ts';
import { writeFileAtomic, writeJsonAtomic } from '../atomicFile.ts';
import type { Run } from '../runFolder.ts';
import { readEvaluation, rewardRole } from './evaluationFile.ts';
import { slicesOf } from './evaluationSlices.ts';

/**
 * The report of a finished evaluation. The same folder gives the same report; what labelers agree on
 * and other judges said is as it stands now.
 * @throws InstructError `bad-run` where the folder has no evaluation.
 */
export async function evaluationReport(run: Run): Promise<EvaluationReport> {
  const { spec, folder, project } = run;
  const { models: summaries, scoredBy, bestOf, answers } = readEvaluation(run);
  const names = Object.keys(summaries);
  const usual = ['sft', 'base'].filter((name) => names.includes(name));
  const baselines = usual.length > 0 ? usual : names.slice(0, 1);
  const slices = slicesOf(answers, names, baselines, spec.seed);
  return {
    format: evaluationReportFormat,
    run: spec.id,
    created: spec.created,
    seed: spec.seed,
    versions: spec.versions,
    command: commandOf(run),
    hyperparameters: spec.hyperparameters,
    inputs: spec.inputs,
    models: await modelsOf(run, names),
    scoredBy,
    baselines,
    slices,
    tax: Object.fromEntries(
      Object.entries(summaries).flatMap(([name, { tax }]) =>
        tax === undefined ? [] : [[name, tax]],
      ),
    ),
    bestOf: bestOf ?? null,
    rewardModel: rewardModelOf(run),
    agreement: await agreementOf(project),
    judges: judgesOf(folder),
    answers: answers.map(({ promptId, prompt, category, completions }) => ({
      promptId,
      prompt,
      ...(category === undefined ? {} : { category }),
      completions: Object.fromEntries(
        Object.entries(completions).map(([name, { completion, score, likert }]) => [
          name,
          { completion, score, likert },
        ]),
      ),
    })),
  };
}

/** Writes the three files into the run's folder; returns their paths, Markdown first. */
export async function writeEvaluationReport(run: Run): Promise<string[]> {
  const report = await evaluationReport(run);
  return writeAll(run.folder, evaluationReportName, report);
}

/** Writes what two evaluations of a project have between them into the later one's folder. */
export async function writeEvaluationComparison(before: Run, after: Run): Promise<string[]> {
  return writeAll(after.folder, evaluationComparisonName(before.spec.id), {
    format: evaluationReportFormat,
    before: await evaluationReport(before),
    after: await evaluationReport(after),
  });
}

function writeAll(
  folder: string,
  name: string,
  report: EvaluationReport | EvaluationComparison,
): string[] {
  const { markdown, html } = writeReport(report);
  const path = (ending: string): string => join(folder, `${name}.${ending}`);
  writeFileAtomic(path('md'), markdown);
  writeFileAtomic(path('html'), html);
  writeJsonAtomic(path('json'), report);
  return [path('md'), path('html'), path('json')];
}

/** What makes the same evaluation again. */
function commandOf({ spec }: Run): string {
  const models = Object.entries(spec.models)
    .filter(([role]) => role !== rewardRole)
    .map(([role, path]) => `--model ${role}=${quoted(path)}`);
  const reward = Object.hasOwn(spec.models, rewardRole) ? spec.models[rewardRole] : 'none';
  const settings = Object.entries(spec.hyperparameters).map(
    ([key, value]) => `--set ${key}=${quoted(String(value))}`,
  );
  return [
    'instruct-studio eval',
    ...models,
    `--reward ${quoted(reward)}`,
    ...settings,
    `--seed ${spec.seed}`,
  ].join(' \\\n  ');
}

function quoted(text: string): string {
  return /^[\w./:=,-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** The models by name; the prompted base and the best of n have another's weights. */
async function modelsOf(
  { spec, project }: Run,
  names: readonly string[],
): Promise<EvaluationReport['models']> {
  const found: EvaluationReport['models'] = [];
  for (const name of names) {
    const role = name === 'prompted' ? 'base' : name === 'sft-best-of-n' ? 'sft' : name;
    if (!Object.hasOwn(spec.models, role)) continue;
    const path = spec.models[role];
    const stands = existsSync(join(project, path, 'config.json'));
    found.push({ name, path, sha256: stands ? await modelDigest(join(project, path)) : null });
  }
  return found;
}

function rewardModelOf({ spec, project }: Run): EvaluationReport['rewardModel'] {
  if (!Object.hasOwn(spec.models, rewardRole)) return null;
  const file = join(dirname(join(project, spec.models[rewardRole])), rewardReportFile);
  return readJson(file, rewardReportSchema);
}

async function agreementOf(project: string): Promise<EvaluationReport['agreement']> {
  const dataset = await Dataset.open(project);
  const { overall, labelers } = agreementReport(dataset.entries('rankings'));
  if (overall.compared === 0) return null;
  return {
    files: await digestFiles(project, dataset.files('rankings')),
    overall: agreed(overall),
    labelers: labelers.map((one) => ({ labeler: one.labeler, ...agreed(one) })),
  };
}

type Agreed = Omit<NonNullable<EvaluationReport['agreement']>['labelers'][number], 'labeler'>;

function agreed({ compared, rate, halfWidth95, alpha }: Agreed): Agreed {
  return { compared, rate, halfWidth95, alpha };
}

const judgedSchema = evaluationReportSchema.shape.judges.element;

/** What `instruct-studio judge` left beside the evaluation. */
function judgesOf(folder: string): JudgedBy[] {
  return readdirSync(folder)
    .filter((name) => /^judgements-[\w-]+\.json$/.test(name))
    .sort()
    .flatMap((name) => {
      const found = readJson(join(folder, name), judgedSchema);
      return found === null ? [] : [found];
    });
}

/** A file that may be missing or not be ours: then null. */
function readJson<T>(file: string, schema: z.ZodType<T>): T | null {
  if (!existsSync(file)) return null;
  try {
    return schema.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data ?? null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
