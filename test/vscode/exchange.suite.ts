import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { after, eventually, suite, test } from './harness/suite.ts';
import { folder, rowOf, studio } from './studio.ts';

const pairs = [
  { prompt: 'What do owls eat?', chosen: 'Mice.', rejected: 'Moonlight.' },
  { prompt: 'Name a river.', chosen: 'The Rhine.', rejected: 'A table.' },
  { prompt: 'Broken', chosen: 7, rejected: 'x' },
];
const written = ['prompts', 'completions', 'rankings'].map((kind) =>
  path.join(folder(), kind, 'owls.jsonl'),
);

/** The page of the import that is shown. */
function page(): vscode.TextDocument | undefined {
  const document = vscode.window.activeTextEditor?.document;
  return document?.uri.scheme === 'instruct-import' ? document : undefined;
}

async function lenses({ uri }: vscode.TextDocument): Promise<string[]> {
  const found = await vscode.commands.executeCommand<vscode.CodeLens[]>(
    'vscode.executeCodeLensProvider',
    uri,
    10,
  );
  return found.map(({ command }) => command?.title ?? '');
}

suite('Import and export', () => {
  const place = mkdtemp(path.join(tmpdir(), 'instruct-exchange-'));
  const source = async (): Promise<vscode.Uri> => {
    const file = path.join(await place, 'owls.jsonl');
    await writeFile(file, pairs.map((row) => `${JSON.stringify(row)}\n`).join(''));
    return vscode.Uri.file(file);
  };

  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    for (const file of written) await rm(file, { force: true });
    for (const kind of ['completions', 'rankings']) {
      await rm(path.join(folder(), kind), { recursive: true, force: true });
    }
    await rm(await place, { recursive: true, force: true });
    const api = await studio();
    await eventually('the records to go', () => rowOf(api.rows('dataset'), 'owls') === undefined);
  });

  test('a page shows mapping, counts and problems by line before anything is written', async () => {
    await studio();
    await vscode.commands.executeCommand('instruct.import', await source());
    const document = await eventually('the page', page);
    const text = document.getText();
    assert.match(text, /nothing has been written yet/);
    assert.match(text, /TRL preference, explicit prompt · JSONL · 3 rows, 1 with problems/);
    assert.match(text, /^prompts +2 +0$/m);
    assert.match(text, /^rankings +2 +0$/m);
    assert.match(text, /chosen +→ +completion, ranked first/);
    assert.match(text, /^owls\.jsonl:3:\d+ {2}chosen: expected a text/m);
    for (const file of written) await assert.rejects(readFile(file), { code: 'ENOENT' });
    const [first, format] = await eventually('the lenses', async () => {
      const titles = await lenses(document);
      return titles.length === 4 ? titles : undefined;
    });
    assert.match(first, /Import 8 Records/);
    assert.match(format, /trl-preference/);
    const links = await vscode.commands.executeCommand<vscode.DocumentLink[]>(
      'vscode.executeLinkProvider',
      document.uri,
    );
    assert.match(String(links.at(0)?.target), /owls\.jsonl#L3(,|%2C)\d+$/);
  });

  test('cancelled, it leaves nothing behind', async () => {
    const document = await eventually('the page', page);
    await vscode.commands.executeCommand('instruct.cancelImport', document.uri);
    await eventually('the page to close', () => page() === undefined);
    for (const file of written) await assert.rejects(readFile(file), { code: 'ENOENT' });
  });

  test('told so, it writes, the views show it, and a second import finds nothing new', async () => {
    const api = await studio();
    await vscode.commands.executeCommand('instruct.import', await source());
    await eventually('the page', page);
    await vscode.commands.executeCommand('instruct.applyImport');
    await eventually('the prompts', () => rowOf(api.rows('dataset'), 'owls')?.description === '2');
    await eventually('the page to close', () => page() === undefined);
    await vscode.commands.executeCommand('instruct.import', undefined, [await source()]);
    const again = await eventually('the page', page);
    assert.match(again.getText(), /^prompts +0 +2$/m);
    const titles = await eventually('the lenses', async () => {
      const found = await lenses(again);
      return found.length > 0 ? found : undefined;
    });
    assert.ok(titles.every((title) => !/Import \d/.test(title)));
    await vscode.commands.executeCommand('instruct.cancelImport');
  });

  test('the project leaves it again in another format', async () => {
    const file = path.join(await place, 'out.jsonl');
    await vscode.commands.executeCommand('instruct.export', { format: 'trl-preference', file });
    const rows = (await readFile(file, 'utf8')).trimEnd().split('\n');
    const values = rows.map((row): unknown => JSON.parse(row));
    const [owls] = pairs;
    assert.ok(values.length >= 2);
    assert.partialDeepStrictEqual(values, [{ prompt: owls.prompt, chosen: owls.chosen }]);
  });

  test('rows of token ids are read with the tokenizer of the settings', async () => {
    const file = path.join(await place, 'ids.json');
    const samples = { sample0: [300], sample1: [301], sample2: [302], sample3: [303] };
    await writeFile(file, JSON.stringify([{ query: [400, 401], ...samples, best: 2 }]));
    const settings = vscode.workspace.getConfiguration('instruct.exchange');
    await settings.update('tokenizer', 'models/base', vscode.ConfigurationTarget.Global);
    try {
      await vscode.commands.executeCommand('instruct.import', vscode.Uri.file(file));
    } finally {
      await settings.update('tokenizer', undefined, vscode.ConfigurationTarget.Global);
    }
    const document = await eventually('the page', page);
    assert.match(document.getText(), /lm-human-preferences labels · JSON · 1 row/);
    assert.match(document.getText(), /^completions +4 +0$/m);
    await vscode.commands.executeCommand('instruct.cancelImport');
  });
});
