/** Evaluations in the Test Explorer: a few items, one a suite and slice; running any of them evaluates. */
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { headline, sliceName } from '../../data/index.ts';
import { InstructError, toErrorData } from '../../protocol/errors.ts';
import { categories } from '../../protocol/records.ts';
import { Disposables } from '../disposables.ts';
import { stateLabel } from '../views/runNodes.ts';
import type { ProjectFolder } from '../project/projectFolder.ts';
import type { ProjectService } from '../project/projectService.ts';
import type { Run } from '../runs/run.ts';
import { suites, sliceResults, type SliceResult, type SuiteName } from './evaluationResults.ts';
import { hasReport, readReport, reportPath } from './reportFile.ts';

/** See the file's header. */
export class EvaluationTests implements vscode.Disposable {
  private readonly owned = new Disposables();
  private readonly projects: ProjectService;
  private readonly controller: vscode.TestController;
  private listed: ProjectFolder | undefined;

  constructor(projects: ProjectService) {
    this.projects = projects;
    this.controller = this.owned.add(
      vscode.tests.createTestController('instruct.evaluations', l10n.t('Evaluations')),
    );
    this.controller.refreshHandler = () => this.list();
    this.owned.add(
      this.controller.createRunProfile(
        l10n.t('Evaluate'),
        vscode.TestRunProfileKind.Run,
        (request, token) => this.evaluate(request, token),
        true,
      ),
    );
    this.owned.add(projects.onDidChange(() => this.projectChanged()));
    this.projectChanged();
  }

  /** What is listed, for tests: `suite` or `suite/slice`. */
  get listedIds(): string[] {
    const ids: string[] = [];
    for (const [id, suite] of this.controller.items) {
      ids.push(id);
      for (const [slice] of suite.children) ids.push(`${id}/${slice}`);
    }
    return ids;
  }

  dispose(): void {
    this.owned.dispose();
  }

  private projectChanged(): void {
    const project = this.projects.current;
    if (project === this.listed && this.controller.items.size > 0) return;
    this.listed = project;
    this.list();
  }

  /** The suites, and of the prompts the categories that the test split has. */
  private list(): void {
    const project = this.projects.current;
    this.controller.items.replace([]);
    if (project?.dataset === undefined) return;
    for (const [id, label] of Object.entries(suites)) {
      this.controller.items.add(this.controller.createTestItem(id, label));
    }
    const asked = new Set<string | undefined>(['all']);
    for (const { split, category } of project.dataset.entries('prompts')) {
      if (split === 'test') asked.add(category);
    }
    for (const name of ['all', ...categories] as const) {
      if (asked.has(name)) this.item('winRate', name, sliceName(name));
    }
  }

  private suite(id: SuiteName): vscode.TestItem {
    const standing = this.controller.items.get(id);
    if (standing !== undefined) return standing;
    const made = this.controller.createTestItem(id, suites[id]);
    this.controller.items.add(made);
    return made;
  }

  private item(suiteId: SuiteName, slice: string, label: string): vscode.TestItem {
    const { children } = this.suite(suiteId);
    const standing = children.get(slice);
    if (standing !== undefined) return standing;
    const made = this.controller.createTestItem(slice, label);
    made.sortText = String(children.size).padStart(3, '0');
    children.add(made);
    return made;
  }

  /** Evaluates once, whatever is asked, and reports what was asked of it. */
  private async evaluate(
    request: vscode.TestRunRequest,
    token: vscode.CancellationToken,
  ): Promise<void> {
    const test = this.controller.createTestRun(request);
    const asked = this.askedItems(request);
    for (const item of asked) test.started(item);
    try {
      const run = await this.runEvaluation(token, (line) => test.appendOutput(`${line}\r\n`));
      if (run === undefined) {
        for (const item of asked) test.skipped(item);
        return;
      }
      const report = await readReport(reportPath(run.folder));
      if (!('slices' in report)) return;
      for (const result of sliceResults(report)) {
        this.show(test, result, request);
      }
      const where = l10n.t`Report: ${reportPath(run.folder)}`;
      test.appendOutput(`${headline(report)}\r\n${where}\r\n`);
    } catch (thrown) {
      const { message, remedy } = toErrorData(thrown);
      const said = new vscode.TestMessage(`${message} ${remedy}`);
      for (const item of asked) test.errored(item, said);
    } finally {
      test.end();
    }
  }

  private show(test: vscode.TestRun, result: SliceResult, request: vscode.TestRunRequest): void {
    const item = this.item(result.suite, result.slice, result.label);
    const suite = this.suite(result.suite);
    const wanted =
      request.include === undefined || request.include.some((one) => one === item || one === suite);
    if (!wanted || request.exclude?.includes(item) === true) return;
    item.description = result.actual.split('\n', 1)[0];
    test.appendOutput(`${result.label}: ${result.said}\r\n`, undefined, item);
    if (result.passed === null) test.skipped(item);
    else if (result.passed) test.passed(item);
    else {
      const { said, expected, actual } = result;
      test.failed(item, vscode.TestMessage.diff(said, expected, actual));
    }
  }

  private askedItems(request: vscode.TestRunRequest): vscode.TestItem[] {
    const roots = request.include ?? [...this.controller.items].map(([, item]) => item);
    return roots.flatMap((item) =>
      item.children.size === 0 ? [item] : [...item.children].map(([, child]) => child),
    );
  }

  /** Starts an evaluation of the newest models and waits for its end; undefined when cancelled. */
  private async runEvaluation(
    token: vscode.CancellationToken,
    say: (line: string) => void,
  ): Promise<Run | undefined> {
    const project = this.projects.expect();
    if (!vscode.workspace.isTrusted) {
      throw new InstructError({
        code: 'bad-argument',
        message: l10n.t('This folder is in Restricted Mode, where no process is started.'),
        remedy: l10n.t('Trust it first.'),
      });
    }
    project.expectProject();
    const run = await project.runs.start({ stage: 'eval', options: [] });
    say(l10n.t`${run.id}: started`);
    const owned = new Disposables();
    try {
      await new Promise<void>((resolve) => {
        const look = (): void => {
          if (!project.runs.isLive(run)) resolve();
        };
        owned.add(
          project.runs.onDidChange(({ run: changed, events }) => {
            if (changed.id !== run.id) return;
            for (const event of events) {
              if (event.type === 'progress') say(l10n.t`${event.step} of ${event.totalSteps}`);
            }
          }),
        );
        owned.add(project.runs.onDidChangeRuns(look));
        owned.add(
          token.onCancellationRequested(() => {
            void project.runs.stop(run).then(resolve, resolve);
          }),
        );
        look();
      });
    } finally {
      owned.dispose();
    }
    if (token.isCancellationRequested) return undefined;
    if (run.state === 'finished' && hasReport(run.folder)) return run;
    throw new InstructError(
      run.view.error ?? {
        code: 'interrupted',
        message: l10n.t`The evaluation ${run.id} has not come to its end (${stateLabel(run.state)}).`,
        remedy: l10n.t('Resume it in the Runs view, or run the test again.'),
      },
    );
  }
}
