import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { foldRun } from '../../protocol/runFold.ts';
import type { RunEvent, RunState, Stage } from '../../protocol/run.ts';
import { ago, runNodes, runStatus, spokenDuration } from './runNodes.ts';
import type { ShownRun } from './shownRun.ts';

const now = Date.UTC(2026, 10, 21, 12);
function run(id: string, stage: Stage, state: RunState, events: RunEvent[] = []): ShownRun {
  const created = new Date(now - 60_000).toISOString();
  const spec = { format: 1, id, stage, created, models: {}, inputs: [], hyperparameters: {} };
  return {
    id,
    spec: { ...spec, seed: 0, versions: {} },
    view: foldRun(events),
    state,
    problem: undefined,
    isResumable: state === 'stopped' || state === 'interrupted' || state === 'failed',
  };
}
const rows = (...runs: ShownRun[]) => runNodes(runs, ({ state }) => state === 'running', now);
const started = (stage: Stage, totalSteps: number): RunEvent => ({
  type: 'started',
  time: now - 60_000,
  stage,
  pid: 1,
  totalSteps,
});

describe('a run in the tree', () => {
  test('says how far it is, how long it takes and its key figures while it runs', () => {
    const values = { 'ppo/score': 0.832, 'ppo/kl': 6.12 };
    const live = run('ppo-1', 'ppo', 'running', [
      started('ppo', 60),
      { type: 'metrics', time: now, step: 25, values },
      { type: 'progress', time: now, step: 25, totalSteps: 60, secondsLeft: 71.6 },
    ]);
    const [row] = rows(live);
    assert.equal(row.description, '25/60 · 72 s left · score 0.83 · KL 6.1');
    assert.equal(row.icon, 'loading~spin');
    assert.equal(row.contextValue, 'run logged live running');
    assert.match(row.spoken ?? '', /^PPO, running, 25\/60/);
    assert.equal(runStatus([live])?.text, '$(sync~spin) PPO 41% · score 0.83 · KL 6.1');
  });

  test('says why it failed, and offers to resume', () => {
    const error = {
      code: 'disk-full',
      message: 'The disk is full.',
      remedy: 'Free some.',
    } as const;
    const failed = run('sft-1', 'sft', 'failed', [
      started('sft', 9),
      { type: 'failed', time: now, error },
    ]);
    const [row] = rows(failed);
    assert.equal(row.description, 'failed · The disk is full. · 0/9');
    assert.match(row.tooltip ?? '', /Free some\./);
    assert.ok(row.contextValue?.split(' ').includes('resumable'));
  });

  test("stands below its pipeline, and the status bar shows the pipeline's stage", () => {
    const pipeline = run('pipeline-1', 'pipeline', 'running', [started('pipeline', 6)]);
    const sft = run('pipeline-1-sft', 'sft', 'running', [started('sft', 40)]);
    const [row, ...others] = rows(sft, pipeline);
    assert.deepEqual(others, []);
    assert.equal(row.label, 'Pipeline');
    assert.deepEqual(
      row.children?.map(({ label, description }) => `${label}: ${description ?? ''}`),
      [
        'SFT: 0/40',
        ...['Sampling', 'Gold Ranking', 'Reward Model', 'PPO', 'Evaluation'].map(
          (label) => `${label}: to come`,
        ),
      ],
    );
    assert.equal(runStatus([pipeline, sft])?.runId, 'pipeline-1-sft');
  });

  test('that waits for people says how far they are, and when it can go on', () => {
    const waiting: RunEvent = {
      type: 'warning',
      time: now,
      step: 2,
      code: 'waiting-for-rankings',
      message: 'Waits for people.',
    };
    const events: RunEvent[] = [
      started('pipeline', 6),
      { type: 'progress', time: now, step: 2, totalSteps: 6 },
      waiting,
      { type: 'stopped', time: now, step: 2 },
    ];
    const pipeline = run('pipeline-1', 'pipeline', 'stopped', events);
    if (pipeline.spec !== undefined) pipeline.spec.hyperparameters = { rankings: 'human' };
    const shown = (ranked: number) =>
      runNodes(
        [pipeline],
        () => false,
        now,
        () => ({ sampled: 9, ranked }),
      )[0];
    assert.equal(shown(4).description, 'waits for people: 4 of 9 ranked');
    assert.equal(shown(9).description, '9 ranked: resume to go on');
    assert.ok(shown(9).contextValue?.includes('resumable'));
    const step = shown(4).children?.at(2);
    assert.equal(step?.label, 'Ranking by People');
    assert.equal(step.command?.command, 'instruct.rankCompletions');
  });

  test('is not in the status bar when none is live', () => {
    assert.equal(runStatus([]), undefined);
  });
});

test('durations and times read as people say them', () => {
  assert.deepEqual([0.2, 45, 100, 3600, 6000].map(spokenDuration), [
    '1 s',
    '45 s',
    '2 min',
    '60 min',
    '1 h 40 min',
  ]);
  assert.equal(ago(now - 5000, now), 'just now');
  assert.equal(ago(now - 300_000, now), '5 min ago');
  assert.equal(ago(now - 3 * 86_400_000, now), '2026-11-18');
});
