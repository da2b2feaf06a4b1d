/** The policy in a checkpoint of a run: its weights over the configuration of the model it was trained from. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadLanguageModel, type LanguageModel } from '../../ml/models/index.ts';
import { adapted, keptModel, policyWeights } from '../../ml/rlhf/index.ts';
import { InstructError } from '../../protocol/errors.ts';
import { resolveHyperparameters } from '../../protocol/hyperparameters.ts';
import { runFiles } from '../../protocol/run.ts';
import { checkpointFiles, readCheckpoint } from '../checkpoints.ts';
import { readRun, runsFolderName } from '../runFolder.ts';

/** A checkpoint by its place. */
export interface Checkpoint {
  /** Relative to the project, with forward slashes. */
  readonly path: string;
  /** Absolute, as {@link stateFile}. */
  readonly folder: string;
  /** Changes when the checkpoint does. */
  readonly stateFile: string;
  readonly runFolder: string;
}

const pattern = new RegExp(`^${runsFolderName}/([^/\\\\]+)/${runFiles.checkpoints}/(step-\\d+)$`);

/**
 * The checkpoint that a reference names, such as `runs/ID/checkpoints/step-40`; undefined for other
 * references.
 * @throws InstructError `missing-file` where it is gone.
 */
export function checkpointOf(project: string, reference: string): Checkpoint | undefined {
  const [path, id, step] = pattern.exec(reference) ?? [];
  if (path === undefined || id === '.' || id === '..') return undefined;
  const runFolder = join(project, runsFolderName, id);
  const folder = join(runFolder, runFiles.checkpoints, step);
  const stateFile = join(folder, checkpointFiles.state);
  if (existsSync(stateFile)) return { path, folder, stateFile, runFolder };
  throw new InstructError({
    code: 'missing-file',
    message: `The checkpoint ${path} is gone: a run keeps its newest ones only.`,
    remedy: 'Choose a newer checkpoint of the run, or its model.',
    place: { path },
  });
}

/**
 * The language model as it was at a checkpoint, with a moving average or an adapter as the run's
 * result would have it.
 * @throws InstructError `bad-run` where there is no policy in it; what `loadLanguageModel` throws.
 */
export async function loadCheckpointModel({
  folder,
  runFolder,
}: Checkpoint): Promise<LanguageModel> {
  const { project, spec } = readRun(runFolder);
  const base =
    'policy' in spec.models ? await loadLanguageModel(join(project, spec.models['policy'])) : null;
  const state = await readCheckpoint(folder); // taken at once: the run may remove it meanwhile
  if (base === null || typeof state === 'string') {
    throw new InstructError({
      code: 'bad-run',
      message: typeof state === 'string' ? state : `The run ${spec.id} trains no policy.`,
      remedy: 'Choose another checkpoint.',
      place: { path: folder },
    });
  }
  const { stage, hyperparameters, seed } = spec;
  const model =
    stage === 'sft' || stage === 'dpo'
      ? adapted(base, resolveHyperparameters(stage, hyperparameters), seed)
      : base;
  return keptModel(model, policyWeights(model.parameters, state.tensors)).model;
}
