import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agreementReport, comparisonAlpha } from './agreementReport.ts';
import type { DatedTask } from './agreementReport.ts';

const task = (labeler: string, promptId: string, order: string, created?: string): DatedTask => ({
  labeler,
  promptId,
  ranking: Array.from(order, (id) => [id]),
  created,
});

test('a labeler is compared with all others, and a period with what was there before', () => {
  const { overall, labelers, periods } = agreementReport([
    task('anna', 'p1', 'ab', '2026-11-20T10:00:00Z'),
    task('ben', 'p1', 'ab', '2026-11-20T11:00:00Z'),
    task('cleo', 'p1', 'ba', '2026-11-21T01:00:00+02:00'), // still the 20th in UTC
    task('anna', 'p2', 'ab', '2026-11-20T12:00:00Z'),
    task('ben', 'p2', 'ba', '2026-11-22T12:00:00Z'),
  ]);
  assert.deepEqual([overall.agreed, overall.compared], [1, 4]);
  assert.deepEqual(
    labelers.map(({ labeler, agreed, compared }) => [labeler, agreed, compared]),
    [
      ['anna', 1, 3],
      ['ben', 1, 3],
      ['cleo', 0, 2],
    ],
  );
  assert.deepEqual(
    periods.map(({ period, agreed, compared }) => [period, agreed, compared]),
    [
      ['2026-11-20', 1, 3],
      ['2026-11-22', 0, 1],
    ],
  );
});

test('alpha does not depend on which completion is called the first', () => {
  const tasks = [task('a', 'p', 'xyz'), task('b', 'p', 'xzy'), task('c', 'p', 'zxy')];
  const renamed = tasks.map((one) => ({
    ...one,
    ranking: one.ranking.map((group) => group.map((id) => (id === 'x' ? 'zz' : id))),
  }));
  assert.equal(comparisonAlpha(tasks), comparisonAlpha(renamed));
  assert.equal(comparisonAlpha([task('a', 'p', 'xy'), task('b', 'p', 'xy')]), 1);
});
