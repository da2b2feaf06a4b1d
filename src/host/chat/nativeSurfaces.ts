/** The aligned model where the editor has places of its own for one: chat, prompt files, tools. */
import * as vscode from 'vscode';
import { Disposables, type Disposable } from '../disposables.ts';
import type { Sample } from '../inline/comparison.ts';
import { PromptCompletions } from '../inline/promptCompletions.ts';
import type { ProjectService } from '../project/projectService.ts';
import { AlignedModels } from './alignedModels.ts';
import { ChatModels, modelVendor, type Count } from './chatModels.ts';
import { registerParticipant } from './participant.ts';
import { registerRunTools } from './runTools.ts';

/** What the surfaces need. */
export interface NativeSurroundings {
  readonly projects: ProjectService;
  readonly sample: Sample;
  readonly count: Count;
  readonly extensionUri: vscode.Uri;
  /** For the log. */
  readonly note: (thrown: unknown) => void;
}

/**
 * Registers the tools at once, and the rest with the first aligned model. When the model is gone,
 * so are they; only the provider of models stays, with an empty list, because the editor is not told
 * of models whose provider has left.
 */
export function registerNativeSurfaces(surroundings: NativeSurroundings): Disposable {
  const { projects, sample, extensionUri, note } = surroundings;
  const owned = new Disposables();
  const aligned = owned.add(new AlignedModels(projects, note));
  const tools = { ...surroundings, aligned };
  let offered: ChatModels | undefined;
  let standing = new Disposables();
  owned.add({ dispose: () => standing.dispose() });
  const show = (): void => {
    standing.dispose();
    standing = new Disposables();
    const [model] = aligned.models;
    if (aligned.models.length === 0) return;
    standing.add(new PromptCompletions({ projects, aligned, sample, note }, model));
    const icon = vscode.Uri.joinPath(extensionUri, 'media', 'instruct.svg');
    // Forks and older hosts have their own idea of chat: without it everything else works.
    try {
      standing.add(registerParticipant({ projects, aligned, sample, icon }));
      offered ??= owned.add(new ChatModels(tools));
    } catch (thrown) {
      note(thrown);
      return;
    }
    // The editor's chat refuses a participant until it has asked for models once.
    vscode.lm.selectChatModels({ vendor: modelVendor }).then(undefined, note);
  };
  owned.add(aligned.onDidChange(show));
  try {
    owned.add(registerRunTools(projects));
  } catch (thrown) {
    note(thrown);
  }
  return owned;
}
