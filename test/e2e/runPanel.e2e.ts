// The run panel's webview: 50,000 points, one point, overlays, marks, axes, samples over training, and the files it makes.
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../../scripts/editor/workbenchPage.ts';
import { results } from '../../scripts/stages/stage.ts';
import type { ToWebview } from '../../src/protocol/panels.ts';
import { foldRun, type RunView } from '../../src/protocol/runFold.ts';
import { openPanelPage, type PanelPage, type Theme } from './panels/panelPage.ts';
import { ppoStep, runHost, type RunHost } from './panels/runHost.ts';

const shots = path.join(results, 'screenshots');
let browser: Browser;
before(async () => {
  browser = await launchBrowser();
  await mkdir(shots, { recursive: true });
});
after(() => browser.close());

interface Opened extends AsyncDisposable {
  readonly host: RunHost;
  readonly page: Page;
  readonly panel: PanelPage;
}

/** A run panel over a run that has started; the panel must not complain until it is closed. */
async function openRun(
  others: ReadonlyMap<string, RunView> = new Map(),
  theme: Theme = 'dark',
  state?: unknown,
): Promise<Opened> {
  const link: { panel?: PanelPage; waiting: ToWebview[] } = { waiting: [] };
  const host = runHost((message) => {
    if (link.panel === undefined) link.waiting.push(message);
    else link.panel.post(message);
  }, others);
  host.write({ type: 'started', time: 0, stage: 'ppo', pid: 1, totalSteps: 200 });
  const viewport = { width: 1200, height: 900 };
  const panel = await openPanelPage({
    browser,
    entry: 'run',
    theme,
    viewport,
    state,
    receive: (message) => host.receive(message),
  });
  link.panel = panel;
  for (const message of link.waiting) panel.post(message);
  return {
    host,
    page: panel.page,
    panel,
    [Symbol.asyncDispose]: async () => {
      const complaints = [...panel.complaints];
      await panel.close();
      assert.deepEqual(complaints, []);
    },
  };
}

const otherRun = (): RunView =>
  foldRun([
    { type: 'started', time: 0, stage: 'ppo', pid: 1, totalSteps: 60 },
    ...Array.from({ length: 60 }, (_, at) => ppoStep(at + 1, 0.5)),
  ]);
const chart = (page: Page, name: string) =>
  page.locator('.chart', { has: page.locator('figcaption', { hasText: name }) }).first();

/** Pixels of a chart's canvas that are neither transparent nor the grid's faint colour. */
function ink(page: Page, name: string): Promise<number> {
  return chart(page, name)
    .locator('canvas')
    .evaluate((canvas) => {
      if (!(canvas instanceof HTMLCanvasElement)) return 0;
      const data =
        canvas.getContext('2d')?.getImageData(60, 0, canvas.width - 60, canvas.height - 30).data ??
        [];
      let count = 0;
      for (let at = 3; at < data.length; at += 4) if (data[at] > 128) count += 1;
      return count;
    });
}

test('a metric with a single value shows it as a point', async () => {
  await using opened = await openRun();
  const { host, page } = opened;
  host.write({ type: 'metrics', time: 1000, step: 7, values: { 'sft/validation_loss': 1.25 } });
  await chart(page, 'validation loss').locator('canvas').waitFor();
  await page.waitForTimeout(200);
  assert.ok((await ink(page, 'validation loss')) > 10);
  await chart(page, 'validation loss').screenshot({ path: path.join(shots, 'run-one-point.png') });
});

test('50,000 steps of ten metrics are drawn, and drawn anew in a few frames', async (t) => {
  await using opened = await openRun();
  const { host, page } = opened;
  const steps = Array.from({ length: 50_000 }, (_, at) => ppoStep(at + 1));
  host.restart([{ type: 'started', time: 0, stage: 'ppo', pid: 1, totalSteps: 60_000 }, ...steps]);
  await page.getByText('Step 50,000 of 60,000').waitFor();
  await page.locator('.chart canvas').first().waitFor();
  const durations: number[] = [];
  for (let more = 1; more <= 20; more += 1) {
    host.write(ppoStep(50_000 + more));
    const took = await page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          const begin = performance.now();
          requestAnimationFrame(() =>
            requestAnimationFrame(() => resolve(performance.now() - begin)),
          );
        }),
    );
    durations.push(took);
  }
  await page.getByText('Step 50,020 of 60,000').waitFor();
  durations.sort((a, b) => a - b);
  const median = durations[10];
  t.diagnostic(`two frames with 50,000 points and ten charts: median ${median.toFixed(0)} ms`);
  assert.ok(median < 1000, `two frames took ${median} ms`);
});

