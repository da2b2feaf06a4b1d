/** `instruct-studio demo`: the whole loop without an editor, on a fresh project of the world. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { resolveHyperparameters } from '../../protocol/hyperparameters.ts';
import { InstructError } from '../../protocol/errors.ts';
import type { RunEvent } from '../../protocol/run.ts';
import { commonOptions, type Command } from '../command.ts';
import type { Arguments } from '../commandLine.ts';
import type { RunEnd } from '../runContext.ts';
import { exitCodes } from '../exitCodes.ts';
import { makeRun } from '../newRun.ts';
import { exitCodeOf, runInProcess } from '../processRun.ts';
import type { Run } from '../runFolder.ts';
import { parseSettings } from '../settings.ts';
import { pipelineStages } from '../../protocol/pipelineSteps.ts';
import { makeStageWork } from '../stageWork.ts';
import { createWorldProject } from '../worldProject.ts';
import { demoReport, demoStagesSchema, demoTable } from './demoReport.ts';
import { demoSettings, demoSize } from './demoSettings.ts';

/** See the file's header. */
export const demoCommand: Command = {
  name: 'demo',
  trains: true,
  summary: 'The whole loop on a fresh project of the embedded world, in minutes',
  positionals: [],
  required: false,
  options: {
    seed: {
      value: 'N',
      description: 'Decides prompts, labels and everything drawn; 0 when absent.',
    },
    keep: {
      value: 'DIR',
      description: 'Make the project here and keep it; it is removed otherwise.',
    },
    base: { value: 'DIR', description: 'The base model; the embedded one when absent.' },
    set: {
      value: 'STAGE.KEY=VALUE',
      multiple: true,
      description: 'A hyper-parameter, before the demo’s own.',
    },
    ...commonOptions,
  },
  stages: [...pipelineStages],
  notes:
    'SFT, sampling, gold ranking with noise, reward model, PPO, PPO-ptx, and evaluation on held-out prompts. With --json the last line is one JSON object.',
  async run(args, terminal) {
    const begin = Date.now();
    const folder = resolve(args.text('keep') ?? mkdtempSync(join(tmpdir(), 'instruct-demo-')));
    try {
      const seed = args.integer('seed', 0) ?? 0;
      const base = args.text('base');
      createWorldProject(folder, { ...demoSize, seed }, base === undefined ? base : resolve(base));
      const run = await makeDemoRun(folder, seed, args);
      const timing = new StageTimes();
      const end = await runInProcess(
        run,
        makeStageWork,
        {
          checkpointEverySeconds: 60,
          checkpointEverySteps: 0,
          json: false,
          passing: !args.has('keep'),
        },
        terminal,
        (child, event) => {
          timing.apply(child, event);
        },
      );
      if (end.outcome !== 'finished') return exitCodeOf(end);
      const seconds = { ...timing.seconds, total: roundSeconds(Date.now() - begin) };
      const report = demoReport(seed, seconds, stagesOf(end));
      if (!args.has('json')) terminal.print(`\n${demoTable(report)}`);
      else terminal.print(JSON.stringify(report));
      return exitCodes.ok;
    } finally {
      if (!args.has('keep')) rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function makeDemoRun(folder: string, seed: number, args: Arguments): Promise<Run> {
  const settings = parseSettings('demo', pipelineStages, args.all('set'));
  const hyperparameters = Object.fromEntries(
    pipelineStages.flatMap((stage) =>
      Object.entries(
        resolveHyperparameters(stage, demoSettings[stage], settings.get(stage) ?? {}),
      ).map(([key, value]) => [`${stage}.${key}`, value]),
    ),
  );
  return makeRun(
    folder,
    {
      id: 'demo',
      stage: 'pipeline',
      models: { policy: 'models/base' },
      hyperparameters: { ...hyperparameters, rankings: 'gold', ptx: true },
      seed,
    },
    Date.now(),
  );
}

/** How long each stage took, by its events. */
class StageTimes {
  readonly seconds: Record<string, number> = {};
  private last: number | null = null;

  apply({ spec }: Run, event: RunEvent): void {
    if (event.type === 'started') this.last ??= event.time;
    if (event.type !== 'finished' || spec.stage === 'pipeline') return;
    this.seconds[spec.id.replace(/^demo-/, '')] = roundSeconds(
      event.time - (this.last ?? event.time),
    );
    this.last = event.time;
  }
}

function roundSeconds(ms: number): number {
  return Math.round(ms / 100) / 10;
}

function stagesOf(end: Extract<RunEnd, { outcome: 'finished' }>) {
  const parsed = demoStagesSchema.safeParse(end.view.finished?.summary?.['stages']);
  if (parsed.success) return parsed.data;
  throw new InstructError({
    code: 'internal',
    message: `demo: the pipeline's summary is not complete: ${parsed.error.message}`,
    remedy: 'This is a defect of Instruct Studio: please report it.',
  });
}
