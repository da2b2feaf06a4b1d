import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readRollouts } from './rollouts.ts';

const record = (iteration: number, episode: number, score: number): string =>
  JSON.stringify({
    iteration,
    episode,
    promptId: 'p',
    prompt: 'Q',
    completion: 'A',
    score,
    ended: true,
    kl: 0,
    tokens: ['A'],
    logprobs: [-1],
    refLogprobs: [-1],
    kls: [0],
    values: [0],
    rewards: [score],
    advantages: [score],
  });

test('a resumed run’s episodes replace those of before, and a torn last line is waited for', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'rollouts-'));
  t.after(() => {
    rmSync(folder, { recursive: true });
  });
  const file = join(folder, 'rollouts.jsonl');
  assert.deepEqual(await readRollouts(file), { records: [], problems: [] });
  const lines = [record(5, 1, 1), record(5, 0, 2), 'not json', '{"iteration":1}', record(5, 1, 3)];
  writeFileSync(file, `${lines.join('\n')}\n${record(10, 0, 4).slice(0, 20)}`);
  const { records, problems } = await readRollouts(file);
  assert.deepEqual(
    records.map(({ episode, score }) => [episode, score]),
    [
      [0, 2],
      [1, 3],
    ],
  );
  assert.deepEqual(problems, [
    `${file}:3: this line is no episode.`,
    `${file}:4: this line is no episode.`,
  ]);
});
