// The prompt table in the real editor: search, sort, edits as undo steps, save, hot exit, bulk, a bad line, a file of 60 MB, axe.
import assert from 'node:assert/strict';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { promptSchema } from '../../src/protocol/records.ts';
import { openWorkbench, workbenchThemes, type Workbench } from './harness/workbench.ts';
import { frameViolations } from './panels/panelBrowser.ts';

const patience = { timeout: 60_000 };
test('prompts are curated in a table that is an editor like any other', async (t) => {
  await using workbench = await openWorkbench({
    project: 'sample',
    settings: { 'files.autoSave': 'off' },
  });
  const { page, folder } = workbench;
  const file = path.join(folder, 'prompts', 'world.jsonl');
  const before = await readFile(file, 'utf8');
  await page.locator('.activitybar .action-item a[aria-label*="Instruct"]').click();
  const rows = page.locator('.part.sidebar .monaco-list-row');
  await rows.filter({ hasText: 'Prompts' }).first().waitFor(patience);
  await openTable(workbench, 'prompts/world.jsonl');
  let table = await workbench.webview('[data-panel="prompts"] .row');

  await t.test('rows are few in the page, whatever the file', async () => {
    const total = before.trimEnd().split('\n').length;
    await table.locator('.counts', { hasText: `${total} prompts` }).waitFor(patience);
    assert.ok((await table.locator('.row').count()) < 80);
    await workbench.screenshot('prompt-table');
  });

  await t.test('search and sort choose rows', async () => {
    await table.getByLabel('Search prompts').fill('category:brainstorming');
    await table.locator('.counts', { hasText: /^\d+ of \d+ prompts/ }).waitFor(patience);
    const categories = table.locator('.row .category');
    await until(async () =>
      (await categories.allInnerTexts()).every((each) => each === 'brainstorming'),
    );
    await table.getByRole('button', { name: 'Characters' }).click();
    await table.locator('[aria-sort="ascending"]', { hasText: 'Characters' }).waitFor(patience);
    const lengths = await table.locator('.row .length').allInnerTexts();
    assert.deepEqual(
      lengths.map(Number),
      lengths.map(Number).toSorted((a, b) => a - b),
    );
    await table.getByLabel('Search prompts').fill('');
    await table.getByRole('button', { name: 'Characters' }).click();
    await table.getByRole('button', { name: 'Characters' }).click();
    await table.locator('[aria-sort="none"]', { hasText: 'Characters' }).waitFor(patience);
  });

  await t.test('an edit in place is one undo step and changes one line', async () => {
    const first = table.locator('.row').first();
    await first.locator('.user').dblclick();
    await first.locator('input').fill('Anna');
    await page.keyboard.press('Enter');
    await first.locator('.user', { hasText: 'Anna' }).waitFor(patience);
    await page.keyboard.press('Control+z');
    await first.locator('.user', { hasText: 'Anna' }).waitFor({ state: 'detached', ...patience });
    await page.keyboard.press('Control+y');
    await first.locator('.user', { hasText: 'Anna' }).waitFor(patience);
    assert.equal(await readFile(file, 'utf8'), before, 'nothing is on disk before saving');
    await page.keyboard.press('Control+s');
    await until(async () => (await readFile(file, 'utf8')) !== before);
    const after = await readFile(file, 'utf8');
    const [old, now] = [before.split('\n'), after.split('\n')];
    const changed = now.flatMap((line, at) => (line === old[at] ? [] : [at]));
    assert.deepEqual(changed, [0]);
    assert.equal(promptSchema.parse(JSON.parse(now[0])).user, 'Anna');
  });

  await t.test('many rows are set at once, and one undo takes it back', async () => {
    await table.locator('.grid').focus();
    await page.keyboard.press('Control+Home');
    for (let row = 0; row < 3; row++) {
      await page.keyboard.press('Space');
      await page.keyboard.press('ArrowDown');
    }
    await table.getByText('3 selected', { exact: true }).waitFor(patience);
    await table.getByLabel('Field to set').selectOption('split');
    await table.locator('.selection').getByLabel('Split', { exact: true }).selectOption('test');
    await workbench.screenshot('prompt-table-bulk');
    await table.getByRole('button', { name: 'Apply' }).click();
    const splits = table.locator('.row:nth-child(-n+3) .split');
    await until(async () => (await splits.allInnerTexts()).join() === 'test,test,test');
    await table.locator('.grid').focus();
    await page.keyboard.press('Control+z');
    await until(async () => (await splits.allInnerTexts()).join() !== 'test,test,test');
  });

  await t.test('a bad line and an edit elsewhere show at once; hostile text is text', async () => {
    const evil = '<img src=x onerror=alert(1)> \u202Egnp.exe \u001b[31m';
    const record = JSON.stringify({ id: 'evil', prompt: evil });
    await appendFile(file, `${record}\n{"id": "torn\n`);
    await table.locator('.counts', { hasText: '1 with a problem' }).waitFor(patience);
    await table.getByLabel('Search prompts').fill('onerror');
    await table.getByText('[U+202E]').waitFor(patience);
    assert.equal(await table.locator('img').count(), 0);
    await table.getByLabel('Search prompts').fill('is:problem');
    await table.locator('.row.bad').waitFor(patience);
    await workbench.screenshot('prompt-table-problem');
    await table.getByLabel('Search prompts').fill('');
  });

  await t.test('what is not saved outlives the window', async () => {
    const cell = table.locator('.row').nth(1).locator('.source');
    await cell.dblclick();
    await table.locator('.row').nth(1).locator('input').fill('kept');
    await page.keyboard.press('Enter');
    await cell.filter({ hasText: 'kept' }).waitFor(patience);
    await page.waitForTimeout(2500); // the editor's backup comes a moment after the change
    await workbench.runCommand('Developer: Reload Window');
    await page.waitForTimeout(3000);
    await workbench.ready();
    table = await workbench.webview('[data-panel="prompts"] .row');
    await table.locator('.row .source', { hasText: 'kept' }).waitFor(patience);
    assert.ok(!(await readFile(file, 'utf8')).includes('"kept"'));
    await table.locator('.grid').focus();
    await page.keyboard.press('Control+s');
    await until(async () => (await readFile(file, 'utf8')).includes('"kept"'));
  });

  await t.test('it reads in four themes, and axe finds nothing of ours', async () => {
    for (const [theme, kind] of workbenchThemes) {
      await workbench.useTheme(theme);
      await table.locator(`body[data-vscode-theme-kind="${kind}"]`).waitFor(patience);
      await page.waitForTimeout(500);
      await workbench.screenshot(`prompt-table-${theme.replaceAll(' ', '-').toLowerCase()}`);
      assert.deepEqual(await frameViolations(table), [], theme);
    }
  });

  await t.test('60 MB open page by page, read-only, and say so', async () => {
    const line = (at: number): string =>
      `${JSON.stringify({ id: `big-${at}`, prompt: `Number ${at}: ${'words '.repeat(90)}` })}\n`;
    const lines = Array.from({ length: 105_000 }, (_, at) => line(at));
    await writeFile(path.join(folder, 'prompts', 'big.jsonl'), lines.join(''));
    await page.waitForTimeout(3000);
    await openTable(workbench, 'prompts/big.jsonl');
    const big = await workbench.webview('.counts:has-text("larger than 20 MB")', 120_000);
    await big.locator('.counts', { hasText: '105,000 prompts' }).waitFor(patience);
    await big.locator('.grid').focus();
    await page.keyboard.press('Control+End');
    await big.getByText('Number 104999:').waitFor(patience);
    assert.ok((await big.locator('.row').count()) < 80);
    await workbench.screenshot('prompt-table-60-mb');
  });
});

async function openTable(workbench: Workbench, name: string): Promise<void> {
  await workbench.runCommand('Instruct: Open Prompt Table');
  const input = workbench.page.locator('.quick-input-widget');
  const asked = input.getByText(name, { exact: true }).first();
  // With one file of prompts there is nothing to choose.
  await asked.click({ timeout: 5000 }).catch(() => undefined);
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + patience.timeout;
  while (!(await holds())) {
    assert.ok(Date.now() < deadline, 'waited in vain');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
