/** What a conversation of the editor's chat is to our models: one prompt. */
import { promptText } from '../../data/index.ts';

/** A turn of a conversation, its text alone. */
export interface ChatTurn {
  readonly role: 'user' | 'assistant';
  readonly text: string;
}

/** The prompt of a conversation, written as one of the dataset is; empty turns do not count. */
export function chatPrompt(turns: readonly ChatTurn[]): string {
  const messages = turns
    .filter(({ text }) => text.trim() !== '')
    .map(({ role, text }) => ({ role, content: text.trim() }));
  return promptText({ messages });
}
