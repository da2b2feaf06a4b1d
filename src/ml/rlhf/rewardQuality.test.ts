import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rewardQuality, type ScoredRanking } from './rewardQuality.ts';

const near = (actual: number | null | undefined, expected: number, tolerance = 1e-6): void =>
  assert.ok(
    typeof actual === 'number' && Math.abs(actual - expected) < tolerance,
    `${String(actual)} is not ${expected}`,
  );

const completion = (text: string, tokens: number, score: number) => ({ text, tokens, score });

/** Margins 2 and 1 in the labeler's order and 1 against it; then two equal scores. */
const rankings: ScoredRanking[] = [
  {
    prompt: 'one',
    labeler: 'ann',
    category: 'chat',
    completions: [completion('a', 4, 2), completion('b', 2, 0), completion('c', 6, 1)],
    ranking: [[0], [1], [2]],
  },
  {
    prompt: 'two',
    labeler: 'bob',
    completions: [completion('d', 3, 0.5), completion('e', 3, 0.5)],
    ranking: [[0], [1]],
  },
];

test('accuracy counts equal scores one half, and its interval takes a ranking for one draw', () => {
  const quality = rewardQuality(rankings);
  assert.equal(quality?.comparisons, 4);
  near(quality.accuracy, 0.625);
  // Residuals ±1/8 of two clusters: √(2/1 · 2/64) / 4 · 1.96 = 0.1225, by hand.
  near(quality.ci95[0], 0.5025);
  near(quality.ci95[1], 0.7475);
});

test('loss and calibration are those worked out by hand', () => {
  const quality = rewardQuality(rankings);
  // ((0.126928 + 0.313262 + 1.313262) / 3 + 0.693147) / 2
  near(quality?.loss, 0.638816);
  // (|1 − 0.880797| + 2·|0.5 − 0.731059| + |0.5 − 0.5|) / 4
  near(quality?.calibrationError, 0.14533);
  assert.deepEqual(
    quality?.reliability.map(({ comparisons, observed }) => [comparisons, observed]),
    [
      [1, 0.5],
      [2, 0.5],
      [1, 1],
    ],
  );
  near(quality.reliability[1].from, 0.7);
  near(quality.reliability[1].predicted, 0.731059);
});

test('accuracy by margin, by rank gap, by labeler and by category', () => {
  const quality = rewardQuality(rankings);
  assert.deepEqual(quality?.byMargin, [
    { from: 0, to: 0.25, comparisons: 1, accuracy: 0.5 },
    { from: 1, to: 2, comparisons: 2, accuracy: 0.5 },
    { from: 2, to: null, comparisons: 1, accuracy: 1 },
  ]);
  assert.deepEqual(quality.byRankGap, [
    { gap: 1, comparisons: 3, accuracy: 0.5 },
    { gap: 2, comparisons: 1, accuracy: 1 },
  ]);
  assert.deepEqual(Object.keys(quality.byLabeler), ['ann', 'bob']);
  near(quality.byLabeler['ann'].accuracy, 2 / 3);
  assert.equal(quality.byLabeler['bob'].accuracy, 0.5);
  assert.deepEqual(Object.keys(quality.byCategory), ['chat']);
});

test('length is correlated with score within prompts, and set against the labelers’ taste', () => {
  const length = rewardQuality(rankings)?.length;
  near(length?.withinPrompts, 0.5); // 2 / √(8 · 2)
  near(length?.labelersPreferLonger, 1 / 3);
  near(length?.modelPrefersLonger, 2 / 3);
});

test('the best and the worst examples are those with the greatest margins either way', () => {
  const quality = rewardQuality(rankings);
  assert.deepEqual(
    quality?.best.map(({ chosen, rejected }) => chosen + rejected),
    ['ab', 'ac'],
  );
  assert.deepEqual(
    quality.worst.map(({ chosen, rejected }) => chosen + rejected),
    ['bc'],
  );
  assert.equal(quality.highest[0].completion, 'a');
  assert.equal(quality.lowest[0].completion, 'b');
});

test('a constant added to every score of a prompt changes neither accuracy nor loss', () => {
  const shifted = rankings.map((ranking, i) => ({
    ...ranking,
    completions: ranking.completions.map((one) => ({ ...one, score: one.score + 3 * i + 1 })),
  }));
  const [before, after] = [rewardQuality(rankings), rewardQuality(shifted)];
  assert.equal(after?.accuracy, before?.accuracy);
  near(after?.loss, before?.loss ?? NaN, 1e-12);
});

test('rankings that are all ties tell nothing', () => {
  assert.equal(rewardQuality([{ ...rankings[1], ranking: [[0, 1]] }]), null);
  assert.equal(rewardQuality([]), null);
});
