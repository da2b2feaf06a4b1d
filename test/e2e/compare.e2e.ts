// Models side by side in the real editor: written with one seed, moved over and preferred by keyboard, and the vote is a ranking on disk.
import assert from 'node:assert/strict';
import { cp, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { rankingSchema } from '../../src/protocol/records.ts';
import { runFiles, runFormat, type RunEvent, type RunSpec } from '../../src/protocol/run.ts';
import { openWorkbench } from './harness/workbench.ts';

const patience = { timeout: 60_000 };

test('two models are compared blind by keyboard, and the vote is saved', async () => {
  await using workbench = await openWorkbench();
  await writeTwin(workbench.folder);
  await workbench.page.locator('.activitybar a[aria-label^="Instruct"]').first().click();
  await workbench.page.getByRole('treeitem', { name: 'base' }).first().waitFor(patience);
  await workbench.runCommand('Instruct: Compare Side by Side');
  const panel = await workbench.webview('[data-panel="compare"]');
  const column = (at: number) => panel.getByRole('group', { name: `Column ${at}` });
  await column(2).getByRole('combobox', { name: 'Model' }).selectOption('runs/twin/model');
  await column(1).getByRole('combobox', { name: 'Model' }).selectOption('models/base');
  await panel.getByRole('spinbutton', { name: 'Most tokens' }).fill('12');
  await panel.getByRole('checkbox', { name: 'Blind' }).check();
  await panel.getByRole('button', { name: 'Write All' }).click();
  const row = panel.locator('.grid section').first();
  await row
    .getByText(/\d+ words/)
    .nth(1)
    .waitFor(patience);
  await row.getByText('Completion A').waitFor();
  // One seed and the same weights: the same text.
  const texts = await row.locator('.cell > .text').allTextContents();
  assert.equal(texts[0], texts[1]);
  await panel
    .locator('.grid section')
    .last()
    .getByText(/\d+ words/)
    .nth(1)
    .waitFor(patience);
  await workbench.screenshot('compare-blind');
  await row.locator('.cell').first().focus();
  await workbench.page.keyboard.press('ArrowRight');
  await workbench.page.keyboard.press('p');
  await row.getByText('Saved: one is preferred.').waitFor(patience);
  await row.getByText('✓ preferred').waitFor();
  await workbench.screenshot('compare-voted');
  // Who is who is told now, and that nothing was learned: the twin is no nat from the model it came from.
  const kl = row.locator('.kl');
  assert.equal(await kl.textContent(), 'KL 0.0');
  assert.match(
    (await kl.getAttribute('title')) ?? '',
    /^Against base: 0\.00 nats a token over \d+ tokens/,
  );
  const folder = path.join(workbench.folder, 'rankings');
  const lines: string[] = [];
  for (const name of await readdir(folder)) {
    lines.push(...(await readFile(path.join(folder, name), 'utf8')).trim().split('\n'));
  }
  assert.equal(lines.length, 1);
  const ranking = rankingSchema.parse(JSON.parse(lines[0] ?? ''));
  assert.deepEqual(ranking.ranking.flat(), [ranking.shown[1], ranking.shown[0]]);

  // The playground: one prompt, asked of the second column with a template and settings of its own.
  await workbench.runCommand('Instruct: Open Playground');
  const prompt = panel.getByRole('textbox', { name: 'Prompt', exact: true });
  await prompt.waitFor(patience);
  await panel.getByRole('checkbox', { name: 'Blind' }).uncheck();
  await column(2).getByRole('combobox', { name: 'Prompt format' }).selectOption('dialogue');
  await prompt.fill('Where do owls sleep?');
  await prompt.press('Control+Enter');
  const only = panel.locator('.grid section');
  await only
    .getByText(/\d+ words/)
    .nth(1)
    .waitFor(patience);
  assert.equal(await only.count(), 1);
  await only.getByText('SFT · User: … Assistant:').waitFor();
  await workbench.screenshot('compare-playground');

  // What is copied is on the clipboard: it can be pasted where one writes.
  const completion = only.locator('.cell').first();
  const text = ((await completion.locator('.text').textContent()) ?? '').trim();
  assert.notEqual(text, '');
  await completion.getByRole('button', { name: 'Copy' }).click();
  await panel.getByText('Copied.').waitFor({ ...patience, state: 'attached' });
  await prompt.press('Control+a');
  await prompt.press('Control+v');
  for (let looks = 0; looks < 100 && (await prompt.inputValue()) !== text; looks += 1) {
    await workbench.page.waitForTimeout(50);
  }
  assert.equal(await prompt.inputValue(), text);
});

/** A finished run of SFT whose model is the base as it was. */
async function writeTwin(project: string): Promise<void> {
  const folder = path.join(project, 'runs', 'twin');
  await mkdir(folder, { recursive: true });
  const spec: RunSpec = {
    format: runFormat,
    id: 'twin',
    stage: 'sft',
    created: '2026-11-21T08:00:00Z',
    models: { policy: 'models/base' },
    inputs: [],
    hyperparameters: {},
    seed: 0,
    versions: {},
  };
  const time = Date.parse(spec.created);
  const model = 'runs/twin/model';
  const events: RunEvent[] = [
    { type: 'started', time, stage: 'sft', pid: 1, totalSteps: 1 },
    { type: 'finished', time, step: 1, model },
  ];
  await cp(path.join(project, 'models', 'base'), path.join(project, model), { recursive: true });
  await writeFile(path.join(folder, runFiles.spec), JSON.stringify(spec));
  const lines = events.map((event) => `${JSON.stringify(event)}\n`);
  await writeFile(path.join(folder, runFiles.events), lines.join(''));
}
