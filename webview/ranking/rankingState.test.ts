import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  act,
  rankInWords,
  summary,
  takeUp,
  unranked,
  type RankingAction,
  type RankingState,
} from './rankingState.ts';

function fresh(count: number): RankingState {
  const none = Array.from({ length: count }, () => null);
  return takeUp({ ranks: none, ratings: none, selected: 0, seconds: 0 });
}

function after(count: number, ...actions: RankingAction[]): RankingState {
  return actions.reduce((state, action) => act(state, action).state, fresh(count));
}

const put = (rank: number): RankingAction => ({ type: 'rank', rank, advance: true });

test('typing ranks in a row ranks the completions in the order shown', () => {
  const { now } = after(4, put(2), put(1), put(3), put(1));
  assert.deepEqual(now.ranks, [2, 1, 3, 1]);
  assert.equal(summary(now), 'B = D > A > C');
  assert.deepEqual(unranked(now), []);
});

test('after a rank the next completion without one is selected, going round', () => {
  const state = after(3, { type: 'select', index: 2 }, put(1));
  assert.equal(state.now.selected, 0);
  assert.equal(act(state, put(2)).state.now.selected, 1);
});

test('a tie takes the rank of the completion that was ranked last', () => {
  const { now } = after(3, put(2), { type: 'tie' });
  assert.deepEqual(now.ranks, [2, 2, null]);
  assert.equal(rankInWords(now, 1), 'rank 2 of 3, tied with A');
});

test('a tie before any rank does nothing and says why', () => {
  const step = act(fresh(3), { type: 'tie' });
  assert.deepEqual(step.state.now.ranks, [null, null, null]);
  assert.match(step.said, /rank another completion first/);
});

test('a rank that the task does not have is refused', () => {
  const step = act(fresh(3), put(4));
  assert.deepEqual(step.state.now.ranks, [null, null, null]);
  assert.equal(step.said, 'There are 3 ranks.');
});

test('left and right shift the rank within its bounds', () => {
  const better: RankingAction = { type: 'shift', by: -1 };
  const worse: RankingAction = { type: 'shift', by: 1 };
  assert.equal(after(4, better).now.ranks[0], 1);
  assert.equal(after(4, worse).now.ranks[0], 4);
  assert.equal(after(4, better, better, worse).now.ranks[0], 2);
});

test('undo brings back the decision before, selection included, and redo takes it again', () => {
  const state = after(3, put(1), put(3));
  const undone = act(state, { type: 'undo' }).state;
  assert.deepEqual(undone.now.ranks, [1, null, null]);
  assert.equal(undone.now.selected, 1);
  assert.deepEqual(act(undone, { type: 'redo' }).state.now, state.now);
});

test('selecting is no decision: undo passes over it', () => {
  const state = after(3, put(1), { type: 'move', by: 1 }, { type: 'undo' });
  assert.deepEqual(state.now.ranks, [null, null, null]);
});

const action = (count: number): fc.Arbitrary<RankingAction> =>
  fc.oneof(
    fc.record({ type: fc.constant('select' as const), index: fc.nat(count - 1) }),
    fc.record({ type: fc.constant('move' as const), by: fc.constantFrom(1 as const, -1 as const) }),
    fc.record({
      type: fc.constant('shift' as const),
      by: fc.constantFrom(1 as const, -1 as const),
    }),
    fc.record({
      type: fc.constant('rank' as const),
      rank: fc.option(fc.integer({ min: 1, max: 9 })),
      advance: fc.boolean(),
    }),
    fc.record({ type: fc.constant('tie' as const) }),
    fc.record({ type: fc.constant('rate' as const), rating: fc.integer({ min: 1, max: 7 }) }),
  );

test('whatever is done, ranks stay within the task and undoing everything leads back', () => {
  fc.assert(
    fc.property(
      fc
        .integer({ min: 2, max: 9 })
        .chain((count) => fc.tuple(fc.constant(count), fc.array(action(count)))),
      ([count, actions]) => {
        let state = after(count, ...actions);
        const { ranks, selected } = state.now;
        assert.ok(ranks.every((rank) => rank === null || (rank >= 1 && rank <= count)));
        assert.ok(selected >= 0 && selected < count);
        while (state.past.length > 0) state = act(state, { type: 'undo' }).state;
        assert.deepEqual(state.now.ranks, fresh(count).now.ranks);
        assert.deepEqual(state.now.ratings, fresh(count).now.ratings);
      },
    ),
  );
});
