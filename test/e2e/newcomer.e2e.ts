// The newcomer's path in the real editor: an empty folder becomes the sample project, three prompts are ranked by keyboard, a small SFT is
// trained and survives a reload of the window, and base and aligned completions are compared side by side and inline. From the first task to the
// vote side by side nothing is pressed but keys.
import assert from 'node:assert/strict';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import type { Frame, Locator, Page } from 'playwright-core';
import * as z from 'zod';
import {
  completionSchema,
  demonstrationSchema,
  promptSchema,
  rankingSchema,
} from '../../src/protocol/records.ts';
import { openWorkbench, type Workbench } from './harness/workbench.ts';

const patience = { timeout: 60_000 };
/** Whom git knows on every machine: the pictures name the labeler. */
const gitUser = {
  GIT_CONFIG_COUNT: '1',
  GIT_CONFIG_KEY_0: 'user.name',
  GIT_CONFIG_VALUE_0: 'Ada',
};

test('a newcomer creates a project, ranks, trains through a reload, and compares inline', async (t) => {
  await using workbench = await openWorkbench({ project: 'empty', env: gitUser });
  const { page } = workbench;

  await t.test('an empty folder offers the sample project, and one choice makes it', async () => {
    await openInstruct(workbench);
    await page.getByRole('button', { name: 'Create Sample Project…' }).waitFor(patience);
    await shoot(workbench, 'newcomer-1-welcome');
    await page.getByRole('button', { name: 'Create Sample Project…' }).click();
    await page.locator('.quick-input-widget').waitFor(patience);
    await workbench.pick('this folder is empty');
    await row(workbench, 'Prompts').waitFor(patience);
    await row(workbench, 'To Rank').waitFor(patience);
    await row(workbench, 'base').waitFor(patience);
    await shoot(workbench, 'newcomer-2-project');
  });

  await using pointer = await watchPointer(page);

  await t.test('three prompts are ranked by keyboard alone, each on disk at once', async () => {
    await workbench.runCommand('Instruct: Rank Completions');
    const panel = await workbench.webview('[data-panel="ranking"]', 60_000);
    for (let saved = 1; saved <= 3; saved += 1) {
      await rankTask(workbench, panel, saved);
      assert.equal((await rankings(workbench)).length, saved);
    }
    await shoot(workbench, 'newcomer-3-ranked');
    for (const ranking of await rankings(workbench)) {
      assert.deepEqual([...ranking.ranking.flat()].sort(), [...ranking.shown].sort());
      assert.equal(ranking.ranking[0].length, 2, 'the first two were tied');
    }
  });

  await t.test(
    'SFT is trained: status bar, tree and chart move; a reload loses nothing',
    async () => {
      // Enough to be at work still when the window has been reloaded, on a quick machine too.
      await useSteps(workbench, 7000);
      await workbench.runCommand('Instruct: Train SFT');
      const status = page.locator('.statusbar-item', { hasText: /SFT \d+%/ });
      await status.waitFor(patience);
      const chart = await workbench.webview('[data-panel="run"]', 60_000);
      await chart.locator('canvas').first().waitFor(patience);
      const ages: number[] = [];
      for (let look = 0; look < 7; look += 1) ages.push(await ageOfNews(workbench, chart));
      ages.sort((a, b) => a - b);
      t.diagnostic(`a step is in the panel after ${ages.join(', ')} ms`);
      assert.ok(ages[3] <= 1000, `seven looks: ${ages.join(', ')} ms`);
      await shoot(workbench, 'newcomer-4-training');
      await workbench.runCommand('Developer: Reload Window');
      await status.waitFor({ state: 'detached', ...patience });
      await status.waitFor(patience);
      const restored = await workbench.webview('[data-panel="run"]', 60_000);
      await restored.locator('canvas').first().waitFor(patience);
      await shoot(workbench, 'newcomer-5-reloaded');
      await row(workbench, 'SFT')
        .filter({ hasText: 'loss' })
        .filter({ hasText: 'just now' })
        .first()
        .waitFor({ timeout: 300_000 });
      await status.waitFor({ state: 'detached', ...patience });
      await restored.getByText('Finished').first().waitFor(patience);
      await shoot(workbench, 'newcomer-6-finished');
    },
  );

  await t.test('side by side they are compared and voted on, all by keyboard', async () => {
    const before = (await rankings(workbench)).length;
    await workbench.runCommand('Instruct: Compare Side by Side');
    const panel = await workbench.webview('[data-panel="compare"]', 60_000);
    await panel.getByRole('button', { name: 'Write All' }).waitFor(patience);
    await until('the focus', () => panel.evaluate(() => document.hasFocus()));
    await tabTo(page, panel, 'Most tokens');
    await page.keyboard.type('12');
    await tabTo(page, panel, 'Write All');
    await page.keyboard.press('Enter');
    const cells = panel.locator('.grid section').first().locator('.cell');
    // Trained, it is some nats from the base.
    const kl = cells.nth(1).getByText(/^KL -?\d+\.\d$/);
    await kl.waitFor(patience);
    assert.notEqual(await kl.textContent(), 'KL 0.0');
    await tabTo(page, panel, 'base');
    await page.keyboard.press('ArrowRight');
    assert.ok((await focusIn(panel)).visible);
    await page.keyboard.press('p');
    await panel.getByText('Saved: one is preferred.').waitFor(patience);
    const after = await rankings(workbench);
    assert.equal(after.length, before + 1);
    const [best] = after[after.length - 1].ranking;
    assert.deepEqual(best, [after[after.length - 1].shown[1]]);
    await workbench.screenshot('newcomer-6b-side-by-side');
    assert.equal(pointer.presses, 0, 'from the first ranking on by keyboard alone');
  });

  await t.test('base and aligned are compared inline, and the vote is a ranking', async () => {
    const before = (await rankings(workbench)).length;
    await writeFile(path.join(workbench.folder, 'notes.md'), '# Notes\n\nWhat do owls eat?\n');
    await workbench.openFile('notes.md');
    await page.locator('.editor-instance .view-line', { hasText: 'owls' }).click();
    await workbench.runCommand('Instruct: Compare Completions Inline');
    const thread = page.locator('.review-widget');
    await thread.getByText('Completion B').waitFor(patience);
    await shoot(workbench, 'newcomer-7-comparing');
    const prefer = thread.getByRole('button', { name: 'Prefer' });
    await prefer.first().waitFor({ timeout: 120_000 });
    await thread.getByRole('button', { name: 'Both Bad' }).waitFor(patience);
    await shoot(workbench, 'newcomer-8-compared');
    await prefer.nth(1).click();
    await thread.getByText('Saved: Completion B is better').waitFor(patience);
    await shoot(workbench, 'newcomer-9-preferred');
    const after = await rankings(workbench);
    assert.equal(after.length, before + 1);
    const vote = after[after.length - 1];
    assert.deepEqual(vote.ranking, [[vote.shown[1]], [vote.shown[0]]]);
    const [prompt] = await records(workbench, 'prompts/inline.jsonl', promptSchema);
    assert.equal(prompt.prompt, 'What do owls eat?');
    assert.equal(prompt.id, vote.promptId);
    const own = (await records(workbench, 'completions', completionSchema)).filter(
      ({ promptId }) => promptId === prompt.id,
    );
    assert.deepEqual(own.map(({ id }) => id).sort(), [...vote.shown].sort());
    assert.equal(new Set(own.map(({ model }) => model.name)).size, 2);
    await thread.getByRole('button', { name: 'Close Comparison' }).click();
    await thread.waitFor({ state: 'detached', ...patience });
  });
});

