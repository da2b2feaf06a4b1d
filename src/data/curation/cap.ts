/** A limit of prompts from one user or organisation (paper, section 3.2 and appendix A.2). */

/** What is needed of a prompt. */
export interface Owned {
  readonly id: string;
  readonly user?: string | undefined;
  readonly organization?: string | undefined;
}

/** 200 prompts, by user as section 3.2 has it; appendix A.2 says by organisation. */
export const paperCap = { limit: 200, by: 'user' } as const;

/**
 * The ids of prompts beyond the limit: the later ones, so that what is kept stays kept when more
 * prompts come. Prompts without an owner are not limited.
 */
export function beyondCap(
  prompts: Iterable<Owned>,
  { limit, by }: { readonly limit: number; readonly by: 'user' | 'organization' } = paperCap,
): string[] {
  const counts = new Map<string, number>();
  const beyond: string[] = [];
  for (const prompt of prompts) {
    const owner = prompt[by];
    if (owner === undefined) continue;
    const count = (counts.get(owner) ?? 0) + 1;
    counts.set(owner, count);
    if (count > limit) beyond.push(prompt.id);
  }
  return beyond;
}
