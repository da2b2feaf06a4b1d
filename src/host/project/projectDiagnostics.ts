/** Shows what is wrong in the project's files in the Problems view, at its place. */
import path from 'node:path';
import * as vscode from 'vscode';
import type { Problem, ProblemCode } from '../../data/index.ts';
import { Disposables } from '../disposables.ts';
import { ProblemFixes } from './problemFixes.ts';
import type { ProjectFolder } from './projectFolder.ts';
import type { ProjectService } from './projectService.ts';

const settleMs = 100;
/** What can be trained on, but ought not to be. */
const warnings: ReadonlySet<ProblemCode> = new Set(['split-leak', 'duplicate-id', 'ranking-cycle']);

/** See the file's header. Checks anew a moment after each change. */
export class ProjectDiagnostics implements vscode.Disposable {
  private readonly owned = new Disposables();
  private readonly shown = this.owned.add(vscode.languages.createDiagnosticCollection('instruct'));
  private readonly counted = this.owned.add(new vscode.EventEmitter<undefined>());
  private readonly projects: ProjectService;
  private readonly onError: (thrown: unknown) => void;
  private timer: NodeJS.Timeout | undefined;
  private pass = 0;
  private counts: ReadonlyMap<string, number> = new Map();

  /** The numbers of problems are others than before. */
  readonly onDidChange = this.counted.event;

  constructor(projects: ProjectService, onError: (thrown: unknown) => void) {
    this.projects = projects;
    this.onError = onError;
    this.owned.add(projects.onDidChange(() => this.checkSoon()));
    this.owned.add(
      vscode.languages.registerCodeActionsProvider({ language: 'jsonl' }, new ProblemFixes(), {
        providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
      }),
    );
    this.checkSoon();
  }

  /** How many problems a file has, by its path relative to the project with forward slashes. */
  get countByFile(): ReadonlyMap<string, number> {
    return this.counts;
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.pass += 1;
    this.owned.dispose();
  }

  private checkSoon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.check().catch(this.onError), settleMs);
  }

  private async check(): Promise<void> {
    const pass = ++this.pass;
    const folder = this.projects.current;
    const byFile = new Map<string, Problem[]>();
    if (folder !== undefined) {
      for await (const problem of problemsOf(folder)) {
        if (pass !== this.pass) return; // something changed meanwhile: the next pass tells all
        const problems = byFile.get(problem.path) ?? [];
        byFile.set(problem.path, problems);
        problems.push(problem);
      }
    }
    if (pass !== this.pass) return;
    this.shown.clear();
    for (const [file, problems] of byFile) {
      const uri = vscode.Uri.file(path.join(folder?.path ?? '', file));
      this.shown.set(uri, problems.map(toDiagnostic));
    }
    this.counts = new Map([...byFile].map(([file, problems]) => [file, problems.length]));
    this.counted.fire(undefined);
  }
}

async function* problemsOf(folder: ProjectFolder): AsyncGenerator<Problem> {
  yield* folder.fileProblems;
  if (folder.dataset !== undefined) yield* folder.dataset.problems();
}

function toDiagnostic(problem: Problem): vscode.Diagnostic {
  const { line, column, endColumn, message, code } = problem;
  const range = new vscode.Range(
    line - 1,
    column - 1,
    line - 1,
    Math.max(endColumn, column + 1) - 1,
  );
  const severity = warnings.has(code)
    ? vscode.DiagnosticSeverity.Warning
    : vscode.DiagnosticSeverity.Error;
  const diagnostic = new vscode.Diagnostic(range, message, severity);
  diagnostic.source = 'Instruct';
  diagnostic.code = code;
  return diagnostic;
}
