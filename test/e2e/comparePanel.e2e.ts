// The comparison panel's webview: checkpoints and settings by column, the playground, and four themes at two widths.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { compareHost, type CompareHost } from './panels/compareHost.ts';
import { narrow, PanelBrowser, shot, wide } from './panels/panelBrowser.ts';
import { themes, type Theme } from './panels/panelPage.ts';

const browser = new PanelBrowser();
before(() => browser.start());
after(() => browser[Symbol.asyncDispose]());

const open = (theme: Theme = 'dark') =>
  browser.open<CompareHost>('compare', theme, wide, compareHost);

test('a checkpoint and a model stand in one row, a model twice under settings of its own', async () => {
  const { host, page, panel } = await open();
  const columns = page.getByRole('list', { name: 'Columns' }).getByRole('listitem');
  await columns.nth(1).waitFor();
  assert.equal(await columns.count(), 2, 'the base beside the newest model');
  await page.getByRole('button', { name: 'Add Column' }).click();
  await columns
    .nth(2)
    .getByRole('combobox', { name: 'Model' })
    .selectOption('runs/sft-1/checkpoints/step-40');
  await page.getByRole('button', { name: 'Add Column' }).click();
  await columns.nth(3).getByRole('combobox', { name: 'Model' }).selectOption('runs/ppo-1/model');
  await columns.nth(3).getByRole('combobox', { name: 'Prompt format' }).selectOption('ChatML');
  await columns.nth(3).getByLabel('Own settings').check();
  await columns.nth(3).getByLabel('Temperature').fill('0');
  await columns.nth(3).getByLabel('Seed').fill('9');
  await page.getByRole('button', { name: 'Write All' }).click();
  const first = page.locator('.grid section').first();
  await first
    .getByText(/\d+ words/)
    .nth(3)
    .waitFor();
  assert.deepEqual(await first.locator('.cell strong').allTextContents(), [
    'base',
    'PPO',
    'SFT step 40',
    'PPO · T 0 · top p 1 · 40 tokens · seed 9 · ChatML',
  ]);
  const asked = (model: string) =>
    host.asked.filter((each) => each.model === model).map(({ sampling }) => sampling);
  assert.deepEqual(asked('models/base').at(0), { temperature: 0.7, maxTokens: 40, seed: 1 });
  assert.equal(asked('runs/sft-1/checkpoints/step-40').length, 2);
  assert.deepEqual(asked('runs/ppo-1/model').at(-1), {
    temperature: 0,
    maxTokens: 40,
    seed: 9,
    format: 'chatml',
  });
  // KL where a model was trained from another one, with what it is against; why not where that is gone.
  const kl = first.locator('.cell .kl');
  assert.deepEqual(await kl.allTextContents(), ['KL 3.2', 'no KL', 'KL 3.2']);
  assert.match((await kl.first().getAttribute('title')) ?? '', /^Against base: 0\.20 nats a token/);
  assert.match((await kl.nth(1).getAttribute('title')) ?? '', /no model in models\/gone/);
  const means = page.getByRole('table', { name: 'Means of each column' }).getByRole('row');
  await page.locator('.kl').nth(5).waitFor(); // both prompts
  assert.deepEqual(await means.nth(1).locator('th, td').allTextContents(), [
    'base',
    '2',
    '-0.75',
    '–',
    '15.0',
  ]);
  assert.deepEqual(await means.nth(2).locator('th, td').allTextContents(), [
    'PPO',
    '2',
    '1.25',
    '3.2',
    '14.0',
  ]);
  await shot(page, 'compare-columns');
  // Another setting is another column: what was written before is not its own.
  await columns.nth(3).getByRole('combobox', { name: 'Prompt format' }).selectOption('Raw text');
  await first.getByText('not written yet').waitFor();
  assert.deepEqual(panel.complaints, []);
  await panel.close();
});

test('the playground takes one prompt at a time, stops, and saves a demonstration', async () => {
  const { host, page, panel } = await open();
  await page.getByRole('button', { name: 'Write All' }).waitFor();
  host.open('one');
  const prompt = page.getByRole('textbox', { name: 'Prompt' });
  await prompt.waitFor();
  assert.match(await prompt.inputValue(), /otter/);
  assert.equal(await page.locator('.grid section').count(), 1);
  await page.getByRole('button', { name: 'Next' }).click();
  assert.match(await prompt.inputValue(), /river/);
  await page.getByText('2 of 2').waitFor();
  host.pauseMs = 60_000;
  await prompt.fill('Where does the otter sleep?');
  await prompt.press('Control+Enter');
  await page.getByText('writing').first().waitFor();
  await page.getByText('1 of 3').waitFor();
  await page.getByRole('button', { name: 'Stop' }).click();
  await page.getByText('stopped').nth(1).waitFor();
  host.pauseMs = 0;
  await prompt.press('Control+Enter');
  await page
    .getByText(/\d+ words · score/)
    .nth(1)
    .waitFor();
  assert.equal(host.asked.at(-1)?.prompt, 'Where does the otter sleep?');
  await page.locator('.cell').nth(1).getByRole('button', { name: 'Save as Demonstration' }).click();
  while (host.saved.length < 2) await page.waitForTimeout(20);
  assert.deepEqual(
    host.saved.map(({ kind }) => kind),
    ['prompts', 'demonstrations'],
  );
  await shot(page, 'compare-playground');
  assert.deepEqual(panel.complaints, []);
  await panel.close();
});

for (const theme of Object.keys(themes) as Theme[]) {
  // the keys of a literal
  test(`the comparison is accessible in ${theme}, wide and at 300 px`, async () => {
    const opened = await open(theme);
    const { page, panel } = opened;
    await page.getByRole('button', { name: 'Write All' }).click();
    await page
      .getByText(/words · score/)
      .nth(3)
      .waitFor();
    await page.getByLabel('Differences from the first').check();
    // No number tells a model before the vote.
    await page.getByLabel('Blind').check();
    assert.equal(await page.locator('.kl, .means').count(), 0);
    await page.locator('.cell').nth(1).focus();
    await page.keyboard.press('p');
    await page.getByText('Saved: one is preferred.').waitFor();
    assert.equal(await page.getByRole('cell', { name: '1', exact: true }).count(), 2);
    await page.getByLabel('Blind').uncheck();
    await shot(page, `compare-${theme}`);
    await page.getByLabel('Own settings').first().check();
    await browser.expectSound(opened);
    await page.getByLabel('One prompt at a time').check();
    await page.setViewportSize(narrow);
    await shot(page, `compare-${theme}-300`);
    await browser.expectSound(opened);
    await panel.close();
  });
}
