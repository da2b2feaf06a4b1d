/** `instruct-studio estimate`: the memory that a stage will take on a model. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { openProject } from '../data/index.ts';
import { parseConfig, type ModelConfig } from '../ml/models/index.ts';
import type { MemoryEstimate } from '../ml/rlhf/index.ts';
import { InstructError } from '../protocol/errors.ts';
import { resolveHyperparameters } from '../protocol/hyperparameters.ts';
import { commonOptions, projectOption, type Command } from './command.ts';
import { usageError, type Arguments } from './commandLine.ts';
import { exitCodes } from './exitCodes.ts';
import { parseSettings, resolveSettings, type StageSettings } from './settings.ts';
import { estimatedStages, freeBytes, gigabytes, stageMemory } from './stageMemory.ts';
import type { EstimatedStage } from './stageMemory.ts';
import { textTable } from './textTable.ts';

/** See the file's header. */
export const estimateCommand: Command = {
  name: 'estimate',
  summary: 'Tell how much memory a stage will take',
  positionals: ['STAGE'],
  required: true,
  options: {
    ...projectOption,
    model: {
      value: 'DIR',
      description: 'A folder with a config.json; the project’s base model when absent.',
    },
    length: {
      value: 'N',
      description: 'Tokens of a sequence, prompt and completion; the model’s context when absent.',
    },
    set: {
      value: 'KEY=VALUE',
      multiple: true,
      description: 'A hyper-parameter, before that of instruct.json.',
    },
    ...commonOptions,
  },
  stages: [],
  notes: `STAGE is ${estimatedStages.join(', ')}. The model's weights are not read. Of training with an adapter (loraRank) it tells that of all weights.`,
  async run(args, terminal) {
    const stage = estimatedStages.find((each) => each === args.positionals[0]);
    if (stage === undefined) {
      const known = estimatedStages.join(', ');
      throw usageError('estimate', `expected ${known}, got "${args.positionals[0]}"`);
    }
    const estimate = await estimateFor(stage, args);
    const free = freeBytes();
    if (args.has('json')) {
      terminal.print(JSON.stringify({ ...estimate, free }));
    } else {
      const { total, ...parts } = estimate;
      const rows = [
        ...Object.entries(parts),
        ['total', total] as const,
        ['free here', free] as const,
      ];
      terminal.print(
        textTable(
          ['', 'memory'],
          rows.map(([name, bytes]) => [name, gigabytes(bytes)]),
        ),
      );
    }
    return estimate.total <= free ? exitCodes.ok : exitCodes.failed;
  },
};

async function estimateFor(stage: EstimatedStage, args: Arguments): Promise<MemoryEstimate> {
  const settings = parseSettings('estimate', [stage], args.all('set'));
  const folder = args.text('model');
  // With a model folder of its own the command needs no project.
  const inProject = folder === undefined || args.text('project') !== undefined;
  const opened = inProject ? await openProject(args.text('project') ?? process.cwd()) : null;
  const config = readConfig(
    folder === undefined
      ? join(opened?.dir ?? '', opened?.project.models.base ?? '')
      : resolve(folder),
  );
  const length = args.integer('length', 1) ?? config.nCtx;
  const estimators = {
    pretrain: () => stageMemory.pretrain(config, settled('pretrain'), length),
    sft: () => stageMemory.sft(config, settled('sft'), length),
    rm: () => stageMemory.rm(config, settled('rm'), length),
    ppo: () => stageMemory.ppo(config, settled('ppo'), length),
    sample: () => stageMemory.sample(config, settled('sample'), length),
  };
  return estimators[stage]();

  function settled<S extends EstimatedStage>(
    name: S,
  ): ReturnType<typeof resolveHyperparameters<S>> {
    return opened === null
      ? resolveHyperparameters(name, settingsOf(settings, name))
      : resolveHyperparameters(name, resolveSettings(name, opened.project, settings));
  }
}

function settingsOf(settings: StageSettings, stage: EstimatedStage): Record<string, unknown> {
  return { ...settings.get(stage) };
}

function readConfig(folder: string): ModelConfig {
  const path = join(folder, 'config.json');
  if (existsSync(path)) return parseConfig(readFileSync(path, 'utf8'), path).config;
  throw new InstructError({
    code: 'missing-file',
    message: `${folder}: there is no model (no config.json).`,
    remedy: 'Give a folder with a config.json.',
    place: { path },
  });
}
