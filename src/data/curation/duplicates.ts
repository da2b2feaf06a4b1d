/** Prompts that begin alike (paper, section 3.2: "we deduplicate by long common prefix"). */

/** What is needed of a prompt. */
export interface Text {
  readonly id: string;
  readonly text: string;
}

/** Prompts that begin alike, in the order given. */
export interface DuplicateGroup {
  /** The first is kept when the others are removed. */
  readonly ids: readonly [string, string, ...string[]];
  /** How many characters all of them begin with, white space counted once. */
  readonly sharedPrefix: number;
  /** Whether they are equal but for white space. */
  readonly equal: boolean;
}

/** The paper does not say how long; long enough that few-shot prompts of one template meet. */
export const defaultPrefix = 200;

/**
 * Groups of prompts whose first `prefix` characters are equal; shorter ones only where they are
 * equal as a whole. White space counts as one space. No prompt is in two groups. Removing all but
 * the first of each group leaves no group, and adding prompts later never changes which is first.
 */
export function duplicateGroups(
  prompts: Iterable<Text>,
  prefix: number = defaultPrefix,
): DuplicateGroup[] {
  if (!Number.isInteger(prefix) || prefix < 1) {
    throw new Error(`duplicateGroups: expected a prefix of at least 1, got ${prefix}`);
  }
  const groups = new Map<
    string,
    { ids: string[]; first: string; shared: number; longest: number }
  >();
  for (const { id, text } of prompts) {
    const plain = text.replace(/\s+/g, ' ').trim();
    const key = plain.slice(0, prefix);
    const group = groups.get(key);
    if (group === undefined) {
      const { length } = plain;
      groups.set(key, { ids: [id], first: plain, shared: length, longest: length });
      continue;
    }
    group.ids.push(id);
    group.shared = commonPrefix(group.first, plain, group.shared);
    group.longest = Math.max(group.longest, plain.length);
  }
  return [...groups.values()].flatMap(({ ids: [first, second, ...more], shared, longest }) =>
    ids(first, second, more, shared, longest),
  );
}

function ids(
  first: string,
  second: string | undefined,
  more: readonly string[],
  sharedPrefix: number,
  longest: number,
): DuplicateGroup[] {
  if (second === undefined) return [];
  return [{ ids: [first, second, ...more], sharedPrefix, equal: sharedPrefix === longest }];
}

function commonPrefix(a: string, b: string, limit: number): number {
  let length = 0;
  while (length < limit && length < b.length && a[length] === b[length]) length += 1;
  return length;
}
