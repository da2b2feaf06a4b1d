/** Lets the whole loop go on when people have ranked what it waits for. */
import { setTimeout as sleep } from 'node:timers/promises';
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { Disposables } from '../disposables.ts';
import { showNotice } from '../notice.ts';
import type { ProjectFolder } from '../project/projectFolder.ts';
import type { ProjectService } from '../project/projectService.ts';
import type { RunSource } from '../runPanel.ts';
import type { Run } from './run.ts';
import { rankedSoFar, waitsForPeople, WaitingPipelines } from './waitingPipelines.ts';

/** What it needs. */
export interface ResumerSurroundings {
  readonly projects: ProjectService;
  readonly runs: Pick<RunSource, 'onDidChange'>;
  readonly openRun: (runId: string) => Thenable<unknown>;
  /** How long a window that is not in front leaves it to another one, in milliseconds. */
  readonly yieldMs: () => number;
  readonly onError: (thrown: unknown) => void;
}

const setting = 'runs.whenRanked';

/** See the file's header. Ruled by the setting `instruct.runs.whenRanked`; never in Restricted Mode. */
export class LoopResumer implements vscode.Disposable {
  private readonly owned = new Disposables();
  private readonly surroundings: ResumerSurroundings;
  private readonly pipelines = new WaitingPipelines();

  constructor(surroundings: ResumerSurroundings) {
    this.surroundings = surroundings;
    this.owned.add(surroundings.projects.onDidChange(() => this.look()));
    this.owned.add(surroundings.runs.onDidChange(() => this.look()));
  }

  dispose(): void {
    this.owned.dispose();
  }

  private look(): void {
    const { projects, onError } = this.surroundings;
    const project = projects.current;
    if (project === undefined) return;
    for (const run of this.pipelines.nowRanked(project.runs.runs, rankedSoFar(project.dataset))) {
      this.goOn(project, run).catch(onError);
    }
  }

  private async goOn({ runs }: ProjectFolder, run: Run): Promise<void> {
    const asked = vscode.workspace.getConfiguration('instruct').get<string>(setting);
    if (asked === 'wait' || !vscode.workspace.isTrusted) return;
    if (!vscode.window.state.focused) await sleep(this.surroundings.yieldMs());
    // Another window may have been quicker, or the user.
    if (this.owned.isDisposed || runs.isLive(run) || !waitsForPeople(run)) return;
    await runs.resume(run);
    await showNotice({
      kind: 'information',
      text: l10n.t('Everything is ranked: the whole loop goes on with the reward model.'),
      actions: { [l10n.t('Open Run')]: () => this.surroundings.openRun(run.id) },
      silencedBy: { setting, value: 'resumeQuietly' },
    });
  }
}
