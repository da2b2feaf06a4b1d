/** What the tests of the paper's invariants share: losses run for real, and comparisons of numbers. */
import assert from 'node:assert/strict';
import { gradients, type Tensor } from '../../../src/ml/graph/index.ts';
import { Program, type Arrays } from '../../../src/ml/runtime/index.ts';

/** One thread: the tests run several at a time. */
export const execution = { threads: 1 } as const;

/** Compiles a scalar and its gradient by an input, and runs both. */
export async function evaluate(
  loss: Tensor,
  by: Tensor,
  feeds: Arrays,
): Promise<{ loss: number; gradient: number[] }> {
  const [gradient] = gradients(loss, [by]);
  const program = await Program.compile({ loss, gradient }, execution);
  try {
    const result = await program.run(feeds);
    return { loss: result.scalar('loss'), gradient: [...result.float32('gradient')] };
  } finally {
    program.dispose();
  }
}

/** Every number within a tolerance of the expected one. */
export function close(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance = 1e-6,
): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < expected.length; i++) near(actual[i], expected[i], tolerance, `[${i}]: `);
}

/** A number within a tolerance of the expected one. */
export function near(
  actual: number | undefined,
  expected: number,
  tolerance = 1e-6,
  where = '',
): void {
  assert.ok(
    actual !== undefined && Math.abs(actual - expected) <= tolerance,
    `${where}${actual} is not ${expected} ± ${tolerance}`,
  );
}

/** The sum of all entries. */
export function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total;
}
