import assert from 'node:assert/strict';
import { test } from 'node:test';
import { historiesOf, type Sample } from './sampleHistory.ts';

const sample = (step: number, completion: string, rest: Partial<Sample> = {}): Sample => ({
  type: 'sample',
  time: 0,
  step,
  prompt: 'Ask',
  completion,
  ...rest,
});

test('completions of a prompt are one history, those that a reward model scores one each', () => {
  const written = historiesOf([sample(0, 'a'), sample(3, 'b'), sample(6, 'b')]);
  assert.deepEqual(
    written.map(({ samples }) => samples.map(({ step }) => step)),
    [[0, 3, 6]],
  );
  const scored = historiesOf(
    [0, 3].flatMap((step) => [
      sample(step, 'good', { rank: 1, score: step }),
      sample(step, 'bad', { rank: 2, score: -step }),
    ]),
  );
  assert.deepEqual(
    scored.map(({ rank, samples }) => [rank, samples.map(({ score }) => score)]),
    [
      [1, [0, 3]],
      [2, [-0, -3]],
    ],
  );
});

test('a beginning that is told twice, after a kill before the first checkpoint, stands once', () => {
  const [history] = historiesOf([sample(0, 'a'), sample(0, 'a'), sample(2, 'b')]);
  assert.deepEqual(
    history.samples.map(({ step }) => step),
    [0, 2],
  );
});
