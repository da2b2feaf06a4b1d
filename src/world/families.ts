/** All task families by category, with the paper's mix of categories. */
import type { Random } from '../data/random.ts';
import { categories } from '../protocol/records.ts';
import type { Category, Split } from '../protocol/records.ts';
import { brainstorming } from './families/brainstorming.ts';
import { chat } from './families/chat.ts';
import { classification } from './families/classification.ts';
import { generation } from './families/generation.ts';
import { openQa } from './families/openQa.ts';
import { other } from './families/other.ts';
import { closedQa, extract } from './families/passages.ts';
import { rewrite } from './families/rewrite.ts';
import { summarization } from './families/summarization.ts';
import type { Family, Task, TaskSpec } from './family.ts';
import type { World } from './world.ts';

/** The families of each category. */
export const familiesOf = {
  generation,
  open_qa: openQa,
  brainstorming,
  chat,
  rewrite,
  summarization,
  classification,
  other,
  closed_qa: closedQa,
  extract,
} satisfies Record<Category, readonly Family[]>;

/** Shares of the categories in percent (paper, Table 1: prompts of the reward model's data). */
export const categoryShares = {
  generation: 45.6,
  open_qa: 12.4,
  brainstorming: 11.2,
  chat: 8.4,
  rewrite: 6.6,
  summarization: 4.2,
  classification: 3.5,
  other: 3.5,
  closed_qa: 2.6,
  extract: 1.9,
} satisfies Record<Category, number>;

const familyByName = new Map(
  Object.values(familiesOf)
    .flat()
    .map((family) => [family.name, family]),
);

/** Draws a category with the given shares. */
export function drawCategory(rng: Random, share: (category: Category) => number): Category {
  return rng.weighted(categories, categories.map(share));
}

/** Draws a task of a category whose key belongs to the split. */
export function drawTask(world: World, rng: Random, category: Category, split: Split): Task {
  const families: readonly Family[] = familiesOf[category];
  const weights = families.map((family) => family.weight);
  for (;;) {
    const task = rng.weighted(families, weights).draw(world, rng);
    if (world.splitOf(task.key) === split) return task;
  }
}

/** The task of a spec. Throws a plain error for an unknown family or for slots that do not fit. */
export function openTask(world: World, spec: TaskSpec): Task {
  const family = familyByName.get(spec.family);
  if (family === undefined) {
    throw new Error(`openTask: expected a task family, got "${spec.family}"`);
  }
  return family.open(world, spec);
}
