/** Between a prompt, the turns of a conversation, and dialogues written as one text. */
import * as z from 'zod';
import { promptText } from '../promptText.ts';
import { misfit } from './format.ts';
import type { ExchangePrompt, Message } from './task.ts';

/** A turn as chat templates have it; a missing content is empty. */
export const turnSchema = z.looseObject({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool']),
  content: z.string().nullable(),
});
type Turn = z.infer<typeof turnSchema>;

/** A text, or turns of a conversation: most formats take both. */
export const textOrTurns = z.union([z.string().min(1), z.array(turnSchema).min(1)]);

/** A completion: a text, or one turn of the assistant. */
export const answerSchema = z.union([z.string(), z.array(turnSchema).min(1)]);

/** Turns as a prompt's messages: `developer` is a system turn, a tool's result a user's. */
export function messagesOf(turns: readonly Turn[]): Message[] {
  return turns.map(({ role, content }) => ({
    role: role === 'developer' ? 'system' : role === 'tool' ? 'user' : role,
    content: content ?? '',
  }));
}

/** A prompt as a file has it. */
export function promptContent(prompt: z.infer<typeof textOrTurns>): string | Message[] {
  return typeof prompt === 'string' ? prompt : messagesOf(prompt);
}

/** The text of a completion that may be given as a turn. */
export function answerText(key: string, answer: z.infer<typeof answerSchema>): string {
  if (typeof answer === 'string') return answer;
  if (answer.length === 1 && answer[0].role === 'assistant') return answer[0].content ?? '';
  throw misfit(key, 'expected one turn of the assistant');
}

/** A conversation that ends with the assistant: the prompt's turns, and that last answer. */
export function splitAtAnswer(
  key: string,
  turns: readonly Turn[],
): { readonly prompt: Message[]; readonly answer: string } {
  const messages = messagesOf(turns);
  const last = messages.at(-1);
  if (last?.role !== 'assistant') throw misfit(key, 'expected the last turn to be the assistant’s');
  if (messages.length === 1) throw misfit(key, 'expected a turn before the assistant’s');
  return { prompt: messages.slice(0, -1), answer: last.content };
}

/** A prompt as turns: a text becomes one turn of the user. */
export function asTurns(content: ExchangePrompt['content']): readonly Message[] {
  return typeof content === 'string' ? [{ role: 'user', content }] : content;
}

/** A prompt as one text, see `promptText`. */
export function asText(content: ExchangePrompt['content']): string {
  return typeof content === 'string' ? content : promptText({ messages: [...content] });
}

const marks = { user: 'Human: ', assistant: 'Assistant: ' } as const;

/**
 * A dialogue written with a blank line and `Human: ` or `Assistant: ` before each turn (hh-rlhf).
 * Null where it does not begin with such a turn. A text before the first turn is a system turn.
 */
export function parseDialogue(text: string): Message[] | null {
  const parts = text.split(/(?:^|\n\n)(Human|Assistant): ?/);
  if (parts.length < 3) return null;
  const before = parts[0].trim();
  const messages: Message[] = before === '' ? [] : [{ role: 'system', content: before }];
  for (let index = 1; index + 1 < parts.length; index += 2) {
    const role = parts[index] === 'Human' ? 'user' : 'assistant';
    messages.push({ role, content: parts[index + 1] });
  }
  return messages;
}

/** Turns as one text of that form, without the answer that is to follow. */
export function writeDialogue(content: ExchangePrompt['content']): string {
  const turns = asTurns(content).map((turn) =>
    turn.role === 'system' ? turn.content : `\n\n${marks[turn.role]}${turn.content}`,
  );
  return `${turns.join('')}\n\nAssistant:`;
}
