/** Every command of the manifest, bound to what does it. */
import path from 'node:path';
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { kindOfFile } from '../../data/index.ts';
import { projectFileName } from '../../protocol/project.ts';
import { openChat } from '../chat/openChat.ts';
import type { ComparePanels } from '../compare/comparePanel.ts';
import type { Demonstrations } from '../demonstrationEditor.ts';
import { Disposables } from '../disposables.ts';
import {
  compareEvaluations,
  exportReport,
  openReport,
  planEvaluation,
} from '../evaluation/evaluationCommands.ts';
import type { ErrorReporter } from '../errorReporter.ts';
import { exportProject, exportRequestSchema } from '../exchange/exporter.ts';
import type { Importer } from '../exchange/importer.ts';
import { CandidateComment, type InlineComparisons } from '../inline/inlineComparisons.ts';
import type { Sample, Vote } from '../inline/comparison.ts';
import { promptLanguage } from '../inline/promptCompletions.ts';
import { Pages } from '../pages.ts';
import type { ProjectFolder } from '../project/projectFolder.ts';
import type { ProjectService } from '../project/projectService.ts';
import { openPromptTable } from '../promptTable/promptTableEditor.ts';
import type { PromptWriter } from '../promptWriter.ts';
import type { RankingPanels } from '../rankingPanel.ts';
import { addModel } from '../models/addModel.ts';
import { deleteModel } from '../models/deleteModel.ts';
import { modelCardDocuments, modelCardScheme, showModelCard } from '../models/modelCard.ts';
import type { RunPanels } from '../runPanel.ts';
import type { TrainerLauncher } from '../runs/trainerLauncher.ts';
import type { AskStudio } from '../studioCommand.ts';
import { expectTrust } from '../trust.ts';
import { openDataFileCommand } from '../views/datasetNodes.ts';
import { property, targetId } from './arguments.ts';
import {
  compareInDiff,
  compareInline,
  CompletionDocuments,
  completionScheme,
  openProjectFile,
} from './compareCommands.ts';
import { choosePreset } from './choosePreset.ts';
import { choosePromptTable } from './choosePromptTable.ts';
import { createSampleProject } from './createSample.ts';
import { curatePrompts } from './curatePrompts.ts';
import { showAgreement, showStatistics } from './dataPages.ts';
import { planFreely } from './newRunWizard.ts';
import { chooseRun, deleteRun, showRunLog } from './runCommands.ts';
import { screenLabeler } from './screenLabeler.ts';
import { settleDisagreement } from './settleDisagreement.ts';
import {
  planOfFile,
  planPipeline,
  planPpo,
  planRewardModel,
  planSampling,
  planSft,
  startRun,
  type RunPlanner,
} from './trainingCommands.ts';

/** What commands act on. */
export interface CommandSurroundings {
  readonly projects: ProjectService;
  readonly launcher: TrainerLauncher;
  readonly sample: Sample;
  readonly comparisons: InlineComparisons;
  readonly isPromptFile: (uri: vscode.Uri) => boolean;
  readonly ranking: RankingPanels;
  readonly demonstrations: Demonstrations;
  readonly promptWriter: PromptWriter;
  readonly runPanels: RunPanels;
  readonly comparePanels: ComparePanels;
  readonly ask: AskStudio;
  readonly importer: Importer;
  readonly errors: ErrorReporter;
}

/** A menu over several files gives the one under the pointer, then all that are selected. */
type Handler = (argument: unknown, selected?: unknown) => Promise<void>;

/** Registers all commands. What a command throws becomes a message with its remedy. */
export function registerCommands(surroundings: CommandSurroundings): Disposables {
  const owned = new Disposables();
  const documents = new CompletionDocuments();
  const { workspace } = vscode;
  owned.add(workspace.registerTextDocumentContentProvider(completionScheme, documents));
  const pages = owned.add(new Pages());
  const cards = modelCardDocuments(() => surroundings.projects.expect());
  owned.add(workspace.registerTextDocumentContentProvider(modelCardScheme, cards));
  const handlers = {
    ...projectHandlers(surroundings, documents),
    ...runHandlers(surroundings),
    ...inlineHandlers(surroundings),
    ...exchangeHandlers(surroundings),
    ...curationHandlers(surroundings, pages),
  };
  for (const [name, handle] of Object.entries(handlers)) {
    const id = name.startsWith('instruct.') ? name : `instruct.${name}`;
    const guarded = async (argument: unknown, selected: unknown): Promise<void> => {
      try {
        await handle(argument, selected);
      } catch (thrown) {
        if (thrown instanceof vscode.CancellationError) return; // as the user wished
        surroundings.errors.report(thrown);
      }
    };
    owned.add(vscode.commands.registerCommand(id, guarded));
  }
  return owned;
}

