// The panels' webviews in all four themes: keyboard, drag, a full disk, hostile content, 300 px, axe, and the policy.
import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../../scripts/editor/workbenchPage.ts';
import { results } from '../../scripts/stages/stage.ts';
import type { ToWebview as PanelMessage } from '../../src/protocol/panels.ts';
import { openPanelPage, themes, type PanelPage, type Theme } from './panels/panelPage.ts';
import { hostile, rankingHost, type RankingHost } from './panels/rankingHost.ts';
import { ppoStep, runHost, type RunHost } from './panels/runHost.ts';

const wide = { width: 1200, height: 800 };
const narrow = { width: 300, height: 700 };
const allThemes = Object.keys(themes) as Theme[]; // the keys of a literal

declare global {
  interface Window {
    readonly axe: { run(root: Document, options: unknown): Promise<AxeResults> };
  }
}

let browser: Browser;
let axe: string;
before(async () => {
  browser = await launchBrowser();
  axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  await mkdir(path.join(results, 'screenshots'), { recursive: true });
});
after(() => browser.close());

/** Opens a panel whose host is made by `make`; messages wait until both stand. */
async function open<H extends { receive(message: unknown): void }>(
  entry: 'ranking' | 'run',
  theme: Theme,
  viewport: { width: number; height: number },
  make: (post: (message: PanelMessage) => void) => H,
): Promise<{ host: H; panel: PanelPage; page: Page }> {
  const link: { panel?: PanelPage; waiting: PanelMessage[] } = { waiting: [] };
  const host = make((message) => {
    if (link.panel === undefined) link.waiting.push(message);
    else link.panel.post(message);
  });
  const receive = (message: unknown) => host.receive(message);
  const panel = await openPanelPage({ browser, entry, theme, viewport, receive });
  link.panel = panel;
  for (const message of link.waiting) panel.post(message);
  return { host, panel, page: panel.page };
}

const openRanking = (theme: Theme = 'dark', viewport = wide, memory?: Map<string, unknown>) =>
  open<RankingHost>('ranking', theme, viewport, (post) => rankingHost(post, memory));
const openRun = (theme: Theme = 'dark', viewport = wide) =>
  open<RunHost>('run', theme, viewport, (post) => {
    const host = runHost(post);
    host.write({ type: 'started', time: 0, stage: 'ppo', pid: 1, totalSteps: 200 });
    for (let step = 1; step <= 40; step++) host.write(ppoStep(step));
    return host;
  });

async function press(page: Page, ...keys: string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key);
}

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const found = await page.evaluate(async () => {
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    return window.axe.run(document, { runOnly: tags });
  });
  return found.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

function shot(page: Page, name: string): Promise<unknown> {
  return page.screenshot({ path: path.join(results, 'screenshots', `${name}.png`) });
}

/** The page is no wider than its window, and nothing complained. */
async function expectSound({ panel, page }: { panel: PanelPage; page: Page }): Promise<void> {
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  assert.equal(overflow, 0, 'the page scrolls sideways');
  assert.deepEqual(await violations(page), []);
  assert.deepEqual(panel.complaints, []);
}

for (const theme of allThemes) {
  test(`the ranking panel is accessible in ${theme}, wide and at 300 px`, async () => {
    const opened = await openRanking(theme);
    const { page, panel } = opened;
    await page.locator('.card').first().waitFor();
    await press(page, '1', '4', '2', 'ArrowUp');
    await shot(page, `ranking-${theme}`);
    await expectSound(opened);
    await page.setViewportSize(narrow);
    await shot(page, `ranking-${theme}-300`);
    await expectSound(opened);
    await panel.close();
  });

  test(`the run panel is accessible in ${theme}, wide and at 300 px`, async () => {
    const opened = await openRun(theme);
    const { page, panel } = opened;
    await page.locator('.chart canvas').first().waitFor();
    await page.getByText('Numbers', { exact: true }).click();
    await shot(page, `run-${theme}`);
    await expectSound(opened);
    await page.setViewportSize(narrow);
    await shot(page, `run-${theme}-300`);
    await expectSound(opened);
    await panel.close();
  });
}

test('a labeler ranks three tasks by keyboard alone, with ties, a skip and an undo', async () => {
  const { host, panel, page } = await openRanking();
  await page.locator('.card').first().waitFor();
  await press(page, '1', '4', '2', 't', 'Enter');
  await page.getByText('1 of 3 done').waitFor();
  assert.deepEqual(host.saved[0]?.ranking, [
    ['model-0/p1'],
    ['model-2/p1', 'model-3/p1'],
    ['model-1/p1'],
  ]);
  await press(page, 'u'); // nothing to undo in the new task: back to the saved one
  await page.getByText('A > C = D > B · saved before, saving replaces it').waitFor();
  await press(page, 'b', '1', 'Enter');
  await page.getByText('1 of 3 done').waitFor();
  await page.getByText('Rewrite this politely').waitFor();
  assert.equal(host.saved[1]?.id, host.saved[0]?.id);
  assert.deepEqual(host.saved[1]?.ranking[0], ['model-0/p1', 'model-1/p1']);
  await press(page, 's', '1');
  await page.getByText('List nine animals').waitFor();
  assert.equal(host.saved[2]?.skipped, 'The prompt is unclear');
  await press(page, '1', '1', '1', '1', '1', '1', '1', '1', '9', 'Enter');
  await page.getByText('All ranked').waitFor();
  assert.equal(host.saved[3]?.ranking.length, 2);
  assert.deepEqual(panel.complaints, []);
  await panel.close();
});

