/** What is said when memory runs out in a step: how much of its batch would have fitted. */
import { InstructError } from '../../protocol/errors.ts';
import type { LossPass } from './stepper.ts';

/** What a step is on, and the same step on less of it. */
export interface StepBatch {
  readonly size: number;
  /** What `size` counts, for people: `episodes`. */
  readonly of: string;
  /** The hyper-parameter that makes it smaller. */
  readonly setting: 'microBatchSize' | 'minibatchSize' | 'batchSize';
  /** The passes of a step on so many, the longest of them, that set `setting` to as many. */
  readonly passes: (size: number) => readonly LossPass[];
}

/** Whether memory ran out, here or on a GPU. */
export function ranOut(error: unknown): error is InstructError {
  return error instanceof InstructError && error.code === 'out-of-memory';
}

/**
 * The largest batch below `size` that goes through; 0 where not even one does. No device tells how much
 * memory it has left for us, so it is tried: halves until one fits, then between the last two.
 *
 * @param attempt Goes through with so many; rejects with `out-of-memory` where they do not fit. Other
 * failures are passed on.
 */
export async function largestFitting(
  size: number,
  attempt: (size: number) => Promise<void>,
): Promise<number> {
  const fits = async (some: number): Promise<boolean> => {
    try {
      await attempt(some);
      return true;
    } catch (error) {
      if (ranOut(error)) return false;
      throw error;
    }
  };
  let above = size;
  let fitting = Math.floor(size / 2);
  while (fitting >= 1 && !(await fits(fitting))) {
    above = fitting;
    fitting = Math.floor(fitting / 2);
  }
  if (fitting < 1) return 0;
  while (above - fitting > 1) {
    const middle = Math.floor((fitting + above) / 2);
    if (await fits(middle)) fitting = middle;
    else above = middle;
  }
  return fitting;
}

/** The failure with what would have fitted, and the setting that makes it so. */
export function tooLarge(
  { size, of, setting }: Omit<StepBatch, 'passes'>,
  fitting: number,
  cause: InstructError,
): InstructError {
  const what = `${cause.message.replace(/\.?$/, '.')} It ran out in a step on ${size} ${of}`;
  return new InstructError(
    fitting > 0
      ? {
          code: 'out-of-memory',
          message: `${what}; the largest batch that fits has ${fitting}.`,
          remedy: `Set ${setting} to ${fitting}${setting === 'microBatchSize' ? ', which learns the same' : ''}, then resume the run or start it again.`,
        }
      : {
          code: 'out-of-memory',
          message: `${what}; not even one fits.`,
          remedy: 'Use a shorter context, a smaller model, an adapter (loraRank), or device "cpu".',
        },
    { cause },
  );
}
