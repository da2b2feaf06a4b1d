import assert from 'node:assert/strict';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import * as z from 'zod';
import { inPseudo, plainWords } from './harness/pseudoLocale.ts';
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

test('in another language no sentence of ours is left in English', async (t) => {
  await using workbench = await openWorkbench({ pseudo: true });
  const { page } = workbench;
  const palette = page.locator('.quick-input-widget');
  // The palette finds commands by their English titles too.
  const run = async (title: string): Promise<void> => {
    await page.keyboard.press('F1');
    await palette.locator('input.input').fill(`>Instruct: ${title}`);
    await palette
      .locator('.monaco-list-row', { hasText: inPseudo(title) })
      .first()
      .click();
  };

  await t.test('in the views', async () => {
    const ours = inPseudo('Instruct');
    await page.locator(`.activitybar .action-item a[aria-label*="${ours}"]`).click();
    const rows = page.locator('.part.sidebar .monaco-list-row');
    await rows.filter({ hasText: inPseudo('To Demonstrate') }).waitFor({ timeout: 60_000 });
    await rows.filter({ hasText: 'models/base' }).waitFor();
    const texts = await rows.allInnerTexts();
    assert.ok(texts.length >= 10, String(texts.length));
    const shown = await promptsOf(workbench.folder);
    const words = texts.flatMap((text) =>
      plainWords(shown.reduce((rest, prompt) => rest.replace(prompt, ''), text)),
    );
    const names = new Set(['base', 'basemodels', 'models']);
    assert.deepEqual(
      words.filter((word) => !names.has(word)),
      [],
    );
    const welcome = await page.locator('.part.sidebar .welcome-view-content').allInnerTexts();
    assert.deepEqual(welcome.flatMap(plainWords), []);
    await workbench.screenshot('pseudo-views');
  });

  await t.test('in the wizard of a new run', async () => {
    await run('New Run…');
    const rows = palette.locator('.monaco-list-row');
    await rows.filter({ hasText: inPseudo('Learns from demonstrations') }).waitFor();
    const hint = await palette.locator('input.input').getAttribute('placeholder');
    const title = await palette.locator('.quick-input-title').innerText();
    const texts = [...(await rows.allInnerTexts()), hint ?? '', title];
    const names = new Set(['SFT', 'PPO', 'DPO']);
    assert.deepEqual(
      texts.flatMap(plainWords).filter((word) => !names.has(word)),
      [],
    );
    await workbench.screenshot('pseudo-wizard');
    await page.keyboard.press('Escape');
  });

  await t.test('in the ranking panel', async () => {
    const settings = path.join(workbench.folder, '.vscode', 'settings.json');
    await mkdir(path.dirname(settings), { recursive: true });
    await writeFile(settings, JSON.stringify({ 'instruct.labeler': 'x' }));
    await run('Rank Completions');
    const panel = await workbench.webview('[data-panel="ranking"] .card');
    await workbench.screenshot('pseudo-ranking');
    const texts = await panel.evaluate(() => {
      const said = [...document.querySelectorAll('[aria-label], [title], [placeholder]')].flatMap(
        (each) => ['aria-label', 'title', 'placeholder'].map((name) => each.getAttribute(name)),
      );
      // What people have written, keys by their names, and why the prompt is next: that is said by src/data.
      for (const each of document.querySelectorAll('.text-view, kbd, .why')) each.remove();
      return [document.body.innerText, ...said.filter((each) => each !== null)];
    });
    assert.equal(await panel.evaluate(() => document.documentElement.lang), 'qps-ploc');
    assert.deepEqual(texts.flatMap(plainWords), []);
  });
});

async function promptsOf(project: string): Promise<string[]> {
  const folder = path.join(project, 'prompts');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.jsonl'));
  const texts = await Promise.all(names.map((name) => readFile(path.join(folder, name), 'utf8')));
  const records = texts.flatMap((text) => text.trim().split('\n'));
  return records.map((line) => z.object({ prompt: z.string() }).parse(JSON.parse(line)).prompt);
}
