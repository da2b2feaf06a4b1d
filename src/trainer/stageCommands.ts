/** The commands that make a run and run it: one a stage. */
import { presetNames } from '../protocol/presets.ts';
import { stages, type Stage } from '../protocol/run.ts';
import { engineOptions } from './engineSettings.ts';
import { commonOptions, projectOption, type Command } from './command.ts';
import { planRun } from './newRun.ts';
import { checkpointOptions, createOnlyOption, runOrCreate } from './runCommand.ts';
import { stagePlans, type StagePlan } from './stagePlans.ts';

/** One command for every stage. */
export const stageCommands: readonly Command[] = stages.map(stageCommand);

function stageCommand(stage: Stage): Command {
  const plan: StagePlan = stagePlans[stage];
  return {
    name: stage,
    trains: true,
    summary: plan.summary,
    positionals: [],
    required: false,
    options: {
      ...projectOption,
      ...plan.options,
      preset: {
        value: 'NAME',
        description: `The hyper-parameters to start from, in place of those of instruct.json: ${presetNames.join(', ')}.`,
      },
      set: {
        value: plan.stages.length > 1 ? 'STAGE.KEY=VALUE' : 'KEY=VALUE',
        multiple: true,
        description: 'A hyper-parameter, before that of instruct.json or the preset.',
      },
      seed: { value: 'N', description: 'Decides everything that is drawn; 0 when absent.' },
      tensorboard: { description: 'Also write TensorBoard event files into the run folder.' },
      ...engineOptions,
      ...createOnlyOption,
      ...checkpointOptions,
      ...commonOptions,
    },
    stages: plan.stages,
    ...(plan.notes === undefined ? {} : { notes: plan.notes }),
    async run(args, terminal) {
      return runOrCreate(await planRun(stage, args, Date.now()), args, terminal);
    },
  };
}
