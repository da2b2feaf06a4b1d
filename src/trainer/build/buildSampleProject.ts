/** `instruct-studio build-sample-project`: makes `media/sample-project` of this repository. */
import {
  cpSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { resolveHyperparameters } from '../../protocol/hyperparameters.ts';
import { projectFileName, projectFormat } from '../../protocol/project.ts';
import { completionSchema } from '../../protocol/records.ts';
import { writeJsonAtomic } from '../atomicFile.ts';
import { commonOptions, type Command } from '../command.ts';
import { exitCodes } from '../exitCodes.ts';
import { makeRun, type NewRun } from '../newRun.ts';
import type { RunEnd } from '../runContext.ts';
import { baseModelFolder } from '../projectFolder.ts';
import { exitCodeOf, runInProcess } from '../processRun.ts';
import { makeStageWork } from '../stageWork.ts';
import { createWorldProject } from '../worldProject.ts';

const size = { seed: 2022, train: 240, valid: 60, test: 60, demonstrations: 180 };
/** The SFT model behind the completions has seen more demonstrations than the project holds. */
const teacherSize = { seed: 2023, train: 2000, valid: 60, test: 60, demonstrations: 2000 };
/** Prompts that come with completions to be ranked. */
const ranked = 40;
const modelName = 'sample-sft';

/** See the file's header. */
export const buildSampleProjectCommand: Command = {
  name: 'build-sample-project',
  summary: 'Make the sample project (for developers of this program)',
  positionals: [],
  required: false,
  options: {
    out: { value: 'DIR', description: 'Where it goes; media/sample-project when absent.' },
    ...commonOptions,
  },
  stages: [],
  notes: 'Its completions are those of an SFT model, so that they differ enough to be ranked.',
  async run(args, terminal) {
    const out = resolve(args.text('out') ?? join('media', 'sample-project'));
    const work = resolve('.cache', 'sample-project');
    const teacher = resolve('.cache', 'sample-project-teacher');
    for (const folder of [work, teacher]) rmSync(folder, { recursive: true, force: true });
    createWorldProject(work, size);
    createWorldProject(teacher, teacherSize);
    const perform = (project: string, plan: NewRun): Promise<RunEnd> =>
      makeRun(project, plan, Date.now()).then((run) =>
        runInProcess(
          run,
          makeStageWork,
          { checkpointEverySeconds: 60, checkpointEverySteps: 0, json: args.has('json') },
          terminal,
        ),
      );
    const taught = await perform(teacher, {
      id: 'sft',
      stage: 'sft',
      models: { policy: baseModelFolder },
      hyperparameters: resolveHyperparameters('sft'),
      seed: size.seed,
    });
    if (taught.outcome !== 'finished') return exitCodeOf(taught);
    const model = `models/${modelName}`;
    cpSync(join(teacher, 'runs', 'sft', 'model'), join(work, model), { recursive: true });
    const sampled = await perform(work, {
      id: 'sample',
      stage: 'sample',
      models: { policy: model },
      hyperparameters: resolveHyperparameters('sample', { split: 'train', maxPrompts: ranked }),
      seed: size.seed,
    });
    if (sampled.outcome !== 'finished') return exitCodeOf(sampled);
    writeProject(work, out);
    for (const folder of [work, teacher]) rmSync(folder, { recursive: true, force: true });
    return exitCodes.ok;
  },
};

function writeProject(work: string, out: string): void {
  const temporary = `${out}.tmp`;
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(join(temporary, 'completions'), { recursive: true });
  for (const kind of ['prompts', 'demonstrations']) {
    cpSync(join(work, kind), join(temporary, kind), { recursive: true });
  }
  for (const file of readdirSync(join(work, 'completions'))) {
    const lines = readFileSync(join(work, 'completions', file), 'utf8')
      .trimEnd()
      .split('\n');
    const renamed = lines.map((line) => {
      const record = completionSchema.parse(JSON.parse(line));
      return `${JSON.stringify({ ...record, model: { ...record.model, name: modelName } })}\n`;
    });
    writeFileSync(join(temporary, 'completions', `${modelName}.jsonl`), renamed.join(''));
  }
  writeJsonAtomic(join(temporary, projectFileName), {
    format: projectFormat,
    name: 'Sample project',
    models: { base: baseModelFolder },
  });
  rmSync(out, { recursive: true, force: true });
  renameSync(temporary, out);
}
