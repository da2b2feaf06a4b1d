import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foldRun } from '../../protocol/runFold.ts';
import type { RunEvent } from '../../protocol/run.ts';
import type { ShownRun } from '../views/shownRun.ts';
import { runsAsText, runStatusData } from './runStatus.ts';

const time = Date.UTC(2026, 10, 21, 12);
function ppo(events: RunEvent[], changes: Partial<ShownRun> = {}): ShownRun {
  const spec = { format: 1, id: 'ppo-1', stage: 'ppo', created: '2026-11-21T12:00:00Z', seed: 0 };
  return {
    id: 'ppo-1',
    spec: { ...spec, stage: 'ppo', models: {}, inputs: [], hyperparameters: {}, versions: {} },
    view: foldRun([{ type: 'started', time, stage: 'ppo', pid: 1, totalSteps: 60 }, ...events]),
    state: 'running',
    problem: undefined,
    isResumable: false,
    ...changes,
  };
}

test('a run at work is told with its newest metrics and the time left', () => {
  const events: RunEvent[] = [
    { type: 'metrics', time, step: 14, values: { 'ppo/kl': 5, 'ppo/score': 0.1 } },
    { type: 'metrics', time, step: 15, values: { 'ppo/kl': 6 } },
    { type: 'progress', time, step: 15, totalSteps: 60, secondsLeft: 200 },
  ];
  const told = runStatusData(ppo(events));
  assert.deepEqual(told, {
    id: 'ppo-1',
    stage: 'PPO',
    state: 'running',
    step: 15,
    totalSteps: 60,
    percent: 25,
    secondsLeft: 200,
    metrics: { 'ppo/kl': 6, 'ppo/score': 0.1 },
    warnings: [],
  });
  assert.equal(runsAsText([ppo(events)]), 'PPO ppo-1: running, 25 %, 3 min left');
});

test('a folder that is no run says why, and no runs at all say so', () => {
  const problem = { code: 'bad-run', message: 'run.json is torn.', remedy: 'Delete it.' } as const;
  const broken = { ...ppo([]), spec: undefined, problem };
  assert.equal(runStatusData(broken).error, 'run.json is torn. Delete it.');
  assert.equal(runStatusData(broken).stage, 'unknown');
  assert.equal(runsAsText([]), 'There is no run yet.');
});