test('letters are dragged onto ranks and back', async () => {
  const { panel, page } = await openRanking();
  const row = (name: string) => page.locator('.row', { hasText: name });
  await page.locator('.card .chip', { hasText: 'B' }).dragTo(row('1 best'));
  await row('1 best').locator('.chip', { hasText: 'B' }).dragTo(row('4 worst'));
  await page.locator('.card', { hasText: 'rank 4 of 4 (worst)' }).waitFor();
  await row('4 worst').locator('.chip', { hasText: 'B' }).dragTo(row('To be ranked'));
  assert.equal(await row('To be ranked').locator('.chip').count(), 4);
  assert.deepEqual(panel.complaints, []);
  await panel.close();
});

test('a full disk leaves the ranking in the panel, and Retry saves it', async () => {
  const { host, panel, page } = await openRanking();
  await page.locator('.card').first().waitFor();
  host.failure = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  await press(page, '1', '2', '3', '4', 'Enter');
  await page.getByRole('alert').getByText('Free some disk space').waitFor();
  await page.getByText('Not saved. Your ranking is kept here.').waitFor();
  assert.equal(await page.getByText('rank 3 of 4').count(), 1);
  assert.equal(host.saved.length, 0);
  await shot(page, 'ranking-full-disk');
  host.failure = undefined;
  await page.getByRole('button', { name: 'Retry' }).click();
  await page.getByText('1 of 3 done').waitFor();
  assert.equal(host.saved.length, 1);
  await panel.close();
});

test('closing in the middle of a task loses nothing', async () => {
  const memory = new Map<string, unknown>();
  const first = await openRanking('dark', wide, memory);
  await first.page.locator('.card').first().waitFor();
  await press(first.page, '3', '1');
  await first.page.getByText('B > A · 2 to go').waitFor();
  await first.panel.close();
  const second = await openRanking('dark', wide, memory);
  await second.page.getByText('B > A · 2 to go').waitFor();
  await second.panel.close();
});

test('hostile content is shown as text', async () => {
  const { panel, page } = await openRanking();
  await page.locator('.card').first().waitFor();
  await press(page, 's', '2');
  await page.locator('.card .text', { hasText: hostile }).waitFor();
  await page.getByText('[U+202E]gnimaerc').waitFor();
  assert.equal(await page.locator('img, .text a, .text script, .text b').count(), 0);
  assert.notEqual(await page.title(), 'broken');
  assert.deepEqual(panel.complaints, []);
  await panel.close();
});

test('a run’s curves, state and buttons follow what is written', async () => {
  const { host, panel, page } = await openRun();
  const score = page.locator('.chart', { hasText: 'score' }).first().locator('.value');
  await score.waitFor();
  host.write({ type: 'metrics', time: 1, step: 41, values: { 'ppo/score': 4.25 } });
  await page.locator('.value', { hasText: '4.250' }).waitFor({ timeout: 1000 });
  host.write({
    type: 'progress',
    time: 2,
    step: 42,
    totalSteps: 200,
    message: 'sampling',
    secondsLeft: 90,
  });
  await page.getByText('Step 42 of 200 · 1 min 30 s left · sampling').waitFor();
  host.write({ type: 'sample', time: 3, step: 42, prompt: 'Ask', completion: hostile, score: 1.5 });
  await page.locator('.samples .text', { hasText: hostile }).waitFor();
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByText('Pausing after this step…').waitFor();
  host.turn('paused');
  await page.getByRole('button', { name: 'Resume' }).click();
  assert.deepEqual(host.asked, ['pause', 'resume']);
  host.write({
    type: 'failed',
    time: 4,
    step: 42,
    error: { code: 'not-a-number', message: 'ppo/kl is not a number.', remedy: 'Lower the rate.' },
  });
  host.turn('failed');
  await page.getByRole('alert').getByText('ppo/kl is not a number.').waitFor();
  assert.deepEqual(panel.complaints, []);
  await panel.close();
});

test('a resumed run draws each step once', async () => {
  const { host, panel, page } = await openRun();
  await page.locator('.chart').first().waitFor();
  host.write({ type: 'started', time: 1, stage: 'ppo', pid: 2, totalSteps: 200, resumedFrom: 20 });
  host.write({ type: 'metrics', time: 2, step: 21, values: { 'ppo/score': 7 } });
  await page.getByText('Numbers', { exact: true }).click();
  const row = page.locator('tr', { hasText: 'ppo/score' }).locator('td');
  await page.locator('tr td', { hasText: /^21$/ }).first().waitFor();
  assert.equal(await row.nth(3).textContent(), '7');
  assert.equal(await row.nth(4).textContent(), '21');
  await panel.close();
});

test('a drag zooms all curves and a button shows the whole run again', async () => {
  const { panel, page } = await openRun();
  const plot = page.locator('.u-over').first();
  const box = await plot.boundingBox();
  assert.ok(box !== null);
  await page.mouse.move(box.x + 60, box.y + 40);
  await page.mouse.down();
  await page.mouse.move(box.x + 140, box.y + 40, { steps: 4 });
  await page.mouse.up();
  await page.getByRole('button', { name: 'Reset Zoom' }).click();
  await page.getByRole('button', { name: 'Reset Zoom' }).waitFor({ state: 'hidden' });
  assert.deepEqual(panel.complaints, []);
  await panel.close();
});
