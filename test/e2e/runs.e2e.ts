// Starting runs in the real editor: from a *.run.json by its lens, from the wizard with a step back, queued behind each other, stopped;
// and through a crash of the extension host; then the extension, which this walk always has packaged and installed, is uninstalled.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { runEventSchema } from '../../src/protocol/run.ts';
import { extensionHostOf, trainersIn } from '../../scripts/editor/processes.ts';
import { installPackaged } from '../../scripts/editor/installPackaged.ts';
import { installServer } from '../../scripts/editor/installServer.ts';
import { openWorkbench, type Workbench } from './harness/workbench.ts';

const patience = { timeout: 60_000 };

test('a run file runs by its lens; the wizard’s run waits for it; no process remains', async (t) => {
  await using outside = await ownSurroundings();
  const { env, extensionsDir } = outside;
  await using workbench = await openWorkbench({ env, extensionsDir });
  const { page } = workbench;
  const file = path.join(workbench.folder, 'long.run.json');
  const plan = { stage: 'sft', hyperparameters: { epochs: 500 } };
  await writeFile(file, `${JSON.stringify(plan, null, 2)}\n`);
  const first = await readdir(workbench.folder);

  await t.test('the lens starts what the file says', async () => {
    await workbench.openFile('long.run.json');
    const lens = page.getByRole('button', { name: 'Run SFT' });
    await lens.waitFor(patience);
    await workbench.screenshot('runs-1-lens');
    await lens.click();
    const chart = await workbench.webview('[data-panel="run"]');
    await chart.locator('canvas').first().waitFor(patience);
    // A hidden tab has no page, so that nothing can be drawn; shown again it has every step from the first.
    const pages = async (): Promise<number> => {
      const counts = page.frames().map((frame) => frame.locator('[data-panel="run"]').count());
      return (await Promise.all(counts.map((count) => count.catch(() => 0)))).reduce(
        (a, b) => a + b,
      );
    };
    assert.equal(await pages(), 1);
    await workbench.openFile('long.run.json');
    while ((await pages()) > 0) await page.waitForTimeout(50);
    const all = await readdir(path.join(workbench.folder, 'runs'));
    const id = all.find((name) => name.startsWith('sft-')) ?? '';
    const log = path.join(workbench.folder, 'runs', id, 'events.jsonl');
    const told = (await readFile(log, 'utf8'))
      .split('\n')
      .filter((line) => line.includes('"sft/loss"') && line.endsWith('}'))
      .map((line) => runEventSchema.parse(JSON.parse(line)))
      .filter((event) => event.type === 'metrics');
    await page.getByRole('tab', { name: /^Run sft-/ }).click();
    const again = await workbench.webview('[data-panel="run"]');
    await again.getByText('Numbers', { exact: true }).click();
    const loss = again.locator('tr', { hasText: 'sft/loss' }).locator('td');
    await loss.first().waitFor(patience);
    const [first, , , , latest] = (await loss.allTextContents()).map(Number);
    assert.ok(Math.abs(first - (told[0]?.values['sft/loss'] ?? NaN)) < 0.01, 'from the first step');
    assert.ok(latest >= (told.at(-1)?.step ?? NaN), 'to what was written while it was hidden');
  });

  await t.test('the run outlives its extension host, and is shown again', async () => {
    const [trainer] = trainersIn(workbench.folder);
    const status = page.locator('.statusbar-item', { hasText: /SFT \d+%/ });
    await status.waitFor(patience);
    process.kill(extensionHostOf(workbench.folder), 'SIGKILL');
    await status.waitFor({ ...patience, state: 'detached' });
    await workbench.reload(); // a host under development is not started again by itself
    await status.waitFor(patience);
    await workbench.screenshot('runs-1b-host-crashed');
    assert.deepEqual(trainersIn(workbench.folder), [trainer], 'the same process is at work');
    workbench.clearProblems(); // the editor says that its host has died
  });

  await t.test('a killed run is told once, can be silenced, and goes on when resumed', async () => {
    // VS Code writes every error that it shows to the console too.
    const told = page.waitForEvent('console', (said) => said.text().includes('was interrupted'));
    process.kill(Number.parseInt(trainersIn(workbench.folder)[0], 10), 'SIGKILL');
    await told;
    const messages = await workbench.notifications({ keepOpen: true });
    assert.equal(messages.filter((message) => message.includes('was interrupted')).length, 1);
    await page.locator('.notifications-center').getByText("Don't Show Again").click();
    await page.locator('[id="status.notifications"]').click();
    workbench.clearProblems();
    await workbench.runCommand('Instruct: Resume Run');
    await page.locator('.statusbar-item', { hasText: /SFT \d+%/ }).waitFor(patience);
    assert.match(await workbench.userSettings(), /"instruct\.runs\.notifyWhenDone": false/);
  });

  await t.test('the wizard counts its steps, goes back, and says what a run needs', async () => {
    await workbench.runCommand('Instruct: New Run');
    await page.getByText('New Run (1/5)').waitFor(patience);
    await workbench.pick('Learns from demonstrations');
    await page.getByText('New Run (2/5)').waitFor(patience);
    await page.locator('.quick-input-titlebar .codicon-quick-input-back').click();
    await page.getByText('New Run (1/5)').waitFor(patience);
    await workbench.pick('Learns from demonstrations');
    await workbench.pick('base');
    await page.getByText('New Run (4/5)').waitFor(patience);
    await workbench.screenshot('runs-2-settings');
    await workbench.pick('epochs');
    await page.locator('.quick-input-title', { hasText: /^epochs$/ }).waitFor(patience);
    await workbench.answer('0');
    await page.getByText(/expected a whole number from 1/).waitFor(patience);
    await workbench.answer('2');
    await workbench.pick('Go On');
    await page.getByText('New Run (5/5)').waitFor(patience);
    await page.getByText(/epochs = 2 · seed 0/).waitFor(patience);
    await workbench.screenshot('runs-3-summary');
    await workbench.pick('Start');
  });

  await t.test('the second run waits for the first, and begins when it has stopped', async () => {
    const queued = page.getByRole('treeitem', { name: /^SFT, queued, waiting for sft-/ });
    await page.locator('.activitybar a[aria-label^="Instruct"]').first().click();
    await queued.waitFor(patience);
    await workbench.screenshot('runs-4-queued');
    await stopFirst(workbench);
    await queued.waitFor({ ...patience, state: 'hidden' });
  });

  await t.test('no process remains once the short run has ended too', async () => {
    const deadline = Date.now() + 120_000;
    while (trainersIn(workbench.folder).length > 0 && Date.now() < deadline) {
      await page.waitForTimeout(500);
    }
    assert.deepEqual(trainersIn(workbench.folder), []);
    const runs = (await readdir(path.join(workbench.folder, 'runs'))).filter(
      (name) => !name.startsWith('.'),
    );
    assert.equal(runs.length, 2);
    const spec = await Promise.all(
      runs.map(async (id) => readFile(path.join(workbench.folder, 'runs', id, 'run.json'), 'utf8')),
    );
    assert.ok(spec.some((text) => text.includes('"epochs": 500')));
    assert.ok(spec.some((text) => text.includes('"epochs": 2')));
  });

  await t.test('uninstalled, it leaves a live run to itself, and nothing else', async () => {
    const { folder } = workbench;
    await workbench.openFile('long.run.json');
    await page.getByRole('button', { name: 'Run SFT' }).click(patience);
    await page.locator('.statusbar-item', { hasText: /SFT \d+%/ }).waitFor(patience);
    const [trainer] = trainersIn(folder);
    await workbench.runCommand('Instruct: Compare Side by Side');
    const panel = await workbench.webview('[data-panel="compare"]');
    await panel.getByRole('button', { name: 'Write All' }).click(patience);
    await until('a sampler', () => trainersIn(folder).some((each) => each.includes(' sampler ')));
    await uninstall(extensionsDir, path.join(path.dirname(folder), 'server'));
    await workbench.reload();
    workbench.clearProblems(); // the editor was still taking note of it
    await until('the sampler to end', () => trainersIn(folder).length === 1);
    assert.deepEqual(trainersIn(folder), [trainer], 'the run is at work');
    await page.locator('.activitybar .action-item a[aria-label*="Explorer"]').waitFor(patience);
    const instruct = page.locator('.activitybar a[aria-label^="Instruct"]');
    await instruct.waitFor({ ...patience, state: 'detached' });
    const [, run = ''] = / run (\S+)/.exec(trainer) ?? [];
    const log = path.join(run, 'events.jsonl');
    const { length } = await readFile(log);
    await until('a later step', async () => (await readFile(log)).length > length);
    // What its owner asks of it is a file in its folder: that needs no editor.
    await writeFile(path.join(run, 'control', 'stop'), '');
    await until('the run to end', () => trainersIn(folder).length === 0);
    assert.deepEqual(
      (await readdir(folder)).filter((name) => !['runs', '.instruct', ...first].includes(name)),
      [],
    );
    assert.deepEqual(await outside.left(path.dirname(folder)), []);
  });
});

