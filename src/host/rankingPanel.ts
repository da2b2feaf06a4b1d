/** The ranking panel: one a window, restored after a reload. */
import { randomUUID } from 'node:crypto';
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { rankingContract, type rankingCommands } from '../protocol/rankingPanel.ts';
import { Disposables } from './disposables.ts';
import type { RankingSource } from './labeling/rankingSource.ts';
import { RankingSession, type Settling } from './rankingSession.ts';
import { WebviewPanelHost, type WebviewPanelKind } from './webviewPanel.ts';

/** What the ranking panel needs. */
export interface RankingPanelTools {
  readonly extensionUri: vscode.Uri;
  readonly workspaceState: vscode.Memento;
  readonly source: RankingSource;
  /** Runs what an empty queue offers. */
  readonly command: (command: (typeof rankingCommands)[number]) => Promise<void>;
  /** For the log. */
  readonly report: (thrown: unknown) => void;
}

/** The panel's handle for commands and for whoever changes the dataset. */
export interface RankingPanels {
  /** Shows the panel, with the task of a prompt when one is given, to settle rankings where told. */
  open(promptId?: string, settling?: Settling): Promise<void>;
  /** The dataset changed: counts or the queue may be others. */
  refresh(): void;
  dispose(): void;
}

/** Well within `leaseMs`: a task that is looked at stays this window's. */
const keepMs = 20_000;

/** The view type, for `onWebviewPanel:` activation. */
export const rankingViewType = 'instruct.ranking';

/** Registers the panel and its restoration after a reload. */
export function registerRankingPanel(tools: RankingPanelTools): RankingPanels {
  const owned = new Disposables();
  const session = new RankingSession({
    source: tools.source,
    memory: tools.workspaceState,
    now: Date.now,
    newId: randomUUID,
    random: Math.random,
  });
  const kind: WebviewPanelKind<typeof rankingContract> = {
    contract: rankingContract,
    entry: 'ranking',
    extensionUri: tools.extensionUri,
    report: tools.report,
  };
  let open: WebviewPanelHost<typeof rankingContract> | undefined;

  const take = (panel: vscode.WebviewPanel): void => {
    const keeping = setInterval(() => void session.keep().catch(tools.report), keepMs);
    open = new WebviewPanelHost(
      kind,
      panel,
      {
        snapshot: () => session.snapshot(),
        draft: ({ task, draft }) => session.draft(task, draft).then(done),
        save: ({ task, draft }) => session.save(task, draft).then(done),
        skip: ({ task, draft, reason }) => session.skip(task, draft, reason).then(done),
        back: () => session.back().then((reopened) => ({ reopened })),
        mode: ({ mode }) => session.mode(mode).then(done),
        guideline: () => session.guideline(),
        command: ({ command }) => tools.command(command).then(done),
      },
      () => {
        clearInterval(keeping);
        open = undefined;
        session.leave().catch(tools.report);
      },
    );
  };
  const refresh = (): void => {
    if (open?.visible === true) open.server.send({ type: 'changed' });
  };

  owned.add(
    vscode.window.registerWebviewPanelSerializer(rankingViewType, {
      deserializeWebviewPanel: (panel) => {
        if (open === undefined) take(panel);
        else panel.dispose();
        return Promise.resolve();
      },
    }),
  );
  owned.add({ dispose: () => open?.dispose() });

  return {
    open: async (promptId, settling) => {
      if (promptId !== undefined) await session.show(promptId, settling);
      if (open === undefined) {
        take(
          vscode.window.createWebviewPanel(
            rankingViewType,
            l10n.t('Rank Completions'),
            vscode.ViewColumn.Active,
          ),
        );
      } else {
        open.panel.reveal();
        if (promptId !== undefined) refresh();
      }
    },
    refresh,
    dispose: () => owned.dispose(),
  };
}

const done = (): Record<string, never> => ({});
