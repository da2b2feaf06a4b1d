/** Language-model tools that read how the runs stand. They change nothing and start nothing. */
import * as vscode from 'vscode';
import * as z from 'zod';
import { Disposables, type Disposable } from '../disposables.ts';
import type { ProjectService } from '../project/projectService.ts';
import { runStatusData } from './runStatus.ts';

const inputSchema = z.object({ run: z.string().min(1) });

/** Registers the tools `instruct_listRuns` and `instruct_readRun`, which answer in JSON. */
export function registerRunTools(projects: ProjectService): Disposable {
  const owned = new Disposables();
  const runs = async () => {
    const project = projects.expect();
    await project.ready;
    return project.runs.runs;
  };
  owned.add(
    vscode.lm.registerTool('instruct_listRuns', {
      invoke: async () => {
        const all = (await runs()).map((run) => {
          const { id, stage, state, step, totalSteps, secondsLeft } = runStatusData(run);
          return { id, stage, state, step, totalSteps, secondsLeft };
        });
        return answer({ runs: all });
      },
    }),
  );
  owned.add(
    vscode.lm.registerTool('instruct_readRun', {
      invoke: async ({ input }: vscode.LanguageModelToolInvocationOptions<unknown>) => {
        const { run: id } = inputSchema.parse(input);
        const all = await runs();
        const found = all.find((run) => run.id === id);
        const ids = all.map((run) => run.id);
        return answer(found === undefined ? { error: missing(id), ids } : runStatusData(found));
      },
    }),
  );
  return owned;
}

function answer(value: unknown): vscode.LanguageModelToolResult {
  return new vscode.LanguageModelToolResult([
    new vscode.LanguageModelTextPart(JSON.stringify(value)),
  ]);
}

/** Language models are answered in English, whatever the editor's language. */
function missing(id: string): string {
  // eslint-disable-next-line instruct/no-untranslated
  return `no run "${id}"`;
}
