import assert from 'node:assert/strict';
import { access, cp, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { evaluationReportSchema } from '../../src/protocol/evaluationReport.ts';
import { after, eventually, suite, test } from './harness/suite.ts';
import { folder, read, runIn, studio, withFile } from './studio.ts';

suite('Evaluating from the editor', () => {
  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await rm(path.join(folder(), 'runs'), { recursive: true, force: true });
  });

  test(
    'the Test Explorer has a few items, runs an evaluation, and its report opens',
    async () => {
      const api = await studio();
      const listed = await eventually('the tests', () =>
        api.evaluationTests().length > 3 ? api.evaluationTests() : undefined,
      );
      assert.ok(listed.includes('winRate/all') && listed.includes('winRate/chat'));
      assert.ok(listed.length < 20, 'one a suite and slice, not one a prompt');

      const project: unknown = JSON.parse(await read('instruct.json'));
      assert.ok(typeof project === 'object' && project !== null);
      const quick = { eval: { maxPrompts: 6, maxNewTokens: 8 } };
      const text = JSON.stringify({ ...project, hyperparameters: quick });
      await withFile('instruct.json', text, async () => {
        await vscode.commands.executeCommand('testing.refreshTests');
        await vscode.commands.executeCommand('testing.runAll');
        const run = await eventually('the evaluation', () =>
          api.runs().find(({ stage }) => stage === 'eval'),
        );
        await runIn(api, 'finished', run.id, 90_000);
        const file = path.join(folder(), 'runs', run.id, 'evaluationReport.json');
        const report = evaluationReportSchema.parse(JSON.parse(await readFile(file, 'utf8')));
        assert.equal(report.slices[0].prompts, 6);
        await access(file.replace('.json', '.html'));
        await vscode.commands.executeCommand('instruct.openReport', run.id);
        const input = await eventually('the report', () => {
          const tab = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
          return tab instanceof vscode.TabInputCustom ? tab : undefined;
        });
        assert.equal(input.viewType, 'instruct.evaluationReport');
        assert.equal(input.uri.fsPath, file);

        // The same evaluation once more: two of them are compared, and nothing is different.
        const twin = path.join(folder(), 'runs', 'eval-twin');
        await cp(path.join(folder(), 'runs', run.id), twin, { recursive: true });
        const spec = (await readFile(path.join(twin, 'run.json'), 'utf8')).replaceAll(
          `"${run.id}"`,
          '"eval-twin"',
        );
        await vscode.workspace.fs.writeFile(
          vscode.Uri.file(path.join(twin, 'run.json')),
          new TextEncoder().encode(spec),
        );
        await runIn(api, 'finished', 'eval-twin');
        await vscode.commands.executeCommand('instruct.compareEvaluations', run.id);
        const compared = await eventually('the comparison', () => {
          const tab = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
          const isIt = tab instanceof vscode.TabInputCustom && tab.uri.path.includes('Comparison');
          return isIt ? tab.uri.fsPath : undefined;
        });
        const page = await readFile(compared.replace('.json', '.md'), 'utf8');
        assert.match(page, /Nothing: the same models, prompts, settings and seed\./);
      });
    },
    { timeoutMs: 180_000 },
  );
});
