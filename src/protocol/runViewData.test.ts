import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunEvent } from './run.ts';
import { createRunFold, foldRun } from './runFold.ts';
import { carriedMarks, packRunView, runViewDataSchema, unpackRunView } from './runViewData.ts';

const events: RunEvent[] = [
  { type: 'started', time: 1, stage: 'sft', pid: 7, totalSteps: 4 },
  { type: 'metrics', time: 2, step: 1, values: { 'sft/loss': 2, grad_norm: 0.5 } },
  { type: 'sample', time: 3, step: 1, prompt: 'p', completion: 'c', score: 1 },
  { type: 'checkpoint', time: 4, step: 1, path: 'checkpoints/step-1' },
  { type: 'warning', time: 5, code: 'w', message: 'm' },
  { type: 'metrics', time: 6, step: 2, values: { 'sft/loss': 1.5 } },
];
const later: RunEvent[] = [
  { type: 'started', time: 7, stage: 'sft', pid: 8, totalSteps: 4, resumedFrom: 1 },
  { type: 'metrics', time: 8, step: 2, values: { 'sft/loss': 1.25 } },
  { type: 'finished', time: 9, step: 4, model: 'runs/x/model' },
];

test('a view that went through a message and went on equals one that never left', () => {
  const message = runViewDataSchema.parse(structuredClone(packRunView(foldRun(events))));
  const fold = createRunFold(unpackRunView(message));
  for (const event of later) fold.apply(event);
  assert.deepEqual(fold.view, foldRun([...events, ...later]));
});

test('a fold that goes on from a view leaves that view alone', () => {
  const view = foldRun(events);
  const fold = createRunFold(view);
  for (const event of later) fold.apply(event);
  assert.deepEqual(view, foldRun(events));
});

test('of many samples some of each time travel, the first and the last among them', () => {
  const many = Array.from({ length: 3 * carriedMarks }, (_, at): RunEvent => {
    const step = 10 * Math.floor(at / 6); // six prompts an evaluation
    return { type: 'sample', time: at, step, prompt: String(at % 6), completion: String(at) };
  });
  const { samples } = unpackRunView(packRunView(foldRun(many)));
  assert.ok(samples.length <= carriedMarks && samples.length > 0.9 * carriedMarks);
  assert.deepEqual(
    [samples.at(0)?.completion, samples.at(-1)?.completion],
    ['0', String(3 * carriedMarks - 1)],
  );
  assert.equal(samples.length % 6, 0, 'an evaluation is whole or missing');
});

test('metrics written at the same steps share one axis in a message', () => {
  const { axes, metrics } = packRunView(foldRun(events));
  assert.deepEqual(
    metrics.map(({ axis }) => axis),
    [0, 1],
  );
  assert.deepEqual(
    axes.map(({ steps }) => [...steps]),
    [[1, 2], [1]],
  );
});
