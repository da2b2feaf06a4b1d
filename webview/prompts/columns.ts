/** The columns as people see them. */
import type { PromptColumn } from '../../src/protocol/promptTable.ts';

/** The heading of each column. */
export const columnNames = {
  prompt: 'Prompt',
  category: 'Category',
  split: 'Split',
  kind: 'Kind',
  user: 'User',
  source: 'Source',
  tags: 'Tags',
  id: 'Id',
  length: 'Characters',
} as const satisfies Record<PromptColumn, string>;
