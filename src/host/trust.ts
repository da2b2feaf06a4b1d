/** Restricted Mode: looking and labeling work, and no process is started. */
import * as vscode from 'vscode';
import { RemedyError } from './remedyError.ts';

/** Throws RemedyError, with the way to trust, in a folder that is not trusted. */
export function expectTrust(): void {
  if (vscode.workspace.isTrusted) return;
  throw new RemedyError(
    {
      code: 'bad-argument',
      message: 'This folder is in Restricted Mode, where no process is started.',
      remedy: 'Trust it first; looking and labeling work all the same.',
    },
    { label: 'Manage Workspace Trust', command: 'workbench.trust.manage' },
  );
}
