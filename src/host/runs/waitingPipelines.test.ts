import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunState } from '../../protocol/run.ts';
import { createRunFold } from '../../protocol/runFold.ts';
import { WaitingPipelines, type PipelineRun } from './waitingPipelines.ts';

/** A pipeline that stopped at its second step, and why. */
function pipeline(
  state: RunState,
  hyperparameters = {},
  code = 'waiting-for-rankings',
): PipelineRun {
  const fold = createRunFold();
  fold.apply({ type: 'warning', time: 1, step: 2, code, message: 'Waits for people.' });
  const spec = {
    format: 1,
    id: 'pipeline-1',
    stage: 'pipeline' as const,
    created: '2026-11-21T10:00:00Z',
    models: {},
    inputs: [],
    hyperparameters: { rankings: 'human', ...hyperparameters },
    seed: 0,
    versions: {},
  };
  return { id: spec.id, spec, state, view: fold.view };
}

/** Looks with so many of nine prompts ranked, one look after the other; says at which it went on. */
function looks(run: PipelineRun, ...ranked: (number | undefined)[]): boolean[] {
  const pipelines = new WaitingPipelines();
  return ranked.map((count) => {
    const sofar = count === undefined ? undefined : { sampled: 9, ranked: count };
    return pipelines.nowRanked([run], () => sofar).length > 0;
  });
}

test('a pipeline goes on once, when the last prompt is ranked', () => {
  assert.deepEqual(looks(pipeline('stopped'), 0, 8, 9, 9), [false, false, true, false]);
});

test('it goes on when as many are ranked as it asks for at least', () => {
  assert.deepEqual(looks(pipeline('stopped', { minRankings: 3 }), 2, 3), [false, true]);
});

test('what was ranked before the window opened starts nothing', () => {
  assert.deepEqual(looks(pipeline('stopped'), undefined, 9, 9), [false, false, false]);
});

test('completions that are not read yet are not taken for ranked ones', () => {
  const pipelines = new WaitingPipelines();
  const run = pipeline('stopped');
  const counts = [
    { sampled: 0, ranked: 0 },
    { sampled: 9, ranked: 0 },
    { sampled: 9, ranked: 9 },
  ];
  assert.deepEqual(
    counts.map((sofar) => pipelines.nowRanked([run], () => sofar).length),
    [0, 0, 1],
  );
});

test('a pipeline that is at work, or that somebody has stopped, does not go on', () => {
  assert.deepEqual(looks(pipeline('running'), 0, 9), [false, false]);
  assert.deepEqual(looks(pipeline('stopped', {}, 'kl-too-high'), 0, 9), [false, false]);
});
