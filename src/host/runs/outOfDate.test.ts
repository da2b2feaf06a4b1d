import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import type { RunSpec, Stage } from '../../protocol/run.ts';
import { FileDigests, outOfDate, type DatedRun } from './outOfDate.ts';

let project = '';

beforeEach(async () => {
  project = await mkdtemp(path.join(tmpdir(), 'instruct-dated-'));
  for (const folder of ['prompts', 'demonstrations', 'completions', 'rankings']) {
    await mkdir(path.join(project, folder));
    await writeFile(path.join(project, folder, 'a.jsonl'), `${folder}\n`);
  }
});
afterEach(() => rm(project, { recursive: true, force: true }));

function run(id: string, stage: Stage, folders: string[], models: string[]): DatedRun {
  const spec: RunSpec = {
    format: 1,
    id,
    stage,
    created: '2026-11-21T10:00:00Z',
    models: Object.fromEntries(models.map((model, i) => [`role${i}`, model])),
    inputs: folders.map((folder) => ({
      path: `${folder}/a.jsonl`,
      sha256: createHash('sha256').update(`${folder}\n`).digest('hex'),
    })),
    hyperparameters: {},
    seed: 0,
    versions: {},
  };
  return { id, spec };
}

const runs = [
  run('sft', 'sft', ['prompts', 'demonstrations'], ['models/base']),
  run('rm', 'rm', ['prompts', 'completions', 'rankings'], ['models/base']),
  run('ppo', 'ppo', ['prompts'], ['runs/sft/model', 'runs/rm/model']),
];

test('nothing is out of date while the records are as they were', async () => {
  assert.deepEqual([...(await outOfDate(runs, new FileDigests(project)))], []);
});

test('a changed file dates what learned from it and what was made from that, and is seen at once', async () => {
  const digests = new FileDigests(project);
  await outOfDate(runs, digests);
  await appendFile(path.join(project, 'demonstrations', 'a.jsonl'), 'one more\n');
  const found = await outOfDate(runs, digests);
  assert.deepEqual(
    [...found],
    [
      ['sft', 'demonstrations/a.jsonl has changed since'],
      ['ppo', 'made from sft, which is out of date'],
    ],
  );
});

test('a new labeler’s file dates the reward model, and new completions alone do not', async () => {
  const digests = new FileDigests(project);
  await writeFile(path.join(project, 'completions', 'b.jsonl'), 'more\n');
  assert.deepEqual([...(await outOfDate(runs, digests)).keys()], []);
  await writeFile(path.join(project, 'rankings', 'kim.jsonl'), 'more\n');
  assert.deepEqual([...(await outOfDate(runs, digests)).keys()], ['rm', 'ppo']);
});
