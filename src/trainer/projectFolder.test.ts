import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Dataset, RecordStore } from '../data/index.ts';
import { createEmptyProject, mergeRecordsByLine } from './projectFolder.ts';

const root = mkdtempSync(join(tmpdir(), 'project-'));
after(() => {
  rmSync(root, { recursive: true });
});

test('branches of two labelers merge without a conflict, and keep the labels of both', async () => {
  const folder = join(root, 'shared');
  createEmptyProject(folder, 'Shared');
  const git = (...words: string[]): string =>
    execFileSync('git', ['-C', folder, '-c', 'user.name=x', '-c', 'user.email=x@y.z', ...words], {
      encoding: 'utf8',
    });
  /** What an inline comparison leaves: a prompt, both completions, and the vote. */
  const label = async (labeler: string): Promise<void> => {
    const store = new RecordStore(folder);
    const promptId = `p-${labeler}`;
    await store.append('prompts', 'inline', { id: promptId, prompt: `Asked by ${labeler}` });
    const ids = ['a', 'b'].map((name) => `${promptId}-${name}`);
    for (const id of ids) {
      const completion = { id, promptId, completion: id, model: { name: 'base' } };
      await store.append('completions', 'base', completion);
    }
    const ranking = { ranking: ids.map((id) => [id]), shown: ids, labeler };
    await store.append('rankings', labeler, { id: `r-${labeler}`, promptId, ...ranking });
  };
  git('init', '--quiet', '--initial-branch', 'main');
  await label('cleo');
  git('add', '.gitattributes', 'instruct.json', 'prompts', 'completions', 'rankings');
  git('commit', '--quiet', '--message', 'Begin');
  for (const labeler of ['anna', 'ben']) {
    git('checkout', '--quiet', '-b', labeler, 'main');
    await label(labeler);
    git('add', 'prompts', 'completions', 'rankings');
    git('commit', '--quiet', '--message', labeler);
  }
  git('merge', '--quiet', '--no-edit', 'anna');

  const dataset = await Dataset.open(folder);
  const labelers = [...dataset.entries('rankings')].map(({ labeler }) => labeler);
  assert.deepEqual(labelers.sort(), ['anna', 'ben', 'cleo']);
  assert.equal([...dataset.entries('completions')].length, 6);
  const problems: string[] = [];
  for await (const { message } of dataset.problems()) problems.push(message);
  assert.deepEqual(problems, []);
});

test('git attributes of one’s own are left as they are', () => {
  const path = join(root, '.gitattributes');
  writeFileSync(path, '*.jsonl text\n');
  mergeRecordsByLine(root);
  assert.equal(readFileSync(path, 'utf8'), '*.jsonl text\n');
});
