import assert from 'node:assert/strict';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import * as z from 'zod';
import { after, eventually, suite, test } from './harness/suite.ts';
import { folder, read, studio, withFile } from './studio.ts';

const at = (name: string): string => path.join(folder(), name);
const models = (): Thenable<vscode.LanguageModelChat[]> =>
  vscode.lm.selectChatModels({ vendor: 'instruct' });

/** Runs the body in a project whose aligned model is a copy of its base, and takes the copy away. */
async function withAligned(
  body: (model: vscode.LanguageModelChat) => Promise<void>,
): Promise<void> {
  await studio();
  const project: unknown = JSON.parse(await read('instruct.json'));
  assert.ok(typeof project === 'object' && project !== null);
  const named = { ...project, models: { base: 'models/base', aligned: 'models/aligned' } };
  await cp(at('models/base'), at('models/aligned'), { recursive: true });
  try {
    await withFile('instruct.json', JSON.stringify(named), async () => {
      const model = await eventually('the model', async () => (await models()).at(0));
      await body(model);
      await rm(at('models/aligned'), { recursive: true, force: true });
      await eventually('its end', async () => (await models()).length === 0);
    });
  } finally {
    await rm(at('models/aligned'), { recursive: true, force: true });
  }
}

/** What a model answers, in one piece. */
async function answer(
  model: vscode.LanguageModelChat,
  text: string,
  modelOptions: Record<string, unknown>,
): Promise<string> {
  const { token } = new vscode.CancellationTokenSource();
  const messages = [vscode.LanguageModelChatMessage.User(text)];
  const response = await model.sendRequest(messages, { modelOptions }, token);
  let whole = '';
  for await (const piece of response.text) whole += piece;
  return whole;
}

/** Asks a tool and reads its JSON. */
async function ask(tool: string, input: object): Promise<unknown> {
  const { content } = await vscode.lm.invokeTool(tool, { input, toolInvocationToken: undefined });
  const [part] = content;
  assert.ok(part instanceof vscode.LanguageModelTextPart);
  return JSON.parse(part.value);
}

