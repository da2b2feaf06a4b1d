// Hostile text in the ranking panel of the real editor: Markdown, markup, escapes, and a line of a megabyte.
import assert from 'node:assert/strict';
import { appendFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { openWorkbench } from './harness/workbench.ts';
import { frameViolations } from './panels/panelBrowser.ts';

const patience = { timeout: 60_000 };

test('hostile completions are shown as text, and nothing leaves the panel', async () => {
  await using workbench = await openWorkbench({ project: 'sample' });
  const { page, folder } = workbench;
  await page.locator('.activitybar .action-item a[aria-label*="Instruct"]').click();
  const rows = page.locator('.part.sidebar .monaco-list-row');
  await rows.filter({ hasText: 'Prompts' }).first().waitFor(patience);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  const evil =
    '<img src="http://evil.test/x.png" onerror=alert(1)> ![i](http://evil.test/y.png) \u202Egnp \u001b[31m';
  const write = (kind: string, record: unknown): Promise<void> =>
    appendFile(path.join(folder, kind, 'evil.jsonl'), `${JSON.stringify(record)}\n`);
  await write('prompts', { id: 'evil', prompt: evil });
  for (const id of ['e1', 'e2']) {
    const completion = id === 'e1' ? evil : 'long '.repeat(200_000);
    await write('completions', { id, promptId: 'evil', completion, model: { name: 'm' } });
  }
  await workbench.openFile('prompts/evil.jsonl');
  await page.locator('.codelens-decoration a', { hasText: /^Rank$/ }).click(patience);
  const panel = await workbench.webview('[data-panel="ranking"] .card', 60_000);
  await panel.getByText('[U+202E]').first().waitFor(patience);
  await panel.getByText(/Show more/).waitFor(patience);
  assert.equal(await panel.locator('img').count(), 0);
  assert.deepEqual(await frameViolations(panel), []);
  await workbench.screenshot('hostile');
  assert.ok(!asked.some((url) => url.includes('evil.test')));
});
