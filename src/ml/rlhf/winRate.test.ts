import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { outcome, winRate } from './winRate.ts';

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
