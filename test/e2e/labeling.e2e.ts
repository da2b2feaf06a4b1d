// Labeling in the real editor: hostile text in the ranking panel and the prompt table (Markdown, markup, escapes, right-to-left, lines of
// 10 MB), and two windows that rank at once.
import assert from 'node:assert/strict';
import { appendFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import type { Frame } from 'playwright-core';
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

  // The evil task is done with; what is next is served to whoever asks first.
  await workbench.runCommand('Instruct: Rank Completions');
  const ranking = await workbench.webview('[data-panel="ranking"] .card', 60_000);
  const begun = await promptShown(ranking, '');
  await skip(ranking);
  const first = await promptShown(ranking, begun);
  const window = await workbench.anotherWindow();
  await window.page.locator('.activitybar .action-item a[aria-label*="Instruct"]').click();
  const itsRows = window.page.locator('.part.sidebar .monaco-list-row');
  await itsRows.filter({ hasText: 'Prompts' }).first().waitFor(patience);
  await window.runCommand('Instruct: Rank Completions');
  const other = await window.webview('[data-panel="ranking"] .card', 60_000);
  const second = await promptShown(other, '');
  assert.notEqual(second, first, 'two windows never show one task');
  await window.screenshot('second-window');
  await skip(other);
  const third = await promptShown(other, second);
  await workbench.page.bringToFront();
  await skip(ranking);
  const fourth = await promptShown(ranking, first);
  assert.equal(
    new Set([begun, first, second, third, fourth]).size,
    5,
    'five tasks, each shown once',
  );
});

/** Skips the task on screen. */
async function skip(panel: Frame): Promise<void> {
  await panel.getByRole('button', { name: /^Skip/ }).click(patience);
  await panel.locator('dialog[open]').getByText('The prompt is unclear').click();
}

/** The prompt of the task on screen, once it is another than this one. */
async function promptShown(panel: Frame, but: string): Promise<string> {
  const prompt = panel.locator('.prompt');
  const changed = await panel.waitForFunction(
    (gone) =>
      ![gone, undefined].includes(document.querySelector<HTMLElement>('.prompt')?.innerText),
    but,
    patience,
  );
  await changed.dispose();
  return prompt.innerText();
}