function projectHandlers(
  surroundings: CommandSurroundings,
  documents: CompletionDocuments,
): Record<string, Handler> {
  const { projects, launcher, sample, comparisons, isPromptFile } = surroundings;
  const { ranking, demonstrations } = surroundings;
  const start =
    (plan: RunPlanner, show: boolean): Handler =>
    async (argument) => {
      const project = projects.expect();
      expectTrust();
      // The watcher may not have told yet of what was saved a moment ago.
      await project.reloadProjectFile();
      const planned = await plan(project, argument);
      if (planned === undefined) return;
      const run = await startRun(project, planned);
      if (show) await surroundings.runPanels.open(run.id);
    };
  return {
    createSampleProject: (argument) => {
      expectTrust();
      return createSampleProject(launcher, argument);
    },
    choosePreset: (argument) => choosePreset(projects.expect(), argument),
    openProjectFile: () => openProjectFile(projects.expect().path, projectFileName),
    [openDataFileCommand]: (argument) => {
      const file = String(argument);
      const folder = projects.expect().path;
      if (kindOfFile(file) !== 'prompts') return openProjectFile(folder, file);
      return openPromptTable(vscode.Uri.file(path.join(folder, file)));
    },
    writePrompt: () => surroundings.promptWriter.write(),
    savePrompt: () => surroundings.promptWriter.save(),
    openPromptTable: (argument) => choosePromptTable(projects.expect(), argument),
    writeDemonstration: (argument) => {
      projects.expect().expectProject();
      return demonstrations.write(targetId(argument, 'prompt'));
    },
    reviseDemonstration: () => {
      projects.expect().expectProject();
      return demonstrations.revise();
    },
    rankCompletions: (argument) => {
      projects.expect().expectProject();
      return ranking.open(targetId(argument, 'prompt'));
    },
    sampleCompletions: start(planSampling, false),
    trainSft: start(planSft, true),
    trainRewardModel: start(planRewardModel, true),
    runPpo: start(planPpo, true),
    runPipeline: start(planPipeline, true),
    newRun: start((project, argument) => planFreely(project, argument, launcher), true),
    evaluate: start(planEvaluation, true),
    openReport: (argument) => openReport(projects.expect(), launcher, argument, expectTrust),
    compareEvaluations: (argument) => {
      expectTrust();
      return compareEvaluations(projects.expect(), launcher, argument);
    },
    exportReport,
    addModel: (argument) => {
      projects.expect().expectProject();
      expectTrust();
      return addModel(projects.expect(), surroundings.ask, argument);
    },
    deleteModel: (argument) => deleteModel(projects.expect(), argument),
    showModelCard: (argument) => showModelCard(projects.expect(), argument),
    openRunOfModel: async (argument) => {
      const run = /^runs\/([^/]+)\//.exec(targetId(argument, 'model') ?? '')?.at(1);
      if (run !== undefined) await surroundings.runPanels.open(run);
    },
    runFile: start((_project, argument) => planOfFile(argument), true),
    compareInline: (argument) => {
      expectTrust();
      return compareInline(projects.expect(), comparisons, isPromptFile, argument);
    },
    compareSideBySide: () => {
      projects.expect().expectProject();
      surroundings.comparePanels.open();
      return Promise.resolve();
    },
    openPlayground: () => {
      projects.expect().expectProject();
      surroundings.comparePanels.open('one');
      return Promise.resolve();
    },
    openChat,
    newPromptFile: async () => {
      const document = await vscode.workspace.openTextDocument({ language: promptLanguage });
      await vscode.window.showTextDocument(document);
    },
    compareDiff: () => {
      expectTrust();
      return compareInDiff(projects.expect(), sample, documents);
    },
  };
}

function curationHandlers(
  { projects, ask, ranking }: CommandSurroundings,
  pages: Pages,
): Record<string, Handler> {
  return {
    curatePrompts: (argument) => {
      expectTrust();
      return curatePrompts(projects.expect(), ask, argument);
    },
    showStatistics: () => {
      expectTrust();
      return showStatistics(projects.expect(), ask, pages);
    },
    showAgreement: () => {
      expectTrust();
      return showAgreement(projects.expect(), ask, pages);
    },
    settleDisagreement: () => settleDisagreement(projects.expect(), ranking),
    screenLabeler: () => screenLabeler(projects.expect(), pages),
  };
}

function exchangeHandlers({
  projects,
  ask,
  importer,
}: CommandSurroundings): Record<string, Handler> {
  return {
    import: (argument, selected) => {
      expectTrust();
      const all = Array.isArray(selected) && selected.length > 0 ? selected : [argument].flat();
      return importer.preview(all.filter((each) => each instanceof vscode.Uri));
    },
    applyImport: (argument) => importer.apply(argument),
    changeImportFormat: (argument) => importer.changeFormat(argument),
    changeImportIds: (argument) => importer.changeIds(argument),
    cancelImport: (argument) => importer.cancel(argument),
    export: (argument) => {
      expectTrust();
      const request = exportRequestSchema.safeParse(argument).data ?? {};
      return exportProject(projects.expect(), ask, request);
    },
  };
}

