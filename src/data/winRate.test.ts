import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Random } from './random.ts';
import { bootstrapInterval, outcome, wilsonInterval, winRate } from './winRate.ts';

test("the paper's 85 ± 3 % is what 544 comparisons give", () => {
  const wins = Math.round(0.85 * 544);
  const { rate, ci95 } = winRate(Array.from({ length: 544 }, (_, i) => (i < wins ? 1 : 0)));
  assert.ok(Math.abs(rate - 0.85) < 0.001);
  assert.ok(Math.abs(ci95[1] - rate - 0.03) < 0.0005);
});

test('two models share one whole between them, and a model ties with itself', () => {
  const score = fc.integer({ min: 0, max: 3 });
  fc.assert(
    fc.property(fc.array(fc.tuple(score, score), { minLength: 1 }), (pairs) => {
      const ours = winRate(pairs.map(([a, b]) => outcome(a, b))).rate;
      const theirs = winRate(pairs.map(([a, b]) => outcome(b, a))).rate;
      assert.ok(Math.abs(ours + theirs - 1) < 1e-12);
      assert.equal(winRate(pairs.map(([a]) => outcome(a, a))).rate, 0.5);
    }),
  );
});

test('no comparisons are no win rate', () => {
  assert.throws(() => winRate([]), /at least one comparison/);
});

test('the bootstrap of independent comparisons is the normal interval', () => {
  const outcomes = Array.from({ length: 500 }, (_, i) => (i < 365 ? 1 : 0));
  const { ci95 } = winRate(outcomes);
  const clustered = outcomes.map((one, i) => ({ cluster: String(i), outcome: one }));
  const [low, high] = bootstrapInterval(clustered, new Random(1));
  assert.ok(Math.abs(low - ci95[0]) < 0.008 && Math.abs(high - ci95[1]) < 0.008);
  assert.deepEqual(bootstrapInterval(clustered, new Random(1)), [low, high]);
});

test('comparisons said four times over leave the clustered interval as wide as it was', () => {
  const once = Array.from({ length: 100 }, (_, i) => ({
    cluster: String(i),
    outcome: i < 60 ? 1 : i < 70 ? 0.5 : 0,
  }));
  const fourfold = [once, once, once, once].flat();
  const width = ([low, high]: readonly [number, number]): number => high - low;
  const single = width(bootstrapInterval(once, new Random(2)));
  const quadruple = width(bootstrapInterval(fourfold, new Random(2)));
  assert.ok(Math.abs(quadruple - single) < 1e-12);
  // Independent, they would have halved it.
  const independent = fourfold.map(({ outcome: one }, i) => ({ cluster: `${i}`, outcome: one }));
  assert.ok(width(bootstrapInterval(independent, new Random(2))) < 0.6 * single);
});

test('the interval of a model against itself is the one half', () => {
  const ties = ['a', 'b', 'c'].map((cluster) => ({ cluster, outcome: 0.5 }));
  assert.deepEqual(bootstrapInterval(ties, new Random(3)), [0.5, 0.5]);
  assert.throws(() => bootstrapInterval([], new Random(3)), /at least one comparison/);
});

test("Wilson's interval is that of Newcombe's table (1998, Table I, method 3)", () => {
  const published = [
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ];
  for (const [wins, n, low, high] of published) {
    const interval = wilsonInterval(wins / n, n);
    assert.ok(Math.abs(interval[0] - low) < 5e-5, `${wins}/${n}: ${interval[0]}`);
    assert.ok(Math.abs(interval[1] - high) < 5e-5, `${wins}/${n}: ${interval[1]}`);
  }
});
