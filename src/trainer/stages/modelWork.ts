/** Between runs and models: a run's models by role, and a loop whose model knows how to be saved. */
import { join } from 'node:path';
import {
  loadLanguageModel,
  loadRewardModel,
  saveLanguageModel,
  saveRewardModel,
  type LanguageModel,
  type RewardModel,
  type SaveOptions,
} from '../../ml/models/index.ts';
import type { LoopResult, TrainingLoop } from '../../ml/rlhf/index.ts';
import { InstructError } from '../../protocol/errors.ts';
import { runFiles } from '../../protocol/run.ts';
import type { RunWork } from '../runWork.ts';
import type { Run } from '../runFolder.ts';
import { modelCardOf } from './modelCardOf.ts';

/**
 * The language model that a run names for a role.
 * @throws InstructError `bad-run` when it names none; `bad-model`, `bad-tokenizer` or `missing-file`
 * when it cannot be read.
 */
export function languageModelOf(run: Run, role: string): Promise<LanguageModel> {
  return loadLanguageModel(folderOf(run, role));
}

/** As {@link languageModelOf}, for a reward model. */
export function rewardModelOf(run: Run, role: string): Promise<RewardModel> {
  return loadRewardModel(folderOf(run, role));
}

/** A loop that ends in a language model, as the work of a run. */
export function languageModelWork(run: Run, loop: TrainingLoop<LanguageModel>): RunWork {
  return withResult(run, loop, saveLanguageModel);
}

/** A loop that ends in a reward model, and what else is to be said of its result. */
export function rewardModelResult<Result extends LoopResult<RewardModel>>(
  run: Run,
  loop: ResultLoop<RewardModel, Result>,
  conclude: (result: Result) => Readonly<Record<string, unknown>>,
): RunWork {
  return withResult(run, loop, saveRewardModel, conclude);
}

/** A loop whose result holds more than every loop's. */
type ResultLoop<Model, Result extends LoopResult<Model>> = Omit<TrainingLoop<Model>, 'finish'> & {
  finish(): Promise<Result>;
};

function withResult<Model extends LanguageModel, Result extends LoopResult<Model>>(
  run: Run,
  loop: ResultLoop<Model, Result>,
  save: (folder: string, model: Model, options: SaveOptions) => Promise<void>,
  conclude: (result: Result) => Readonly<Record<string, unknown>> = () => ({}),
): RunWork {
  return {
    totalSteps: loop.totalSteps,
    get step() {
      return loop.step;
    },
    async advance() {
      const report = await loop.advance();
      if (report.best === true && loop.current !== undefined) {
        await loop.settle?.();
        const summary = { step: loop.step, ...report.metrics };
        const card = modelCardOf(run, summary);
        await save(join(run.folder, runFiles.best), loop.current(), { card });
      }
      return report;
    },
    settle: async () => {
      await loop.settle?.();
    },
    snapshot: () => loop.snapshot(),
    restore: (state) => {
      loop.restore(state);
    },
    async finish() {
      const result = await loop.finish();
      const { model, adapter, summary } = result;
      return {
        writeModel: (folder) =>
          save(folder, model, {
            card: modelCardOf(run, summary),
            ...(adapter !== undefined && { adapter }),
          }),
        summary: { ...summary, ...conclude(result) },
      };
    },
    dispose: () => {
      loop.dispose();
    },
  };
}

/** The folder of the model that a run names for a role. Throws as {@link languageModelOf}. */
export function folderOf({ spec, project }: Run, role: string): string {
  if (Object.hasOwn(spec.models, role)) return join(project, spec.models[role]);
  throw new InstructError({
    code: 'bad-run',
    message: `${spec.id}: run.json names no model for the role "${role}".`,
    remedy: `Start a new run with "instruct-studio ${spec.stage}".`,
    place: { path: 'run.json', key: `models.${role}` },
  });
}
