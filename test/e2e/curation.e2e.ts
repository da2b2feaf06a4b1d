// Curation, statistics, agreement and screening in the real editor.
import assert from 'node:assert/strict';
import { appendFile, mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import type { Frame } from 'playwright-core';
import { promptSchema, rankingSchema } from '../../src/protocol/records.ts';
import { openWorkbench, workbenchThemes } from './harness/workbench.ts';
import { frameViolations } from './panels/panelBrowser.ts';

const patience = { timeout: 60_000 };
/** What the editor's preview of Markdown shows of ours. */
const markdown = '.markdown-body';

test('prompts are curated after a look at each, and labelers are measured', async (t) => {
  await using workbench = await openWorkbench({ project: 'sample' });
  const { page, folder } = workbench;
  await page.locator('.activitybar .action-item a[aria-label*="Instruct"]').click();
  const rows = page.locator('.part.sidebar .monaco-list-row');
  await rows.filter({ hasText: 'Prompts' }).first().waitFor(patience);
  const write = (file: string, records: readonly object[]): Promise<void> =>
    writeFile(path.join(folder, file), records.map((each) => `${JSON.stringify(each)}\n`).join(''));
  const text = 'Tell me about owls.';
  await write('prompts/zz.jsonl', [
    { id: 'z1', prompt: text, split: 'train' },
    { id: 'z2', prompt: text, split: 'train' },
    { id: 'z3', prompt: text, split: 'train' },
    { id: 'z4', prompt: 'Write to ann@mailbox.net about <b>rent</b>.', split: 'train' },
  ]);
  const standing = async (): Promise<string[]> => {
    const lines = (await readFile(path.join(folder, 'prompts/zz.jsonl'), 'utf8')).trimEnd();
    const prompts = lines.split('\n').map((line) => promptSchema.parse(JSON.parse(line)));
    const last = new Map(prompts.map((prompt) => [prompt.id, prompt]));
    return [...last.values()].flatMap(({ deleted, prompt }) =>
      deleted === true ? [] : (prompt ?? ''),
    );
  };
  const widget = page.locator('.quick-input-widget');
  const picked = widget.locator('.monaco-list-row');

  await t.test('of duplicates the user says which go', async () => {
    await workbench.runCommand('Instruct: Curate Prompts');
    await workbench.pick('Remove Duplicates');
    await widget.getByText('which stays').waitFor(patience);
    assert.equal(await picked.filter({ hasText: text }).count(), 2);
    await workbench.screenshot('curate-duplicates');
    await picked
      .filter({ hasText: 'zz.jsonl:3' })
      .locator('.monaco-checkbox, .quick-input-list-checkbox')
      .first()
      .click();
    await widget.getByRole('button', { name: 'OK' }).click();
    await page.getByText('1 prompt removed.').first().waitFor(patience);
    assert.deepEqual(
      (await standing()).filter((each) => each === text),
      [text, text],
    );
  });

  await t.test('personal data is masked after every find was shown', async () => {
    await workbench.runCommand('Instruct: Curate Prompts');
    await workbench.pick('Mask Personal Data');
    await widget.getByText('email "ann@mailbox.net" (0.99)').waitFor(patience);
    await workbench.screenshot('curate-personal-data');
    await widget.getByRole('button', { name: 'OK' }).click();
    await page
      .getByText(/\d+ prompts masked\./)
      .first()
      .waitFor(patience);
    assert.ok((await standing()).every((each) => !each.includes('ann@mailbox.net')));
  });

  await t.test('the paper’s tables are a page', async () => {
    await workbench.runCommand('Instruct: Show Statistics');
    const heading = 'h2:has-text("Lengths of prompts in tokens (Table 9)")';
    const tables = await workbench.webview(heading);
    await tables.locator('td', { hasText: 'generation' }).first().waitFor(patience);
    await workbench.screenshot('statistics');
    for (const [theme, kind] of workbenchThemes) {
      await workbench.useTheme(theme);
      const themed = `body[data-vscode-theme-kind="${kind}"] ${heading}`;
      assert.deepEqual(await violationsOf(() => workbench.webview(themed)), [], theme);
    }
    await workbench.useTheme('Default Dark Modern');
  });

  await t.test('a labeler is screened against a researcher', async () => {
    await mkdir(path.join(folder, 'rankings'), { recursive: true });
    await appendFile(
      path.join(folder, 'completions', 'zz.jsonl'),
      ['a', 'b', 'c']
        .map((id) => ({ id: `zz-${id}`, promptId: 'z1', completion: id, model: { name: 'm' } }))
        .map((each) => `${JSON.stringify(each)}\n`)
        .join(''),
    );
    const ranking = (labeler: string, order: string[]) => {
      const ids = order.map((id) => `zz-${id}`);
      const ratings = Object.fromEntries(
        ids.map((id) => [id, { overall: 4, flags: { violentContent: false } }]),
      );
      const groups = ids.map((id) => [id]);
      const created = '2026-11-20T09:30:00Z';
      const base = { id: `r-${labeler}`, promptId: 'z1', labeler, created };
      return { ...base, ranking: groups, ratings, shown: ids };
    };
    await write('rankings/cand.jsonl', [ranking('cand', ['a', 'b', 'c'])]);
    await write('rankings/rita.jsonl', [ranking('rita', ['a', 'c', 'b'])]);
    await rows.filter({ hasText: 'Rankings' }).filter({ hasText: '2' }).first().waitFor(patience);
    await workbench.runCommand('Instruct: Screen Labeler');
    await workbench.pick('cand');
    await picked.filter({ hasText: 'rita' }).waitFor(patience);
    await picked.filter({ hasText: 'rita' }).click();
    await widget.getByRole('button', { name: 'OK' }).click();
    await widget.getByText('by own account').first().waitFor(patience);
    await page.keyboard.type('age, religion');
    await page.keyboard.press('Enter');
    const result = await workbench.webview('h1:has-text("Screening of cand")');
    // Of the three pairs rita orders two alike; neither saw violence in any of three.
    await result
      .locator('tr', { hasText: '2. Agreement on rankings' })
      .getByText('66.7 %')
      .waitFor();
    await result.locator('tr', { hasText: 'sensitive flags' }).getByText('100.0 %').waitFor();
    await result.getByText('Does not meet all cutoffs.').waitFor();
    assert.deepEqual(await violationsOf(() => Promise.resolve(result)), []);
    await workbench.screenshot('screening');
  });

  await t.test('what they contradict each other on is settled in the ranking panel', async () => {
    await workbench.runCommand('Instruct: Show Agreement');
    const agreement = await workbench.webview('h2:has-text("Over time")');
    await agreement.locator('td', { hasText: 'cand and rita' }).first().waitFor(patience);
    assert.deepEqual(await violationsOf(() => Promise.resolve(agreement)), []);
    await workbench.screenshot('agreement');
    await workbench.runCommand('Instruct: Settle Disagreement');
    await workbench.pick('1 of 3 contradict');
    const panel = await workbench.webview('[data-panel="ranking"] .card', 60_000);
    await panel.getByText('cand, rita disagree').first().waitFor(patience);
    await workbench.screenshot('settle');
    await panel.locator('.card').first().click();
    for (const key of ['1', '2', '3', 'Enter']) await page.keyboard.press(key);
    await panel
      .getByText(/^Saved /)
      .first()
      .waitFor(patience);
    const files = await readdir(path.join(folder, 'rankings'));
    const own = files.filter((file) => !/^(cand|rita)\.jsonl$/.test(file));
    assert.equal(own.length, 1);
    const line = await readFile(path.join(folder, 'rankings', own[0]), 'utf8');
    const record = rankingSchema.parse(JSON.parse(line));
    assert.deepEqual([...(record.adjudicates ?? [])].sort(), ['r-cand', 'r-rita']);
    assert.deepEqual(
      record.ranking,
      record.shown.map((id) => [id]),
    );
    await workbench.runCommand('Instruct: Settle Disagreement');
    const said =
      'No prompt has rankings that contradict each other, so there is nothing to settle.';
    await page
      .getByText(said)
      .first()
      .waitFor({ state: 'attached', ...patience });
    assert.ok(workbench.seenProblems().every((problem) => problem.includes(said)));
    workbench.clearProblems();
  });
});

/** What axe finds in a page of Markdown, which the editor makes anew after a change of theme. */
async function violationsOf(shown: () => Promise<Frame>): Promise<string[]> {
  for (let left = 4; ; left -= 1) {
    try {
      return await frameViolations(await shown(), markdown);
    } catch (thrown) {
      if (left === 0 || !/detached/.test(String(thrown))) throw thrown;
    }
  }
}
