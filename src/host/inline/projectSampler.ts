/** The sampler of whichever project is open. */
import * as vscode from 'vscode';
import type { Count } from '../chat/chatModels.ts';
import type { Score } from '../compare/compareSession.ts';
import { Disposables } from '../disposables.ts';
import type { ProjectService } from '../project/projectService.ts';
import type { NodeProgram } from '../runs/trainerLauncher.ts';
import { listModels, modelsMadeBy } from '../views/modelCatalog.ts';
import type { Sample } from './comparison.ts';
import { SamplerClient } from './samplerClient.ts';

/** Starts one sampler a project, with its first request; another project ends it. */
export class ProjectSampler implements vscode.Disposable {
  private readonly owned = new Disposables();
  private readonly projects: ProjectService;
  private readonly program: () => NodeProgram;
  private readonly log: (line: string) => void;
  private client: { path: string; sampler: SamplerClient } | undefined;

  constructor(projects: ProjectService, program: () => NodeProgram, log: (line: string) => void) {
    this.projects = projects;
    this.program = program;
    this.log = log;
    this.owned.add({ dispose: () => this.client?.sampler.dispose() });
  }

  /** Draws one completion. Never in Restricted Mode: the commands before it refuse. */
  readonly sample: Sample = (job, onText, signal) => this.sampler().sample(job, onText, signal);

  /** The newest reward model's score of a completion; undefined where the project has none. */
  readonly score: Score = async (prompt, completion, ended) => {
    const { path, project, runs } = this.projects.expect();
    const models = await listModels(path, project?.models.base, runs.runs);
    const newest = modelsMadeBy(models, 'rm').at(0)?.ref;
    if (newest === undefined) return undefined;
    return this.sampler().score({ model: newest, prompt, completion, ended });
  };

  /** How many tokens a text is to a model. */
  readonly count: Count = (model, text) => this.sampler().count({ model, text });

  /** How many tokens a text is to the base model; undefined where no process may be started. */
  readonly countTokens = async (text: string): Promise<number | undefined> => {
    const base = this.projects.current?.project?.models.base;
    if (!vscode.workspace.isTrusted || base === undefined) return undefined;
    return this.count(base, text);
  };

  dispose(): void {
    this.owned.dispose();
  }

  private sampler(): SamplerClient {
    if (!vscode.workspace.isTrusted) throw new Error('sample: expected a trusted workspace');
    const { path } = this.projects.expect();
    if (this.client?.path !== path) {
      this.client?.sampler.dispose();
      const { program, log } = this;
      this.client = { path, sampler: new SamplerClient({ projectPath: path, program, log }) };
    }
    return this.client.sampler;
  }
}
