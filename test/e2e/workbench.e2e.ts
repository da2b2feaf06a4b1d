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

  // The welcome leads to the walkthrough, whose first step makes the sample project and is ticked off by it.
  const { page } = workbench;
  await page.locator('.part.sidebar').getByText('open the walkthrough').click();
  const walkthrough = page.locator('.gettingStartedContainer');
  await walkthrough.getByText('Align a Language Model').first().waitFor();
  const step = walkthrough.locator('.getting-started-step');
  assert.equal(await step.count(), 6);
  await page.keyboard.press('Control+B'); // the pictures stand beside the steps where there is room
  await step.filter({ hasText: 'Rank a few' }).click();
  await workbench.screenshot('walkthrough-rank');
  await step.filter({ hasText: 'sample project' }).click();
  await walkthrough.getByRole('button', { name: 'Create Sample Project…' }).click();
  await workbench.pick('this folder is empty');
  await step.locator('.codicon-getting-started-step-checked').first().waitFor();
  await workbench.screenshot('walkthrough-project');
});
