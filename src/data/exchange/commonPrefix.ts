/** Two whole dialogues as one prompt and two completions: what both begin with is the prompt. */
import type * as z from 'zod';
import { misfit } from './format.ts';
import type { Message } from './task.ts';
import { messagesOf, parseDialogue } from './turns.ts';
import type { turnSchema } from './turns.ts';

type Turns = readonly z.infer<typeof turnSchema>[];

/** The prompt that two dialogues share, and how each goes on. */
export interface SplitDialogues {
  readonly content: string | Message[];
  readonly first: string;
  readonly second: string;
}

/**
 * Splits at the last turn of the assistant that both share the way to (hh-rlhf: "split at the
 * common prefix, back up to the last Assistant:"); plain texts without turns at the last white
 * space of what they share. @throws InstructError `bad-record` where they share no prompt.
 */
export function splitAtCommonPrefix(
  chosen: string | Turns,
  rejected: string | Turns,
): SplitDialogues {
  const first = typeof chosen === 'string' ? parseDialogue(chosen) : messagesOf(chosen);
  const second = typeof rejected === 'string' ? parseDialogue(rejected) : messagesOf(rejected);
  if (first !== null && second !== null) return splitTurns(first, second);
  if (typeof chosen !== 'string' || typeof rejected !== 'string') {
    throw misfit(
      'chosen',
      'expected "chosen" and "rejected" in one form, both texts or both turns',
    );
  }
  return splitTexts(chosen, rejected);
}

function splitTurns(first: readonly Message[], second: readonly Message[]): SplitDialogues {
  let shared = 0;
  while (
    shared < Math.min(first.length, second.length) &&
    first[shared].role === second[shared].role &&
    first[shared].content === second[shared].content
  ) {
    shared += 1;
  }
  const [one, other] = [first.at(shared), second.at(shared)];
  if (shared === 0) throw misfit('chosen', 'expected to begin with the turns that "rejected" has');
  if (one?.role !== 'assistant' || other?.role !== 'assistant') {
    throw misfit('chosen', 'expected to differ from "rejected" in a turn of the assistant');
  }
  const rest = (turns: readonly Message[]): string => answerOf(turns.slice(shared));
  return { content: first.slice(0, shared), first: rest(first), second: rest(second) };
}

/** Where dialogues go on after the answer that differs, what follows stays part of the answer. */
function answerOf([answer, ...after]: readonly Message[]): string {
  const names = { system: 'System', user: 'Human', assistant: 'Assistant' } as const;
  return [answer.content, ...after.map(({ role, content }) => `${names[role]}: ${content}`)].join(
    '\n\n',
  );
}

function splitTexts(chosen: string, rejected: string): SplitDialogues {
  let length = 0;
  while (length < Math.min(chosen.length, rejected.length) && chosen[length] === rejected[length]) {
    length += 1;
  }
  const before = chosen.slice(0, length);
  const end = Math.max(before.lastIndexOf(' '), before.lastIndexOf('\n'));
  const prompt = before.slice(0, end);
  if (end < 1 || prompt.trim() === '') {
    throw misfit('chosen', 'expected to begin with the prompt that "rejected" begins with');
  }
  // The white space belongs to the completions, as standard completions have it.
  return { content: prompt, first: chosen.slice(end), second: rejected.slice(end) };
}