function runHandlers({ projects, runPanels }: CommandSurroundings): Record<string, Handler> {
  const isLive = (project: ProjectFolder) => (run: Parameters<typeof project.runs.isLive>[0]) =>
    project.runs.isLive(run);
  return {
    openRun: async (argument) => {
      const filter = {
        title: l10n.t('Open Run'),
        accepts: () => true,
        none: l10n.t('There is no run yet.'),
      };
      const run = await chooseRun(projects.expect(), argument, filter);
      if (run !== undefined) await runPanels.open(run.id);
    },
    showRunLog: async (argument) => {
      const filter = {
        title: l10n.t('Show Run Log'),
        accepts: () => true,
        none: l10n.t('There is no run yet.'),
      };
      const run = await chooseRun(projects.expect(), argument, filter);
      if (run !== undefined) await showRunLog(run);
    },
    stopRun: async (argument) => {
      const project = projects.expect();
      const none = l10n.t('No run is at work: there is nothing to stop.');
      const filter = { title: l10n.t('Stop Run'), accepts: isLive(project), none };
      const run = await chooseRun(project, argument, filter);
      if (run === undefined) return;
      expectTrust();
      await vscode.window.withProgress(
        { location: { viewId: 'instruct.runs' }, title: l10n.t('Stopping…') },
        () => project.runs.stop(run),
      );
    },
    pauseRun: async (argument) => {
      const project = projects.expect();
      const run = await chooseRun(project, argument, {
        title: l10n.t('Pause Run'),
        accepts: ({ state }) => state === 'running',
        none: l10n.t('No run is at work: there is nothing to pause.'),
      });
      if (run === undefined) return;
      expectTrust();
      await project.runs.pause(run);
    },
    resumeRun: async (argument) => {
      const project = projects.expect();
      const run = await chooseRun(project, argument, {
        title: l10n.t('Resume Run'),
        accepts: (candidate) => candidate.state === 'paused' || candidate.isResumable,
        none: l10n.t('No run waits to go on: there is nothing to resume.'),
      });
      if (run === undefined) return;
      expectTrust();
      await project.runs.resume(run);
    },
    deleteRun: async (argument) => {
      const project = projects.expect();
      const run = await chooseRun(project, argument, {
        title: l10n.t('Delete Run'),
        accepts: (candidate) => !project.runs.isLive(candidate),
        none: l10n.t('There is no run to delete.'),
      });
      if (run !== undefined) await deleteRun(project, run);
    },
  };
}

function inlineHandlers({ comparisons }: CommandSurroundings): Record<string, Handler> {
  const vote = async (argument: unknown, given: Vote): Promise<void> => {
    const thread = threadOf(argument);
    if (thread !== undefined) await comparisons.find(thread)?.vote(given);
  };
  return {
    'inline.prefer': async (argument) => {
      if (!(argument instanceof CandidateComment)) return;
      await comparisons.find(argument)?.vote({ prefer: argument.candidate });
    },
    'inline.tie': (argument) => vote(argument, 'tie'),
    'inline.bothBad': (argument) => vote(argument, 'bothBad'),
    'inline.saveDemonstration': async (argument) => {
      const thread = threadOf(argument);
      const text = property(argument, 'text');
      if (thread === undefined || typeof text !== 'string' || text.trim() === '') return;
      await comparisons.find(thread)?.demonstrate(text.trim());
    },
    'inline.resample': async (argument) => {
      expectTrust();
      await comparisons.find(threadOf(argument))?.resample();
    },
    'inline.writeBetter': (argument) => {
      if (argument instanceof CandidateComment) {
        comparisons.find(argument)?.edit(argument.candidate);
      }
      return Promise.resolve();
    },
    'inline.saveBetter': async (argument) => {
      if (!(argument instanceof CandidateComment)) return;
      const text: unknown = argument.body; // what was typed: the editor puts it there
      if (typeof text !== 'string' || text.trim() === '') return;
      await comparisons.find(argument)?.demonstrate(text.trim());
    },
    'inline.cancelBetter': (argument) => {
      comparisons.find(argument)?.edit(undefined);
      return Promise.resolve();
    },
    'inline.close': (argument) => {
      const thread = threadOf(argument);
      if (thread !== undefined) comparisons.find(thread)?.dispose();
      return Promise.resolve();
    },
  };
}

/** Menus of a thread give the thread, those of its reply box `{ thread, text }`. */
function threadOf(argument: unknown): unknown {
  return property(argument, 'thread') ?? argument;
}

/** The absolute path of the trainer beside the extension's own bundle. */
export function trainerScript(extension: vscode.Uri): string {
  return path.join(extension.fsPath, 'dist', 'trainer.mjs');
}
