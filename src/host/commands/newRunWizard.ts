/** "New Run…": every choice about a run in a few quick picks, with a way back and a summary. */
import path from 'node:path';
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import {
  hyperparameterProblem,
  hyperparameterTable,
  type HyperparameterValue,
  type TunableStage,
} from '../../protocol/hyperparameters.ts';
import { plannedRunSuffix, type PlannedRun } from '../../protocol/plannedRun.ts';
import { estimatedStages, type EstimateReply } from '../../protocol/trainerCommand.ts';
import type { ProjectFolder } from '../project/projectFolder.ts';
import { inBytes, secondsOfLast } from '../runs/runEstimate.ts';
import type { NewRun, TrainerLauncher } from '../runs/trainerLauncher.ts';
import { languageModels, modelsMadeBy, type ModelInfo } from '../views/modelCatalog.ts';
import { modelLabel } from '../views/modelNodes.ts';
import { spokenDuration } from '../views/runNodes.ts';
import { stageLabels } from '../views/stageLabels.ts';
import { targetId } from './arguments.ts';
import { ask, type Choice } from './quickSteps.ts';
import { modelChoice, modelsOf, noModel } from './trainingCommands.ts';

const title = l10n.t('New Run');

/** The stages that can be begun here, with what they learn from. */
const begun: readonly { readonly stage: TunableStage; readonly detail: string }[] = [
  { stage: 'sft', detail: l10n.t('Learns from demonstrations') },
  { stage: 'rm', detail: l10n.t('Learns from rankings which completions people prefer') },
  { stage: 'ppo', detail: l10n.t('Optimises the policy for the reward model’s score') },
  { stage: 'dpo', detail: l10n.t('Learns from rankings directly, without a reward model') },
  {
    stage: 'expert',
    detail: l10n.t('Learns from its own completions that the reward model likes best'),
  },
  { stage: 'sample', detail: l10n.t('Writes completions to be ranked') },
  { stage: 'eval', detail: l10n.t('Compares models on held-out prompts') },
];

/** What has been chosen so far. */
interface Draft {
  stage: TunableStage | undefined;
  model: string | undefined;
  reward: string | undefined;
  readonly changed: Map<string, HyperparameterValue>;
  seed: number;
}

/** Where it is asked, and who tells what a run will need. */
interface Asking {
  readonly project: ProjectFolder;
  readonly launcher: TrainerLauncher;
}

type Turn = 'next' | 'back' | 'done' | undefined;

/**
 * Asks for everything; undefined when the user gave up or wrote the choices to a file instead of
 * starting. A model given as an argument is what the run starts from.
 */
export async function planFreely(
  project: ProjectFolder,
  argument: unknown,
  launcher: TrainerLauncher,
): Promise<NewRun | undefined> {
  project.expectProject();
  const models = await modelsOf(project);
  const draft: Draft = {
    stage: undefined,
    model: targetId(argument, 'model'),
    reward: undefined,
    changed: new Map(),
    seed: 0,
  };
  const given = draft.model !== undefined;
  const steps: (() => Promise<Turn>)[] = [
    () => askStage(draft, steps.length),
    ...(given ? [] : [() => askModel(draft, models, steps.length)]),
    () => askReward(draft, models, given ? 2 : 3, steps.length),
    () => askSettings(project, draft, steps.length - 1, steps.length),
    () => askSummary({ project, launcher }, draft, models, steps.length, steps.length),
  ];
  let at = 0;
  let forward = true;
  while (at >= 0) {
    const turn = await steps[at]();
    if (turn === undefined) return undefined;
    if (turn === 'done') return asNewRun(draft);
    // A step with nothing to ask passes on in the direction the user came from.
    if (turn === 'next' && isSilent(draft, at, given)) at += forward ? 1 : -1;
    else {
      forward = turn === 'next';
      at += forward ? 1 : -1;
    }
  }
  return undefined;
}

function isSilent({ stage }: Draft, at: number, given: boolean): boolean {
  return at === (given ? 1 : 2) && !hasReward(stage);
}

/** Whether a stage optimises for a reward model, which then has to be chosen. */
function hasReward(stage: TunableStage | undefined): boolean {
  return stage === 'ppo' || stage === 'expert';
}

async function askStage(draft: Draft, total: number): Promise<Turn> {
  const choices = begun.map(({ stage, detail }) => ({
    label: stageLabels[stage],
    detail,
    value: stage,
  }));
  const answer = await ask(title, { placeholder: l10n.t('What to do'), choices }, 1, total);
  if (answer === undefined || answer === 'back') return undefined;
  const stage = begun.find((each) => each.stage === answer.value)?.stage;
  if (stage !== draft.stage) draft.changed.clear();
  draft.stage = stage;
  return 'next';
}

