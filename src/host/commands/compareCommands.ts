/** Comparing the base with the aligned model, inline and in a diff editor. */
import path from 'node:path';
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { InstructError } from '../../protocol/errors.ts';
import type { Sample } from '../inline/comparison.ts';
import type { InlineComparisons } from '../inline/inlineComparisons.ts';
import { promptRecordAt, promptTextAt, type Lines, type PlacedPrompt } from '../inline/promptAt.ts';
import type { ProjectFolder } from '../project/projectFolder.ts';
import { alignedModel, languageModels, type ModelInfo } from '../views/modelCatalog.ts';
import { modelLabel } from '../views/modelNodes.ts';
import { oneLine } from '../views/treeNode.ts';
import { property } from './arguments.ts';
import { modelsOf, noModel } from './trainingCommands.ts';

/** The scheme of the diff editor's documents. */
export const completionScheme = 'instruct-completion';

/** The base and the model compared with it, see {@link alignedModel}. */
export async function modelsToCompare(project: ProjectFolder): Promise<[ModelInfo, ModelInfo]> {
  const { base, aligned } = project.expectProject().models;
  const models = languageModels(await modelsOf(project));
  const baseModel = models.find(({ ref }) => ref === base);
  if (baseModel === undefined) {
    throw new InstructError({
      code: 'missing-file',
      message: l10n.t`The base model ${base} is missing: there is no config.json in its folder.`,
      remedy: l10n.t('Put a Hugging Face model there, or correct "models.base" in instruct.json.'),
      place: { path: base },
    });
  }
  const other = alignedModel(models, { base, aligned });
  if (other !== undefined) return [baseModel, other];
  throw aligned === undefined
    ? noModel(l10n.t('There is no trained model to compare the base with yet.'))
    : new InstructError({
        code: 'missing-file',
        message: l10n.t`The aligned model ${aligned} is missing.`,
        remedy: l10n.t(
          'Correct "models.aligned" in instruct.json, or leave it out for the newest one.',
        ),
        place: { path: 'instruct.json', key: 'models.aligned' },
      });
}

/** Compares the completions of the prompt that an argument or the cursor names. */
export async function compareInline(
  project: ProjectFolder,
  comparisons: InlineComparisons,
  isPromptFile: (uri: vscode.Uri) => boolean,
  argument: unknown,
): Promise<void> {
  const given = lensTarget(argument);
  const editor = vscode.window.activeTextEditor;
  const document =
    given === undefined ? editor?.document : await vscode.workspace.openTextDocument(given.uri);
  if (document === undefined) throw noPrompt();
  const prompt =
    given !== undefined || isPromptFile(document.uri)
      ? promptRecordAt(
          linesOf(document),
          given?.line ?? editor?.selection.active.line ?? 0,
          document.uri.fsPath,
        )
      : promptOfEditor(editor);
  if (prompt === undefined) throw noPrompt();
  const [base, aligned] = await modelsToCompare(project);
  const names = new Map([base, aligned].map((model) => [model.ref, modelLabel(model)]));
  await comparisons.compare({
    project,
    document,
    prompt,
    models: [base.ref, aligned.ref],
    nameOf: (model) => names.get(model) ?? model,
  });
}

/** Texts of completions for the diff editor, kept until the window closes. */
export class CompletionDocuments implements vscode.TextDocumentContentProvider {
  private readonly texts = new Map<string, string>();

  /** A document with this text, named for its tab. */
  add(name: string, side: string, text: string): vscode.Uri {
    const uri = vscode.Uri.from({ scheme: completionScheme, path: `/${side}/${name}` });
    this.texts.set(uri.toString(), text);
    return uri;
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.toString()) ?? '';
  }
}

const diffedPrompts = 8;

/** Opens base and aligned completions of a few held-out prompts in the multi-diff editor. */
export async function compareInDiff(
  project: ProjectFolder,
  sample: Sample,
  documents: CompletionDocuments,
): Promise<void> {
  const [base, aligned] = await modelsToCompare(project);
  const dataset = await project.expectDataset();
  const all = [...dataset.entries('prompts')];
  const heldOut = all.filter(({ split }) => split === 'valid');
  const prompts = (heldOut.length > 0 ? heldOut : all).slice(0, diffedPrompts);
  if (prompts.length === 0) throw noPrompt();
  const settings = vscode.workspace.getConfiguration('instruct.compare');
  const sampling = { temperature: 0, maxTokens: settings.get<number>('maxNewTokens', 40) };
  const abort = new AbortController();
  const entries = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: l10n.t('Writing completions'),
      cancellable: true,
    },
    async (progress, token) => {
      const listening = token.onCancellationRequested(() => abort.abort());
      const pairs: [vscode.Uri, vscode.Uri, vscode.Uri][] = [];
      for (const { id, text } of prompts) {
        if (token.isCancellationRequested) break;
        progress.report({ message: oneLine(text, 40), increment: 100 / prompts.length });
        const [left, right] = await Promise.all(
          [base, aligned].map(({ ref }) =>
            sample({ model: ref, prompt: text, sampling }, () => undefined, abort.signal),
          ),
        );
        const add = (side: string, completion: string): vscode.Uri =>
          documents.add(`${id}.txt`, side, `${text}\n\n${completion.trim()}\n`);
        const before = add(modelLabel(base), left.completion);
        const after = add(modelLabel(aligned), right.completion);
        pairs.push([after, before, after]);
      }
      listening.dispose();
      return pairs;
    },
  );
  if (abort.signal.aborted || entries.length === 0) return;
  const title = `${modelLabel(base)} ↔ ${modelLabel(aligned)}`;
  await vscode.commands.executeCommand('vscode.changes', title, entries);
}

function promptOfEditor(editor: vscode.TextEditor | undefined): PlacedPrompt | undefined {
  if (editor === undefined) return undefined;
  const { document, selection } = editor;
  return promptTextAt(linesOf(document), {
    text: document.getText(selection),
    startLine: selection.start.line,
    endLine: selection.end.line,
  });
}

function linesOf(document: vscode.TextDocument): Lines {
  return { lineCount: document.lineCount, line: (index) => document.lineAt(index).text };
}

function lensTarget(argument: unknown): { uri: vscode.Uri; line: number } | undefined {
  const uri = property(argument, 'uri');
  const line = property(argument, 'line');
  if (typeof uri !== 'string' || typeof line !== 'number') return undefined;
  return { uri: vscode.Uri.parse(uri), line };
}

function noPrompt(): InstructError {
  return new InstructError({
    code: 'bad-argument',
    message: l10n.t('There is no prompt here to compare completions of.'),
    remedy: l10n.t('Select a text, or put the cursor on a prompt, and try again.'),
  });
}

/** The file that holds a project's settings, opened in a text editor. */
export async function openProjectFile(projectPath: string, name: string): Promise<void> {
  await vscode.window.showTextDocument(vscode.Uri.file(path.join(projectPath, name)));
}
