// The run panel's webview in all four themes: what is written shows, 300 px, axe, and the policy.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { writeReport } from '../../src/data/index.ts';
import { fullReport } from '../fixtures/evaluationReport.ts';
import { narrow, PanelBrowser, shot, wide } from './panels/panelBrowser.ts';
import { themes, type Theme } from './panels/panelPage.ts';
import { hostile } from './panels/rankingHost.ts';
import { ppoStep, runHost, type RunHost } from './panels/runHost.ts';

const allThemes = Object.keys(themes) as Theme[]; // the keys of a literal
const browser = new PanelBrowser();
before(() => browser.start());
after(() => browser[Symbol.asyncDispose]());

const openRun = (theme: Theme = 'dark', viewport = wide) =>
  browser.open<RunHost>('run', theme, viewport, (post) => {
    const host = runHost(post);
    host.write({ type: 'started', time: 0, stage: 'ppo', pid: 1, totalSteps: 200 });
    for (let step = 1; step <= 40; step++) host.write(ppoStep(step));
    return host;
  });

for (const theme of allThemes) {
  test(`the run panel is accessible in ${theme}, wide and at 300 px`, async () => {
    const opened = await openRun(theme);
    const { page, panel } = opened;
    await page.locator('.chart canvas').first().waitFor();
    await page.getByText('Numbers', { exact: true }).click();
    const { host } = opened;
    for (const [at, completion] of ['The otter sleeps.', 'The otter swims.'].entries()) {
      const sample = { type: 'sample' as const, time: at, step: 20 * (at + 1), prompt: 'Ask' };
      host.write({ ...sample, completion, score: at });
    }
    host.write(
      { type: 'checkpoint', time: 1, step: 20, path: 'checkpoints/step-20' },
      { type: 'warning', time: 2, step: 30, code: 'no-eos', message: 'It does not end.' },
    );
    await page.getByRole('button', { name: /^Step 30: warning/ }).click();
    await page.getByRole('button', { name: 'Show Episodes' }).click();
    await page
      .getByRole('region', { name: 'Episodes', exact: true })
      .locator('tbody tr')
      .first()
      .waitFor();
    await page.evaluate(() => window.scrollTo(0, 0));
    await shot(page, `run-${theme}`);
    await browser.expectSound(opened);
    await page.setViewportSize(narrow);
    await shot(page, `run-${theme}-300`);
    await browser.expectSound(opened);
    await panel.close();
  });
}

test('nothing moves where motion is to be reduced, by the system or by the editor', async () => {
  const { page, panel } = await openRun();
  const moving = (): Promise<number> =>
    page.evaluate(() => {
      const styles = [...document.querySelectorAll('*')].map((element) =>
        getComputedStyle(element),
      );
      const moves = styles.filter(
        ({ transitionDuration, animationName }) =>
          animationName !== 'none' || /[1-9]/.test(transitionDuration),
      );
      return moves.length;
    });
  await page.getByRole('button').first().waitFor();
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  assert.ok((await moving()) > 0, 'buttons answer with a short change of colour');
  await page.emulateMedia({ reducedMotion: 'reduce' });
  assert.equal(await moving(), 0);
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  await page.evaluate(() => document.body.classList.add('vscode-reduce-motion'));
  assert.equal(await moving(), 0);
  await panel.close();
});

test('an evaluation’s report is accessible in all four themes, and a comparison of two', async () => {
  const pages = {
    report: writeReport(fullReport).html,
    comparison: writeReport({
      ...{ format: 1, before: fullReport },
      after: { ...fullReport, run: 'eval-20261121-120000-cd34', seed: 8 },
    }).html,
  };
  for (const theme of allThemes) {
    for (const [name, html] of Object.entries(pages)) {
      if (name === 'comparison' && theme !== 'dark') continue; // made of the same blocks
      const opened = await browser.openPlain(html, theme);
      await shot(opened.page, `${name}-${theme}`);
      await browser.expectSound(opened);
      await opened.panel.close();
    }
  }
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
