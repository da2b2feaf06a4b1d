/** Splits by user, stable as the dataset grows (paper, section 3.2 and appendix A). */
import { createHash } from 'node:crypto';
import type { Split } from '../protocol/records.ts';

/** The shares of train and valid; test has the rest. */
export interface SplitShares {
  readonly train: number;
  readonly valid: number;
}

/** 80 % train, 10 % valid, 10 % test. */
export const defaultSplitShares: SplitShares = { train: 0.8, valid: 0.1 };

/**
 * The split of everything that a user (or organisation) wrote: a hash of the name alone, so that
 * no user is in two splits and nobody moves when others join. A user who moves when the shares
 * change moves only across the border that moved. Throws on shares that are no partition.
 */
export function splitOfUser(user: string, shares: SplitShares = defaultSplitShares): Split {
  const { train, valid } = shares;
  if (!(train >= 0 && valid >= 0 && train + valid <= 1)) {
    throw new Error(`splitOfUser: expected shares that sum to at most 1, got ${train} + ${valid}`);
  }
  const position = createHash('sha256').update(user, 'utf8').digest().readUIntBE(0, 6) / 2 ** 48;
  if (position < train) return 'train';
  return position < train + valid ? 'valid' : 'test';
}

/** What is needed of a prompt to put it into a split. */
export interface SplitSubject {
  readonly id: string;
  readonly user?: string | undefined;
  readonly split?: Split | undefined;
}

/**
 * The splits of the prompts that have none, by id. A prompt without a user is its own user. Where
 * a user already has prompts in a split, the new ones join them.
 */
export function assignSplits(
  prompts: Iterable<SplitSubject>,
  shares: SplitShares = defaultSplitShares,
): Map<string, Split> {
  const settled = new Map<string, Split>();
  const open: SplitSubject[] = [];
  for (const prompt of prompts) {
    if (prompt.split === undefined) open.push(prompt);
    else if (prompt.user !== undefined && !settled.has(prompt.user)) {
      settled.set(prompt.user, prompt.split);
    }
  }
  return new Map(
    open.map(({ id, user }) => [
      id,
      (user === undefined ? undefined : settled.get(user)) ?? splitOfUser(user ?? id, shares),
    ]),
  );
}