/** Folders of this walk alone: where the extension is installed, and where programs keep files of their own. */
async function ownSurroundings() {
  const root = await mkdtemp(path.join(tmpdir(), 'instruct-own-'));
  const extensionsDir = path.join(root, 'extensions');
  const installed = process.env['INSTRUCT_EXTENSIONS_DIR'] ?? (await installPackaged());
  await cp(installed, extensionsDir, { recursive: true });
  const env = { HOME: path.join(root, 'home'), TMPDIR: path.join(root, 'tmp') };
  for (const folder of Object.values(env)) await mkdir(folder);
  return {
    extensionsDir,
    env,
    /** Files of ours that stand neither in the project, nor in the editor's storage for an extension, nor in its logs. */
    left: async (workbench: string): Promise<string[]> => {
      const allowed =
        /^(extensions|project|server\/data\/logs|server\/data\/User\/(globalStorage|workspaceStorage\/[^/]+)\/instruct-studio\.instruct-studio)(\/|$)/;
      const all = await Promise.all(
        [root, workbench].map((folder) => readdir(folder, { recursive: true })),
      );
      return all
        .flat()
        .filter((file) => /instruct|trainer|onnx/i.test(file) && !allowed.test(file));
    },
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true, maxRetries: 5 }),
  };
}

/** Uninstalls the extension by the editor's own command. */
async function uninstall(extensionsDir: string, dataDir: string): Promise<void> {
  const entry = path.join(await installServer(), 'out', 'server-main.js');
  const folders = ['--extensions-dir', extensionsDir, '--server-data-dir', dataDir];
  const args = [entry, '--uninstall-extension', 'instruct-studio.instruct-studio', ...folders];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  assert.match(stdout, /successfully uninstalled/);
}

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + patience.timeout;
  while (!(await holds())) {
    assert.ok(Date.now() < deadline, `waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function stopFirst(workbench: Workbench): Promise<void> {
  await workbench.runCommand('Instruct: Stop Run');
  const pick = workbench.page.locator('.quick-input-widget .monaco-list-row', {
    hasText: /left|step|\d+\//,
  });
  await workbench.page.waitForTimeout(500);
  if ((await pick.count()) > 0) await pick.first().click();
}
