// The ranking panel's webview in all four themes: keyboard, drag, a full disk, hostile content, 300 px, 200 %, axe, and the policy.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { LabelingMode } from '../../src/protocol/rankingPanel.ts';
import { narrow, PanelBrowser, press, shot, wide, zoomed } from './panels/panelBrowser.ts';
import { themes, type Theme } from './panels/panelPage.ts';
import { hostile, rankingHost, type RankingHost } from './panels/rankingHost.ts';

const allThemes = Object.keys(themes) as Theme[]; // the keys of a literal
const browser = new PanelBrowser();
before(() => browser.start());
after(() => browser[Symbol.asyncDispose]());

const openRanking = (
  theme: Theme = 'dark',
  mode: LabelingMode = 'rank',
  memory?: Map<string, unknown>,
) => browser.open<RankingHost>('ranking', theme, wide, (post) => rankingHost(post, memory, mode));

for (const theme of allThemes) {
  for (const mode of ['rank', 'rate-then-rank', 'pairwise'] as const) {
    test(`${mode} is accessible in ${theme}, wide, at 300 px and at 200 %`, async () => {
      const opened = await openRanking(theme, mode);
      const { page, panel } = opened;
      await page.locator('.card').first().waitFor();
      const keys = {
        rank: ['1', '4', '2', 'ArrowUp'],
        'rate-then-rank': ['6', 'z', 'o'],
        pairwise: ['ArrowLeft', '2'],
      };
      await press(page, ...keys[mode], 'n');
      await page.keyboard.type('Says where it sleeps.');
      await press(page, 'Escape');
      for (const [name, size] of Object.entries({ wide, narrow, zoomed })) {
        await page.setViewportSize(size);
        await shot(page, `ranking-${mode}-${theme}-${name}`);
        await browser.expectSound(opened);
      }
      await panel.close();
    });
  }

  test(`differences and guidelines are accessible in ${theme}`, async () => {
    const opened = await openRanking(theme);
    const { page, panel } = opened;
    await page.locator('.card').first().waitFor();
    await press(page, 'l');
    await page.getByText('Version 2+12ab34cd').waitFor();
    await shot(page, `guidelines-${theme}`);
    await browser.expectSound(opened);
    await press(page, 'Escape', 'd', 'w');
    await page.getByRole('heading', { name: 'Differences word by word' }).waitFor();
    await shot(page, `differences-${theme}`);
    await browser.expectSound(opened);
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
  const first = await openRanking('dark', 'rank', memory);
  await first.page.locator('.card').first().waitFor();
  await press(first.page, '3', '1');
  await first.page.getByText('B > A · 2 to go').waitFor();
  await first.panel.close();
  const second = await openRanking('dark', 'rank', memory);
  await second.page.getByText('B > A · 2 to go').waitFor();
  await second.panel.close();
});

test('hostile content is shown as text', async () => {
  const { panel, page } = await openRanking();
  await page.locator('.card').first().waitFor();
  await press(page, 's', '2');
  await page.locator('.card .text-view', { hasText: hostile }).waitFor();
  await page.getByText('[U+202E]gnimaerc').waitFor();
  assert.equal(await page.locator('img, .task a, .task script, .task b').count(), 0);
  assert.notEqual(await page.title(), 'broken');
  assert.deepEqual(panel.complaints, []);
  await panel.close();
});

test('each output is rated with its flags, then all are ranked; undo leads back over tasks', async () => {
  const { host, panel, page } = await openRanking('dark', 'rate-then-rank');
  await page.getByText('Completion A (1 of 4)').waitFor();
  const asked = page.locator('.controls:visible .check:visible', { hasText: 'Hallucination' });
  assert.equal(await asked.count(), 0);
  await press(page, 'Enter');
  await page
    .locator('.status', { hasText: 'Rate A, B, C and D first, or skip the task.' })
    .waitFor();
  await press(page, '6', 'q', 'h', 'z', 'Enter');
  await page.getByText('Completion B (2 of 4)').waitFor();
  assert.equal(await asked.count(), 1);
  await press(page, '1', 'f', 'a', 'Enter', '3', 'Enter', '7', 'Enter');
  await page
    .locator('.status', { hasText: 'Say first whether A, B, C and D satisfies the constraint' })
    .waitFor();
  await page.getByText('Completion A (1 of 4)').waitFor();
  await press(page, 'c', 'ArrowDown', 'c', 'c', 'ArrowDown', 'c', 'ArrowDown', 'c', 'Enter');
  await page.locator('.board').waitFor();
  await page.getByText('rated 6 of 7').waitFor();
  await press(page, 'Escape');
  await page.getByText('Completion A (1 of 4)').waitFor();
  await press(page, 'Enter', '2', '4', '3', '1', 'Enter');
  await page.getByText('1 of 3 done').waitFor();
  const record = host.saved.at(0);
  assert.ok(record !== undefined);
  assert.deepEqual(record.ranking, [
    ['model-3/p1'],
    ['model-0/p1'],
    ['model-2/p1'],
    ['model-1/p1'],
  ]);
  assert.deepEqual(
    record.shown.map((id) => record.ratings?.[id]?.overall),
    [6, 1, 3, 7],
  );
  assert.deepEqual(
    record.shown.map((id) => record.ratings?.[id]?.flags?.satisfiesConstraint),
    [true, false, true, true],
  );
  const { 'model-0/p1': first, 'model-1/p1': second } = record.ratings ?? {};
  assert.equal(second.flags?.harmfulAdvice, true);
  assert.equal(first.flags?.hallucination, true);
  await page.getByText('The task before: which model wrote what').click();
  await page.getByText('A: model-0').waitFor();
  await press(page, 'u');
  await page.getByText('saved before, saving replaces it').waitFor();
  assert.deepEqual(panel.complaints, []);
  await panel.close();
});

test('a pair is decided by arrows, with a strength, a tie, or both bad', async () => {
  const { host, panel, page } = await openRanking('dark', 'pairwise');
  await page.getByText('Which completion is better?').waitFor();
  await press(page, 'Enter');
  await page.locator('.status', { hasText: 'Choose first, or skip the task.' }).waitFor();
  await press(page, 'ArrowRight', 'ArrowRight', 'ArrowRight');
  await page.getByText('Right is clearly better · not saved yet').waitFor();
  await press(page, 'Enter');
  await page.getByText('1 of 3 done').waitFor();
  await press(page, 'b', 'Enter');
  await page.getByText('2 of 3 done').waitFor();
  await press(page, 't', 'Enter');
  await page.getByText('All ranked').waitFor();
  assert.deepEqual(
    host.saved.map(({ ranking, strength, bothBad }) => [ranking.length, strength, bothBad]),
    [
      [2, 2, undefined],
      [1, undefined, true],
      [1, undefined, undefined],
    ],
  );
  assert.deepEqual(host.saved[0]?.ranking[0], ['model-1/p1']);
  await panel.close();
});

test('Markdown is rendered without markup of its own, and R shows it as it was written', async () => {
  const { panel, page } = await openRanking();
  await page.locator('.card').first().waitFor();
  await press(page, 's', '2');
  await page.locator('.card strong', { hasText: 'Bold' }).waitFor();
  await page.getByText('(command:x)').waitFor();
  assert.equal(await page.locator('a, img').count(), 0);
  await shot(page, 'ranking-markdown');
  await press(page, 'r');
  await page.getByText('**Bold** [link](command:x)').waitFor();
  assert.equal(await page.locator('.card strong').count(), 0);
  assert.deepEqual(panel.complaints, []);
  await panel.close();
});

test('single keys can be turned off, for speech input', async () => {
  const { panel, page } = await openRanking();
  await page.locator('.card').first().waitFor();
  await page.getByLabel('Single keys act').uncheck();
  await press(page, '1', '2');
  assert.equal(await page.getByText('not ranked').count(), 4);
  await panel.close();
});
