/**
 * Gives `l10n.t` the sentences of the editor's language. The entry imports this before anything else, so that also a
 * table of sentences which is made when its module loads is made in that language.
 */
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';

l10n.config({ contents: vscode.l10n.bundle ?? {} });
