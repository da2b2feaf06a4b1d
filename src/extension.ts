/** The extension's entry: builds the object graph, nothing else. */
import './host/translations.ts';
import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import * as vscode from 'vscode';
import { registerNativeSurfaces } from './host/chat/nativeSurfaces.ts';
import { registerCommands, trainerScript } from './host/commands/registerCommands.ts';
import { registerComparePanel } from './host/compare/comparePanel.ts';
import { registerDemonstration } from './host/demonstrationEditor.ts';
import { ErrorReporter } from './host/errorReporter.ts';
import { DatasetDrop } from './host/exchange/datasetDrop.ts';
import { Importer } from './host/exchange/importer.ts';
import { registerReportEditor } from './host/evaluation/reportEditor.ts';
import { EvaluationTests } from './host/evaluation/evaluationTests.ts';
import { InlineComparisons } from './host/inline/inlineComparisons.ts';
import { PromptCodeLens } from './host/inline/promptCodeLens.ts';
import { ProjectSampler } from './host/inline/projectSampler.ts';
import { CurrentLabeler } from './host/labeling/currentLabeler.ts';
import { demonstrationSource, rankingSource } from './host/labeling/labelingQueue.ts';
import { ProjectDiagnostics } from './host/project/projectDiagnostics.ts';
import { ProjectService } from './host/project/projectService.ts';
import { registerPromptTable } from './host/promptTable/promptTableEditor.ts';
import { PromptWriter } from './host/promptWriter.ts';
import { registerRankingPanel } from './host/rankingPanel.ts';
import { registerRunPanel } from './host/runPanel.ts';
import { LoopResumer } from './host/runs/loopResumer.ts';
import { RunFileLens } from './host/runs/runFileLens.ts';
import { RunEndNotifier } from './host/runs/runEndNotifier.ts';
import { ProcessLauncher } from './host/runs/trainerLauncher.ts';
import { currentRuns, runActions } from './host/runs/currentRuns.ts';
import type { StudioApi } from './host/studioApi.ts';
import { studioCommand } from './host/studioCommand.ts';
import { RunTasks } from './host/tasks/runTasks.ts';
import { expectTrust } from './host/trust.ts';
import { StudioViews } from './host/views/studioViews.ts';

/** Called by the editor when a folder has an `instruct.json`, or a view or command is used. */
export function activate(context: vscode.ExtensionContext): StudioApi {
  const started = performance.now();
  const own = <T extends vscode.Disposable>(item: T): T => {
    context.subscriptions.push(item);
    return item;
  };
  const { extensionUri, workspaceState } = context;
  const log = own(vscode.window.createOutputChannel('Instruct', { log: true }));
  const errors: ErrorReporter = new ErrorReporter(log, () => projects.current?.path);
  const { note, report } = errors;
  const run = (command: string, ...given: unknown[]): Thenable<unknown> =>
    vscode.commands.executeCommand(`instruct.${command}`, ...given);

  // Whatever starts a process asks here for its program: in Restricted Mode there is none.
  const program = (): { executable: string; script: string } => {
    expectTrust();
    const node = vscode.workspace.getConfiguration('instruct').get<string>('trainer.nodePath', '');
    return {
      executable: node === '' ? process.execPath : node,
      script: trainerScript(extensionUri),
    };
  };
  const launcher = new ProcessLauncher(program);
  const projects: ProjectService = own(
    new ProjectService({
      launcher,
      clock: Date.now,
      onError: report,
      onRepair: ({ file }) => log.warn(`${file}: a torn last line was set aside before saving.`),
    }),
  );
  const diagnostics = own(new ProjectDiagnostics(projects, note));
  const identity = own(new CurrentLabeler(projects));
  const labeler = identity.name;
  const project = (): ReturnType<ProjectService['expect']> => projects.expect();

  const ranking = own(
    registerRankingPanel({
      extensionUri,
      workspaceState,
      source: rankingSource({ project, labeler, window: randomUUID() }),
      command: async (command) => {
        await run(command);
      },
      report: note,
    }),
  );
  own(projects.onDidChange(() => ranking.refresh()));
  own(registerPromptTable({ extensionUri, report: note }));
  const sampler = own(new ProjectSampler(projects, program, (line) => log.info(line)));
  const demonstrations = own(
    registerDemonstration({
      workspaceState,
      source: demonstrationSource({ project, labeler }),
      countTokens: sampler.countTokens,
      report: note,
    }),
  );
  const runs = own(currentRuns(projects, note));
  const runPanels = own(
    registerRunPanel({ extensionUri, source: runs, act: runActions(run), report: note }),
  );
  own(
    new LoopResumer({
      projects,
      runs,
      openRun: (id) => run('openRun', id),
      yieldMs: () => 3000 + 3000 * Math.random(),
      onError: report,
    }),
  );
  const comparePanels = own(
    registerComparePanel({
      extensionUri,
      project,
      sample: sampler.sample,
      score: sampler.score,
      labeler,
      report: note,
    }),
  );
  const comparisons = own(
    new InlineComparisons({ sample: sampler.sample, labeler, onError: report }),
  );
  const { sample, count } = sampler;
  own(registerNativeSurfaces({ projects, sample, count, extensionUri, note }));
  own(new RunFileLens(projects));
  own(new RunTasks(projects));
  own(registerReportEditor(note));
  const evaluationTests = own(new EvaluationTests(projects));
  const lenses = own(new PromptCodeLens(projects));
  const notifier = new RunEndNotifier({
    openRun: (id) => run('openRun', id),
    showLog: (id) => run('showRunLog', id),
    resume: (id) => run('resumeRun', id),
    onError: note,
  });
  const ask = studioCommand(program);
  const importer = own(
    new Importer({
      projectPath: () => projects.current?.path,
      ask,
      taken: async () => projects.current?.refresh(),
    }),
  );
  const views = own(
    new StudioViews({
      projects,
      diagnostics,
      labeler,
      drop: new DatasetDrop((files) => void run('import', undefined, files)),
      runEnded: (ended) => notifier.ended(ended),
      onError: note,
    }),
  );
  own(
    registerCommands({
      projects,
      launcher,
      sample: sampler.sample,
      comparisons,
      isPromptFile: (uri) => lenses.isPromptFile(uri),
      ranking,
      demonstrations,
      promptWriter: own(new PromptWriter({ project, labeler })),
      runPanels,
      comparePanels,
      ask,
      importer,
      errors,
    }),
  );
  const activationMs = performance.now() - started;
  log.info(`Active after ${Math.round(activationMs)} ms.`);
  return {
    activationMs,
    ready: async () => projects.current?.ready,
    rows: (view) => views.trees[view].getChildren(),
    evaluationTests: () => evaluationTests.listedIds,
    runs: () =>
      (projects.current?.runs.runs ?? []).map(({ id, spec, state, view }) => ({
        id,
        stage: spec?.stage,
        state,
        step: view.step,
        totalSteps: view.totalSteps,
      })),
  };
}
