import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openWorkbench } from './harness/workbench.ts';

test('a command that cannot do its work says why, and its button leads on', async () => {
  await using workbench = await openWorkbench({ project: 'sample' });
  const { page } = workbench;
  await page.locator('.activitybar .action-item a[aria-label*="Instruct"]').click();
  const prompts = page.locator('.part.sidebar .monaco-list-row', { hasText: 'Prompts' });
  await prompts.first().waitFor({ timeout: 60_000 });

  // VS Code writes every error that it shows to the console too.
  const shown = page.waitForEvent('console', (message) => message.text().includes('rankings'));
  await workbench.runCommand('Instruct: Train Reward Model');
  await shown;
  const messages = await workbench.notifications({ keepOpen: true });
  assert.deepEqual(messages, [
    'The reward model learns from rankings, and there are none in this project. Rank some first.',
  ]);
  await workbench.screenshot('error-with-remedy');
  await page.locator('.notifications-center').getByText('Rank Completions').click();
  await workbench.webview('[data-panel="ranking"]', 60_000);
  workbench.clearProblems();
});
