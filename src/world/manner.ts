/** How prompts are put: hastily, with a word on what they are for, or with worked examples. */
import type { Random } from '../data/random.ts';
import type { Task } from './family.ts';
import { drawTask } from './families.ts';
import type { World } from './world.ts';

/** The text as some people type: without capitals or the last full stop, or with "please". */
export function inManner(text: string, rng: Random): string {
  if (text.includes('\n') || rng.chance(0.7)) return text;
  const lower = text.charAt(0).toLowerCase() + text.slice(1);
  const isName = /^(?:[A-Z][a-z]+ |I )/.test(text) && /^(?:I |User|Yes|Animal)/.test(text);
  if (isName) return text;
  const ending = text.endsWith('.') ? text.slice(0, -1) : text;
  if (/^(?:Write|Make|List|Name|Give|Tell|Describe|Say|Find|Count|Sort)/.test(text)) {
    return rng.pick([lower, `Please ${lower}`, `please ${lower}`, ending]);
  }
  return rng.pick([lower, lower, ending]);
}

const purposes = [
  'I am a teacher.',
  'This is for my class.',
  'I have a small shop.',
  'My son is four.',
  'I write for a small paper.',
  'I help in a school.',
  'I learn English.',
];

/** The text after a sentence on who asks or what for. */
export function withPurpose(text: string, rng: Random): string {
  return `${rng.pick(purposes)} ${text}`;
}

/**
 * The task as an instruction with `count` worked examples before its input, or null where its
 * family has no such form. The examples are right and of the train split, whatever the task's.
 */
export function workedPrompt(world: World, rng: Random, task: Task, count: number): string | null {
  const { shot } = task;
  if (shot === null || task.spec.constraint !== null) return null;
  const lines: string[] = [];
  for (let tries = 0; lines.length < count && tries < 400; tries++) {
    const other = drawTask(world, rng, task.category, 'train');
    if (other.shot?.instruction !== shot.instruction) continue;
    if (other.spec.constraint !== null || other.key === task.key) continue;
    const answer = other.answer(rng);
    if (!answer.includes('\n')) lines.push(`${other.shot.input} -> ${answer}`);
  }
  if (lines.length < count) return null;
  return [shot.instruction, ...lines, `${shot.input} ->`].join('\n');
}
