/**
 * The one place for messages that answer no command of the user's: each can be silenced where it
 * stands, and by a setting. `test/architecture` holds that there is no other.
 */
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';

/** A message that nobody has asked for. */
export interface Notice {
  readonly kind: 'information' | 'error';
  readonly text: string;
  /** What its buttons do, by their labels. */
  readonly actions: Readonly<Record<string, () => Thenable<unknown>>>;
  /** The setting of `instruct` that silences messages like this one, and the value that does. */
  readonly silencedBy: { readonly setting: string; readonly value: string | boolean };
}

const never = l10n.t("Don't Show Again");

/** Shows it, unless its like are silenced; resolves when the user has dealt with it. */
export async function showNotice({ kind, text, actions, silencedBy }: Notice): Promise<void> {
  const settings = vscode.workspace.getConfiguration('instruct');
  const { setting, value } = silencedBy;
  if (settings.get(setting) === value) return;
  const buttons = [...Object.keys(actions), never];
  const chosen =
    kind === 'error'
      ? await vscode.window.showErrorMessage(text, ...buttons)
      : await vscode.window.showInformationMessage(text, ...buttons);
  if (chosen === never) await settings.update(setting, value, vscode.ConfigurationTarget.Global);
  else if (chosen !== undefined) await actions[chosen]();
}
