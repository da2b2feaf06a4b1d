/** Answers of the aligned model as ghost text in prompt files (`*.prompt.txt`), and nowhere else. */
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import type { AlignedModels } from '../chat/alignedModels.ts';
import { withSignal } from '../chat/chatModels.ts';
import { Disposables } from '../disposables.ts';
import type { ProjectService } from '../project/projectService.ts';
import type { ModelInfo } from '../views/modelCatalog.ts';
import { modelLabel } from '../views/modelNodes.ts';
import type { Sample } from './comparison.ts';
import { promptAbove } from './promptAbove.ts';

/** The language of prompt files, as in `package.json`. */
export const promptLanguage = 'instruct-prompt';

/** What the completions need. */
export interface PromptCompletionTools {
  readonly projects: ProjectService;
  readonly aligned: AlignedModels;
  readonly sample: Sample;
  /** For the log: nobody asked, so nobody is told. */
  readonly note: (thrown: unknown) => void;
}

/** A person who goes on typing is not interrupted by a model at work. */
const settleMs = 250;

/**
 * See the file's header. While one types, the aligned model's; when asked for, the base's too, to
 * cycle through. The language's status item names the model.
 */
export class PromptCompletions implements vscode.InlineCompletionItemProvider, vscode.Disposable {
  private readonly owned = new Disposables();
  private readonly tools: PromptCompletionTools;

  constructor(tools: PromptCompletionTools, aligned: ModelInfo) {
    this.tools = tools;
    const selector = { language: promptLanguage };
    this.owned.add(vscode.languages.registerInlineCompletionItemProvider(selector, this));
    const status = this.owned.add(
      vscode.languages.createLanguageStatusItem('instruct.promptModel', selector),
    );
    status.name = 'Instruct Studio';
    status.text = modelLabel(aligned);
    status.detail = l10n.t('answers here; cycling shows the base model too');
  }

  async provideInlineCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
    { triggerKind }: vscode.InlineCompletionContext,
    token: vscode.CancellationToken,
  ): Promise<vscode.InlineCompletionItem[]> {
    const settings = vscode.workspace.getConfiguration('instruct', document);
    const when = settings.get<string>('promptFiles.complete', 'automatic');
    const asked = triggerKind === vscode.InlineCompletionTriggerKind.Invoke;
    if (when === 'off' || (when === 'onRequest' && !asked)) return [];
    const lines = { lineCount: document.lineCount, line: (at: number) => document.lineAt(at).text };
    const prompt = promptAbove(lines, position);
    const model = this.tools.aligned.models.at(0);
    if (prompt === undefined || model === undefined) return [];
    if (!asked) await new Promise((resolve) => setTimeout(resolve, settleMs));
    if (token.isCancellationRequested) return [];
    const base = this.tools.projects.current?.project?.models.base;
    const models = asked && base !== undefined ? [model.ref, base] : [model.ref];
    const { temperature, maxTokens } = {
      temperature: settings.get<number>('compare.temperature', 0.7),
      maxTokens: settings.get<number>('compare.maxNewTokens', 40),
    };
    const drawn = await withSignal(token, (signal) =>
      Promise.all(
        models.map(async (ref) => {
          const job = { model: ref, prompt: prompt.text, sampling: { temperature, maxTokens } };
          try {
            const { completion } = await this.tools.sample(job, () => undefined, signal);
            return completion.trim();
          } catch (thrown) {
            this.tools.note(thrown);
            return '';
          }
        }),
      ),
    );
    const range = new vscode.Range(position, position);
    return drawn
      .filter((text) => text !== '')
      .map((text) => new vscode.InlineCompletionItem(prompt.newLine ? `\n${text}` : text, range));
  }

  dispose(): void {
    this.owned.dispose();
  }
}
