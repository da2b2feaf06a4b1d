/** Restricted Mode: looking and labeling work, and no process is started. */
import * as l10n from '@vscode/l10n';
import * as vscode from 'vscode';
import { RemedyError } from './remedyError.ts';

/** Throws RemedyError, with the way to trust, in a folder that is not trusted. */
export function expectTrust(): void {
  if (vscode.workspace.isTrusted) return;
  throw new RemedyError(
    {
      code: 'bad-argument',
      message: l10n.t('This folder is in Restricted Mode, where no process is started.'),
      remedy: l10n.t('Trust it first; looking and labeling work all the same.'),
    },
    { label: l10n.t('Manage Workspace Trust'), command: 'workbench.trust.manage' },
  );
}
