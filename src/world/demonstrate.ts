/** The labelers' demonstrations: right answers, as several people would write them, with slips. */
import type { Random } from '../data/random.ts';
import type { Prompt } from '../protocol/records.ts';
import { openTask } from './families.ts';
import type { Task } from './family.ts';
import { ramble } from './noise.ts';
import { taskOfPrompt } from './taskOfPrompt.ts';
import type { World } from './world.ts';

/** A person who writes demonstrations. */
export interface Labeler {
  readonly name: string;
  /** Whether they like short or long answers, or take what comes. */
  readonly taste: 'short' | 'long' | 'any';
  /** Probability of a needless sentence after the answer. */
  readonly rambles: number;
  /** Probability of an answer that is wrong or misses what was asked. */
  readonly errs: number;
  /** Probability of overlooking a constraint where there is one. */
  readonly overlooks: number;
}

/** The labelers of the world: together about one demonstration in eight has a flaw. */
export const labelers: readonly Labeler[] = [
  { name: 'careful-1', taste: 'any', rambles: 0.02, errs: 0.01, overlooks: 0.03 },
  { name: 'careful-2', taste: 'any', rambles: 0.02, errs: 0.02, overlooks: 0.03 },
  { name: 'terse-1', taste: 'short', rambles: 0, errs: 0.07, overlooks: 0.1 },
  { name: 'chatty-1', taste: 'long', rambles: 0.22, errs: 0.03, overlooks: 0.1 },
  { name: 'chatty-2', taste: 'long', rambles: 0.15, errs: 0.04, overlooks: 0.15 },
  { name: 'sloppy-1', taste: 'any', rambles: 0.06, errs: 0.14, overlooks: 0.3 },
];

/** A labeler's completion of one of the world's prompts. It is short and comes to an end. */
export function demonstrate(world: World, prompt: Prompt, labeler: Labeler, rng: Random): string {
  const task = taskOfPrompt(world, prompt);
  if (rng.chance(labeler.errs)) return task.wrong(rng);
  const { constraint } = task.spec;
  const overlooked = constraint !== null && rng.chance(labeler.overlooks);
  const answered = overlooked ? openTask(world, { ...task.spec, constraint: null }) : task;
  const answer = inTaste(answered, labeler, rng);
  // Nobody chats after a one-word answer or a title.
  const talks = task.maxWords > 8 && rng.chance(labeler.rambles);
  return talks ? `${answer}${/[.!?]$/.test(answer) ? '' : '.'} ${ramble(world, rng)}` : answer;
}

function inTaste(task: Task, labeler: Labeler, rng: Random): string {
  if (labeler.taste === 'any') return task.answer(rng);
  const [one, other] = [task.answer(rng), task.answer(rng)];
  const shorter = one.length <= other.length ? one : other;
  return labeler.taste === 'short' ? shorter : shorter === one ? other : one;
}