suite('The editor’s own surfaces', () => {
  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await rm(at('runs'), { recursive: true, force: true });
  });

  test('without an aligned model there is no language model, and no answer in a prompt file', async () => {
    await studio();
    assert.deepEqual(await models(), []);
    const document = await vscode.workspace.openTextDocument({
      language: 'instruct-prompt',
      content: 'What do owls eat?\n',
    });
    const editor = await vscode.window.showTextDocument(document);
    editor.selection = new vscode.Selection(1, 0, 1, 0);
    await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
    await new Promise((resolve) => setTimeout(resolve, 500));
    await vscode.commands.executeCommand('editor.action.inlineSuggest.commit');
    assert.equal(document.getText(), 'What do owls eat?\n');
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  });

  test('the aligned model is in the list of language models, answers, counts and goes', async () => {
    await withAligned(async (model) => {
      assert.equal(model.id, 'models/aligned');
      assert.equal(model.vendor, 'instruct');
      assert.equal(model.maxInputTokens, 64); // half of the embedded model's context of 128
      const greedy = { temperature: 0, maxTokens: 12 };
      const first = await answer(model, 'What do owls eat?', greedy);
      assert.notEqual(first.trim(), '');
      assert.equal(await answer(model, 'What do owls eat?', greedy), first);
      const drawn = { temperature: 1, maxTokens: 12, seed: 3 };
      assert.notEqual(await answer(model, 'What do owls eat?', drawn), first);
      // Counted by @huggingface/tokenizers from the model's tokenizer.json.
      assert.equal(await model.countTokens('What do owls eat?'), 6);
      assert.equal(await model.countTokens('List two animals that fly.'), 8);
      await assert.rejects(answer(model, 'What do owls eat?', { temperature: -1 }), /temperature/);
    });
  });

  test(
    '@instruct answers in the chat at once, without an account, and with every model asked',
    async () => {
      const chat = vscode.workspace.getConfiguration('chat');
      const global = vscode.ConfigurationTarget.Global;
      await chat.update('disableAIFeatures', false, global);
      try {
        await withAligned(async ({ vendor, id }) => {
          const ask = async (query: string): Promise<Record<string, string>> => {
            const open = {
              query,
              mode: 'ask',
              modelSelector: { vendor, id },
              blockOnResponse: true,
            };
            const result = await vscode.commands.executeCommand('workbench.action.chat.open', open);
            return z
              .object({ metadata: z.object({ answers: z.record(z.string(), z.string()) }) })
              .parse(result).metadata.answers;
          };
          const answers = await ask('@instruct What do owls eat?');
          assert.deepEqual(Object.keys(answers), ['models/aligned']);
          assert.notEqual(answers['models/aligned'].trim(), '');
          const both = await ask('@instruct /compare What do owls eat?');
          assert.deepEqual(Object.keys(both), ['models/base', 'models/aligned']);
        });
      } finally {
        await vscode.commands.executeCommand('workbench.action.closeAuxiliaryBar');
        await chat.update('disableAIFeatures', true, global);
      }
    },
    { timeoutMs: 150_000 },
  );

  test(
    'in a prompt file the aligned model answers as ghost text; elsewhere and when off it does not',
    async () => {
      await withAligned(async () => {
        const text = 'What do owls eat?\n';
        const tried = async (name: string, wait: number): Promise<string> => {
          await writeFile(at(name), text);
          const document = await vscode.workspace.openTextDocument(at(name));
          const editor = await vscode.window.showTextDocument(document);
          editor.selection = new vscode.Selection(1, 0, 1, 0);
          const deadline = Date.now() + wait;
          while (document.getText() === text && Date.now() < deadline) {
            await vscode.commands.executeCommand('editor.action.inlineSuggest.trigger');
            await new Promise((resolve) => setTimeout(resolve, 400));
            await vscode.commands.executeCommand('editor.action.inlineSuggest.commit');
          }
          const after = document.getText();
          await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
          await rm(at(name));
          return after;
        };
        const answered = await tried('owls.prompt.txt', 20_000);
        assert.ok(answered.startsWith(text) && answered.length > text.length, answered);
        assert.equal(await tried('owls.txt', 1500), text);
        assert.equal(await tried('owls.md', 1500), text);
        const settings = vscode.workspace.getConfiguration('instruct');
        const global = vscode.ConfigurationTarget.Global;
        await settings.update('promptFiles.complete', 'off', global);
        assert.equal(await tried('owls.prompt.txt', 1500), text);
        await settings.update('promptFiles.complete', undefined, global);
      });
    },
    { timeoutMs: 150_000 },
  );

  test('base and aligned completions of held-out prompts open in the native multi-diff', async () => {
    await withAligned(async () => {
      const settings = vscode.workspace.getConfiguration('instruct.compare');
      await settings.update('maxNewTokens', 6, vscode.ConfigurationTarget.Global);
      await vscode.commands.executeCommand('instruct.compareDiff');
      const tab = vscode.window.tabGroups.activeTabGroup.activeTab;
      assert.equal(tab?.label, 'base ↔ aligned (8 files)');
      const [left, right] = await eventually('both sides', () => {
        const sides = ['base', 'aligned'].map((side) =>
          vscode.workspace.textDocuments.find(
            ({ uri }) => uri.scheme === 'instruct-completion' && uri.path.startsWith(`/${side}/`),
          ),
        );
        return sides.every((side) => side !== undefined) ? sides : undefined;
      });
      // The aligned model is a copy of the base here, and greedy: both sides say the same.
      assert.equal(left.getText(), right.getText());
      const [prompt, completion] = left.getText().split('\n\n');
      assert.ok((await read('prompts/world.jsonl')).includes(JSON.stringify(prompt).slice(1, -1)));
      assert.notEqual(completion.trim(), '');
      await settings.update('maxNewTokens', undefined, vscode.ConfigurationTarget.Global);
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    });
  });

  test('language-model tools tell how the runs stand, and change nothing', async () => {
    const api = await studio();
    await mkdir(at('runs/torn'), { recursive: true });
    await writeFile(at('runs/torn/run.json'), '{"format": 1, "id');
    await eventually('the run', () => api.runs().length === 1);
    const listed = z
      .object({ runs: z.array(z.object({ id: z.string(), state: z.string() })) })
      .parse(await ask('instruct_listRuns', {}));
    assert.deepEqual(
      listed.runs.map(({ id }) => id),
      ['torn'],
    );
    const told = z
      .object({ error: z.string() })
      .parse(await ask('instruct_readRun', { run: 'torn' }));
    assert.match(told.error, /not JSON/);
    const none = z
      .object({ ids: z.array(z.string()) })
      .parse(await ask('instruct_readRun', { run: 'x' }));
    assert.deepEqual(none.ids, ['torn']);
    assert.equal(await read('runs/torn/run.json'), '{"format": 1, "id');
    await rm(at('runs'), { recursive: true });
    await eventually('no run', () => api.runs().length === 0);
  });
});
