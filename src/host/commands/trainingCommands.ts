/** Starting runs: each command asks only what it cannot know. */
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { InstructError } from '../../protocol/errors.ts';
import { plannedRunSuffix } from '../../protocol/plannedRun.ts';
import type { RecordKind } from '../../protocol/records.ts';
import type { ProjectFolder } from '../project/projectFolder.ts';
import type { Run } from '../runs/run.ts';
import { RemedyError, type Remedy } from '../remedyError.ts';
import type { NewRun } from '../runs/trainerLauncher.ts';
import { languageModels, listModels, modelsMadeBy, type ModelInfo } from '../views/modelCatalog.ts';
import { modelDetail, modelLabel } from '../views/modelNodes.ts';
import { counted } from '../counted.ts';
import { targetId } from './arguments.ts';
import { chooseInSteps, type Choice } from './quickSteps.ts';

/** Makes the settings of a run out of what a command was called with; undefined when given up. */
export type RunPlanner = (project: ProjectFolder, argument: unknown) => Promise<NewRun | undefined>;

/** The models of an open project. */
export function modelsOf(project: ProjectFolder): Promise<ModelInfo[]> {
  return listModels(project.path, project.project?.models.base, project.runs.runs);
}

/** SFT starts from the project's base model. */
export const planSft: RunPlanner = async (project) => {
  project.expectProject();
  await expectRecords(project, 'demonstrations', l10n.t('SFT learns from demonstrations'));
  return { stage: 'sft', options: [] };
};

/** The reward model starts from an SFT model. */
export const planRewardModel: RunPlanner = async (project) => {
  project.expectProject();
  await expectRecords(project, 'rankings', l10n.t('The reward model learns from rankings'));
  const models = expectModels(
    await modelsOf(project),
    'sft',
    l10n.t('The reward model starts from one'),
  );
  const chosen = await chooseInSteps(l10n.t('Train Reward Model'), [
    { placeholder: l10n.t('SFT model to start from'), choices: models.map(modelChoice) },
  ]);
  const model = chosen?.at(0);
  return model === undefined ? undefined : { stage: 'rm', options: ['--model', model] };
};

/** PPO starts from an SFT model and optimises for a reward model. */
export const planPpo: RunPlanner = async (project) => {
  project.expectProject();
  const models = await modelsOf(project);
  const policies = expectModels(models, 'sft', l10n.t('PPO starts from one'));
  const rewards = expectModels(models, 'rm', l10n.t('PPO optimises for its score'));
  const chosen = await chooseInSteps(l10n.t('Run PPO'), [
    { placeholder: l10n.t('Policy to start from'), choices: policies.map(modelChoice) },
    { placeholder: l10n.t('Reward model'), choices: rewards.map(modelChoice) },
  ]);
  if (chosen === undefined) return undefined;
  const [model, reward] = chosen;
  return { stage: 'ppo', options: ['--model', model, '--reward', reward] };
};

/** The whole loop starts from the base model; asks who ranks. */
export const planPipeline: RunPlanner = async (project) => {
  project.expectProject();
  await expectRecords(
    project,
    'demonstrations',
    l10n.t('The loop begins with SFT on demonstrations'),
  );
  const dataset = await project.expectDataset();
  const people = [...dataset.entries('rankings')].filter(
    ({ labeler }) => labeler !== 'gold',
  ).length;
  const standing = {
    label: l10n.t('The rankings that stand'),
    description: counted(people, 'ranking'),
    detail: l10n.t(
      'Nothing is sampled; the reward model learns from what people have ranked already',
    ),
    value: 'existing',
  };
  const chosen = await chooseInSteps(l10n.t('Run the Whole Loop'), [
    {
      placeholder: l10n.t('SFT → sample → rank → reward model → PPO → evaluate. Who ranks?'),
      choices: [
        ...(people > 0 ? [standing] : []),
        {
          label: l10n.t('The gold labeler'),
          detail: l10n.t(
            'Knows the truth of the embedded world: the loop goes through without you',
          ),
          value: 'gold',
        },
        {
          label: l10n.t('People'),
          detail: l10n.t(
            'The loop stops after sampling until the completions are ranked, and is then resumed',
          ),
          value: 'human',
        },
      ],
    },
  ]);
  const who = chosen?.at(0);
  return who === undefined ? undefined : { stage: 'pipeline', options: ['--rankings', who] };
};

