import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { RunEvent } from './run.ts';
import { createRunFold, foldRun, observedState, readRunEvent } from './runFold.ts';

const started = (resumedFrom?: number): RunEvent => ({
  type: 'started',
  time: 1,
  stage: 'sft',
  pid: 7,
  totalSteps: 100,
  ...(resumedFrom === undefined ? {} : { resumedFrom }),
});
const loss = (step: number, value: number): RunEvent => ({
  type: 'metrics',
  time: 2,
  step,
  values: { 'sft/loss': value },
});
const sample = (step: number): RunEvent => ({
  type: 'sample',
  time: 2,
  step,
  prompt: 'p',
  completion: `at ${step}`,
});

test('a run without events is created and nothing else', () => {
  const view = foldRun([]);
  assert.equal(view.state, 'created');
  assert.equal(view.step, 0);
  assert.equal(view.metrics.size, 0);
});

test('a resumed run supersedes what came after its checkpoint', () => {
  const view = foldRun([
    started(),
    loss(1, 10),
    loss(2, 20),
    sample(2),
    { type: 'checkpoint', time: 2, step: 2, path: 'checkpoints/step-2' },
    loss(3, 30),
    sample(3),
    loss(4, 40),
    started(2),
    loss(3, 31),
    sample(3),
  ]);
  const series = view.metrics.get('sft/loss');
  assert.deepEqual(
    [series?.steps, series?.values],
    [
      [1, 2, 3],
      [10, 20, 31],
    ],
  );
  assert.deepEqual(
    view.samples.map((event) => event.step),
    [2, 3],
  );
  assert.equal(view.step, 3);
  assert.equal(view.state, 'running');
});

test('a run that starts over without a checkpoint forgets its earlier steps', () => {
  const view = foldRun([started(), loss(1, 10), loss(2, 20), started(), loss(1, 11)]);
  const series = view.metrics.get('sft/loss');
  assert.deepEqual([series?.steps, series?.values], [[1], [11]]);
  assert.equal(view.step, 1);
});

test('failing, resuming and finishing leave no error behind', () => {
  const fold = createRunFold();
  fold.apply(started());
  fold.apply({
    type: 'failed',
    time: 3,
    error: { code: 'disk-full', message: 'no space', remedy: 'free some' },
  });
  assert.equal(fold.view.state, 'failed');
  assert.equal(fold.view.error?.code, 'disk-full');
  fold.apply(started(0));
  assert.equal(fold.view.error, undefined);
  fold.apply({ type: 'paused', time: 4, step: 1 });
  assert.equal(fold.view.state, 'paused');
  fold.apply({ type: 'continued', time: 4, step: 1 });
  fold.apply({ type: 'finished', time: 5, step: 100, model: 'runs/a/model' });
  assert.equal(fold.view.state, 'finished');
  assert.equal(fold.view.finished?.model, 'runs/a/model');
  assert.equal(fold.view.startedAt, 1);
  assert.equal(fold.view.updatedAt, 5);
});

test('however often a run is interrupted, every step stands once and in order', () => {
  const attempt = fc.record({ checkpoint: fc.nat(20), length: fc.integer({ min: 1, max: 20 }) });
  fc.assert(
    fc.property(fc.array(attempt, { minLength: 1, maxLength: 6 }), (attempts) => {
      const fold = createRunFold();
      let reached = 0;
      attempts.forEach(({ checkpoint, length }, index) => {
        const from = Math.min(checkpoint, reached);
        fold.apply(started(from));
        for (let step = from + 1; step <= from + length; step++) fold.apply(loss(step, index));
        reached = from + length;
      });
      const series = fold.view.metrics.get('sft/loss');
      assert.deepEqual(
        series?.steps,
        Array.from({ length: reached }, (_, index) => index + 1),
      );
      assert.equal(fold.view.step, reached);
    }),
  );
});

test('a torn line and an unknown type of event are no events', () => {
  assert.equal(readRunEvent('{"type":"metrics","time":1,"st'), null);
  assert.equal(readRunEvent('{"type":"fireworks","time":1}'), null);
  assert.equal(readRunEvent('{"type":"stopped","time":1,"step":4}')?.type, 'stopped');
});

test('a run is interrupted when its process is gone or its heartbeat old', () => {
  const beat = { pid: 7, startedAt: 0, beatAt: 10_000, token: 't' };
  assert.equal(observedState('running', beat, true, 11_000), 'running');
  assert.equal(observedState('paused', beat, true, 14_000), 'paused');
  assert.equal(observedState('running', beat, false, 11_000), 'interrupted');
  assert.equal(observedState('running', beat, true, 16_000), 'interrupted');
  assert.equal(observedState('running', null, true, 11_000), 'interrupted');
  assert.equal(observedState('stopped', null, false, 11_000), 'stopped');
});

test('time at work leaves out pauses, the time between processes, and work done again', () => {
  const at = (seconds: number, event: RunEvent): RunEvent => ({ ...event, time: 1000 * seconds });
  const view = foldRun([
    at(100, started()),
    at(110, loss(1, 1)),
    at(115, { type: 'paused', time: 0, step: 1 }),
    at(200, { type: 'continued', time: 0, step: 1 }),
    at(205, loss(2, 1)),
    at(205, { type: 'checkpoint', time: 0, step: 2, path: 'checkpoints/step-2' }),
    at(230, loss(3, 1)),
    at(231, { type: 'checkpoint', time: 0, step: 3, path: 'checkpoints/step-3' }),
    at(900, started(2)),
    at(904, loss(3, 1)),
  ]);
  // By hand: 10 s; 15 s before the pause and 5 s after it; then 4 s more.
  assert.deepEqual(view.metrics.get('sft/loss')?.seconds, [10, 20, 24]);
  assert.deepEqual(
    view.checkpoints.map(({ step }) => step),
    [2],
  );
});