async function askModel(draft: Draft, models: readonly ModelInfo[], total: number): Promise<Turn> {
  const fits =
    draft.stage === 'rm' || draft.stage === 'dpo' || hasReward(draft.stage)
      ? modelsMadeBy(models, 'sft')
      : languageModels(models);
  if (fits.length === 0) throw noModel(l10n.t('There is no SFT model to start from yet.'));
  const step = { placeholder: l10n.t('Model to start from'), choices: fits.map(modelChoice) };
  const answer = await ask(title, step, 2, total);
  if (answer === undefined || answer === 'back') return answer;
  draft.model = answer.value;
  return 'next';
}

async function askReward(
  draft: Draft,
  models: readonly ModelInfo[],
  at: number,
  total: number,
): Promise<Turn> {
  if (!hasReward(draft.stage)) return 'next';
  const rewards = modelsMadeBy(models, 'rm');
  if (rewards.length === 0) throw noModel(l10n.t('There is no reward model yet.'), 'rm');
  const step = { placeholder: l10n.t('Reward model'), choices: rewards.map(modelChoice) };
  const answer = await ask(title, step, at, total);
  if (answer === undefined || answer === 'back') return answer;
  draft.reward = answer.value;
  return 'next';
}

/** The value that a setting has without being changed here. */
function standing(project: ProjectFolder, stage: TunableStage, key: string): HyperparameterValue {
  const inProject = project.expectProject().hyperparameters[stage]?.[key];
  if (['number', 'boolean', 'string'].includes(typeof inProject)) {
    return inProject as HyperparameterValue; // checked when the project file was read
  }
  return hyperparameterTable(stage).get(key)?.default ?? '';
}

async function askSettings(
  project: ProjectFolder,
  draft: Draft,
  at: number,
  total: number,
): Promise<Turn> {
  const { stage } = draft;
  if (stage === undefined) return 'back';
  for (;;) {
    const rows = [...hyperparameterTable(stage)].map(([key, row]): Choice => {
      const changed = draft.changed.get(key);
      const value = changed ?? standing(project, stage, key);
      const unit = row.unit === undefined ? '' : ` ${row.unit}`;
      return {
        label: changed === undefined ? key : `$(edit) ${key}`,
        description: `${String(value)}${unit}`,
        detail: l10n.t(row.description),
        value: key,
      };
    });
    const separator = { kind: vscode.QuickPickItemKind.Separator, value: '' };
    const count = draft.changed.size;
    const answer = await ask(
      title,
      {
        placeholder: l10n.t('Settings: go on, or choose one to change it'),
        choices: [
          {
            label: `$(check) ${l10n.t('Go On')}`,
            description:
              count === 0 ? l10n.t('with these settings') : l10n.t`with ${count} changed`,
            value: '',
          },
          { ...separator, label: l10n.t('settings') },
          { label: l10n.t('seed'), description: String(draft.seed), value: 'seed' },
          ...rows,
        ],
      },
      at,
      total,
    );
    if (answer === undefined || answer === 'back') return answer;
    if (answer.value === '') return 'next';
    if (answer.value === 'seed') draft.seed = Number((await askSeed(draft.seed)) ?? draft.seed);
    else await change(project, draft, stage, answer.value);
  }
}

function askSeed(seed: number): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    title: l10n.t('Seed'),
    prompt: l10n.t('Decides everything that is drawn: the same seed gives the same weights.'),
    value: String(seed),
    ignoreFocusOut: true,
    validateInput: (text) =>
      /^\d{1,15}$/.test(text) ? undefined : l10n.t('A whole number from 0'),
  });
}

async function change(
  project: ProjectFolder,
  draft: Draft,
  stage: TunableStage,
  key: string,
): Promise<void> {
  const row = hyperparameterTable(stage).get(key);
  if (row === undefined) return;
  const usual = standing(project, stage, key);
  const read = (text: string): HyperparameterValue =>
    typeof row.default === 'number'
      ? text.trim() === ''
        ? NaN
        : Number(text)
      : typeof row.default === 'boolean'
        ? text === 'true'
        : text;
  const paper =
    row.paper === null ? l10n.t('the paper does not say') : l10n.t`paper: ${String(row.paper)}`;
  const choices =
    typeof row.default === 'boolean'
      ? ['true', 'false']
      : row.choices === undefined
        ? []
        : row.choices;
  const text =
    choices.length > 0
      ? await vscode.window.showQuickPick([...choices], { title: key, ignoreFocusOut: true })
      : await vscode.window.showInputBox({
          title: key,
          prompt: l10n.t`${l10n.t(row.description)} Default ${String(row.default)}, ${paper}.`,
          value: String(draft.changed.get(key) ?? usual),
          ignoreFocusOut: true,
          validateInput: (given) => hyperparameterProblem(stage, key, read(given)) ?? undefined,
        });
  if (text === undefined) return;
  const value = read(text);
  if (value === usual) draft.changed.delete(key);
  else draft.changed.set(key, value);
}

