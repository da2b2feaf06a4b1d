/** The run panel: live charts of one run; one panel a run, restored after a reload. */
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import * as z from 'zod';
import { InstructError, toErrorData, type ErrorData } from '../protocol/errors.ts';
import {
  runContract,
  type PanelEvent,
  type RunAction,
  type RunSnapshot,
} from '../protocol/panels.ts';
import type { RunEvent, RunSpec, RunState } from '../protocol/run.ts';
import type { RunView } from '../protocol/runFold.ts';
import { packRunView } from '../protocol/runViewData.ts';
import { Disposables } from './disposables.ts';
import type { Listen } from './emitter.ts';
import { WebviewPanelHost, type WebviewPanelKind } from './webviewPanel.ts';

/** A run as the panel sees it, kept up to date by its owner. */
export interface WatchedRun {
  readonly id: string;
  /** Undefined when `run.json` cannot be read; `problem` says why. */
  readonly spec: RunSpec | undefined;
  readonly view: RunView;
  readonly state: RunState;
  readonly problem: ErrorData | undefined;
}

/** News of a run, after its view was updated. */
export interface RunChange {
  readonly run: WatchedRun;
  /** What was appended since the last news. */
  readonly events: readonly RunEvent[];
  /** The run's file began anew: `events` is everything. */
  readonly restarted: boolean;
}

/** The runs of the project as the panel sees them. */
export interface RunSource {
  /** A run by id, read up to now; undefined when there is none. */
  find(runId: string): Promise<WatchedRun | undefined>;
  /** Called within a second of an event being written. */
  readonly onDidChange: Listen<RunChange>;
}

/** What the run panel needs. */
export interface RunPanelTools {
  readonly extensionUri: vscode.Uri;
  readonly source: RunSource;
  /** Does what a button says. */
  readonly act: (runId: string, action: RunAction) => Promise<void>;
  /** For the log. */
  readonly report: (thrown: unknown) => void;
}

/** The panels' handle for commands. */
export interface RunPanels {
  /** Shows the panel of a run. */
  open(runId: string): Promise<void>;
  dispose(): void;
}

/** The view type, for `onWebviewPanel:` activation. */
export const runViewType = 'instruct.run';

const stateSchema = z.object({ runId: z.string() });
const batchMs = 100;
const answerMs = 2000;

/** Registers the panel and its restoration after a reload. */
export function registerRunPanel(tools: RunPanelTools): RunPanels {
  const owned = new Disposables();
  const panels = new Map<string, WebviewPanelHost<typeof runContract>>();
  owned.add({
    dispose: () => {
      for (const panel of [...panels.values()]) panel.dispose();
    },
  });
  const take = (runId: string, panel: vscode.WebviewPanel): void => {
    panels.set(
      runId,
      runPanelHost(tools, runId, panel, () => panels.delete(runId)),
    );
  };
  owned.add(
    vscode.window.registerWebviewPanelSerializer(runViewType, {
      deserializeWebviewPanel: (panel, state: unknown) => {
        // A state that was set a moment before the reload may be lost; the title is not.
        const runId =
          stateSchema.safeParse(state).data?.runId ?? /^Run (.+)$/.exec(panel.title)?.at(1);
        if (runId === undefined || panels.has(runId)) panel.dispose();
        else take(runId, panel);
        return Promise.resolve();
      },
    }),
  );
  return {
    open: async (runId) => {
      const panel = panels.get(runId);
      if (panel !== undefined) {
        panel.panel.reveal();
        return;
      }
      await expectRun(tools.source, runId);
      take(
        runId,
        vscode.window.createWebviewPanel(runViewType, `Run ${runId}`, vscode.ViewColumn.Active),
      );
    },
    dispose: () => owned.dispose(),
  };
}

function runPanelHost(
  tools: RunPanelTools,
  runId: string,
  panel: vscode.WebviewPanel,
  onClosed: () => void,
): WebviewPanelHost<typeof runContract> {
  const kind: WebviewPanelKind<typeof runContract> = {
    contract: runContract,
    entry: 'run',
    extensionUri: tools.extensionUri,
    report: tools.report,
  };
  let pending: RunEvent[] = [];
  let lastState: RunState | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const send = (event: PanelEvent<typeof runContract>) => host.server.send(event);
  const flush = (): void => {
    timer = undefined;
    const events = pending;
    pending = [];
    if (host.visible && events.length > 0) send({ type: 'events', events });
  };
  const snapshot = async (): Promise<RunSnapshot> => {
    const run = await expectRun(tools.source, runId);
    pending = []; // the view contains them
    lastState = run.state;
    return {
      sequence: host.server.sequence,
      id: runId,
      stage: run.spec?.stage ?? run.view.stage ?? 'pipeline',
      created: run.spec?.created ?? '',
      models: run.spec?.models ?? {},
      state: run.state,
      view: packRunView(run.view),
      ...(run.problem === undefined ? {} : { problem: run.problem }),
    };
  };
  const failLater = (thrown: unknown): void => {
    tools.report(thrown);
    send({ type: 'problem', error: toErrorData(thrown) });
  };
  const host = new WebviewPanelHost(
    kind,
    panel,
    {
      snapshot,
      // Stopping takes as long as the step under way: the answer does not wait for it, and what
      // goes wrong later is told as a problem.
      act: async ({ action }) => {
        const acting = tools.act(runId, action);
        const answered = await Promise.race([acting.then(() => true), sleep(answerMs, false)]);
        if (!answered) acting.catch(failLater);
        return {};
      },
    },
    onClosed,
  );
  host.own(
    tools.source.onDidChange(({ run, events, restarted }) => {
      // A hidden panel asks for a snapshot when it is shown again, so nothing is kept for it.
      if (run.id !== runId || !host.visible) return;
      if (restarted) send({ type: 'restarted' });
      else pending.push(...events);
      timer ??= setTimeout(flush, batchMs);
      if (run.problem !== undefined) send({ type: 'problem', error: run.problem });
      if (run.state === lastState) return;
      lastState = run.state;
      flush();
      send({ type: 'state', state: run.state });
    }),
  );
  host.own({ dispose: () => clearTimeout(timer) });
  return host;
}

async function expectRun(source: RunSource, runId: string): Promise<WatchedRun> {
  const run = await source.find(runId);
  if (run !== undefined) return run;
  throw new InstructError({
    code: 'bad-run',
    message: `There is no run "${runId}" in this project.`,
    remedy: 'Close the panel, or restore the folder of the run.',
  });
}
