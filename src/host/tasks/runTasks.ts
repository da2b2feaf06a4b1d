/** Tasks of type `instruct` in `tasks.json`: a run as a task, so that stages can be chained. */
import path from 'node:path';
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import * as z from 'zod';
import { stages } from '../../protocol/run.ts';
import { Disposables } from '../disposables.ts';
import type { ProjectService } from '../project/projectService.ts';
import type { NewRun } from '../runs/trainerLauncher.ts';
import { RunTerminal } from './runTerminal.ts';

const definitionSchema = z.object({
  type: z.literal('instruct'),
  stage: z.enum(stages).optional(),
  file: z.string().optional(),
  options: z.array(z.string()).default([]),
});

/** The stages that are offered without being written down. */
const offered = ['sft', 'rm', 'ppo', 'eval', 'pipeline'] as const;

/** See the file's header. Tasks are offered in a trusted project only. */
export class RunTasks implements vscode.TaskProvider, vscode.Disposable {
  private readonly owned = new Disposables();
  private readonly projects: ProjectService;

  constructor(projects: ProjectService) {
    this.projects = projects;
    this.owned.add(vscode.tasks.registerTaskProvider('instruct', this));
  }

  provideTasks(): vscode.Task[] {
    if (this.projects.current === undefined || !vscode.workspace.isTrusted) return [];
    return offered.map((stage) => this.task({ type: 'instruct', stage }, stage));
  }

  resolveTask(task: vscode.Task): vscode.Task | undefined {
    // The editor finds the task again by its definition, which must stay the very same object.
    return this.task(task.definition, task.name);
  }

  dispose(): void {
    this.owned.dispose();
  }

  private task(definition: vscode.TaskDefinition, name: string): vscode.Task {
    const execution = new vscode.CustomExecution((resolved) =>
      Promise.resolve(new RunTerminal(this.projects, () => this.runOf(resolved))),
    );
    const task = new vscode.Task(
      definition,
      vscode.TaskScope.Workspace,
      name,
      'instruct',
      execution,
      '$instruct',
    );
    task.presentationOptions = { reveal: vscode.TaskRevealKind.Always, clear: true };
    return task;
  }

  private runOf(definition: vscode.TaskDefinition): NewRun | string {
    const parsed = definitionSchema.safeParse(definition);
    if (!parsed.success) return parsed.error.issues.map(({ message }) => message).join('; ');
    const { stage, file, options } = parsed.data;
    if (file !== undefined) {
      return { file: path.resolve(this.projects.expect().path, file) };
    }
    if (stage === undefined)
      return l10n.t('A task of type "instruct" needs a "stage" or a "file".');
    return { stage, options };
  }
}
