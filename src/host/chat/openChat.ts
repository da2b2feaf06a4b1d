/** Opens the editor's chat on `@instruct`. */
import * as l10n from '@vscode/l10n';
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
        message: l10n.t('There is no aligned model to chat with yet.'),
        remedy: l10n.t('Train one first.'),
      },
      { label: l10n.t('Run the Whole Loop…'), command: 'instruct.runPipeline' },
    );
  }
  const known = await vscode.commands.getCommands(true);
  const off = vscode.workspace.getConfiguration('chat').get<boolean>('disableAIFeatures', false);
  if (off || !known.includes(openCommand)) {
    throw new RemedyError(
      {
        code: 'bad-argument',
        message: off
          ? l10n.t('Chat is switched off in this editor by the setting "chat.disableAIFeatures".')
          : l10n.t('This editor has no chat.'),
        remedy: l10n.t('The comparison answers any prompt of yours, too.'),
      },
      { label: l10n.t('Compare Side by Side'), command: 'instruct.compareSideBySide' },
    );
  }
  await vscode.commands.executeCommand(openCommand, {
    query: '@instruct ',
    isPartialQuery: true,
    mode: 'ask',
    modelSelector: { vendor: model.vendor, id: model.id },
  });
}