test('another run is drawn over this one, is named, told apart by dashes, and remembered', async () => {
  await using opened = await openRun(new Map([['other-run', otherRun()]]));
  const { host, page } = opened;
  for (let step = 1; step <= 40; step += 1) host.write(ppoStep(step));
  await page.getByText('Overlay other runs').click();
  await page.getByRole('checkbox', { name: /other-run/ }).check();
  const legend = chart(page, 'score').locator('.legend li');
  await legend.nth(1).waitFor();
  assert.deepEqual(await legend.locator('.name').allTextContents(), [
    '2026-11-21-ppo-1',
    'other-run',
  ]);
  assert.notEqual(await legend.nth(1).locator('line').getAttribute('stroke-dasharray'), '');
  const before = await legend.nth(1).locator('.value').textContent();
  host.writeOther('other-run', {
    type: 'metrics',
    time: 61_000,
    step: 61,
    values: { 'ppo/score': 9.5 },
  });
  await legend.nth(1).getByText('9.500').waitFor();
  assert.notEqual(before, '9.500');
  await page.screenshot({ path: path.join(shots, 'run-overlay.png') });
  const state = await page.evaluate(() => window.panelState());
  await using again = await openRun(new Map([['other-run', otherRun()]]), 'light', state);
  for (let step = 1; step <= 40; step += 1) again.host.write(ppoStep(step));
  await chart(again.page, 'score').locator('.legend li').nth(1).waitFor();
});

test('checkpoints and warnings are marks that open by click and by key', async () => {
  await using opened = await openRun();
  const { host, page } = opened;
  for (let step = 1; step <= 40; step += 1) host.write(ppoStep(step));
  host.write(
    { type: 'checkpoint', time: 10_000, step: 10, path: 'checkpoints/step-10' },
    {
      ...{ type: 'warning', time: 30_000, step: 30, code: 'kl-blow-up' },
      message: 'KL blow-up: 25 nats. The policy leaves its reference.',
      remedy: 'Raise ppo.klCoef.',
    },
  );
  const warnings = page.getByRole('list', { name: 'Warnings' });
  await warnings
    .getByText(/Step 30: KL blow-up: .* leaves its reference\. What to do: Raise/)
    .waitFor();
  await page.getByRole('button', { name: 'Step 10: checkpoint' }).click();
  const detail = page.getByRole('region', { name: 'Chosen step' });
  await detail.getByText('Checkpoint checkpoints/step-10').waitFor();
  await page.getByRole('button', { name: 'Step 30: warning' }).press('Enter');
  await detail.getByText('KL blow-up: 25 nats.').waitFor();
  await detail.getByText('ppo/entropy').waitFor();
  await page.screenshot({ path: path.join(shots, 'run-marks.png') });
  await detail.getByRole('button', { name: 'Close' }).click();
  await detail.waitFor({ state: 'hidden' });
});

test('a click on a curve chooses its step, and the axis can count time', async () => {
  await using opened = await openRun();
  const { host, page } = opened;
  for (let step = 1; step <= 40; step += 1) host.write(ppoStep(step));
  const over = chart(page, 'score').locator('.u-over');
  const box = await over.boundingBox();
  assert.ok(box !== null);
  await page.mouse.click(box.x + box.width - 2, box.y + 40);
  await page.getByRole('heading', { name: 'Step 40 · 40 s at work' }).waitFor();
  await page.getByLabel('Over').selectOption('time');
  await page.mouse.move(box.x + 1, box.y + 42);
  await chart(page, 'score')
    .locator('.value', { hasText: /^1 s: / })
    .waitFor();
});

test('samples stand by prompt with what changed since the evaluation before', async () => {
  await using opened = await openRun();
  const { host, page } = opened;
  const texts = ['The otter sleeps.', 'The otter swims.', 'The big otter swims.'];
  texts.forEach((completion, at) =>
    host.write({
      type: 'sample',
      time: at,
      step: 10 * (at + 1),
      promptId: 'p1',
      prompt: 'What does the otter do?',
      completion,
      score: at - 0.5,
    }),
  );
  await page.getByText('step 30 · score 1.500 (+1)').waitFor();
  const newest = page.locator('.samples li').first();
  assert.equal(await newest.locator('ins').textContent(), 'big ');
  await page.getByLabel('Differences from').selectOption('first');
  assert.deepEqual(await newest.locator('del').allTextContents(), ['sleeps']);
  await page.screenshot({ path: path.join(shots, 'run-samples.png'), fullPage: true });
});

