import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { appendFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import * as vscode from 'vscode';
import * as z from 'zod';
import { eventually, suite, test } from './harness/suite.ts';
import {
  countLines,
  diagnosticsOf,
  extension,
  filesIn,
  folder,
  read,
  rowOf,
  studio,
  withFile,
} from './studio.ts';

const manifestSchema = z.object({
  contributes: z.object({
    commands: z.array(z.object({ command: z.string(), title: z.string(), category: z.string() })),
    menus: z.object({ commandPalette: z.array(z.object({ command: z.string() })) }),
  }),
});

function bundlePath(): string {
  return path.join(extension().extensionPath, 'dist', 'extension.cjs');
}

/** Milliseconds until a fresh process has read and run the packaged bundle, with a stand-in for the editor's API. */
async function loadMs(): Promise<number> {
  const program = `
    const Module = require('node:module');
    const load = Module._load;
    Module._load = (name, ...rest) => (name === 'vscode' ? { l10n: {} } : load(name, ...rest));
    const start = performance.now();
    const { activate } = require(process.argv[1]);
    console.log(typeof activate === 'function' ? performance.now() - start : NaN);`;
  const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
  const argv = ['-e', program, bundlePath()];
  const { stdout } = await promisify(execFile)(process.execPath, argv, { env });
  return Number(stdout);
}

suite('An open project', () => {
  test('loads its bundle and activates within 200 ms', async () => {
    const { activationMs } = await studio();
    assert.equal(extension().isActive, true);
    const loads: number[] = [];
    for (let time = 0; time < 5; time += 1) loads.push(await loadMs());
    // Whatever else the machine does only adds to it: the quickest is what the bundle takes.
    const load = Math.min(...loads);
    const said = `${load.toFixed(0)} ms to load, ${activationMs.toFixed(0)} ms to activate`;
    assert.ok(load > 1, said);
    assert.ok(load + activationMs < 200, said);
  });

  test('is a bundle of at most 500 kB', async () => {
    const { size } = await stat(bundlePath());
    assert.ok(size > 100_000 && size <= 500 * 1024, `${size} bytes`);
  });

  test('has every contributed command registered, under one category', async () => {
    await studio();
    const { commands } = manifestSchema.parse(extension().packageJSON).contributes;
    const registered = new Set(await vscode.commands.getCommands(true));
    assert.deepEqual(
      commands.filter(({ command }) => !registered.has(command)),
      [],
    );
    assert.ok(commands.length >= 17);
    assert.ok(commands.every(({ category }) => category === 'Instruct'));
    assert.ok(commands.every(({ title }) => !title.startsWith('%')));
  });

  test('shows as many records as the files have lines', async () => {
    const api = await studio();
    for (const [label, name] of [
      ['Prompts', 'prompts'],
      ['Demonstrations', 'demonstrations'],
    ] as const) {
      const lines = await countLines(await filesIn(name));
      assert.ok(lines > 0);
      assert.equal(rowOf(api.rows('dataset'), label)?.description, lines.toLocaleString('en'));
    }
  });

  test('offers prompts of the queue, and the base model', async () => {
    const api = await studio();
    await eventually('the queue', () => rowOf(api.rows('queue'), 'To Demonstrate')?.children);
    await eventually('the base model', () => rowOf(api.rows('models'), 'base'));
  });

  test('takes in a record that something else appends', async () => {
    const api = await studio();
    const record = { id: 'appended-1', prompt: 'What do owls eat?', split: 'train' };
    const before = await read('prompts/world.jsonl').catch(() => '');
    await appendFile(path.join(folder(), 'prompts/appended.jsonl'), `${JSON.stringify(record)}\n`);
    await eventually('the file', () => rowOf(api.rows('dataset'), 'appended'));
    await vscode.workspace.fs.delete(
      vscode.Uri.file(path.join(folder(), 'prompts/appended.jsonl')),
    );
    await eventually('its end', () => rowOf(api.rows('dataset'), 'appended') === undefined);
    assert.equal(await read('prompts/world.jsonl').catch(() => ''), before);
  });

  test('keeps the chosen preset of hyper-parameters in instruct.json, and the rest of the file', async () => {
    await studio();
    const before = await read('instruct.json');
    await withFile('instruct.json', before, async () => {
      await vscode.commands.executeCommand('instruct.choosePreset', 'paper-1.3b');
      const after = z
        .looseObject({ preset: z.string() })
        .parse(JSON.parse(await read('instruct.json')));
      assert.equal(after.preset, 'paper-1.3b');
      assert.deepEqual(
        { ...after, preset: undefined },
        { ...JSON.parse(before), preset: undefined },
      );
      assert.deepEqual(diagnosticsOf('instruct.json'), []);
    });
  });

  test('checks instruct.json against the contributed schema', async () => {
    const text = JSON.stringify(
      { format: 1, name: 'x', models: { base: 'b' }, colour: 1 },
      null,
      2,
    );
    await withFile('instruct.json', text, async () => {
      const uri = vscode.Uri.file(path.join(folder(), 'instruct.json'));
      await vscode.window.showTextDocument(uri);
      // The file may be seen while it is being written: what counts is what is said in the end.
      const own = await eventually('our own problem', () =>
        diagnosticsOf('instruct.json').find(({ message }) => message.includes('colour')),
      );
      assert.equal(own.range.start.line, 6);
      await eventually('the schema', () =>
        vscode.languages.getDiagnostics(uri).some(({ source }) => source !== 'Instruct'),
      );
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    });
  });
});
