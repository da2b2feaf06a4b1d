/** Opens the editor's chat on `@instruct`. */
import * as vscode from 'vscode';
import { RemedyError } from '../remedyError.ts';
import { modelVendor } from './chatModels.ts';

const openCommand = 'workbench.action.chat.open';

/**
 * Opens it with the aligned model chosen and `@instruct ` written, without sending anything.
 * @throws RemedyError where there is no aligned model, or the editor has no chat
 */
export async function openChat(): Promise<void> {
  const model = (await vscode.lm.selectChatModels({ vendor: modelVendor })).at(0);
  if (model === undefined) {
    throw new RemedyError(
      {
        code: 'missing-file',
        message: 'There is no aligned model to chat with yet.',
        remedy: 'Train one first.',
      },
      { label: 'Run the Whole Loop…', command: 'instruct.runPipeline' },
    );
  }
  const known = await vscode.commands.getCommands(true);
  const off = vscode.workspace.getConfiguration('chat').get<boolean>('disableAIFeatures', false);
  if (off || !known.includes(openCommand)) {
    throw new RemedyError(
      {
        code: 'bad-argument',
        message: off
          ? 'Chat is switched off in this editor by the setting "chat.disableAIFeatures".'
          : 'This editor has no chat.',
        remedy: 'The comparison answers any prompt of yours, too.',
      },
      { label: 'Compare Side by Side', command: 'instruct.compareSideBySide' },
    );
  }
  await vscode.commands.executeCommand(openCommand, {
    query: '@instruct ',
    isPartialQuery: true,
    mode: 'ask',
    modelSelector: { vendor: model.vendor, id: model.id },
  });
}