test('on a log scale tenfold growth is straight, and all that was chosen is there after a reload', async () => {
  await using opened = await openRun();
  const { host, page } = opened;
  [1, 10, 100].forEach((value, at) =>
    host.write({ type: 'metrics', time: at, step: at + 1, values: { 'rm/loss': value } }),
  );
  await chart(page, 'loss').locator('canvas').waitFor();
  await page.getByLabel('Smoothing').fill('0');
  const heights = async (): Promise<number[]> => {
    const before = host.saved.length;
    await page.getByRole('button', { name: 'Export SVG' }).click();
    while (host.saved.length === before) await page.waitForTimeout(20);
    const svg = new TextDecoder().decode(host.saved.at(-1)?.bytes);
    const lines = [...svg.matchAll(/<polyline points="([^"]+)"/g)].map(([, points]) =>
      points.split(' ').map((point) => Number(point.split(',')[1])),
    );
    return lines.find((line) => line.length === 3) ?? [];
  };
  const [a, b, c] = await heights();
  assert.ok(b - c > 5 * (a - b), 'linear: the second step is ten times the first');
  await page.getByLabel('Log scale').check();
  const [low, middle, high] = await heights();
  assert.ok(Math.abs(low - middle - (middle - high)) < 0.5, `${low} ${middle} ${high}`);
  await page.getByLabel('Over').selectOption('time');
  const box = await page.locator('.u-over').first().boundingBox();
  assert.ok(box !== null);
  await page.mouse.move(box.x + 20, box.y + 40);
  await page.mouse.down();
  await page.mouse.move(box.x + 120, box.y + 40, { steps: 4 });
  await page.mouse.up();
  await page.getByRole('button', { name: 'Reset Zoom' }).waitFor();
  const state = await page.evaluate(() => window.panelState());
  await using again = await openRun(new Map(), 'light', state);
  again.host.write({ type: 'metrics', time: 0, step: 1, values: { 'rm/loss': 1 } });
  await again.page.getByRole('button', { name: 'Reset Zoom' }).waitFor();
  assert.ok(await again.page.getByLabel('Log scale').isChecked());
  assert.equal(await again.page.getByLabel('Over').inputValue(), 'time');
  assert.equal(await again.page.getByLabel('Smoothing').inputValue(), '0');
});

test('the charts are saved as CSV, SVG and PNG', async () => {
  await using opened = await openRun();
  const { host, page } = opened;
  for (let step = 1; step <= 40; step += 1) host.write(ppoStep(step));
  for (const name of ['CSV', 'SVG', 'PNG']) {
    await page.getByRole('button', { name: `Export ${name}` }).click();
    const deadline = Date.now() + 10_000;
    while (host.saved.at(-1)?.name !== name.toLowerCase() && Date.now() < deadline) {
      await page.waitForTimeout(50);
    }
  }
  assert.deepEqual(
    host.saved.map(({ name }) => name),
    ['csv', 'svg', 'png'],
  );
  const svg = new TextDecoder().decode(host.saved[1]?.bytes);
  assert.match(svg, /^<svg [^>]*>/);
  assert.ok(svg.includes('>policy loss</text>') && svg.includes('<polyline'));
  assert.ok(!svg.includes('NaN') && !svg.includes('undefined'));
  const png = host.saved[2]?.bytes ?? new Uint8Array();
  assert.deepEqual([...png.slice(0, 4)], [0x89, 0x50, 0x4e, 0x47]);
  await writeFile(path.join(shots, 'run-export.png'), png);
});

test('a point of a curve leads to the episodes of its iteration, token by token', async () => {
  for (const theme of ['dark', 'light', 'highContrast'] as const) {
    await using opened = await openRun(new Map(), theme);
    const { host, page } = opened;
    for (let step = 1; step <= 12; step += 1) host.write(ppoStep(step));
    await chart(page, 'score').locator('canvas').waitFor();
    const box = await chart(page, 'score').locator('.u-over').boundingBox();
    assert.ok(box !== null);
    await page.mouse.click(box.x + box.width - 2, box.y + 40);
    await page.getByRole('button', { name: 'Show Episodes' }).click();
    const section = page.getByRole('region', { name: 'Episodes', exact: true });
    const rows = section.locator('.episode-list button');
    assert.match((await rows.first().textContent()) ?? '', /score 2.50 · KL 0.25 · 3 tokens/);
    await section.getByLabel('Sort by').selectOption('KL');
    assert.match((await rows.first().textContent()) ?? '', /score 1.50/);
    await section.getByLabel('Sort by').selectOption('length');
    assert.match((await rows.first().textContent()) ?? '', /3 tokens/);
    await rows.last().click();
    // Two tokens, from the fixture by hand: the second is the first and -0.5.
    const second = section.locator('tbody tr').nth(1).locator('td');
    const byHand = ['▲ 0.000', '▼ -2.500', '▼ -3.000', '▼ -0.250', '▼ -0.550', '▲ 0.500'];
    assert.deepEqual(await second.allTextContents(), byHand);
    for (const [at, name] of [
      'KL',
      'Log-probability',
      'Reference',
      'Value',
      'Reward',
      'Advantage',
    ].entries()) {
      await section.getByLabel('Colour by').selectOption(name);
      const heat = section.getByRole('img', { name: `Tokens by ${name}` }).locator('span');
      const value = byHand[at].slice(2);
      assert.equal(await heat.nth(1).getAttribute('title'), value);
      assert.equal(
        await heat.nth(1).getAttribute('class'),
        value.startsWith('-') ? 'below' : 'above',
      );
    }
    // Another iteration that was kept is a choice away.
    await section.getByLabel('Iteration').selectOption('20');
    await section.getByLabel('Colour by').selectOption('Reward');
    await section.screenshot({ path: path.join(shots, `run-episodes-${theme}.png`) });
  }
});
