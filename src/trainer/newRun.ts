/** Making a run folder from what a command was told. */
import { Dataset, digestFiles, openProject } from '../data/index.ts';
import type { HyperparameterValue } from '../protocol/hyperparameters.ts';
import { rankers, stageOfStep, type PipelineStep, type Ranker } from '../protocol/pipelineSteps.ts';
import { runFormat, type RunSpec, type Stage } from '../protocol/run.ts';
import { usageError, type Arguments } from './commandLine.ts';
import { engineSettings } from './engineSettings.ts';
import { createRun, newRunId, type Run } from './runFolder.ts';
import { parsePreset, parseSettings, resolveSettings } from './settings.ts';
import { stagePlans, usualPtxCoef, type StagePlan } from './stagePlans.ts';
import { version } from './version.ts';

/** What a new run is, before it has a folder. */
export type NewRun = Pick<
  RunSpec,
  'stage' | 'models' | 'preset' | 'hyperparameters' | 'seed' | 'tensorboard' | 'backend' | 'device'
> & { readonly id?: string };

/**
 * Checks everything that a command says and makes the run's folder.
 * @throws InstructError `not-a-project`, `bad-project-file`, `bad-argument` or `missing-file`.
 */
export async function planRun(stage: Stage, args: Arguments, now: number): Promise<Run> {
  const plan: StagePlan = stagePlans[stage];
  const settings = parseSettings(stage, plan.stages, args.all('set'));
  const chosen = parsePreset(stage, args.text('preset'));
  const seed = args.integer('seed', 0) ?? 0;
  const { dir, project } = await openProject(args.text('project') ?? process.cwd());
  const hyperparameters: Record<string, HyperparameterValue> = {};
  for (const one of plan.stages) {
    const prefix = stage === 'pipeline' ? `${one}.` : '';
    for (const [key, value] of Object.entries(resolveSettings(one, project, settings, chosen))) {
      hyperparameters[`${prefix}${key}`] = value;
    }
  }
  if (stage === 'pipeline') {
    hyperparameters['rankings'] = await whoRanks(dir, args);
    hyperparameters['ptx'] = args.has('ptx');
    hyperparameters['minRankings'] = args.integer('min-rankings', 1) ?? 0;
  }
  const models = plan.models({ dir, project, args, hyperparameters });
  const preset = chosen ?? project.preset ?? 'tiny';
  const tensorboard = args.has('tensorboard') || project.tensorboard === true;
  const engine = engineSettings(stage, args, project);
  return makeRun(
    dir,
    { stage, models, preset, hyperparameters, seed, tensorboard, ...engine },
    now,
  );
}

/** Makes the folder of a run, with the digests of the records that decide its result. */
export async function makeRun(dir: string, run: NewRun, now: number): Promise<Run> {
  const { id = newRunId(run.stage, now), stage, models, preset, hyperparameters, seed } = run;
  const tensorboard = run.tensorboard === true ? { tensorboard: true } : {};
  const dataset = await Dataset.open(dir);
  const files = stagePlans[stage].inputs.flatMap((kind) => dataset.files(kind));
  return createRun(dir, {
    format: runFormat,
    id,
    stage,
    created: new Date(now).toISOString(),
    models,
    inputs: await digestFiles(dir, files),
    ...(preset === undefined ? {} : { preset }),
    hyperparameters,
    seed,
    ...tensorboard,
    ...(run.backend === undefined ? {} : { backend: run.backend }),
    ...(run.device === undefined ? {} : { device: run.device }),
    versions: { 'instruct-studio': version, node: process.versions.node },
  });
}

/** The hyper-parameters of one of a pipeline's steps. */
export function pipelineSettings(
  spec: RunSpec,
  step: PipelineStep,
): Record<string, HyperparameterValue> {
  const prefix = `${stageOfStep(step)}.`;
  const own = Object.fromEntries(
    Object.entries(spec.hyperparameters)
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, value]) => [key.slice(prefix.length), value]),
  );
  const given = own['ptxCoef'];
  if (step === 'ppo' && spec.hyperparameters['ptx'] === true) own['ptxCoef'] = 0;
  if (step === 'ppo-ptx') own['ptxCoef'] = given === 0 ? usualPtxCoef : given;
  return own;
}

async function whoRanks(dir: string, args: Arguments): Promise<Ranker> {
  const given = args.text('rankings');
  if (given !== undefined) {
    const known = rankers.find((one) => one === given);
    if (known !== undefined) return known;
    throw usageError('pipeline', `--rankings: expected ${rankers.join(', ')}, got "${given}"`);
  }
  const dataset = await Dataset.open(dir);
  const byPeople = [...dataset.entries('rankings')].some(({ labeler }) => labeler !== 'gold');
  return byPeople ? 'existing' : 'gold';
}
