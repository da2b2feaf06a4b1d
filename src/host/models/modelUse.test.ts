import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunSpec, RunState } from '../../protocol/run.ts';
import { usersOf, type UsingRun } from './modelUse.ts';

function run(id: string, stage: RunSpec['stage'], state: RunState, models: string[]): UsingRun {
  const spec: RunSpec = {
    format: 1,
    id,
    stage,
    created: '2026-11-21T10:00:00Z',
    models: Object.fromEntries(models.map((model, i) => [`role${i}`, model])),
    inputs: [],
    hyperparameters: {},
    seed: 0,
    versions: {},
  };
  return { id, spec, state };
}

const runs = [
  run('sft-1', 'sft', 'finished', ['models/base']),
  run('eval-1', 'eval', 'finished', ['models/base', 'runs/sft-1/model']),
  run('ppo-1', 'ppo', 'interrupted', ['runs/sft-1/model']),
  run('ppo-2', 'ppo', 'finished', ['runs/sft-1/model']),
];

test('the base is needed by its project and by the models that stand on it', () => {
  const models = [{ ref: 'runs/sft-1/model', made: 'sft' as const, exists: true, run: undefined }];
  assert.deepEqual(usersOf({ ref: 'models/base' }, 'models/base', models, runs), [
    'the project, as its base model',
  ]);
});

test('a model is needed by what was made from it and stands, and by runs that have yet to read it', () => {
  const users = usersOf({ ref: 'runs/sft-1/model' }, 'models/base', [], runs);
  // The evaluation has read it; the second PPO run's model is gone.
  assert.deepEqual(users, ['PPO ppo-1, which is interrupted']);
});

test('a model that nothing came of is needed by nothing', () => {
  assert.deepEqual(usersOf({ ref: 'models/other' }, 'models/base', [], runs), []);
});
