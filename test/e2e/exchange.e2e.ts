// Import in the real editor: a file dropped on the Dataset view, its preview, and its records.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { openWorkbench } from './harness/workbench.ts';

const patience = { timeout: 60_000 };

test('a file dropped on the Dataset view is shown before it is imported', async () => {
  await using workbench = await openWorkbench({ project: 'sample' });
  const { page, folder } = workbench;
  await page.locator('.activitybar .action-item a[aria-label*="Instruct"]').click();
  const rows = page.locator('.part.sidebar .monaco-list-row');
  const prompts = rows.filter({ hasText: 'Prompts' }).first();
  await prompts.waitFor(patience);

  const lines = [
    { prompt: 'What do owls eat?', chosen: 'Mice.', rejected: 'Moonlight.' },
    { prompt: 'Broken', chosen: 7, rejected: 'x' },
    { prompt: '<img src=x onerror=alert(1)> \u202Egnp', chosen: '\u001b[31m red', rejected: 'b' },
  ].map((row) => JSON.stringify(row));
  const carried = await page.evaluateHandle((text) => {
    const data = new DataTransfer();
    data.items.add(new File([text], 'owls.jsonl', { type: 'application/json' }));
    return data;
  }, lines.join('\n'));
  for (const type of ['dragenter', 'dragover', 'drop']) {
    await prompts.dispatchEvent(type, { dataTransfer: carried, bubbles: true, cancelable: true });
  }

  const lens = page.locator('.codelens-decoration a', { hasText: 'Import 8 Records' });
  await lens.waitFor(patience);
  await page.mouse.move(700, 700);
  await workbench.screenshot('import-preview');
  const file = path.join(folder, 'prompts', 'owls.jsonl');
  await assert.rejects(readFile(file), { code: 'ENOENT' });
  await lens.click();
  await page.getByText('Imported 2 prompts, 4 completions, 2 rankings.').first().waitFor(patience);
  assert.equal((await readFile(file, 'utf8')).trimEnd().split('\n').length, 2);
  await rows.filter({ hasText: 'Rankings' }).filter({ hasText: '2' }).first().waitFor(patience);
  await workbench.screenshot('import-done');
});
