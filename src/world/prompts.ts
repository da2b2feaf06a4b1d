/** The prompt set: the paper's mix of categories, split by users, facts and combinations. */
import { Random } from '../data/random.ts';
import { splitOfUser } from '../data/splits.ts';
import { categories, splits } from '../protocol/records.ts';
import type { Category, Prompt, Split } from '../protocol/records.ts';
import { categoryShares, drawTask } from './families.ts';
import type { Task, TaskSpec } from './family.ts';
import { inManner, withPurpose, workedPrompt } from './manner.ts';
import type { World } from './world.ts';

/** How many prompts of each split, and the seed. */
export interface PromptCounts {
  readonly seed: number;
  readonly train: number;
  readonly valid: number;
  readonly test: number;
}

/** A prompt record of the world: `world` is what the gold labeler has to know. */
export interface WorldPrompt extends Prompt {
  readonly id: string;
  readonly prompt: string;
  readonly category: Category;
  readonly split: Split;
  readonly user: string;
  readonly world: TaskSpec;
}

/** A prompt before it has an id and a user. */
interface Draft {
  readonly prompt: string;
  readonly category: Category;
  readonly kind: Kind;
  readonly source: string;
  readonly split: Split;
  readonly world: TaskSpec;
}

type Kind = 'plain' | 'few_shot' | 'user_based' | 'api';
const kinds: readonly Kind[] = ['plain', 'few_shot', 'user_based', 'api'];
const kindWeights = [35, 12, 15, 38];

/** The paper's cap on the prompts of one user (section 3.2). */
const promptsPerUser = 200;

/**
 * Makes the prompts of all splits, in the order train, valid, test, each shuffled. Texts are
 * unique over the whole set; no user, fact or combination stands in two splits; the categories'
 * shares are those of the paper's Table 1 up to rounding. Throws when the world cannot ask so much.
 */
export function makePrompts(world: World, counts: PromptCounts): WorldPrompt[] {
  const seen = new Set<string>();
  return splits.flatMap((split) => {
    const rng = new Random(`prompts ${String(counts.seed)} ${split}`);
    const users = drawUsers(split, counts[split]);
    const prompts = quotas(counts[split]).flatMap(([category, count]) =>
      Array.from({ length: count }, () => onePrompt(world, rng, split, category, seen)),
    );
    return rng.shuffle(prompts).map((prompt, index) => {
      const number = String(index + 1).padStart(5, '0');
      const id = `world-${String(counts.seed)}-${split}-${number}`;
      return { id, ...prompt, user: takeUser(users, rng) };
    });
  });
}

function onePrompt(
  world: World,
  rng: Random,
  split: Split,
  category: Category,
  seen: Set<string>,
): Draft {
  for (let tries = 0; tries < 5000; tries++) {
    const task = drawTask(world, rng, category, split);
    const kind = rng.weighted(kinds, kindWeights);
    const prompt = textOf(world, rng, task, kind);
    if (prompt === null || seen.has(prompt)) continue;
    seen.add(prompt);
    const source = kind === 'api' ? 'customer' : 'labeler';
    return { prompt, category, kind, source, split, world: task.spec };
  }
  throw new Error(
    `makePrompts: expected fewer prompts, got more than the world has of ${category}`,
  );
}

function textOf(world: World, rng: Random, task: Task, kind: Kind): string | null {
  switch (kind) {
    case 'plain':
      return task.ask(rng);
    case 'api':
      return inManner(task.ask(rng), rng);
    case 'user_based':
      return task.category === 'chat' ? task.ask(rng) : withPurpose(task.ask(rng), rng);
    case 'few_shot':
      return workedPrompt(world, rng, task, task.category === 'extract' ? 1 : 2);
  }
}

/** How many prompts of each category, by largest remainders. */
function quotas(count: number): [Category, number][] {
  const total = categories.reduce((sum, category) => sum + categoryShares[category], 0);
  const exact = categories.map((category) => (count * categoryShares[category]) / total);
  const floors = exact.map((share) => Math.floor(share));
  let left = count - floors.reduce((sum, floor) => sum + floor, 0);
  const byRemainder = exact
    .map((share, index) => ({ index, remainder: share - floors[index] }))
    .sort((one, other) => other.remainder - one.remainder);
  for (const { index } of byRemainder) {
    if (left === 0) break;
    floors[index]++;
    left--;
  }
  return categories.map((category, index) => [category, floors[index]]);
}

/** Someone who asks. Some ask up to three times as much as others. */
interface User {
  readonly id: string;
  readonly weight: number;
  prompts: number;
}

/** Enough users of the split for their prompts. A user's split is the hash of the id. */
function drawUsers(split: Split, prompts: number): User[] {
  const wanted = Math.max(6, Math.ceil((2 * prompts) / promptsPerUser));
  const users: User[] = [];
  for (let number = 1; users.length < wanted; number++) {
    const id = `user-${String(number).padStart(3, '0')}`;
    if (splitOfUser(id) !== split) continue;
    users.push({ id, weight: 1 + (users.length % 3), prompts: 0 });
  }
  return users;
}

/** A user who is still below the cap, heavier ones more often. */
function takeUser(users: readonly User[], rng: Random): string {
  const free = users.map((user) => (user.prompts < promptsPerUser ? user.weight : 0));
  const user = rng.weighted(users, free);
  user.prompts++;
  return user.id;
}
