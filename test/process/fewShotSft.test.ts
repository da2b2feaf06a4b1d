import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import * as z from 'zod';
import { writeLessonProject } from './fixtures/lessonProject.ts';
import { instruct, temporaryFolder, writeRecords } from './fixtures/runs.ts';

test('SFT takes an example of each pair of a few-shot prompt, beside the demonstrations', async (t) => {
  const project = temporaryFolder(t);
  await writeLessonProject(project, { sft: { epochs: 1 } });
  const pairs = [
    { query: 'cow', response: 'moo' },
    { query: 'dog', response: 'woof' },
  ];
  writeRecords(project, 'prompts/fewShot.jsonl', [
    { id: 'f', prompt: 'Say it.', kind: 'few_shot', pairs, split: 'train' },
  ]);
  const made = await instruct(t, ['sft', '--project', project, '--json']);
  assert.equal(made.code, 0, made.stderr);
  const { run } = z.object({ run: z.string() }).parse(JSON.parse(made.stdout.split('\n')[0]));
  const inputs: unknown = JSON.parse(
    readFileSync(join(project, 'runs', run, 'inputs.json'), 'utf8'),
  );
  const { train } = z.object({ train: z.array(z.unknown()) }).parse(inputs);
  assert.deepEqual(train.slice(3), [
    { prompt: 'Say it.\ndog -> woof\ncow ->\n', completion: 'moo' },
    { prompt: 'Say it.\ncow -> moo\ndog ->\n', completion: 'woof' },
  ]);
});
