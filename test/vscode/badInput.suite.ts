import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { after, eventually, suite, test } from './harness/suite.ts';
import {
  diagnosticsOf,
  extension,
  folder,
  read,
  rowOf,
  runIn,
  studio,
  withFile,
} from './studio.ts';

const at = (file: string): string => path.join(folder(), file);

suite('Bad input', () => {
  after(async () => {
    assert.equal(extension().isActive, true);
    await rm(at('runs'), { recursive: true, force: true });
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  test('an unknown and an out-of-range key of instruct.json are named at their place, and mending it helps', async () => {
    const api = await studio();
    const bad = {
      format: 1,
      name: 'Bad',
      models: { base: 'models/base' },
      hyperparameters: { sft: { epochs: 0, learnRate: 1 } },
    };
    await withFile('instruct.json', JSON.stringify(bad, null, 2), async () => {
      const problems = await eventually('two problems', () => {
        const found = diagnosticsOf('instruct.json');
        return found.length === 2 ? found : undefined;
      });
      const messages = problems.map(({ message }) => message).join('\n');
      assert.match(messages, /epochs/);
      assert.match(messages, /learnRate.*learningRate/s);
      assert.deepEqual(api.rows('dataset'), []);
      // A command in this state explains itself and does nothing.
      await vscode.commands.executeCommand('instruct.trainSft');
      assert.deepEqual(api.runs(), []);
    });
    await eventually('the project again', () => rowOf(api.rows('dataset'), 'Prompts'));
    await eventually('no problem', () => diagnosticsOf('instruct.json').length === 0);
  });

  test('a bad line is a problem at its line with a fix, and hides none of the others', async () => {
    const api = await studio();
    const lines = [
      '{"id":"g1","prompt":"Good?"}',
      '{"id":"b1","prompt":',
      '{"id":"g2","prompt":"Good!"}',
    ];
    await writeFile(at('prompts/bad.jsonl'), `${lines.join('\n')}\n`);
    const [problem] = await eventually('the problem', () => {
      const found = diagnosticsOf('prompts/bad.jsonl');
      return found.length > 0 ? found : undefined;
    });
    assert.equal(problem.range.start.line, 1);
    const row = await eventually('the row', () => rowOf(api.rows('dataset'), 'bad'));
    assert.equal(row.description, '2 · 1 problem');
    const uri = vscode.Uri.file(at('prompts/bad.jsonl'));
    await vscode.window.showTextDocument(uri);
    const actions = await eventually('the fix', async () => {
      const found = await vscode.commands.executeCommand<vscode.CodeAction[]>(
        'vscode.executeCodeActionProvider',
        uri,
        problem.range,
      );
      return found.find(({ title }) => title === 'Remove This Line');
    });
    assert.ok(actions.edit !== undefined);
    await vscode.workspace.applyEdit(actions.edit);
    await vscode.workspace.save(uri);
    await eventually('no problem', () => diagnosticsOf('prompts/bad.jsonl').length === 0);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await rm(at('prompts/bad.jsonl'));
  });

  test('every kind of problem stands at its line within a second of saving, and the command line says the same', async () => {
    await studio();
    await mkdir(at('completions'), { recursive: true });
    await mkdir(at('rankings'), { recursive: true });
    const [promptId] = (await firstPrompt()).split('\n');
    const completion = (id: string, more: object = {}): string =>
      JSON.stringify({ id, promptId, completion: id, model: { name: 'm' }, ...more });
    await writeFile(
      at('completions/zz.jsonl'),
      [...['z1', 'z2', 'z3', 'z4'].map((id) => completion(id)), completion('z4', { deleted: true })]
        .map((line) => `${line}\n`)
        .join(''),
    );
    const ranks = (id: string, ranking: string[][]): string =>
      JSON.stringify({ id, promptId, ranking, shown: ranking.flat(), labeler: 'zz' });
    await writeFile(at('rankings/zz.jsonl'), '');
    const uri = vscode.Uri.file(at('rankings/zz.jsonl'));
    const editor = await vscode.window.showTextDocument(uri);
    const lines = [
      ranks('r1', [['z1'], ['z2']]),
      ranks('r2', [['z2', 'z3']]),
      ranks('r3', [['z3'], ['z1']]), // closes a circle through the tie
      ranks('r4', [['z1'], ['z4']]), // of a deleted completion
      ranks('r5', [['z1'], ['z1']]), // the same twice
      '{"id":"r6"}', // fields are missing
    ];
    await editor.edit((builder) =>
      builder.insert(new vscode.Position(0, 0), `${lines.join('\n')}\n`),
    );
    await vscode.workspace.save(uri);
    const saved = performance.now();
    const problems = await eventually('the problems', () => {
      const found = diagnosticsOf('rankings/zz.jsonl');
      return found.length > 0 ? found : undefined;
    });
    const waitedMs = performance.now() - saved;
    const told = problems.map((each) => `${each.range.start.line + 1} ${codeOf(each)}`);
    assert.deepEqual([...new Set(told)].sort(), [
      '3 ranking-cycle',
      '4 missing-completion',
      '5 bad-record',
      '6 bad-record',
    ]);
    assert.match(problems.map(({ message }) => message).join('\n'), /"z4" was deleted/);
    assert.ok(waitedMs < 1000, `the problems came ${Math.round(waitedMs)} ms after saving`);

    const unreadable = [
      '{"id":"u1","prompt":"\xff"}',
      `{"id":"u2","prompt":"${'x'.repeat(17 << 20)}"}`,
    ];
    await writeFile(at('prompts/zz.jsonl'), Buffer.from(`${unreadable.join('\n')}\n`, 'latin1'));
    await eventually('the unreadable lines', () => {
      const codes = diagnosticsOf('prompts/zz.jsonl').map(codeOf);
      return codes.join() === 'bad-utf8,line-too-long';
    });
    const said = await validate();
    const shown = ['rankings/zz.jsonl', 'prompts/zz.jsonl'].flatMap((file) =>
      diagnosticsOf(file).map(
        ({ range, message }) =>
          `${file}:${range.start.line + 1}:${range.start.character + 1}: error: ${message}`,
      ),
    );
    assert.deepEqual(said.sort(), shown.sort());
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    for (const kind of ['prompts', 'completions', 'rankings']) await rm(at(`${kind}/zz.jsonl`));
    await eventually('no problem', () => diagnosticsOf('rankings/zz.jsonl').length === 0);
  });

  test('a line of 10 MB saved in the text editor is checked within a second, and half of it never', async () => {
    const uri = vscode.Uri.file(at('prompts/zz.jsonl'));
    await writeFile(uri.fsPath, `{"id":"long","prompt":"${'x'.repeat(10_000_000)}"}\n`);
    const editor = await vscode.window.showTextDocument(uri);
    const seen = new Set<string>();
    const listener = vscode.languages.onDidChangeDiagnostics(() => {
      for (const each of diagnosticsOf('prompts/zz.jsonl')) seen.add(codeOf(each));
    });
    const end = new vscode.Position(0, editor.document.lineAt(0).text.length - 1);
    await editor.edit((builder) => builder.insert(end, ',"split":"tran"'));
    await vscode.workspace.save(uri);
    const saved = performance.now();
    await eventually('the problem', () => diagnosticsOf('prompts/zz.jsonl').length === 1);
    const waitedMs = performance.now() - saved;
    await eventually('the editor to tell of it', () => seen.size > 0);
    listener.dispose();
    const [{ message, range }] = diagnosticsOf('prompts/zz.jsonl');
    assert.match(message, /^split: expected one of train, valid, test, got "tran"/);
    assert.equal(range.start.line, 0);
    assert.deepEqual([...seen], ['bad-record'], 'what was written so far was not called a problem');
    assert.ok(waitedMs < 1000, `the problem came ${Math.round(waitedMs)} ms after saving`);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await rm(uri.fsPath);
    await eventually('no problem', () => diagnosticsOf('prompts/zz.jsonl').length === 0);
  });

  test('a ranking that names a missing completion is a problem at that name', async () => {
    await mkdir(at('rankings'), { recursive: true });
    const [first] = (await firstPrompt()).split('\n');
    const ranking = { id: 'r1', promptId: first, ranking: [['nowhere-1'], ['nowhere-2']] };
    const record = { ...ranking, shown: ['nowhere-1', 'nowhere-2'], labeler: 'ann' };
    await writeFile(at('rankings/ann.jsonl'), `${JSON.stringify(record)}\n`);
    const [problem] = await eventually('the problem', () => {
      const found = diagnosticsOf('rankings/ann.jsonl');
      return found.length === 2 ? found : undefined;
    });
    assert.match(problem.message, /nowhere-1.*completions/s);
    await rm(at('rankings/ann.jsonl'));
    await eventually('no problem', () => diagnosticsOf('rankings/ann.jsonl').length === 0);
  });

  test('run folders that are foreign, torn or of a newer version are shown with a sentence', async () => {
    const api = await studio();
    await mkdir(at('runs/foreign'), { recursive: true });
    await mkdir(at('runs/torn'), { recursive: true });
    await mkdir(at('runs/newer'), { recursive: true });
    await writeFile(at('runs/torn/run.json'), '{"format": 1, "id');
    await writeFile(at('runs/newer/run.json'), '{"format": 99}');
    await eventually('the newer run', () =>
      /newer Instruct Studio/.test(rowOf(api.rows('runs'), 'newer')?.description ?? ''),
    );
    await eventually('the torn run', () =>
      /not JSON/.test(rowOf(api.rows('runs'), 'torn')?.description ?? ''),
    );
    await rm(at('runs'), { recursive: true });
    await eventually('no runs', () => api.runs().length === 0);
  });

  test(
    'training on a truncated model fails with the name of the file, and leaves no model',
    async () => {
      const api = await studio();
      const weights = at('models/base/model.safetensors');
      const whole = await readFile(weights);
      await truncate(weights, 5000);
      try {
        await vscode.commands.executeCommand('instruct.trainSft');
        const [started] = await eventually('the run', () =>
          api.runs().length > 0 ? api.runs() : undefined,
        );
        await runIn(api, 'failed', started.id);
        const row = await eventually('the row', () => api.rows('runs').at(0));
        assert.match(row.description ?? '', /model\.safetensors/);
        assert.equal((await read(`runs/${started.id}/events.jsonl`)).includes('"bad-model"'), true);
        const model = vscode.Uri.file(at(`runs/${started.id}/model`));
        await assert.rejects(async () => vscode.workspace.fs.stat(model));
      } finally {
        await writeFile(weights, whole);
        await rm(at('runs'), { recursive: true, force: true });
      }
      await eventually('no runs', () => api.runs().length === 0);
    },
    { timeoutMs: 60_000 },
  );
});

/** The kind of a problem; ours are plain texts. */
function codeOf({ code }: Pick<vscode.Diagnostic, 'code'>): string {
  return typeof code === 'string' ? code : '';
}

/** The lines that `instruct-studio validate` prints of this project. */
function validate(): Promise<string[]> {
  const trainer = path.join(extension().extensionPath, 'dist', 'trainer.mjs');
  const argv = [trainer, 'validate', '--project', folder()];
  return new Promise((resolve) => {
    // Problems are an exit status of 1: what was printed is what counts.
    execFile(process.execPath, argv, (_error, out) => resolve(out.trimEnd().split('\n')));
  });
}

/** The id of the first prompt of the sample. */
async function firstPrompt(): Promise<string> {
  const [file] = (await vscode.workspace.findFiles('prompts/*.jsonl', undefined, 1)).map(String);
  const text = await readFile(vscode.Uri.parse(file).fsPath, 'utf8');
  const value: unknown = JSON.parse(text.slice(0, text.indexOf('\n')));
  assert.ok(typeof value === 'object' && value !== null && 'id' in value);
  return String(value.id);
}
