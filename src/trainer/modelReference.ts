/** Model folders of a project, as commands name them and as `run.json` keeps them. */
import { existsSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { InstructError } from '../protocol/errors.ts';
import { runFiles, type RunSpec, type Stage } from '../protocol/run.ts';
import { listRuns, runsFolderName } from './runFolder.ts';

/**
 * The project-relative folder that a text means: a folder of the project, or the id of a run.
 * @throws InstructError `missing-file` when there is no model, `bad-argument` when the path leads
 * out of the project.
 */
export function resolveModel(project: string, text: string): string {
  const ofRun = `${runsFolderName}/${text}/${runFiles.model}`;
  const isRun = !/[\\/]/.test(text) && existsSync(join(project, ofRun));
  const folder = isRun ? join(project, ofRun) : resolve(project, text);
  const path = relative(project, folder).replaceAll('\\', '/');
  if (path === '' || path.startsWith('..') || isAbsolute(path)) {
    throw new InstructError({
      code: 'bad-argument',
      message: `"${text}" is not a folder within the project ${project}.`,
      remedy: 'Give a model folder of the project, such as "models/base", or the id of a run.',
    });
  }
  if (!existsSync(join(folder, 'config.json'))) {
    throw new InstructError({
      code: 'missing-file',
      message: `${folder}: there is no model (no config.json).`,
      remedy:
        'Give a model folder of the project, such as "models/base", or the id of a finished run.',
      place: { path },
    });
  }
  return path;
}

/**
 * The model of the newest run of a stage that has one, relative to the project; or null. `narrow` is
 * the newest SFT model of some categories only: it is a baseline, and no other stage's start.
 */
export function newestModel(project: string, wanted: Stage | 'narrow'): string | null {
  const stage = wanted === 'narrow' ? 'sft' : wanted;
  const run = listRuns(project).findLast(
    ({ spec, folder }) =>
      spec.stage === stage &&
      (stage !== 'sft' || isNarrow(spec) === (wanted === 'narrow')) &&
      existsSync(join(folder, runFiles.model, 'config.json')),
  );
  return run === undefined ? null : `${runsFolderName}/${run.spec.id}/${runFiles.model}`;
}

function isNarrow({ hyperparameters }: RunSpec): boolean {
  return (hyperparameters['categories'] ?? '') !== '';
}
