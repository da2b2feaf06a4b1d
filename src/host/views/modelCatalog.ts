/** The models of a project and which came from which. */
import { readdir } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Stage } from '../../protocol/run.ts';
import { folderBytes } from '../runs/modelSize.ts';
import type { Run } from '../runs/run.ts';

/** One model folder. */
export interface ModelInfo {
  /** The folder relative to the project, with forward slashes: how it is referred to. */
  readonly ref: string;
  /** What made it; `base` for a model that stands in `models/`. */
  readonly made: 'base' | Stage;
  /** The model that it was trained from; undefined for one that was brought along. */
  readonly parent: string | undefined;
  /** The run that made it. */
  readonly run: Run | undefined;
  /** Whether its folder has a model in it. */
  readonly exists: boolean;
  /** Of everything in its folder. */
  readonly sizeBytes: number;
}

/**
 * Every model of `models/`, the one that the project calls its base even where it is missing, and
 * what finished runs made, oldest first.
 */
export async function listModels(
  projectPath: string,
  base: string | undefined,
  runs: readonly Run[],
): Promise<ModelInfo[]> {
  const names = await readdir(path.join(projectPath, 'models')).catch(() => []);
  const refs = new Set(
    names
      .filter((name) => !name.startsWith('.'))
      .map((name) => `models/${name}`)
      .filter((ref) => isModel(projectPath, ref)),
  );
  if (base !== undefined) refs.add(base);
  const onDisk = async (ref: string): Promise<Pick<ModelInfo, 'exists' | 'sizeBytes'>> => ({
    exists: isModel(projectPath, ref),
    sizeBytes: await folderBytes(path.join(projectPath, ref)),
  });
  const brought = [...refs]
    .filter((ref) => !ref.startsWith('runs/'))
    .map(async (ref): Promise<ModelInfo> => {
      return { ref, made: 'base', parent: undefined, run: undefined, ...(await onDisk(ref)) };
    });
  const trained = [...runs].reverse().flatMap((run): Promise<ModelInfo>[] => {
    const ref = run.view.finished?.model;
    if (ref === undefined || run.spec === undefined || run.spec.stage === 'pipeline') return [];
    const parent = run.spec.models['policy'] ?? Object.values(run.spec.models).at(0);
    const made = run.spec.stage;
    return [onDisk(ref).then((found) => ({ ref, made, parent, run, ...found }))];
  });
  return Promise.all([...brought, ...trained]);
}

/** Models that continue text, newest first: what can be sampled and compared. */
export function languageModels(models: readonly ModelInfo[]): ModelInfo[] {
  return models.filter(({ made, exists }) => exists && made !== 'rm').reverse();
}

/** The models that a stage made, newest first. */
export function modelsMadeBy(models: readonly ModelInfo[], stage: Stage): ModelInfo[] {
  return models.filter(({ made, exists }) => exists && made === stage).reverse();
}

/** Which models a project names: `models` of `instruct.json`. */
export interface NamedModels {
  readonly base: string;
  readonly aligned?: string | undefined;
}

/**
 * The model that stands against the base: the one that `models.aligned` names, else the newest PPO
 * model, else the newest other one; undefined where there is none.
 */
export function alignedModel(
  models: readonly ModelInfo[],
  { base, aligned }: NamedModels,
): ModelInfo | undefined {
  const others = languageModels(models).filter(({ ref }) => ref !== base);
  if (aligned !== undefined) return others.find(({ ref }) => ref === aligned);
  return others.find(({ made }) => made === 'ppo') ?? others.at(0);
}

function isModel(projectPath: string, ref: string): boolean {
  return existsSync(path.join(projectPath, ref, 'config.json'));
}
