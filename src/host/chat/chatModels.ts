/** The project's models in the editor's own list of language models. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import * as z from 'zod';
import { samplingSchema, type Sampling } from '../../protocol/records.ts';
import { Disposables } from '../disposables.ts';
import type { Sample } from '../inline/comparison.ts';
import type { ProjectService } from '../project/projectService.ts';
import { modelDetail, modelLabel } from '../views/modelNodes.ts';
import type { AlignedModels } from './alignedModels.ts';
import { chatPrompt, type ChatTurn } from './chatPrompt.ts';

/** The vendor of our models, as in `package.json`. */
export const modelVendor = 'instruct';

/** How many tokens a text is to a model: `ProjectSampler.count`. */
export type Count = (model: string, text: string) => Promise<number>;

/** What the list needs. */
export interface ChatModelTools {
  readonly projects: ProjectService;
  readonly aligned: AlignedModels;
  readonly sample: Sample;
  readonly count: Count;
}

/** As much of a model's `config.json` as is needed here: the tokens of its context. */
const configSchema = z.union([
  z.looseObject({ n_positions: z.int().min(2) }).transform((config) => config.n_positions),
  z
    .looseObject({ max_position_embeddings: z.int().min(2) })
    .transform((config) => config.max_position_embeddings),
]);
const longestAnswer = 1024;

/** See the file's header. Ids are model folders; each request goes to the project's sampler. */
export class ChatModels implements vscode.LanguageModelChatProvider, vscode.Disposable {
  private readonly owned = new Disposables();
  private readonly changed = this.owned.add(new vscode.EventEmitter<void>());
  readonly onDidChangeLanguageModelChatInformation = this.changed.event;
  private readonly tools: ChatModelTools;

  constructor(tools: ChatModelTools) {
    this.tools = tools;
    this.owned.add(tools.aligned.onDidChange(() => this.changed.fire()));
    this.owned.add(vscode.lm.registerLanguageModelChatProvider(modelVendor, this));
  }

  async provideLanguageModelChatInformation(): Promise<vscode.LanguageModelChatInformation[]> {
    const project = this.tools.projects.current;
    if (project === undefined) return [];
    const now = Date.now();
    const known = await Promise.all(
      this.tools.aligned.models.map(async (model) => {
        const context = await contextOf(path.join(project.path, model.ref));
        if (context === undefined) return [];
        const maxOutputTokens = Math.min(longestAnswer, Math.floor(context / 2));
        return {
          id: model.ref,
          name: modelLabel(model),
          family: model.made,
          version: model.run?.id ?? '1',
          detail: 'Instruct Studio',
          tooltip: modelDetail(model, now),
          maxInputTokens: context - maxOutputTokens,
          maxOutputTokens,
          capabilities: {},
        };
      }),
    );
    return known.flat();
  }

  async provideLanguageModelChatResponse(
    { id, maxOutputTokens }: vscode.LanguageModelChatInformation,
    messages: readonly vscode.LanguageModelChatRequestMessage[],
    options: vscode.ProvideLanguageModelChatResponseOptions,
    progress: vscode.Progress<vscode.LanguageModelResponsePart>,
    token: vscode.CancellationToken,
  ): Promise<void> {
    if (this.tools.aligned.find(id) === undefined) {
      throw vscode.LanguageModelError.NotFound(l10n.t`The model ${id} is gone.`);
    }
    const sampling = samplingOf(options.modelOptions, maxOutputTokens);
    const prompt = chatPrompt(messages.map(turnOf));
    await withSignal(token, (signal) =>
      this.tools.sample(
        { model: id, prompt, sampling },
        (text) => progress.report(new vscode.LanguageModelTextPart(text)),
        signal,
      ),
    );
  }

  provideTokenCount(
    { id }: vscode.LanguageModelChatInformation,
    text: string | vscode.LanguageModelChatRequestMessage,
  ): Promise<number> {
    return this.tools.count(id, typeof text === 'string' ? text : turnOf(text).text);
  }

  dispose(): void {
    this.owned.dispose();
  }
}

/** Runs something that an `AbortSignal` ends, ended by the editor's token. */
export async function withSignal<T>(
  token: vscode.CancellationToken,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const abort = new AbortController();
  const listening = token.onCancellationRequested(() => abort.abort());
  if (token.isCancellationRequested) abort.abort();
  try {
    return await run(abort.signal);
  } finally {
    listening.dispose();
  }
}

/** The settings of a completion that nobody chose: those of the inline comparison. */
export function usualSampling(maxTokens: number): Sampling {
  const settings = vscode.workspace.getConfiguration('instruct.compare');
  return { temperature: settings.get<number>('temperature', 0.7), maxTokens };
}

/** The usual settings with what a caller asks for in their place. Throws on what is out of range. */
function samplingOf(asked: object | undefined, maxTokens: number): Sampling {
  const wanted = samplingSchema.safeParse({ ...usualSampling(maxTokens), ...asked });
  if (!wanted.success) throw new Error(`modelOptions: ${z.prettifyError(wanted.error)}`);
  return { ...wanted.data, maxTokens: Math.min(wanted.data.maxTokens, maxTokens) };
}

function turnOf(message: vscode.LanguageModelChatRequestMessage): ChatTurn {
  const texts = message.content.map((part) =>
    part instanceof vscode.LanguageModelTextPart ? part.value : '',
  );
  const isUser = message.role === vscode.LanguageModelChatMessageRole.User;
  return { role: isUser ? 'user' : 'assistant', text: texts.join('') };
}

/** Undefined for a folder whose `config.json` cannot be understood. */
async function contextOf(folder: string): Promise<number | undefined> {
  try {
    const text = await readFile(path.join(folder, 'config.json'), 'utf8');
    return configSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined; // it has just gone, or is torn: no model to offer
  }
}
