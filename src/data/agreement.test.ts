import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { agreement, comparisonsOf } from './agreement.ts';
import type { RankedTask } from './agreement.ts';

const task = (labeler: string, ranking: string[][], promptId = 'p'): RankedTask => ({
  promptId,
  labeler,
  ranking,
});

const letters = Array.from('abcdefghi');

/** Rankings with ties of some of the letters a to i. */
const anyRanking = fc.shuffledSubarray(letters, { minLength: 2 }).chain((ids) =>
  fc.array(fc.boolean(), { minLength: ids.length, maxLength: ids.length }).map((starts) => {
    const groups: string[][] = [];
    ids.forEach((id, index) => {
      if (starts[index] || groups.length === 0) groups.push([id]);
      else groups[groups.length - 1].push(id);
    });
    return groups;
  }),
);

test('K completions without ties make K(K−1)/2 comparisons', () => {
  // 6, 10, 15, 21, 28 and 36 comparisons for K = 4 to 9: PAPER, section 3.5.
  const counts = [4, 5, 6, 7, 8, 9].map(
    (k) =>
      comparisonsOf(
        task(
          'x',
          letters.slice(0, k).map((id) => [id]),
        ),
      ).length,
  );
  assert.deepEqual(counts, [6, 10, 15, 21, 28, 36]);
});

test('a tie makes no comparison, all tied make none, and neither does a skipped task', () => {
  assert.deepEqual(
    comparisonsOf(task('x', [['a'], ['b', 'c'], ['d']])).map(
      ({ chosen, rejected }) => chosen + rejected,
    ),
    ['ab', 'ac', 'ad', 'bd', 'cd'],
  );
  assert.deepEqual(comparisonsOf(task('x', [['a', 'b', 'c']])), []);
  assert.deepEqual(comparisonsOf({ ...task('x', [['a'], ['b']]), skipped: 'unclear' }), []);
});

test('comparisons keep their prompt and labeler', () => {
  assert.deepEqual(comparisonsOf(task('anna', [['a'], ['b']], 'p7')), [
    { promptId: 'p7', labeler: 'anna', chosen: 'a', rejected: 'b' },
  ]);
});

test('comparisons are antisymmetric and transitive', () => {
  fc.assert(
    fc.property(anyRanking, (ranking) => {
      const pairs = new Set(
        comparisonsOf(task('x', ranking)).map(({ chosen, rejected }) => chosen + rejected),
      );
      const ids = ranking.flat();
      for (const a of ids) {
        assert.ok(!pairs.has(a + a));
        for (const b of ids) {
          assert.ok(!(pairs.has(a + b) && pairs.has(b + a)));
          for (const c of ids) {
            if (pairs.has(a + b) && pairs.has(b + c)) assert.ok(pairs.has(a + c));
          }
        }
      }
    }),
  );
});

test('agreement counts shared comparisons in the same order, by hand', () => {
  const { overall, pairs } = agreement([
    task('anna', [['a'], ['b'], ['c']]),
    task('ben', [['a'], ['c'], ['b']]), // agrees on ab and ac, not on bc
    task('cleo', [['b'], ['a', 'c']]), // with anna: ab no, bc yes, ac tied; with ben: ab no, bc no
    task('anna', [['x'], ['y']], 'q'), // nobody else ranked it
  ]);
  assert.deepEqual(
    pairs.map(({ labelers, agreed, compared, tied }) => [...labelers, agreed, compared, tied]),
    [
      ['anna', 'ben', 2, 3, 0],
      ['anna', 'cleo', 1, 2, 1],
      ['ben', 'cleo', 0, 2, 1],
    ],
  );
  assert.equal(overall.compared, 7);
  assert.equal(overall.agreed, 3);
  assert.equal(overall.rate, 3 / 7);
});

test('the interval is that of the paper: 72.6 % of 3,396 comparisons is known to 1.5 points', () => {
  const same: RankedTask[] = [];
  for (let index = 0; index < 3396; index++) {
    const promptId = String(index);
    const agrees = index < 2465; // 72.6 %
    same.push(task('a', [['x'], ['y']], promptId));
    same.push(task('b', agrees ? [['x'], ['y']] : [['y'], ['x']], promptId));
  }
  const { rate, halfWidth95 } = agreement(same).overall;
  assert.equal(rate?.toFixed(3), '0.726');
  assert.equal(halfWidth95?.toFixed(3), '0.015');
});

test('with nothing in common there is no rate', () => {
  const { overall, pairs } = agreement([task('a', [['x'], ['y']]), task('b', [['x'], ['z']])]);
  assert.equal(overall.rate, null);
  assert.deepEqual(pairs, []);
});

test('of two rankings by one labeler the last counts', () => {
  const { overall } = agreement([
    task('a', [['x'], ['y']]),
    task('b', [['x'], ['y']]),
    task('a', [['y'], ['x']]),
  ]);
  assert.equal(overall.rate, 0);
});

test('agreement is symmetric, is 1 with oneself and 0 with the reverse', () => {
  fc.assert(
    fc.property(anyRanking, anyRanking, (first, second) => {
      const forth = agreement([task('a', first), task('b', second)]).overall;
      const back = agreement([task('a', second), task('b', first)]).overall;
      assert.deepEqual(forth, back);
      const self = agreement([task('a', first), task('b', first)]).overall;
      if (self.rate !== null) assert.equal(self.rate, 1);
      const reverse = agreement([task('a', first), task('b', first.toReversed())]).overall;
      if (reverse.rate !== null) assert.equal(reverse.rate, 0);
      assert.equal(self.compared, comparisonsOf(task('a', first)).length);
    }),
  );
});
