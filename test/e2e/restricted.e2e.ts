import assert from 'node:assert/strict';
import { test } from 'node:test';
import { trainersIn } from '../../scripts/editor/processes.ts';
import { openWorkbench } from './harness/workbench.ts';

test('in Restricted Mode one can look and label, and nothing that starts a process is offered', async () => {
  await using workbench = await openWorkbench({ project: 'sample', workspaceTrust: true });
  const { page } = workbench;
  await page.locator('.activitybar .action-item a[aria-label*="Instruct"]').click();
  const rows = page.locator('.part.sidebar .monaco-list-row');
  await rows.filter({ hasText: 'Prompts' }).first().waitFor({ timeout: 60_000 });
  await page.getByRole('button', { name: 'Manage Workspace Trust' }).waitFor();
  await workbench.screenshot('restricted');

  await page.keyboard.press('F1');
  const input = page.locator('.quick-input-widget input.input');
  await input.fill('>Instruct: ');
  const offered = page.locator('.quick-input-widget .monaco-list-row');
  await offered.filter({ hasText: 'Rank Completions' }).waitFor();
  const titles = (await offered.allInnerTexts()).join('\n');
  for (const title of ['Train SFT', 'Run PPO', 'Sample Completions', 'Compare Completions']) {
    assert.ok(!titles.includes(title), `${title} is offered`);
  }
  await page.keyboard.press('Escape');

  // What opens by itself, such as the count of a demonstration's tokens, starts nothing either.
  await workbench.runCommand('Instruct: Write Demonstration');
  await page.locator('.codelens-decoration', { hasText: 'Save and Next' }).waitFor();
  await workbench.runCommand('Instruct: Rank Completions');
  await workbench.webview('[data-panel="ranking"]', 60_000);
  assert.deepEqual(trainersIn(workbench.folder), []);
});
