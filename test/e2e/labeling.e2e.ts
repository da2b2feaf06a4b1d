// Hostile text in the ranking panel and the prompt table of the real editor: Markdown, markup, escapes, right-to-left, and lines of 10 MB.
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
    '<img src="http://evil.test/x.png" onerror=alert(1)> ![i](http://evil.test/y.png) [l](http://evil.test/z) <script src="http://evil.test/s.js"></script> \u202Egnp \u001b[31m \u05E9\u05DC\u05D5\u05DD \u{1F9A6}';
  const write = (kind: string, record: unknown): Promise<void> =>
    appendFile(path.join(folder, kind, 'evil.jsonl'), `${JSON.stringify(record)}\n`);
  await write('prompts', { id: 'evil', prompt: evil });
  await write('prompts', { id: 'huge', prompt: 'huge '.repeat(2_000_000) });
  for (const id of ['e1', 'e2']) {
    const completion = id === 'e1' ? evil : 'long '.repeat(2_000_000);
    await write('completions', { id, promptId: 'evil', completion, model: { name: 'm' } });
  }
  await workbench.openFile('prompts/evil.jsonl');
  const rank = page.locator('.codelens-decoration a', { hasText: /^Rank$/ });
  await rank.first().click(patience);
  const panel = await workbench.webview('[data-panel="ranking"] .card', 60_000);
  await panel.getByText('[U+202E]').first().waitFor(patience);
  await panel.getByText(/Show more/).waitFor(patience);
  await panel.getByText('\u05E9\u05DC\u05D5\u05DD').first().waitFor(patience);
  assert.equal(await panel.locator('img').count(), 0);
  assert.deepEqual(await frameViolations(panel), []);
  assert.equal(await panel.locator('script[src*="evil"]').count(), 0);
  await workbench.screenshot('hostile');

  await workbench.runCommand('Instruct: Open Prompt Table');
  await workbench.pick('prompts/evil.jsonl');
  const table = await workbench.webview('[data-panel="prompts"] .row', 60_000);
  await table.getByText('[U+202E]').waitFor(patience);
  await table.locator('.row', { hasText: 'huge huge' }).waitFor(patience);
  assert.equal(await table.locator('img').count(), 0);
  await workbench.screenshot('hostile-table');
  assert.ok(!asked.some((url) => url.includes('evil.test')));
});