/** Sampling asks which model and for how many prompts. */
export const planSampling: RunPlanner = async (project, argument) => {
  project.expectProject();
  await expectRecords(project, 'prompts', l10n.t('Completions are sampled for prompts'));
  const models = languageModels(await modelsOf(project));
  if (models.length === 0) throw noModel(l10n.t('There is no model to sample from yet.'));
  const given = models.find(({ ref }) => ref === targetId(argument, 'model'));
  const dataset = await project.expectDataset();
  const prompts = dataset.counts().prompts.bySplit.get('train') ?? 0;
  const chosen = await chooseInSteps(l10n.t('Sample Completions'), [
    {
      placeholder: l10n.t('Model to sample from'),
      choices: (given === undefined ? models : [given]).map(modelChoice),
    },
    {
      placeholder: l10n.t('For how many prompts of the train split'),
      choices: promptChoices(prompts),
    },
  ]);
  if (chosen === undefined) return undefined;
  const [model, maxPrompts] = chosen;
  const options = ['--model', model, '--set', `maxPrompts=${maxPrompts}`];
  const k = project.expectProject().labeling.completionsPerPrompt;
  return { stage: 'sample', options: [...options, '--set', `completionsPerPrompt=${k}`] };
};

/** A `*.run.json`: the one that a lens or a menu names, else the one in the active editor. */
export async function planOfFile(argument: unknown): Promise<NewRun | undefined> {
  const given =
    argument instanceof vscode.Uri
      ? argument
      : typeof argument === 'string'
        ? vscode.Uri.parse(argument)
        : vscode.window.activeTextEditor?.document.uri;
  if (given?.path.endsWith(plannedRunSuffix) !== true) {
    throw new InstructError({
      code: 'bad-argument',
      message: l10n.t`There is no *${plannedRunSuffix} file here to run.`,
      remedy: l10n.t('Open one, or make one with “New Run…”.'),
    });
  }
  const open = vscode.workspace.textDocuments.find(
    ({ uri }) => uri.toString() === given.toString(),
  );
  if (open?.isDirty === true) await open.save();
  return { file: given.fsPath };
}

/** Makes and starts a run, showing that something happens. */
export async function startRun(project: ProjectFolder, run: NewRun): Promise<Run> {
  return vscode.window.withProgress(
    { location: { viewId: 'instruct.runs' }, title: l10n.t('Starting…') },
    () => project.runs.start(run),
  );
}

/** A model as something to choose. */
export function modelChoice(model: ModelInfo): Choice {
  const detail = modelDetail(model, Date.now());
  return { label: modelLabel(model), description: detail, detail: model.ref, value: model.ref };
}

function promptChoices(total: number): Choice[] {
  const some = [10, 50, 200].filter((count) => count < total);
  const all = { label: l10n.t`All ${counted(total, 'prompt')}`, value: '0' };
  return [...some.map((count) => ({ label: counted(count, 'prompt'), value: `${count}` })), all];
}

async function expectRecords(project: ProjectFolder, kind: RecordKind, why: string): Promise<void> {
  const dataset = await project.expectDataset();
  if (dataset.counts()[kind].total > 0) return;
  const { sentence, ...action } = remedies[kind];
  throw new RemedyError(
    {
      code: 'empty-dataset',
      message: l10n.t`${why}, and there are none in this project.`,
      remedy: sentence,
      place: { path: kind },
    },
    action,
  );
}

const remedies: Readonly<Record<RecordKind, Remedy & { readonly sentence: string }>> = {
  prompts: {
    sentence: l10n.t('Add some to a file in prompts/.'),
    label: l10n.t('Open Project File'),
    command: 'instruct.openProjectFile',
  },
  demonstrations: {
    sentence: l10n.t('Write one first.'),
    label: l10n.t('Write Demonstration'),
    command: 'instruct.writeDemonstration',
  },
  completions: {
    sentence: l10n.t('Sample some first.'),
    label: l10n.t('Sample Completions…'),
    command: 'instruct.sampleCompletions',
  },
  rankings: {
    sentence: l10n.t('Rank some first.'),
    label: l10n.t('Rank Completions'),
    command: 'instruct.rankCompletions',
  },
};

function expectModels(models: readonly ModelInfo[], stage: 'sft' | 'rm', why: string): ModelInfo[] {
  const found = modelsMadeBy(models, stage);
  if (found.length > 0) return found;
  const none =
    stage === 'sft'
      ? l10n.t`There is no SFT model yet. ${why}.`
      : l10n.t`There is no reward model yet. ${why}.`;
  throw noModel(none, stage);
}

/** There is no model of the kind that is needed; the button trains one. */
export function noModel(message: string, stage: 'sft' | 'rm' = 'sft'): RemedyError {
  const action =
    stage === 'sft'
      ? { label: l10n.t('Train SFT'), command: 'instruct.trainSft' }
      : { label: l10n.t('Train Reward Model'), command: 'instruct.trainRewardModel' };
  const remedy = l10n.t`Run "${action.label}" first, or the whole pipeline.`;
  return new RemedyError({ code: 'bad-model', message, remedy }, action);
}
