// Inline comparison of several prompts of one file: sampled again, made better, hostile text, and nothing left when closed.
import assert from 'node:assert/strict';
import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import type { Locator } from 'playwright-core';
import { demonstrationSchema } from '../../src/protocol/records.ts';
import { openWorkbench } from './harness/workbench.ts';

const patience = { timeout: 60_000 };

test('several prompts of a file are compared under their lines, and nothing is left behind', async (t) => {
  await using workbench = await openWorkbench({
    project: 'sample',
    viewport: { width: 1280, height: 1400 },
  });
  const { page, folder } = workbench;
  const file = (name: string): string => path.join(folder, name);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  // A second model without training one: the base under another name.
  await cp(file('models/base'), file('models/aligned'), { recursive: true });
  const project: unknown = JSON.parse(await readFile(file('instruct.json'), 'utf8'));
  assert.ok(typeof project === 'object' && project !== null);
  const models = { base: 'models/base', aligned: 'models/aligned' };
  await writeFile(file('instruct.json'), JSON.stringify({ ...project, models }));
  await writeFile(
    file('prompts/two.jsonl'),
    ['What do owls eat?', '<img src="http://evil.test/a.png"> ![x](http://evil.test/b.png)']
      .map((prompt, at) => `${JSON.stringify({ id: `two-${at}`, prompt })}\n`)
      .join(''),
  );
  await workbench.openFile('prompts/two.jsonl');
  const lenses = page.locator('.codelens-decoration a', { hasText: 'Compare Completions Inline' });
  const threads = page.locator('.review-widget');
  const votable = (thread: Locator): Promise<void> =>
    thread.getByRole('button', { name: 'Both Bad' }).waitFor({ timeout: 120_000 });

  await t.test('two threads stand in one file', async () => {
    await lenses.nth(1).click(patience);
    await votable(threads.first());
    await lenses.first().click(patience);
    await threads.nth(1).waitFor(patience);
    await votable(threads.first());
    await votable(threads.nth(1));
    await workbench.screenshot('inline-two');
  });

  await t.test('sampled again, both are drawn anew', async () => {
    const [thread] = await threads.all();
    const before = await thread.locator('.comment-body').allInnerTexts();
    await thread.getByRole('button', { name: 'Sample Again' }).click();
    const [first] = before;
    await thread.locator('.comment-body').first().filter({ hasNotText: first }).waitFor(patience);
    const writing = thread.locator('.comment-body', { hasText: '▍' });
    await writing.first().waitFor({ state: 'detached', ...patience });
    await votable(thread);
  });

  await t.test('a completion is edited into a demonstration', async () => {
    const [thread] = await threads.all();
    const editor = thread.locator('.edit-container .monaco-editor').first();
    // A comment that is being replaced by the one sampled anew takes no clicks: then click again.
    for (let tries = 0; tries < 10 && !(await editor.isVisible()); tries++) {
      await thread.locator('.review-comment').first().hover();
      await thread.getByRole('button', { name: 'Write Better' }).first().click();
      await editor.waitFor({ timeout: 2000 }).catch(() => undefined);
    }
    await editor.click();
    await page.keyboard.press('Control+a');
    await page.keyboard.type('Owls eat mice.');
    await workbench.screenshot('inline-better');
    await thread.getByRole('button', { name: 'Save as Demonstration' }).click();
    await thread.getByText('Saved your completion as a demonstration').waitFor(patience);
    const names = (await readdir(file('demonstrations'))).map((name) => `demonstrations/${name}`);
    const texts = await Promise.all(names.map((name) => readFile(file(name), 'utf8')));
    const records = texts
      .flatMap((text) => text.trimEnd().split('\n'))
      .map((line) => demonstrationSchema.parse(JSON.parse(line)));
    // The thread that was opened first stands under the second line.
    const [saved] = records.filter(({ promptId }) => promptId === 'two-1');
    assert.equal(saved.completion, 'Owls eat mice.');
  });

  await t.test('closed, nothing is left, and no text was taken for markup', async () => {
    assert.equal(await threads.locator('img').count(), 0);
    for (let left = 2; left > 0; left -= 1) {
      await threads.first().getByRole('button', { name: 'Close Comparison' }).click();
      await threads.nth(left - 1).waitFor({ state: 'detached', ...patience });
    }
    await page.locator('.comment-range-glyph').waitFor({ state: 'detached', ...patience });
    const lines = (await readFile(file('prompts/two.jsonl'), 'utf8')).trimEnd().split('\n');
    assert.equal(lines.length, 2);
    assert.ok(!asked.some((url) => url.includes('evil.test')));
    await workbench.screenshot('inline-closed');
  });
});
