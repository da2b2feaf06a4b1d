/** Writing prompts in the editor itself, from a draft of one of the paper's three kinds. */
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { Disposables } from './disposables.ts';
import {
  draftTemplates,
  promptsOfDraft,
  writtenKinds,
  type WrittenKind,
} from './labeling/promptDraft.ts';
import type { ProjectFolder } from './project/projectFolder.ts';

/** What writing prompts needs. */
export interface PromptWriterTools {
  readonly project: () => ProjectFolder;
  readonly labeler: () => Promise<string>;
}

const kindWords = {
  plain: [l10n.t('Plain'), l10n.t('Any task; keep the tasks various.')],
  few_shot: [
    l10n.t('Few-shot'),
    l10n.t('An instruction and pairs of query and response; each pair becomes a prompt.'),
  ],
  user_based: [
    l10n.t('User-based'),
    l10n.t('A task for a use case that somebody applied with, in vague words.'),
  ],
} as const satisfies Record<WrittenKind, readonly [string, string]>;

/** See the file's header. Its draft lies in `.instruct/drafts/prompts/` until it is saved. */
export class PromptWriter implements vscode.Disposable {
  private readonly tools: PromptWriterTools;
  private readonly owned = new Disposables();

  constructor(tools: PromptWriterTools) {
    this.tools = tools;
    this.owned.add(
      vscode.languages.registerCodeLensProvider(
        { scheme: 'file', pattern: '**/.instruct/drafts/prompts/*.md' },
        {
          provideCodeLenses: () => {
            const title = `$(check) ${l10n.t('Save Prompt')}`;
            const command = { title, command: 'instruct.savePrompt' };
            return [new vscode.CodeLens(new vscode.Range(0, 0, 0, 0), command)];
          },
        },
      ),
    );
  }

  /** Asks for the kind and opens a draft of it, the one that was begun where there is one. */
  async write(): Promise<void> {
    const folder = this.folder();
    const items = writtenKinds.map((kind) => {
      const [label, detail] = kindWords[kind];
      return { label, detail, chooses: kind };
    });
    const title = l10n.t('Write Prompt');
    const chosen = await vscode.window.showQuickPick(items, { title });
    if (chosen === undefined) return;
    const { fs } = vscode.workspace;
    await fs.createDirectory(folder);
    const uri = vscode.Uri.joinPath(folder, `${chosen.chooses}.md`);
    const begun = await fs.stat(uri).then(
      () => true,
      () => false,
    );
    if (!begun) await fs.writeFile(uri, new TextEncoder().encode(draftTemplates[chosen.chooses]));
    const editor = await vscode.window.showTextDocument(uri, { preview: false });
    const at = new vscode.Position(Math.min(1, editor.document.lineCount - 1), 0);
    editor.selection = new vscode.Selection(at, at);
  }

  /** Saves the draft in the active editor as prompts, few-shot ones with their demonstrations. */
  async save(): Promise<void> {
    const document = vscode.window.activeTextEditor?.document;
    const kind = writtenKinds.find(
      (each) => path.basename(document?.uri.fsPath ?? '') === `${each}.md`,
    );
    if (document === undefined || kind === undefined) return;
    const written = promptsOfDraft(kind, document.getText());
    const project = this.tools.project();
    const labeler = await this.tools.labeler();
    const created = new Date().toISOString();
    for (const { prompt, completion, useCase } of written) {
      const id = randomUUID();
      await project.append('prompts', labeler, {
        id,
        prompt,
        kind,
        source: 'labeler',
        user: labeler,
        ...(useCase === undefined ? {} : { useCase }),
        created,
      });
      if (completion === undefined) continue;
      const demonstration = { id: randomUUID(), promptId: id, completion, labeler, created };
      await project.append('demonstrations', labeler, demonstration);
    }
    await document.save();
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    await vscode.workspace.fs.delete(document.uri);
    const words =
      written.length === 1 ? l10n.t('Prompt saved') : l10n.t`${written.length} prompts saved`;
    this.owned.add(vscode.window.setStatusBarMessage(words, 4000));
  }

  dispose(): void {
    this.owned.dispose();
  }

  private folder(): vscode.Uri {
    const project = vscode.Uri.file(this.tools.project().path);
    return vscode.Uri.joinPath(project, '.instruct', 'drafts', 'prompts');
  }
}
