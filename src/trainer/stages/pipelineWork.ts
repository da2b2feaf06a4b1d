/**
 * The whole method as one run: each stage is a run of its own, `runs/<pipeline>-<stage>/`, driven
 * one after another in this process. A pipeline that is resumed goes on in the stage where it was.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { Dataset, sampledRanked } from '../../data/index.ts';
import { InstructError } from '../../protocol/errors.ts';
import {
  pipelineSteps,
  stageOfStep,
  stepRunId,
  waitingForRankings,
  type PipelineStep,
} from '../../protocol/pipelineSteps.ts';
import { runFiles, type RunEvent, type RunSpec } from '../../protocol/run.ts';
import { driveRun } from '../driver.ts';
import type { WorkContext, WorkMaker } from '../runContext.ts';
import { readRunView } from '../runView.ts';
import { makeRun, pipelineSettings } from '../newRun.ts';
import { readRun, runsFolderName, type Run } from '../runFolder.ts';
import { StoppedWithin, type RunWork } from '../runWork.ts';

/** The work of a pipeline; `makeWork` makes that of its stages. */
export function pipelineWork(context: WorkContext, makeWork: WorkMaker): RunWork {
  const { spec, project } = context.run;
  const stages = pipelineSteps(spec);
  let step = 0;
  return {
    totalSteps: stages.length,
    get step() {
      return step;
    },
    async advance() {
      const stage = stages[step];
      if (isPeoples(spec, stage)) {
        const missing = await missingRankings(context.run);
        if (missing !== null) {
          context.emit({ type: 'warning', step, code: waitingForRankings, ...missing });
          return { metrics: {}, stop: waitingForRankings };
        }
        step += 1;
        return { metrics: {} };
      }
      const child = await childRun(context, stage);
      const end = await driveRun(
        child,
        makeWork,
        {
          ...context.surroundings,
          queueFolder: undefined, // its pipeline has the device
          listen: (run, event) => {
            context.surroundings.listen(run, event);
            forward(context, event, child, step, stages.length);
          },
        },
        context.control,
      );
      if (end.outcome === 'stopped') throw new StoppedWithin();
      if (end.outcome === 'failed') throw new InstructError(end.error);
      step += 1;
      return { metrics: {} };
    },
    snapshot: () => ({ tensors: new Map(), json: step }),
    restore: (state) => {
      step = z.int().parse(state.json);
    },
    finish() {
      const made = stages.filter((stage) => !isPeoples(spec, stage));
      const views = made.map((stage) => {
        const id = stepRunId(spec, stage);
        return [stage, readRunView(join(project, runsFolderName, id)).finished] as const;
      });
      return Promise.resolve({
        writeModel: null,
        summary: {
          runs: Object.fromEntries(made.map((stage) => [stage, stepRunId(spec, stage)])),
          models: Object.fromEntries(
            views.flatMap(([stage, finished]) =>
              finished?.model === undefined ? [] : [[stage, finished.model]],
            ),
          ),
          stages: Object.fromEntries(views.map(([stage, finished]) => [stage, finished?.summary])),
        },
      });
    },
    dispose: () => undefined,
  };
}

/** Whether a step is done by people and not by a run. */
function isPeoples({ hyperparameters }: RunSpec, step: PipelineStep): boolean {
  return step === 'rank' && hyperparameters['rankings'] === 'human';
}

/** Why the pipeline has to stop for its labelers; null when they have ranked enough. */
async function missingRankings({
  project,
  spec,
}: Run): Promise<{ message: string; remedy: string } | null> {
  const dataset = await Dataset.open(project);
  const { sampled, ranked } = sampledRanked(dataset, stepRunId(spec, 'sample'));
  const least = Number(spec.hyperparameters['minRankings'] ?? 0);
  const needed = least === 0 ? sampled : Math.min(least, sampled);
  if (ranked >= needed) return null;
  return {
    message: `Waits for people: ${ranked} of ${needed} sampled prompts are ranked.`,
    remedy: 'Rank them with “Instruct: Rank Completions”, then resume the pipeline.',
  };
}

async function childRun(context: WorkContext, stage: PipelineStep): Promise<Run> {
  const { spec, project } = context.run;
  const id = stepRunId(spec, stage);
  const folder = join(project, runsFolderName, id);
  if (existsSync(join(folder, runFiles.spec))) return readRun(folder);
  const hyperparameters = pipelineSettings(spec, stage);
  const { seed, preset, tensorboard = false, backend, device } = spec;
  const run = {
    id,
    stage: stageOfStep(stage),
    models: childModels(spec, stage),
    ...(preset === undefined ? {} : { preset }),
    hyperparameters,
    seed,
    tensorboard,
    ...(backend === undefined ? {} : { backend }),
    ...(device === undefined ? {} : { device }),
  };
  return makeRun(project, run, context.surroundings.clock());
}

function childModels(spec: RunSpec, stage: PipelineStep): Record<string, string> {
  const result = (of: PipelineStep): string =>
    `${runsFolderName}/${stepRunId(spec, of)}/${runFiles.model}`;
  const base = spec.models['policy'];
  return {
    sft: { policy: base },
    sample: { policy: result('sft') },
    rank: { policy: result('sft') },
    rm: { policy: spec.hyperparameters['rm.init'] === 'base' ? base : result('sft') },
    ppo: { policy: result('sft'), reward: result('rm') },
    'ppo-ptx': { policy: result('sft'), reward: result('rm') },
    eval: {
      base,
      sft: result('sft'),
      reward: result('rm'),
      ppo: result('ppo'),
      ...(spec.hyperparameters['ptx'] === true ? { 'ppo-ptx': result('ppo-ptx') } : {}),
    },
  }[stage];
}

/** Tells the pipeline's watchers what its child does. */
function forward(
  context: WorkContext,
  event: RunEvent,
  child: Run,
  step: number,
  totalSteps: number,
): void {
  const { id: childName, stage } = child.spec;
  if (event.type === 'started' || event.type === 'progress') {
    const done = event.type === 'progress' ? event.step : (event.resumedFrom ?? 0);
    const message = `${stage} ${done}/${event.totalSteps}`;
    context.emit({ type: 'progress', step, totalSteps, message, child: childName });
  }
  if (event.type === 'paused' || event.type === 'continued')
    context.emit({ type: event.type, step });
}
