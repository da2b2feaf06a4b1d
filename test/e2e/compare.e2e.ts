// Models side by side in the real editor: written with one seed, moved over and preferred by keyboard, and the vote is a ranking on disk.
import assert from 'node:assert/strict';
import { cp, readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { rankingSchema } from '../../src/protocol/records.ts';
import { openWorkbench } from './harness/workbench.ts';

const patience = { timeout: 60_000 };

test('two models are compared blind by keyboard, and the vote is saved', async () => {
  await using workbench = await openWorkbench();
  const models = path.join(workbench.folder, 'models');
  await cp(path.join(models, 'base'), path.join(models, 'twin'), { recursive: true });
  await workbench.page.locator('.activitybar a[aria-label^="Instruct"]').first().click();
  await workbench.page.getByRole('treeitem', { name: 'base' }).first().waitFor(patience);
  await workbench.runCommand('Instruct: Compare Side by Side');
  const panel = await workbench.webview('[data-panel="compare"]');
  const column = (at: number) => panel.getByRole('group', { name: `Column ${at}` });
  await column(2).getByRole('combobox', { name: 'Model' }).selectOption('models/twin');
  await column(1).getByRole('combobox', { name: 'Model' }).selectOption('models/base');
  await panel.getByRole('spinbutton', { name: 'Most tokens' }).fill('12');
  await panel.getByRole('checkbox', { name: 'Blind' }).check();
  await panel.getByRole('button', { name: 'Write All' }).click();
  const row = panel.locator('.grid section').first();
  await row
    .getByText(/\d+ words/)
    .nth(1)
    .waitFor(patience);
  await row.getByText('Completion A').waitFor();
  // One seed and the same weights: the same text.
  const texts = await row.locator('.cell > .text').allTextContents();
  assert.equal(texts[0], texts[1]);
  await panel
    .locator('.grid section')
    .last()
    .getByText(/\d+ words/)
    .nth(1)
    .waitFor(patience);
  await workbench.screenshot('compare-blind');
  await row.locator('.cell').first().focus();
  await workbench.page.keyboard.press('ArrowRight');
  await workbench.page.keyboard.press('p');
  await row.getByText('Saved: one is preferred.').waitFor(patience);
  await row.getByText('✓ preferred').waitFor();
  await workbench.screenshot('compare-voted');
  const folder = path.join(workbench.folder, 'rankings');
  const lines: string[] = [];
  for (const name of await readdir(folder)) {
    lines.push(...(await readFile(path.join(folder, name), 'utf8')).trim().split('\n'));
  }
  assert.equal(lines.length, 1);
  const ranking = rankingSchema.parse(JSON.parse(lines[0] ?? ''));
  assert.deepEqual(ranking.ranking.flat(), [ranking.shown[1], ranking.shown[0]]);

  // The playground: one prompt, asked of the second column with a template and settings of its own.
  await workbench.runCommand('Instruct: Open Playground');
  const prompt = panel.getByRole('textbox', { name: 'Prompt', exact: true });
  await prompt.waitFor(patience);
  await panel.getByRole('checkbox', { name: 'Blind' }).uncheck();
  await column(2).getByRole('combobox', { name: 'Prompt format' }).selectOption('dialogue');
  await prompt.fill('Where do owls sleep?');
  await prompt.press('Control+Enter');
  const only = panel.locator('.grid section');
  await only
    .getByText(/\d+ words/)
    .nth(1)
    .waitFor(patience);
  assert.equal(await only.count(), 1);
  await only.getByText('twin · User: … Assistant:').waitFor();
  await workbench.screenshot('compare-playground');
});
