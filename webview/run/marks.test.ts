import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foldRun } from '../../src/protocol/runFold.ts';
import { domainOf, nearest } from './curve.ts';
import { groupMarks, marksOf } from './marks.ts';
import { historiesOf, referenceOf } from './sampleHistory.ts';
import { logTicks, placeTick, roundTicks, timeSteps, valueTicks } from './ticks.ts';

test('marks near each other share a place and look like the most urgent of them', () => {
  const marks = [
    { kind: 'checkpoint', step: 10, text: 'a' },
    { kind: 'warning', step: 12, text: 'b' },
    { kind: 'sample', step: 40, text: 'c' },
    { kind: 'checkpoint', step: 900, text: 'out of sight' },
  ] as const;
  const groups = groupMarks(marks, ({ step }) => (step > 100 ? undefined : step), 20);
  assert.deepEqual(
    groups.map(({ kind, step, marks }) => [kind, step, marks.length]),
    [
      ['warning', 10, 2],
      ['sample', 40, 1],
    ],
  );
});

test('the completions of one evaluation are one mark', () => {
  const sample = (step: number) =>
    ({ type: 'sample', time: step, step, prompt: 'p', completion: 'c' }) as const;
  const marks = marksOf(foldRun([sample(1), sample(1), sample(2)]));
  assert.deepEqual(
    marks.map(({ step, text }) => [step, text]),
    [
      [1, '2 completions were sampled.'],
      [2, 'A completion was sampled.'],
    ],
  );
});

test('a completion is compared with the one before of its own prompt', () => {
  const sample = (step: number, promptId: string) =>
    ({
      type: 'sample',
      time: step,
      step,
      promptId,
      prompt: promptId,
      completion: `${promptId} at ${step}`,
    }) as const;
  const [a, b] = historiesOf([sample(1, 'a'), sample(1, 'b'), sample(2, 'a'), sample(3, 'a')]);
  assert.equal(referenceOf(a.samples, 2, 'previous')?.completion, 'a at 2');
  assert.equal(referenceOf(a.samples, 2, 'first')?.completion, 'a at 1');
  assert.equal(referenceOf(a.samples, 2, 'none'), undefined);
  assert.equal(referenceOf(b.samples, 0, 'previous'), undefined);
});

test('the nearest place is found, also beyond both ends', () => {
  const places = [0, 10, 20];
  assert.deepEqual(
    [-5, 4, 6, 19, 99].map((place) => nearest(places, place)),
    [0, 0, 1, 2, 2],
  );
  assert.equal(nearest([], 3), -1);
});

test('a run with one step still has a width', () => {
  const metrics = new Map([['a', { steps: [7], seconds: [3], values: [1] }]]);
  const run = { id: 'a', colour: undefined, dash: [], metrics };
  const [from, to] = domainOf([run], 'step');
  assert.ok(from < 7 && to > 7);
  assert.deepEqual(domainOf([], 'step'), [0, 1]);
});

test('ticks are round, within the range, and neither too many nor too few', () => {
  assert.deepEqual(roundTicks(0.3, 4.1, 4), [1, 2, 3, 4]);
  assert.deepEqual(roundTicks(-0.012, 0.011, 4), [-0.01, 0, 0.01]);
  assert.deepEqual(roundTicks(0, 3600, 4, timeSteps), [0, 900, 1800, 2700, 3600]);
  assert.deepEqual(logTicks(0.5, 300), [1, 10, 100]);
  assert.deepEqual(
    [900, 5400, 30].map((seconds) => placeTick(seconds, 'time')),
    ['15m', '1.5h', '30s'],
  );
});

test('ticks of values are short, but never two alike', () => {
  assert.deepEqual(valueTicks([0, 0.5, 1]), ['0', '0.5', '1']);
  assert.deepEqual(valueTicks([0.001498, 0.0015]), ['0.001498', '0.0015']);
  assert.deepEqual(valueTicks([1e-5, 2e-5, null]), ['1e-5', '2e-5', '']);
});
