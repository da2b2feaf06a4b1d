/** From a prompt record to its task. */
import { InstructError } from '../protocol/errors.ts';
import type { Prompt } from '../protocol/records.ts';
import { openTask } from './families.ts';
import { taskSpecSchema } from './family.ts';
import type { Task } from './family.ts';
import type { World } from './world.ts';

/** Whether the gold labeler can judge completions of the prompt. */
export function isWorldPrompt(prompt: Prompt): boolean {
  return taskSpecSchema.safeParse(prompt['world']).success;
}

/**
 * The task that a prompt's `world` field describes. Throws `bad-record` where the field is missing
 * or is none of the world's: people's own prompts have no gold label.
 */
export function taskOfPrompt(world: World, prompt: Prompt): Task {
  const spec = taskSpecSchema.safeParse(prompt['world']);
  try {
    if (spec.success) return openTask(world, spec.data);
  } catch (error) {
    throw unknownTask(prompt.id, error);
  }
  throw unknownTask(prompt.id, spec.error);
}

function unknownTask(promptId: string, cause: unknown): InstructError {
  return new InstructError(
    {
      code: 'bad-record',
      message: `The prompt "${promptId}" has no task of the embedded world in its "world" field.`,
      remedy: 'Let people label it, or leave it out: the gold labeler knows only its own world.',
    },
    { cause },
  );
}
