import assert from 'node:assert/strict';
import { access, rm } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { after, eventually, suite, test } from './harness/suite.ts';
import { folder, read, rowOf, runIn, studio, withFile } from './studio.ts';

/** The sample's project file with other epochs. */
async function projectFile(epochs: number): Promise<string> {
  const project: unknown = JSON.parse(await read('instruct.json'));
  assert.ok(typeof project === 'object' && project !== null);
  return JSON.stringify({ ...project, hyperparameters: { sft: { epochs, batchSize: 32 } } });
}

suite('Training from the editor', () => {
  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await rm(path.join(folder(), 'runs'), { recursive: true, force: true });
  });

  test(
    'a tiny SFT runs to its end, is shown as it goes, and leaves a model under its base',
    async () => {
      const api = await studio();
      await withFile('instruct.json', await projectFile(1), async () => {
        await vscode.commands.executeCommand('instruct.trainSft');
        const [run] = await eventually('the run', () =>
          api.runs().length > 0 ? api.runs() : undefined,
        );
        assert.equal(run.stage, 'sft');
        const done = await runIn(api, 'finished', run.id, 100_000);
        assert.equal(done.step, done.totalSteps);
        const row = rowOf(api.rows('runs'), 'SFT');
        assert.match(row?.description ?? '', /^loss \d/);
        const base = await eventually('the lineage', () => {
          const found = rowOf(api.rows('models'), 'base');
          return found?.children === undefined ? undefined : found;
        });
        assert.equal(base.children?.at(0)?.label, 'SFT');
        await access(path.join(folder(), 'runs', run.id, 'model', 'model.safetensors'));
      });
    },
    { timeoutMs: 120_000 },
  );

  test(
    'a long SFT is stopped with a checkpoint, resumed, paused and goes on',
    async () => {
      const api = await studio();
      await withFile('instruct.json', await projectFile(900), async () => {
        const before = new Set(api.runs().map(({ id }) => id));
        await vscode.commands.executeCommand('instruct.trainSft');
        const { id } = await eventually('the run', () =>
          api.runs().find((run) => !before.has(run.id)),
        );
        await runIn(api, 'running', id);
        await vscode.commands.executeCommand('instruct.stopRun', id);
        const stopped = await runIn(api, 'stopped', id);
        assert.ok(stopped.step < stopped.totalSteps);
        await access(path.join(folder(), 'runs', id, 'checkpoints'));

        await vscode.commands.executeCommand('instruct.resumeRun', id);
        await runIn(api, 'running', id);
        await vscode.commands.executeCommand('instruct.pauseRun', id);
        const paused = await runIn(api, 'paused', id);
        // A live run is not started twice, and not deleted: both commands explain themselves.
        await vscode.commands.executeCommand('instruct.deleteRun', id);
        await vscode.commands.executeCommand('instruct.resumeRun', id);
        await runIn(api, 'running', id);
        await eventually(
          'a later step',
          () => (api.runs().find((run) => run.id === id)?.step ?? 0) > paused.step,
          60_000,
        );
        await vscode.commands.executeCommand('instruct.stopRun', id);
        await runIn(api, 'stopped', id);
      });
    },
    { timeoutMs: 180_000 },
  );
});
