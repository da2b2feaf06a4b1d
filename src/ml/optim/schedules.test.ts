import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cosineDecay, linearDecay, linearWarmup, warmupFrom } from './schedules.ts';
import type { Schedule } from './schedules.ts';

function assertRates(schedule: Schedule, expected: Readonly<Record<number, number>>): void {
  for (const [step, rate] of Object.entries(expected)) {
    const actual = schedule(Number(step));
    assert.ok(Math.abs(actual - rate) < 1e-6, `step ${step}: ${String(actual)} vs ${String(rate)}`);
  }
}

// PAPER.md section 8, invariant 2.
test('the cosine falls from the peak to a tenth of it without warm-up', () => {
  const rates = { 0: 1, 25: 0.868198, 50: 0.55, 75: 0.231802, 100: 0.1, 250: 0.1 };
  assertRates(cosineDecay(100, 0.1), rates);
});

// PAPER.md section 8, invariant 21.
test("PPO's warm-up starts at a tenth and ends at iteration 10", () => {
  assertRates(warmupFrom(0.1, 10), { 0: 0.1, 1: 0.19, 5: 0.55, 9: 0.91, 10: 1, 11: 1, 500: 1 });
});

test('the linear warm-up has no step without effect and ends at the peak', () => {
  assertRates(linearWarmup(4), { 0: 0.25, 1: 0.5, 2: 0.75, 3: 1, 4: 1, 100: 1 });
});

test('the linear decay ends at zero', () => {
  assertRates(linearDecay(4), { 0: 1, 1: 0.75, 3: 0.25, 4: 0, 9: 0 });
});

test('a schedule over no steps is refused', () => {
  assert.throws(() => cosineDecay(0, 0.1), /positive number of steps, got 0/);
});
