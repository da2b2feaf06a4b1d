/** The runs of whichever project is open, for the run panel. */
import type { RunAction } from '../../protocol/panels.ts';
import { Disposables } from '../disposables.ts';
import { Emitter } from '../emitter.ts';
import type { ProjectService } from '../project/projectService.ts';
import type { RunChange, RunSource } from '../runPanel.ts';

/** A source that goes on telling when another project is opened. */
export function currentRuns(
  projects: ProjectService,
  onError: (thrown: unknown) => void,
): RunSource & { dispose(): void } {
  const owned = new Disposables();
  const changed = owned.add(new Emitter<RunChange>(onError));
  let ofProject = new Disposables();
  let followed = projects.current;
  const follow = (): void => {
    ofProject.dispose();
    ofProject = new Disposables();
    followed = projects.current;
    const runs = followed?.runs;
    if (runs !== undefined) ofProject.add(runs.onDidChange((change) => changed.fire(change)));
  };
  owned.add(
    projects.onDidChange((project) => {
      if (project !== followed) follow();
    }),
  );
  owned.add({ dispose: () => ofProject.dispose() });
  follow();
  return {
    find: async (runId) => projects.current?.runs.find(runId),
    list: () => projects.current?.runs.runs ?? [],
    onDidChange: changed.event,
    dispose: () => owned.dispose(),
  };
}

/** What the buttons of the run panel do, by the commands of the same name. */
export function runActions(
  execute: (command: string, runId: string) => Thenable<unknown>,
): (runId: string, action: RunAction) => Promise<void> {
  const commands: Readonly<Record<RunAction, string>> = {
    stop: 'stopRun',
    pause: 'pauseRun',
    resume: 'resumeRun',
    log: 'showRunLog',
  };
  return async (runId, action) => {
    await execute(commands[action], runId);
  };
}
