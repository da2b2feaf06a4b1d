import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { runFormat, type RunSpec, type Stage } from '../../protocol/run.ts';
import { checkpointsOf, referenceOf } from './comparableModels.ts';

const root = await mkdtemp(path.join(tmpdir(), 'comparable-'));
after(() => rm(root, { recursive: true }));

const spec = (id: string, stage: Stage, policy: string): RunSpec => ({
  format: runFormat,
  id,
  stage,
  created: '2026-11-21T08:00:00Z',
  models: { policy },
  inputs: [],
  hyperparameters: {},
  seed: 0,
  versions: {},
});

async function write(file: string, text = '{}'): Promise<void> {
  await mkdir(path.dirname(path.join(root, file)), { recursive: true });
  await writeFile(path.join(root, file), text);
}

test('a run’s checkpoints are there newest first, with its best, and only of stages that train a policy', async () => {
  await write('models/base/tokenizer_config.json', '{"chat_template": "{{ messages }}"}');
  await write('runs/a/best/config.json');
  for (const name of ['step-9', 'step-10', '.step-11.ab.tmp']) {
    await write(`runs/a/checkpoints/${name}/state.json`);
  }
  const run = (stage: Stage) => ({
    id: 'a',
    folder: path.join(root, 'runs/a'),
    spec: spec('a', stage, 'models/base'),
  });
  const found = await checkpointsOf(root, run('ppo'));
  assert.deepEqual(
    found.map(({ ref, label, run: of, template }) => [ref, label, of, template]),
    [
      ['runs/a/best', 'PPO best so far', 'a', true],
      ['runs/a/checkpoints/step-10', 'PPO step 10', 'a', true],
      ['runs/a/checkpoints/step-9', 'PPO step 9', 'a', true],
    ],
  );
  assert.deepEqual(await checkpointsOf(root, run('rm')), []);
  assert.deepEqual(await checkpointsOf(root, { ...run('ppo'), spec: undefined }), []);
});

test('the reference of a run’s model and checkpoints is the model it was trained from; others have none', () => {
  const runs = [
    { id: 'a', spec: spec('a', 'ppo', 'runs/b/model') },
    { id: 'b', spec: spec('b', 'sft', 'models/base') },
    { id: 'r', spec: spec('r', 'rm', 'models/base') },
    { id: 'torn', spec: undefined },
  ];
  assert.equal(referenceOf('runs/a/model', runs), 'runs/b/model');
  assert.equal(referenceOf('runs/a/checkpoints/step-10', runs), 'runs/b/model');
  assert.equal(referenceOf('runs/b/best', runs), 'models/base');
  for (const none of ['models/base', 'runs/r/model', 'runs/torn/model', 'runs/gone/model']) {
    assert.equal(referenceOf(none, runs), undefined, none);
  }
});
