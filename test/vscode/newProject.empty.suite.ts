import assert from 'node:assert/strict';
import { access, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { eventually, suite, test } from './harness/suite.ts';
import { extension, folder, rowOf, studio } from './studio.ts';

suite('A folder that is no project', () => {
  test('keeps every command from doing harm: each explains itself', async () => {
    await studio();
    for (const command of [
      'trainSft',
      'runPpo',
      'rankCompletions',
      'stopRun',
      'openRun',
      'compareInline',
    ]) {
      await vscode.commands.executeCommand(`instruct.${command}`);
    }
    assert.deepEqual(await readdir(folder()), []);
    assert.equal(extension().isActive, true);
  });

  test('becomes a project by an import, once the user says so', async () => {
    const api = await studio();
    const other = await mkdtemp(path.join(tmpdir(), 'instruct-rows-'));
    const file = path.join(other, 'owls.jsonl');
    await writeFile(
      file,
      '{"prompt":"What do owls eat?","chosen":"Mice.","rejected":"Moonlight."}\n',
    );
    await vscode.commands.executeCommand('instruct.import', vscode.Uri.file(file));
    const page = await eventually('the page', () => {
      const document = vscode.window.activeTextEditor?.document;
      return document?.uri.scheme === 'instruct-import' ? document : undefined;
    });
    assert.match(page.getText(), /^Into a new project in /m);
    assert.deepEqual(await readdir(folder()), []);
    await vscode.commands.executeCommand('instruct.applyImport');
    const row = await eventually('the prompts', () => rowOf(api.rows('dataset'), 'owls'));
    assert.equal(row.description, '1');
    await access(path.join(folder(), 'instruct.json'));
    await rm(other, { recursive: true });
    for (const name of await readdir(folder())) {
      await rm(path.join(folder(), name), { recursive: true });
    }
    await eventually('no project', () => api.rows('dataset').length === 0);
  });

  test('a folder with files of the same names is left as it is', async () => {
    const other = await mkdtemp(path.join(tmpdir(), 'instruct-taken-'));
    await writeFile(path.join(other, 'instruct.json'), 'mine');
    await vscode.commands.executeCommand('instruct.createSampleProject', other);
    assert.deepEqual(await readdir(other), ['instruct.json']);
    await rm(other, { recursive: true });
  });

  test('becomes the sample project by one command', async () => {
    const api = await studio();
    await vscode.commands.executeCommand('instruct.createSampleProject', folder());
    for (const file of [
      'instruct.json',
      'models/base/model.safetensors',
      'models/base/tokenizer.json',
    ]) {
      await access(path.join(folder(), file));
    }
    const prompts = await eventually('the prompts', () => rowOf(api.rows('dataset'), 'Prompts'));
    assert.notEqual(prompts.description, '0');
    await eventually('the base model', () => rowOf(api.rows('models'), 'base'));
  });
});
