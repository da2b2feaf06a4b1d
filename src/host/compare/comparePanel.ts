/** The comparison panel: one a window, restored after a reload. */
import { randomUUID } from 'node:crypto';
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import {
  compareContract,
  type ComparedCell,
  type CompareSnapshot,
  type CompareView,
} from '../../protocol/comparePanel.ts';
import { Disposables } from '../disposables.ts';
import type { Sample } from '../inline/comparison.ts';
import type { ProjectFolder } from '../project/projectFolder.ts';
import { WebviewPanelHost } from '../webviewPanel.ts';
import { comparableModels, referenceOf } from './comparableModels.ts';
import { CompareSession, type Score } from './compareSession.ts';

/** What the panel needs. */
export interface ComparePanelTools {
  readonly extensionUri: vscode.Uri;
  readonly project: () => ProjectFolder;
  readonly sample: Sample;
  readonly score: Score;
  readonly labeler: () => Promise<string>;
  /** For the log. */
  readonly report: (thrown: unknown) => void;
}

/** The panel's handle for commands. */
export interface ComparePanels {
  /** Shows the panel as it was, or in a view. */
  open(view?: CompareView): void;
  dispose(): void;
}

/** The view type, for `onWebviewPanel:` activation. */
export const compareViewType = 'instruct.compareSideBySide';

const batchMs = 80;
const promptsAtFirst = 8;

/** Registers the panel and its restoration after a reload. */
export function registerComparePanel(tools: ComparePanelTools): ComparePanels {
  const owned = new Disposables();
  let open: WebviewPanelHost<typeof compareContract> | undefined;
  const take = (panel: vscode.WebviewPanel, view?: CompareView): void => {
    open = comparePanelHost(tools, panel, view, () => {
      open = undefined;
    });
  };
  owned.add(
    vscode.window.registerWebviewPanelSerializer(compareViewType, {
      deserializeWebviewPanel: (panel) => {
        if (open === undefined) take(panel);
        else panel.dispose();
        return Promise.resolve();
      },
    }),
  );
  owned.add({ dispose: () => open?.dispose() });
  return {
    open: (view) => {
      if (open !== undefined) {
        open.panel.reveal();
        if (view !== undefined) open.server.send({ type: 'view', view });
        return;
      }
      const title = l10n.t('Compare Side by Side');
      const column = vscode.ViewColumn.Active;
      take(vscode.window.createWebviewPanel(compareViewType, title, column), view);
    },
    dispose: () => owned.dispose(),
  };
}

function comparePanelHost(
  tools: ComparePanelTools,
  panel: vscode.WebviewPanel,
  view: CompareView | undefined,
  onClosed: () => void,
): WebviewPanelHost<typeof compareContract> {
  let wanted = view; // the first snapshot has it; later ones leave the user's choice
  const { extensionUri, report, project } = tools;
  const pending = new Map<string, ComparedCell>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = (): void => {
    timer = undefined;
    const cells = [...pending.values()];
    pending.clear();
    // A hidden panel asks for a snapshot when it is shown again.
    if (host.visible && cells.length > 0) host.server.send({ type: 'cells', cells });
  };
  const session = new CompareSession({
    store: project,
    sample: tools.sample,
    score: tools.score,
    reference: (model) => referenceOf(model, project().runs.runs),
    labeler: tools.labeler,
    changed: (cells) => {
      for (const cell of cells) pending.set(cell.cell, cell);
      timer ??= setTimeout(flush, batchMs);
    },
    clock: Date.now,
    newId: randomUUID,
  });
  const host: WebviewPanelHost<typeof compareContract> = new WebviewPanelHost(
    { contract: compareContract, entry: 'compare', extensionUri, report },
    panel,
    {
      snapshot: async () => {
        const begun = await begin(project(), session);
        const opened = wanted === undefined ? {} : { view: wanted };
        wanted = undefined;
        return { sequence: host.server.sequence, ...begun, ...opened };
      },
      write: ({ cells }) => {
        if (vscode.workspace.isTrusted) session.write(cells).catch(report);
        return Promise.resolve({});
      },
      stop: () => {
        session.stop();
        return Promise.resolve({});
      },
      vote: async ({ cells, preferred, bothBad, seconds }) => {
        await session.vote(cells, preferred, bothBad, seconds);
        return {};
      },
      demonstrate: async ({ cell, completion }) => {
        await session.demonstrate(cell, completion);
        return {};
      },
    },
    onClosed,
  );
  host.own(session);
  host.own({ dispose: () => clearTimeout(timer) });
  return host;
}

async function begin(
  project: ProjectFolder,
  session: CompareSession,
): Promise<Omit<CompareSnapshot, 'sequence'>> {
  const all = [...(await project.expectDataset()).entries('prompts')];
  const heldOut = all.filter(({ split }) => split === 'valid');
  const settings = vscode.workspace.getConfiguration('instruct.compare');
  return {
    models: await comparableModels(project, Date.now()),
    prompts: (heldOut.length > 0 ? heldOut : all)
      .slice(0, promptsAtFirst)
      .map(({ id, text }) => ({ id, text })),
    sampling: {
      temperature: settings.get<number>('temperature', 0.7),
      maxTokens: settings.get<number>('maxNewTokens', 40),
      seed: 1,
    },
    cells: session.views,
  };
}
