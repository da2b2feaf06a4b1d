import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contestedPrompts, standingRankings } from './contested.ts';
import type { SettlingTask } from './contested.ts';

const task = (
  labeler: string,
  promptId: string,
  order: string,
  more: Partial<SettlingTask> = {},
): SettlingTask => ({
  id: `${labeler}/${promptId}`,
  labeler,
  promptId,
  ranking: Array.from(order, (id) => [id]),
  ...more,
});

const rankings = [
  task('anna', 'p1', 'abc'),
  task('ben', 'p1', 'acb'), // one of three comparisons
  task('anna', 'p2', 'ab'),
  task('ben', 'p2', 'ba'), // the only one
  task('anna', 'p3', 'ab'),
  task('ben', 'p3', 'ab'), // none
  task('anna', 'p4', 'ab'),
  task('ben', 'p4', '', { skipped: 'unclear' }),
];

test('the most contradicted prompt comes first, and says who disagrees on how much', async () => {
  const found = await contestedPrompts(rankings);
  assert.deepEqual(
    found.map(({ promptId, disagreed, compared }) => [promptId, disagreed, compared]),
    [
      ['p2', 1, 1],
      ['p1', 1, 3],
    ],
  );
  assert.equal(found[1].reason, 'anna, ben disagree on 1 of 3 comparisons.');
});

test('a ranking that settles the others ends the contest and stands alone', async () => {
  const settled = [...rankings, task('cleo', 'p2', 'ab', { adjudicates: ['anna/p2', 'ben/p2'] })];
  assert.deepEqual(
    (await contestedPrompts(settled)).map(({ promptId }) => promptId),
    ['p1'],
  );
  const standing = standingRankings(settled).filter(({ promptId }) => promptId === 'p2');
  assert.deepEqual(
    standing.map(({ id }) => id),
    ['cleo/p2'],
  );
});

test('skipped tasks and held-out labelers do not stand', () => {
  const names = standingRankings(rankings, ['ben']).map(({ labeler }) => labeler);
  assert.deepEqual([...new Set(names)], ['anna']);
});
