/** `instruct-studio build-base-model`: makes `media/base-model` of this repository. */
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { dirname, join, resolve } from 'node:path';
import * as z from 'zod';
import { projectFileName, projectFormat, projectSchema } from '../../protocol/project.ts';
import { runFiles } from '../../protocol/run.ts';
import { commonOptions, type Command } from '../command.ts';
import { exitCodes } from '../exitCodes.ts';
import { writeJsonAtomic } from '../atomicFile.ts';
import { makeRun } from '../newRun.ts';
import { baseModelFolder } from '../projectFolder.ts';
import { exitCodeOf, runInProcess } from '../processRun.ts';
import { readRun, runsFolderName, type Run } from '../runFolder.ts';
import { parseSettings, resolveSettings } from '../settings.ts';
import { makeStageWork } from '../stageWork.ts';

const runId = 'base-model';
const numbersSchema = z.record(z.string(), z.number());

/** See the file's header. */
export const buildBaseModelCommand: Command = {
  name: 'build-base-model',
  trains: true,
  summary: 'Pre-train the embedded model from scratch (for developers of this program)',
  positionals: [],
  required: false,
  options: {
    out: { value: 'DIR', description: 'Where the model goes; media/base-model when absent.' },
    work: {
      value: 'DIR',
      description: 'The project that it is trained in; .cache/base-model when absent.',
    },
    seed: { value: 'N', description: 'Decides everything that is drawn; 0 when absent.' },
    set: { value: 'KEY=VALUE', multiple: true, description: 'A hyper-parameter.' },
    ...commonOptions,
  },
  stages: ['pretrain'],
  notes: 'Interrupted, it goes on from its last checkpoint when it is called again.',
  async run(args, terminal) {
    const seed = args.integer('seed', 0) ?? 0;
    const settings = parseSettings('build-base-model', ['pretrain'], args.all('set'));
    const work = resolve(args.text('work') ?? join('.cache', 'base-model'));
    const run = await openRun(work, seed, (project) =>
      resolveSettings('pretrain', project, settings),
    );
    const options = {
      checkpointEverySeconds: 30,
      checkpointEverySteps: 0,
      json: args.has('json'),
    };
    const end = await runInProcess(run, makeStageWork, options, terminal);
    if (end.outcome !== 'finished') return exitCodeOf(end);
    const out = resolve(args.text('out') ?? join('media', 'base-model'));
    const { saveLanguageModel, loadLanguageModel } = await import('../../ml/models/index.ts');
    const { modelCardOf } = await import('../stages/modelCardOf.ts');
    const sets = args.all('set').map((set) => ` --set ${set}`);
    const command = `npm run build:base-model -- --seed ${seed}${sets.join('')}`;
    const card = modelCardOf(run, numbersSchema.parse(end.view.finished?.summary));
    const model = await loadLanguageModel(join(run.folder, runFiles.model));
    mkdirSync(dirname(out), { recursive: true });
    await saveLanguageModel(out, model, { storage: 'bfloat16', card: { ...card, command } });
    return exitCodes.ok;
  },
};

/** The run of an earlier call with the same settings, or a new one in an empty project. */
async function openRun(
  folder: string,
  seed: number,
  settingsOf: (project: ReturnType<typeof projectSchema.parse>) => Run['spec']['hyperparameters'],
): Promise<Run> {
  const file = { format: projectFormat, name: 'Base model', models: { base: baseModelFolder } };
  const hyperparameters = settingsOf(projectSchema.parse(file));
  const standing = join(folder, runsFolderName, runId);
  if (existsSync(join(standing, 'run.json'))) {
    const run = readRun(standing);
    const same = isDeepStrictEqual(run.spec.hyperparameters, hyperparameters);
    if (same && run.spec.seed === seed) return run;
    rmSync(standing, { recursive: true });
  }
  mkdirSync(folder, { recursive: true });
  writeJsonAtomic(join(folder, projectFileName), file);
  const run = { id: runId, stage: 'pretrain' as const, models: {}, hyperparameters, seed };
  return makeRun(folder, run, Date.now());
}
