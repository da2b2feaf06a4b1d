import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { freshDraft, missingOf } from '../../src/protocol/rankingDraft.ts';
import { rankInWords, summary } from './decisions.ts';
import { choiceInWords, choiceOf } from './pairActions.ts';
import { act, takeUp, type RankingAction, type RankingState } from './rankingState.ts';

function fresh(count: number): RankingState {
  return takeUp(freshDraft(count, 'rank', undefined));
}

function after(count: number, ...actions: RankingAction[]): RankingState {
  return actions.reduce((state, action) => act(state, action).state, fresh(count));
}

const put = (rank: number): RankingAction => ({ type: 'rank', rank, advance: true });

test('typing ranks in a row ranks the completions in the order shown', () => {
  const { now } = after(4, put(2), put(1), put(3), put(1));
  assert.deepEqual(now.ranks, [2, 1, 3, 1]);
  assert.equal(summary(now), 'B = D > A > C');
  assert.deepEqual(missingOf(now, 'rank').ranks, []);
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

test('a question that does not apply to the prompt is not answered, and says why', () => {
  const step = act(fresh(2), { type: 'flag', flag: 'hallucination' });
  assert.deepEqual(step.state.now.judgements[0]?.flags, {});
  assert.match(step.said, /Not asked of this prompt/);
  const closed = after(
    2,
    { type: 'condition', condition: 'closedDomain' },
    { type: 'flag', flag: 'hallucination' },
  );
  assert.equal(closed.now.judgements[0]?.flags.hallucination, true);
  const again = act(closed, { type: 'flag', flag: 'hallucination' }).state;
  assert.equal(again.now.judgements[0]?.flags.hallucination, false);
});

test('a constraint must be judged once the prompt has one', () => {
  const { now } = after(2, { type: 'condition', condition: 'constraint' });
  assert.deepEqual(missingOf(now, 'rate-then-rank').constraint, [0, 1]);
  assert.deepEqual(missingOf(now, 'rank').constraint, []);
});

test('the same side again is better by more, and after the last strength by an unknown measure', () => {
  const left: RankingAction = { type: 'prefer', choice: 'left' };
  const strengthsSeen = [1, 2, 3, 4, 5].map(
    (times) => after(2, ...Array.from({ length: times }, () => left)).now.strength,
  );
  assert.deepEqual(strengthsSeen, [null, 1, 2, 3, null]);
  assert.equal(choiceInWords(after(2, left, left, left).now), 'Left is clearly better');
});

test('both bad is a tie, and another choice takes its strength away', () => {
  const left: RankingAction = { type: 'prefer', choice: 'left' };
  const { now } = after(2, left, left, { type: 'prefer', choice: 'bothBad' });
  assert.deepEqual([now.ranks, now.bothBad, now.strength], [[1, 1], true, null]);
  assert.equal(choiceOf(now), 'bothBad');
  const right = after(
    2,
    { type: 'prefer', choice: 'bothBad' },
    { type: 'prefer', choice: 'right' },
  );
  assert.deepEqual([right.now.ranks, right.now.bothBad], [[2, 1], false]);
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
    fc.record({ type: fc.constant('rate' as const), rating: fc.integer({ min: 0, max: 8 }) }),
    fc.record({
      type: fc.constant('flag' as const),
      flag: fc.constantFrom('failsTask' as const, 'hallucination' as const),
    }),
    fc.record({
      type: fc.constant('condition' as const),
      condition: fc.constantFrom('closedDomain' as const, 'constraint' as const),
    }),
    fc.record({
      type: fc.constant('step' as const),
      to: fc.constantFrom('rate' as const, 'rank' as const),
    }),
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
        assert.deepEqual(state.now.judgements, fresh(count).now.judgements);
        assert.deepEqual(state.now.conditions, fresh(count).now.conditions);
      },
    ),
  );
});
