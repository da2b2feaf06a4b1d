/** The run panel: live charts of one run; one panel a run, restored after a reload. */
import { setTimeout as sleep } from 'node:timers/promises';
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import * as z from 'zod';
import { InstructError, toErrorData, type ErrorData } from '../protocol/errors.ts';
import {
  runContract,
  type PanelEvent,
  type RunAction,
  type RunEntry,
  type RunSnapshot,
} from '../protocol/panels.ts';
import type { RunEvent, RunSpec, RunState } from '../protocol/run.ts';
import type { RunView } from '../protocol/runFold.ts';
import { packRunView } from '../protocol/runViewData.ts';
import { Disposables } from './disposables.ts';
import type { Listen } from './emitter.ts';
import { episodesNear } from './runs/episodes.ts';
import { metricsCsv } from './runs/metricsCsv.ts';
import { saveAs } from './saveAs.ts';
import { WebviewPanelHost, type WebviewPanelKind } from './webviewPanel.ts';

/** A run as the panel sees it, kept up to date by its owner. */
export interface WatchedRun {
  readonly id: string;
  /** Absolute path of its folder. */
  readonly folder: string;
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
  /** All runs, newest first, as they were read last. */
  list(): readonly WatchedRun[];
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
        vscode.window.createWebviewPanel(
          runViewType,
          l10n.t`Run ${runId}`,
          vscode.ViewColumn.Active,
        ),
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
  /** Events that wait to be sent, by run. */
  const pending = new Map<string, RunEvent[]>();
  let overlaid: readonly string[] = [];
  let lastState: RunState | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const send = (event: PanelEvent<typeof runContract>) => host.server.send(event);
  const flush = (): void => {
    timer = undefined;
    const waiting = [...pending];
    pending.clear();
    if (!host.visible) return;
    for (const [id, events] of waiting) {
      send(id === runId ? { type: 'events', events } : { type: 'overlaid', id, events });
    }
  };
  const keep = (id: string, events: readonly RunEvent[]): void => {
    if (events.length === 0) return;
    pending.set(id, [...(pending.get(id) ?? []), ...events]);
    timer ??= setTimeout(flush, batchMs);
  };
  const snapshot = async (): Promise<RunSnapshot> => {
    const run = await expectRun(tools.source, runId);
    pending.delete(runId); // the view contains them
    lastState = run.state;
    return {
      sequence: host.server.sequence,
      id: runId,
      stage: run.spec?.stage ?? run.view.stage ?? 'pipeline',
      created: run.spec?.created ?? '',
      models: run.spec?.models ?? {},
      parts: partsOf(tools.source, run),
      state: run.state,
      view: packRunView(run.view),
      ...(run.problem === undefined ? {} : { problem: run.problem }),
    };
  };
  const find = async (ids: readonly string[]): Promise<WatchedRun[]> => {
    const found = await Promise.all(ids.map((id) => tools.source.find(id)));
    return found.filter((run) => run !== undefined);
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
      others: () => Promise.resolve({ runs: otherRuns(tools.source, runId) }),
      overlay: async ({ ids }) => {
        overlaid = ids;
        const runs = await find(ids);
        for (const { id } of runs) pending.delete(id);
        return { runs: runs.map(({ id, view }) => ({ id, view: packRunView(view) })) };
      },
      episodes: async ({ iteration }) => {
        const run = await expectRun(tools.source, runId);
        return episodesNear(run.folder, iteration);
      },
      saveCsv: async () => {
        const runs = await find([runId, ...overlaid]);
        const bytes = new TextEncoder().encode(metricsCsv(runs));
        await saveAs({ name: `${runId}.csv`, kind: l10n.t('Comma-separated values'), bytes });
        return {};
      },
      saveFigure: async ({ format, bytes }) => {
        await saveAs({
          name: `${runId}.${format}`,
          kind: l10n.t`${format.toUpperCase()} picture`,
          bytes,
        });
        return {};
      },
    },
    onClosed,
  );
  host.own(
    tools.source.onDidChange(({ run, events, restarted }) => {
      // A hidden panel asks for a snapshot when it is shown again, so nothing is kept for it.
      if (!host.visible) return;
      if (overlaid.includes(run.id)) {
        if (restarted) send({ type: 'overlayRestarted' });
        else keep(run.id, events);
      }
      if (run.id !== runId) return;
      if (restarted) send({ type: 'restarted' });
      else keep(runId, events);
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

/** The runs of a pipeline's stages that have begun, in the order of the method. */
function partsOf(source: RunSource, { id, spec }: WatchedRun): string[] {
  if (spec?.stage !== 'pipeline') return [];
  return source
    .list()
    .filter((run) => run.id.startsWith(`${id}-`) && run.view.metrics.size > 0)
    .map((run) => run.id)
    .reverse();
}

function otherRuns(source: RunSource, runId: string): RunEntry[] {
  return source
    .list()
    .filter(({ id }) => id !== runId)
    .map(({ id, spec, state }) => ({
      id,
      state,
      ...(spec === undefined ? {} : { stage: spec.stage }),
    }));
}

async function expectRun(source: RunSource, runId: string): Promise<WatchedRun> {
  const run = await source.find(runId);
  if (run !== undefined) return run;
  throw new InstructError({
    code: 'bad-run',
    message: l10n.t`There is no run "${runId}" in this project.`,
    remedy: l10n.t('Close the panel, or restore the folder of the run.'),
  });
}
