import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import * as vscode from 'vscode';
import { after, eventually, suite, test } from './harness/suite.ts';
import { extension, folder, runIn, studio } from './studio.ts';

const file = 'tiny.run.json';

suite('Runs as tasks', () => {
  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    for (const name of ['runs', '.vscode', file]) {
      await rm(path.join(folder(), name), { recursive: true, force: true });
    }
  });

  test(
    'a task of tasks.json runs a run.json, which gives the same weights from the command line',
    async () => {
      const api = await studio();
      const plan = { stage: 'sft', hyperparameters: { epochs: 1, batchSize: 32 }, seed: 5 };
      await writeFile(path.join(folder(), file), JSON.stringify(plan));
      await mkdir(path.join(folder(), '.vscode'), { recursive: true });
      const tasks = { version: '2.0.0', tasks: [{ type: 'instruct', file, label: 'tiny' }] };
      await writeFile(path.join(folder(), '.vscode', 'tasks.json'), JSON.stringify(tasks));
      const task = await eventually('the task', async () =>
        (await vscode.tasks.fetchTasks()).find(({ name }) => name === 'tiny'),
      );
      assert.equal(task.definition.type, 'instruct');
      const before = new Set(api.runs().map(({ id }) => id));
      let ended = false;
      const listening = vscode.tasks.onDidEndTask(({ execution }) => {
        if (execution.task.name === 'tiny') ended = true;
      });
      try {
        await vscode.tasks.executeTask(task);
        const run = await eventually('the run', () => api.runs().find(({ id }) => !before.has(id)));
        await runIn(api, 'finished', run.id, 100_000);
        await eventually('the task’s end', () => ended);

        const known = new Set(await readdir(path.join(folder(), 'runs')));
        const trainer = path.join(extension().extensionPath, 'dist', 'trainer.mjs');
        const args = [trainer, 'run', path.join(folder(), file), '--project', folder()];
        const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
        await promisify(execFile)(process.execPath, args, { env });
        const made = (await readdir(path.join(folder(), 'runs'))).find(
          (name) => !known.has(name) && !name.startsWith('.'),
        );
        assert.ok(made !== undefined);
        const weights = (id: string): Promise<Buffer> =>
          readFile(path.join(folder(), 'runs', id, 'model', 'model.safetensors'));
        assert.ok((await weights(run.id)).equals(await weights(made)));
      } finally {
        listening.dispose();
      }
    },
    { timeoutMs: 180_000 },
  );

  test('what is wrong in a run file that a task names is a problem at its line', async () => {
    await studio();
    const wrong = 'wrong.run.json';
    const uri = vscode.Uri.file(path.join(folder(), wrong));
    await writeFile(uri.fsPath, '{\n  "stage": "sft",\n  "seed": "many"\n}\n');
    await mkdir(path.join(folder(), '.vscode'), { recursive: true });
    const tasks = { version: '2.0.0', tasks: [{ type: 'instruct', file: wrong, label: 'wrong' }] };
    await writeFile(path.join(folder(), '.vscode', 'tasks.json'), JSON.stringify(tasks));
    try {
      const task = await eventually('the task', async () =>
        (await vscode.tasks.fetchTasks()).find(({ name }) => name === 'wrong'),
      );
      await vscode.tasks.executeTask(task);
      const problem = await eventually('the problem', () =>
        vscode.languages.getDiagnostics(uri).find(({ source }) => source === 'Instruct'),
      );
      assert.equal(problem.range.start.line, 2);
      assert.match(problem.message, /"seed"/);
    } finally {
      await rm(uri.fsPath, { force: true });
    }
  });
});
