/** The columns as people see them. */
import * as l10n from '@vscode/l10n';
import type { PromptColumn } from '../../src/protocol/promptTable.ts';

/** The heading of each column. */
export const columnNames = {
  prompt: l10n.t('Prompt'),
  category: l10n.t('Category'),
  split: l10n.t('Split'),
  kind: l10n.t('Kind'),
  user: l10n.t('User'),
  source: l10n.t('Source'),
  tags: l10n.t('Tags'),
  id: 'Id',
  length: l10n.t('Characters'),
} as const satisfies Record<PromptColumn, string>;