async function askSummary(
  asking: Asking,
  draft: Draft,
  models: readonly ModelInfo[],
  at: number,
  total: number,
): Promise<Turn> {
  const { project } = asking;
  const { stage } = draft;
  if (stage === undefined) return 'back';
  const from = [draft.model, draft.reward].flatMap((ref) => {
    const model = models.find((each) => each.ref === ref);
    return model === undefined ? [] : [modelLabel(model)];
  });
  const changed = [...draft.changed].map(([key, value]) => `${key} = ${String(value)}`);
  const [model, reward] = from;
  const what = [
    from.length > 1
      ? l10n.t`${stageLabels[stage]} from ${model} and ${reward}`
      : l10n.t`${stageLabels[stage]} from ${from.join()}`,
    ...changed,
    l10n.t`seed ${draft.seed}`,
  ].join(' · ');
  const answer = await ask(
    title,
    {
      placeholder: l10n.t('Start the run, or write it down'),
      choices: [
        startChoice(await toldOf(asking, draft, stage), what, timeOf(project, stage)),
        {
          label: `$(save) ${l10n.t('Write to a File…')}`,
          detail: l10n.t('A *.run.json, to be started from the editor, a task or the command line'),
          value: 'file',
        },
      ],
    },
    at,
    total,
  );
  if (answer === undefined || answer === 'back') return answer;
  if (answer.value === 'start') return 'done';
  if (answer.value === 'back') return 'back';
  await writePlan(project, draft, stage);
  return undefined;
}

/** What the trainer says of the memory; undefined of a stage that it cannot tell. */
async function toldOf(
  { project, launcher }: Asking,
  { model, changed }: Draft,
  stage: TunableStage,
): Promise<EstimateReply | undefined> {
  const known = estimatedStages.find((each) => each === stage);
  const named = model === undefined ? [] : ['--model', model];
  return known && launcher.estimate(project.path, known, [...named, ...settingOptions(changed)]);
}

/** The first choice: to start, or where it will not fit to change what is in the way. */
function startChoice(told: EstimateReply | undefined, what: string, time: string): Choice {
  const refusal = told?.refusal;
  if (refusal !== undefined && refusal !== null) {
    return {
      label: `$(warning) ${l10n.t('Change the Settings')}`,
      description: refusal.message,
      detail: refusal.remedy,
      value: 'back',
    };
  }
  const memory = told === undefined ? [] : [l10n.t`Needs about ${inBytes(told.total)} of memory`];
  const detail = [...memory, time].join('; ');
  return { label: `$(play) ${l10n.t('Start')}`, description: what, detail, value: 'start' };
}

/** How long the last run of the kind took. */
function timeOf(project: ProjectFolder, stage: TunableStage): string {
  const views = project.runs.runs.filter(({ spec }) => spec?.stage === stage);
  const seconds = secondsOfLast(views.map(({ view }) => view));
  return seconds === undefined
    ? l10n.t('the first of its kind here: the time is known after the first steps')
    : l10n.t`the last one took ${spokenDuration(seconds)}`;
}

function settingOptions(changed: Draft['changed']): string[] {
  return [...changed].flatMap(([key, value]) => ['--set', `${key}=${String(value)}`]);
}

function asNewRun({ stage, model, reward, changed, seed }: Draft): NewRun | undefined {
  if (stage === undefined) return undefined;
  const named = stage === 'eval' && model !== undefined ? `model=${model}` : model;
  const options = [
    ...(named === undefined ? [] : ['--model', named]),
    ...(reward === undefined || !hasReward(stage) ? [] : ['--reward', reward]),
    ...settingOptions(changed),
    ...['--seed', String(seed)],
  ];
  return { stage, options };
}

async function writePlan(
  project: ProjectFolder,
  { model, reward, changed, seed }: Draft,
  stage: TunableStage,
): Promise<void> {
  const plan: PlannedRun = {
    stage,
    models: {
      ...(model === undefined ? {} : { model }),
      ...(reward === undefined || !hasReward(stage) ? {} : { reward }),
    },
    hyperparameters: Object.fromEntries(changed),
    seed,
  };
  const target = await vscode.window.showSaveDialog({
    defaultUri: vscode.Uri.file(path.join(project.path, `${stage}${plannedRunSuffix}`)),
    filters: { [l10n.t('Planned run')]: ['run.json'] },
  });
  if (target === undefined) return;
  await vscode.workspace.fs.writeFile(
    target,
    new TextEncoder().encode(`${JSON.stringify(plan, null, 2)}\n`),
  );
  await vscode.window.showTextDocument(target);
}