async function openInstruct({ page }: Workbench): Promise<void> {
  await page.locator('.activitybar .action-item a[aria-label*="Instruct"]').click();
  await page.locator('.part.sidebar .composite.title', { hasText: /instruct/i }).waitFor(patience);
}

/** Takes a picture without whatever hovers under the pointer. */
async function shoot(workbench: Workbench, name: string): Promise<void> {
  await workbench.page.mouse.move(700, 790);
  await workbench.page.waitForTimeout(400);
  await workbench.screenshot(name);
}

/** A row of one of the views of the side bar. */
function row({ page }: Workbench, label: string): Locator {
  const rows = page.locator('.part.sidebar .monaco-list-row');
  return rows.filter({ has: page.locator('.label-name', { hasText: new RegExp(`^${label}$`) }) });
}

/** Ranks the task on screen: the first two tied as best, the others after them, and saves. */
async function rankTask({ page }: Workbench, panel: Frame, saved: number): Promise<void> {
  const cards = panel.locator('[data-panel="ranking"] li.card');
  const progress = (done: number): Locator =>
    panel.getByText(new RegExp(`\\b${done} of \\d+ done`)).first();
  await cards.first().waitFor(patience);
  await panel
    .getByText(`${saved - 1} of`)
    .first()
    .waitFor(patience);
  await until('the focus', async () => (await focusIn(panel)).visible);
  await page.keyboard.press('1');
  await page.keyboard.press('1');
  for (let rank = 2; rank < (await cards.count()); rank += 1) await page.keyboard.press(`${rank}`);
  await page.keyboard.press('Enter');
  await progress(saved).waitFor(patience);
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + patience.timeout;
  while (!(await holds())) {
    assert.ok(Date.now() < deadline, `waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** How often a pointer was pressed since, in any frame: tests press keys and buttons alike. */
async function watchPointer(page: Page): Promise<AsyncDisposable & { readonly presses: number }> {
  const said = 'a pointer is pressed';
  let count = 0;
  page.on('console', (message) => {
    if (message.text() === said) count += 1;
  });
  const listen = (text: string): void => {
    addEventListener('pointerdown', () => console.info(text), true);
  };
  const script = await page.addInitScript(listen, said);
  await Promise.all(page.frames().map((frame) => frame.evaluate(listen, said)));
  return {
    get presses() {
      return count;
    },
    [Symbol.asyncDispose]: () => script[Symbol.asyncDispose](),
  };
}

/** What has the focus in a panel, by its name, and whether one sees that. */
async function focusIn(panel: Frame): Promise<{ name: string; visible: boolean }> {
  return panel.evaluate(() => {
    const focused = document.activeElement;
    if (!document.hasFocus() || !(focused instanceof HTMLElement))
      return { name: '', visible: false };
    const { outlineStyle, outlineWidth } = getComputedStyle(focused);
    const label = focused.closest('label')?.textContent;
    return {
      name: (focused.getAttribute('aria-label') ?? label ?? focused.textContent).trim(),
      visible: outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 1,
    };
  });
}

/** Presses Tab until the control of that name has the focus; one sees at each where it is. */
async function tabTo(page: Page, panel: Frame, name: string): Promise<void> {
  const passed: string[] = [];
  while (passed.at(-1) !== name) {
    assert.ok(passed.length < 40, `Tab came to ${passed.join(', ')}, not to ${name}`);
    await page.keyboard.press('Tab');
    const focus = await focusIn(panel);
    assert.ok(focus.visible, `the focus is not to be seen on "${focus.name}"`);
    passed.push(focus.name);
  }
}

/** Milliseconds until the run panel shows the step that its run wrote last, or a later one. */
async function ageOfNews({ folder, page }: Workbench, panel: Frame): Promise<number> {
  const [run] = (await readdir(path.join(folder, 'runs'))).filter((name) => !name.startsWith('.'));
  const events = await readFile(path.join(folder, 'runs', run, 'events.jsonl'), 'utf8');
  const step = Number(/.*"step":(\d+)/s.exec(events)?.[1]);
  assert.ok(step > 0, 'the run has written a step');
  const from = performance.now();
  await until(`step ${step} in the panel`, async () => {
    const shown = await panel.getByText(/^Step [\d,]+ of/).innerText();
    return Number(shown.replace(/^Step ([\d,]+).*/s, '$1').replaceAll(',', '')) >= step;
  });
  const age = Math.round(performance.now() - from);
  await page.waitForTimeout(200);
  return age;
}

/** Sets SFT up for about so many small steps, whatever the number of demonstrations. */
async function useSteps(workbench: Workbench, steps: number): Promise<void> {
  const demonstrations = (await records(workbench, 'demonstrations', demonstrationSchema)).length;
  const batchSize = Math.max(4, Math.min(32, Math.ceil(demonstrations / steps)));
  const epochs = Math.max(1, Math.round((steps * batchSize) / demonstrations));
  const file = path.join(workbench.folder, 'instruct.json');
  const project = z.record(z.string(), z.unknown()).parse(JSON.parse(await readFile(file, 'utf8')));
  // Small steps: many epochs at the usual rate would learn the demonstrations by heart.
  const hyperparameters = { sft: { batchSize, epochs, learningRate: 5e-5 } };
  await writeFile(file, JSON.stringify({ ...project, hyperparameters }, null, 2));
}

/** The records of a file, or of all files of a folder, each valid. */
async function records<T>({ folder }: Workbench, name: string, schema: z.ZodType<T>): Promise<T[]> {
  const whole = path.join(folder, name);
  const files = name.endsWith('.jsonl')
    ? [whole]
    : (await readdir(whole))
        .filter((file) => file.endsWith('.jsonl'))
        .map((file) => path.join(whole, file));
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  return texts
    .flatMap((text) => text.split('\n'))
    .filter((line) => line !== '')
    .map((line) => schema.parse(JSON.parse(line)));
}

/** The rankings of this machine's labeler: those of the sample, if any, are the gold labelers'. */
async function rankings(workbench: Workbench): Promise<z.infer<typeof rankingSchema>[]> {
  const all = await readdir(path.join(workbench.folder, 'rankings')).catch(() => []);
  if (all.length === 0) return [];
  const found = await records(workbench, 'rankings', rankingSchema);
  return found.filter(({ labeler }) => !labeler.startsWith('gold'));
}
