/** `instruct-studio estimate`: the memory that a stage will take on a model. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Dataset, openProject } from '../data/index.ts';
import { Tokenizer, parseConfig, type ModelConfig } from '../ml/models/index.ts';
import { InstructError } from '../protocol/errors.ts';
import { resolveHyperparameters, type Hyperparameters } from '../protocol/hyperparameters.ts';
import {
  estimatedStages,
  type EstimatedStage,
  type EstimateReply,
} from '../protocol/trainerCommand.ts';
import { commonOptions, projectOption, type Command } from './command.ts';
import { usageError, type Arguments } from './commandLine.ts';
import { exitCodes } from './exitCodes.ts';
import { resolveModel } from './modelReference.ts';
import { printError } from './printError.ts';
import { parseSettings, resolveSettings } from './settings.ts';
import { freeBytes, gigabytes, judgeMemory } from './stageMemory.ts';
import type { MemoryVerdict, StageLengths } from './stageMemory.ts';
import { asked, demonstratedBySplit, promptsOf, rankedBySplit } from './stages/examples.ts';
import { demonstrationLengths, promptLengths, rankingLengths } from './stages/stageLengths.ts';
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
      description:
        'Tokens of a sequence, prompt and completion; as the project’s records have it when absent, or the model’s context.',
    },
    set: {
      value: 'KEY=VALUE',
      multiple: true,
      description: 'A hyper-parameter, before that of instruct.json.',
    },
    ...commonOptions,
  },
  stages: [],
  notes: `STAGE is ${estimatedStages.join(', ')}. The model's weights are not read. Exits with 1 where it does not fit, and says which settings would.`,
  async run(args, terminal) {
    const stage = estimatedStages.find((each) => each === args.positionals[0]);
    if (stage === undefined) {
      const known = estimatedStages.join(', ');
      throw usageError('estimate', `expected ${known}, got "${args.positionals[0]}"`);
    }
    const free = freeBytes();
    const { estimate, refusal } = await verdictOn(stage, args, free);
    if (args.has('json')) {
      const reply: EstimateReply = { ...estimate, free, refusal: refusal?.toData() ?? null };
      terminal.print(JSON.stringify(reply));
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
      if (refusal !== null) printError(refusal.toData(), terminal);
    }
    return refusal === null ? exitCodes.ok : exitCodes.failed;
  },
};

async function verdictOn(
  stage: EstimatedStage,
  args: Arguments,
  free: number,
): Promise<MemoryVerdict> {
  const given = parseSettings('estimate', [stage], args.all('set'));
  const named = args.text('model');
  // With a model folder of its own the command needs no project.
  const inProject = named === undefined || args.text('project') !== undefined;
  const opened = inProject ? await openProject(args.text('project') ?? process.cwd()) : null;
  const folder =
    opened === null
      ? resolve(named ?? '')
      : join(
          opened.dir,
          named === undefined ? opened.project.models.base : resolveModel(opened.dir, named),
        );
  const config = readConfig(folder);
  const usual = {
    length: args.integer('length', 1) ?? config.nCtx,
    completions: opened?.project.labeling.completionsPerPrompt ?? usualCompletions,
  };
  const asks = opened !== null && !args.has('length');
  const verdicts: { readonly [S in EstimatedStage]: () => Promise<MemoryVerdict> } = {
    pretrain: () => judged('pretrain', () => null),
    sft: () =>
      judged('sft', (dataset, tokenizer) => {
        const { train } = demonstratedBySplit(dataset);
        return train.length === 0 ? null : demonstrationLengths(tokenizer, train);
      }),
    rm: () => judged('rm', ranked),
    dpo: () => judged('dpo', ranked),
    ppo: () => judged('ppo', prompted),
    expert: () => judged('expert', prompted),
    sample: () => judged('sample', prompted),
  };
  return verdicts[stage]();

  async function judged<S extends EstimatedStage>(
    name: S,
    lengthsOf: LengthsOf<Hyperparameters<S>>,
  ): Promise<MemoryVerdict> {
    const settings = resolveHyperparameters(
      name,
      opened === null ? { ...given.get(name) } : resolveSettings(name, opened.project, given),
    );
    const measured = asks
      ? await lengthsOf(await Dataset.open(opened.dir), tokenizerOf(folder), settings)
      : null;
    const { length, completions } = measured ?? usual;
    const lengths = { length: Math.min(length, config.nCtx), completions };
    return judgeMemory({ stage: name, config, settings, lengths }, free);
  }
}

/** How long sequences are by a project's records; null where there are none yet. */
type LengthsOf<Settings> = (
  dataset: Dataset,
  tokenizer: Tokenizer,
  settings: Settings,
) => StageLengths | null | Promise<StageLengths | null>;

/** K where no project says another. */
const usualCompletions = 4;

const ranked: LengthsOf<unknown> = async (dataset, tokenizer) => {
  const { train } = await rankedBySplit(dataset);
  return train.length === 0 ? null : rankingLengths(tokenizer, train);
};

const prompted: LengthsOf<{ readonly maxNewTokens: number }> = (
  dataset,
  tokenizer,
  { maxNewTokens },
) => {
  const prompts = promptsOf(dataset, 'train').map(asked);
  return prompts.length === 0 ? null : promptLengths(tokenizer, prompts, maxNewTokens);
};

function tokenizerOf(folder: string): Tokenizer {
  const path = join(folder, 'tokenizer.json');
  return Tokenizer.parse(readFileSync(path, 'utf8'), path, readConfig(folder).endToken);
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
