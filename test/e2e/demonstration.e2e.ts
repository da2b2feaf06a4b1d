// Demonstrations in the real editor: token count and time, save and next, revise; a prompt of the labeler's own.
import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { demonstrationSchema, promptSchema } from '../../src/protocol/records.ts';
import { openWorkbench } from './harness/workbench.ts';

const patience = { timeout: 60_000 };

test('a demonstration is written, saved, counted and revised in the editor itself', async (t) => {
  await using workbench = await openWorkbench({ project: 'sample' });
  const { page, folder } = workbench;
  await mkdir(path.join(folder, '.vscode'));
  const settings = path.join(folder, '.vscode', 'settings.json');
  await writeFile(settings, '{"instruct.labeler": "Ada"}');
  const file = path.join(folder, 'demonstrations', 'ada.jsonl');
  const written = async () =>
    (await readFile(file, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => demonstrationSchema.parse(JSON.parse(line)));
  await page.locator('.activitybar .action-item a[aria-label*="Instruct"]').click();
  const rows = page.locator('.part.sidebar .monaco-list-row');
  await rows.filter({ hasText: 'Prompts' }).first().waitFor(patience);
  const lens = (text: string | RegExp) => page.locator('.codelens-decoration', { hasText: text });

  await t.test(
    'the prompt above, an editor below, tokens and time beside the buttons',
    async () => {
      await workbench.runCommand('Instruct: Write Demonstration');
      await lens('Save and Next').waitFor(patience);
      await page.keyboard.type('Otters eat fish.');
      await lens(/[1-9]\d* tokens · \d+ s/).waitFor(patience);
      await workbench.screenshot('demonstration');
    },
  );

  await t.test('saved, it is on disk where the next prompt says', async () => {
    await page.keyboard.press('Control+Enter');
    await lens('Saved in demonstrations/ada.jsonl').waitFor(patience);
    const [first] = await written();
    assert.equal(first.completion, 'Otters eat fish.');
    assert.equal(first.labeler, 'ada');
    await workbench.screenshot('demonstration-next');
  });

  await t.test('revised, the new version replaces the old one', async () => {
    await workbench.runCommand('Instruct: Revise Demonstration');
    await workbench.pick('Otters eat fish.');
    await lens('Save Revision').waitFor(patience);
    await page.keyboard.press('Control+End');
    await page.keyboard.type(' And crabs.');
    await page.keyboard.press('Control+Enter');
    await lens('Save Revision').waitFor({ state: 'detached', ...patience });
    const [first, second, ...more] = await written();
    assert.equal(second.completion, 'Otters eat fish. And crabs.');
    assert.equal(second.id, first.id);
    assert.deepEqual(more, []);
  });

  await t.test('a few-shot prompt of the labeler becomes one prompt for each pair', async () => {
    await workbench.runCommand('Instruct: Write Prompt');
    await workbench.pick('Few-shot');
    await lens('Save Prompt').waitFor(patience);
    await page.keyboard.press('Control+a');
    const draft =
      '# Instruction\n\nName its food.\n\n# Query\n\nOtter\n\n# Response\n\nFish\n\n# Query\n\nOwl\n\n# Response\n\nMice\n';
    await page.keyboard.insertText(draft);
    await page.keyboard.press('Control+Home');
    await lens('Save Prompt').locator('a').click();
    await lens('Save Prompt').waitFor({ state: 'detached', ...patience });
    const lines = (await readFile(path.join(folder, 'prompts', 'ada.jsonl'), 'utf8')).trimEnd();
    const prompts = lines.split('\n').map((line) => promptSchema.parse(JSON.parse(line)));
    assert.deepEqual(
      prompts.map(({ kind, user }) => [kind, user]),
      [
        ['few_shot', 'ada'],
        ['few_shot', 'ada'],
      ],
    );
    assert.match(prompts[0].prompt ?? '', /Name its food\..*Owl.*Mice.*Otter/s);
  });
});
