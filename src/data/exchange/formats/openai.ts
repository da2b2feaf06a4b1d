/** OpenAI's fine-tuning files: supervised examples and preferences. */
import * as z from 'zod';
import { defineFormat } from '../format.ts';
import type { Format } from '../format.ts';
import { pairsOf, pairTask, pairTraits } from '../pairs.ts';
import { taskOf } from '../task.ts';
import { answerText, asTurns, messagesOf, splitAtAnswer, turnSchema } from '../turns.ts';

const turns = z.array(turnSchema).min(1);

const supervised = defineFormat({
  name: 'openai-sft',
  title: 'OpenAI fine-tuning (also TRL language modeling, conversational)',
  row: z.looseObject({ messages: turns, prompt: z.undefined().optional() }),
  mapping: { messages: 'prompt (all turns but the last), and demonstration (the last turn)' },
  read: ({ messages }) => {
    const { prompt, answer } = splitAtAnswer('messages', messages);
    return taskOf(prompt, { demonstrations: [{ text: answer }] });
  },
  write: {
    container: 'jsonl',
    carries: ['conversations of several turns', 'demonstrations'],
    rows: ({ prompt, demonstrations }) =>
      demonstrations.map(({ text }) => ({
        messages: [...asTurns(prompt.content), { role: 'assistant', content: text }],
      })),
  },
});

const preferences = defineFormat({
  name: 'openai-dpo',
  title: 'OpenAI preference fine-tuning',
  row: z.looseObject({
    input: z.looseObject({ messages: turns }),
    preferred_output: turns,
    non_preferred_output: turns,
  }),
  mapping: {
    'input.messages': 'prompt',
    preferred_output: 'completion, ranked first',
    non_preferred_output: 'completion, ranked second',
  },
  read: (row) =>
    pairTask(
      messagesOf(row.input.messages),
      { text: answerText('preferred_output', row.preferred_output) },
      { text: answerText('non_preferred_output', row.non_preferred_output) },
    ),
  write: {
    container: 'jsonl',
    carries: [...pairTraits, 'conversations of several turns'],
    rows: (task) =>
      pairsOf(task).map(({ chosen, rejected }) => ({
        input: { messages: asTurns(task.prompt.content), tools: [], parallel_tool_calls: true },
        preferred_output: [{ role: 'assistant', content: chosen.text }],
        non_preferred_output: [{ role: 'assistant', content: rejected.text }],
      })),
  },
});

/** OpenAI's shapes. */
export const openaiFormats: readonly Format[] = [preferences, supervised];
