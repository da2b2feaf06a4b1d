/** The one place where a prompt becomes the text that a person reads and a model is fed. */
import type { Prompt } from '../protocol/records.ts';
import { fewShotExamples } from './fewShot.ts';

const roleNames = { system: 'System', user: 'User', assistant: 'Assistant' } as const;

/**
 * A prompt as plain text, for people and for search. A conversation is written with a role before
 * each turn and ends with the role that is to answer; a single user's turn stands alone. Of a few-shot
 * prompt's pairs the last one is asked, after all others. Empty for a deleted record without text.
 */
export function promptText(prompt: Pick<Prompt, 'prompt' | 'messages' | 'pairs'>): string {
  const { pairs = [] } = prompt;
  if (prompt.prompt !== undefined) {
    return fewShotExamples(prompt.prompt, pairs).at(-1)?.prompt ?? prompt.prompt;
  }
  const messages = prompt.messages ?? [];
  if (messages.length === 0) return '';
  if (messages.length === 1 && messages[0].role === 'user') return messages[0].content;
  const turns = messages.map(({ role, content }) => `${roleNames[role]}: ${content}`);
  return [...turns, `${roleNames.assistant}:`].join('\n');
}

/**
 * The text that a model is fed for a prompt's plain text; the completion follows it at once, and
 * the tokenizer's end-of-text token ends the completion.
 */
export function modelInput(text: string): string {
  return `${text}\n`;
}
