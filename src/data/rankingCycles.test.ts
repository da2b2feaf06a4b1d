import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hasOrder, rankingCycles } from './rankingCycles.ts';

const ids = ['a', 'b', 'c', 'd'];

/** Tries every assignment of ranks: the plain meaning of "an order exists". */
function someOrderHolds(rankings: readonly (readonly (readonly string[])[])[]): boolean {
  for (let code = 0; code < ids.length ** ids.length; code++) {
    const rank = new Map(
      ids.map((id, at) => [id, Math.floor(code / ids.length ** at) % ids.length]),
    );
    const of = (id: string): number => rank.get(id) ?? 0;
    const holds = rankings.every((groups) =>
      groups.every((group, at) =>
        group.every(
          (id) => of(id) === of(group[0]) && (at === 0 || of(groups[at - 1][0]) < of(group[0])),
        ),
      ),
    );
    if (holds) return true;
  }
  return false;
}

test('an order is found exactly where trying all of them finds one', () => {
  const pair = fc
    .tuple(fc.constantFrom(...ids), fc.constantFrom(...ids), fc.boolean())
    .filter(([a, b]) => a !== b)
    .map(([a, b, tied]) => (tied ? [[a, b]] : [[a], [b]]));
  fc.assert(
    fc.property(fc.array(pair, { minLength: 1, maxLength: 6 }), (rankings) => {
      assert.equal(hasOrder(rankings), someOrderHolds(rankings));
    }),
    { numRuns: 300 },
  );
});

const vote = (id: string, ranking: string[][], more: object = {}) => ({
  id,
  promptId: 'p',
  labeler: 'ann',
  ranking,
  skipped: undefined,
  adjudicates: [],
  ...more,
});

test('a circle through a tie is closed by the ranking that comes last, and only by it', async () => {
  const found = await rankingCycles([
    vote('1', [['a'], ['b']]),
    vote('2', [['b', 'c']]),
    vote('3', [['c'], ['a']]),
    vote('4', [['a'], ['d']]),
  ]);
  assert.deepEqual(
    [...found].map(({ id }) => id),
    ['3'],
  );
});

test('another labeler, another prompt and a settled ranking close nothing', async () => {
  const first = vote('1', [['a'], ['b']]);
  const reverse = [['b'], ['a']];
  assert.equal((await rankingCycles([first, vote('2', reverse, { labeler: 'ben' })])).size, 0);
  assert.equal((await rankingCycles([first, vote('2', reverse, { promptId: 'q' })])).size, 0);
  assert.equal((await rankingCycles([first, vote('2', reverse, { adjudicates: ['1'] })])).size, 0);
  assert.equal((await rankingCycles([first, vote('2', reverse)])).size, 1);
});
