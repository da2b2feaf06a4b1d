import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openWorkbench } from './harness/workbench.ts';

test('an empty folder opens with Instruct in the activity bar, and nothing opens or asks by itself', async () => {
  await using workbench = await openWorkbench({ project: 'empty' });
  const instruct = workbench.page.locator('.activitybar .action-item a[aria-label*="Instruct"]');
  await instruct.click();
  await workbench.page
    .locator('.part.sidebar .composite.title', { hasText: /instruct/i })
    .waitFor();
  // On a busy machine the editor says that it activates extensions, its own too.
  const messages = await workbench.notifications();
  assert.deepEqual(
    messages.filter((message) => message !== 'Activating Extensions...'),
    [],
  );
  await workbench.screenshot('empty-folder');
});
