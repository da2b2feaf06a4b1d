/** LLaMA-Factory's Alpaca and ShareGPT files, with their entry in `dataset_info.json`. */
import { basename } from 'node:path';
import * as z from 'zod';
import { defineFormat } from '../format.ts';
import type { Format, FormatWriter } from '../format.ts';
import { pairsOf, pairTask, pairTraits } from '../pairs.ts';
import { taskOf } from '../task.ts';
import type { ExchangePrompt, Message } from '../task.ts';
import { asTurns, splitAtAnswer } from '../turns.ts';
import { misfit } from '../format.ts';

const optionalText = z.string().nullish();
const alpacaPrompt = {
  instruction: z.string().min(1),
  input: optionalText,
  system: optionalText,
  history: z.array(z.tuple([z.string(), z.string()])).nullish(),
};

type AlpacaPrompt = z.infer<z.ZodObject<typeof alpacaPrompt>>;

/** The prompt of an Alpaca row; a text where it has neither a system text nor a history. */
function alpacaContent(row: AlpacaPrompt): string | Message[] {
  const input = row.input ?? '';
  const text = input === '' ? row.instruction : `${row.instruction}\n${input}`;
  const system = row.system ?? '';
  const history = row.history ?? [];
  if (system === '' && history.length === 0) return text;
  return [
    ...(system === '' ? [] : [{ role: 'system' as const, content: system }]),
    ...history.flatMap(([asked, answered]) => [
      { role: 'user' as const, content: asked },
      { role: 'assistant' as const, content: answered },
    ]),
    { role: 'user', content: text },
  ];
}

/** The fields of an Alpaca row for a prompt; null where its turns do not alternate. */
function alpacaFields(content: ExchangePrompt['content']): Record<string, unknown> | null {
  const turns = asTurns(content);
  const system = turns.at(0)?.role === 'system' ? turns[0].content : '';
  const rest = system === '' ? turns : turns.slice(1);
  const last = rest.at(-1);
  if (last?.role !== 'user' || rest.length % 2 === 0) return null;
  const history: [string, string][] = [];
  for (let index = 0; index + 1 < rest.length; index += 2) {
    if (rest[index].role !== 'user' || rest[index + 1].role !== 'assistant') return null;
    history.push([rest[index].content, rest[index + 1].content]);
  }
  return {
    instruction: last.content,
    input: '',
    ...(system === '' ? {} : { system }),
    ...(history.length === 0 ? {} : { history }),
  };
}

const alpacaColumns = {
  prompt: 'instruction',
  query: 'input',
  system: 'system',
  history: 'history',
};

/** The file's entry in `dataset_info.json`, added to those that stand there. */
function datasetInfo(
  entry: Readonly<Record<string, unknown>>,
): NonNullable<FormatWriter['beside']> {
  return (file, old) => {
    const name = 'dataset_info.json';
    const known = z.record(z.string(), z.unknown()).safeParse(JSON.parse(old.get(name) ?? '{}'));
    const key = basename(file).replace(/\..*$/, '');
    const all = { ...(known.data ?? {}), [key]: { file_name: basename(file), ...entry } };
    return new Map([[name, `${JSON.stringify(all, null, 2)}\n`]]);
  };
}

const alpaca = defineFormat({
  name: 'alpaca',
  title: 'Alpaca (LLaMA-Factory)',
  row: z.looseObject({ ...alpacaPrompt, output: z.string(), chosen: z.undefined().optional() }),
  mapping: {
    'system, history, instruction, input': 'prompt',
    output: 'demonstration',
  },
  read: (row) => taskOf(alpacaContent(row), { demonstrations: [{ text: row.output }] }),
  write: {
    container: 'json',
    carries: ['conversations of several turns', 'demonstrations'],
    rows: ({ prompt, demonstrations }) => {
      const fields = alpacaFields(prompt.content);
      return fields === null ? [] : demonstrations.map(({ text }) => ({ ...fields, output: text }));
    },
    beside: datasetInfo({ columns: { ...alpacaColumns, response: 'output' } }),
  },
});

const alpacaPreference = defineFormat({
  name: 'alpaca-preference',
  title: 'Alpaca preference (LLaMA-Factory)',
  row: z.looseObject({ ...alpacaPrompt, chosen: z.string(), rejected: z.string() }),
  mapping: {
    'system, history, instruction, input': 'prompt',
    chosen: 'completion, ranked first',
    rejected: 'completion, ranked second',
  },
  read: (row) => pairTask(alpacaContent(row), { text: row.chosen }, { text: row.rejected }),
  write: {
    container: 'json',
    carries: [...pairTraits, 'conversations of several turns'],
    rows: (task) => {
      const fields = alpacaFields(task.prompt.content);
      if (fields === null) return [];
      return pairsOf(task).map(({ chosen, rejected }) => ({
        ...fields,
        chosen: chosen.text,
        rejected: rejected.text,
      }));
    },
    beside: datasetInfo({
      ranking: true,
      columns: { ...alpacaColumns, chosen: 'chosen', rejected: 'rejected' },
    }),
  },
});

const shareTurn = z.looseObject({
  from: z.enum(['human', 'user', 'gpt', 'assistant', 'system', 'function_call', 'observation']),
  value: z.string(),
});
type ShareTurn = z.infer<typeof shareTurn>;
const shareRoles = {
  human: 'user',
  user: 'user',
  observation: 'user',
  gpt: 'assistant',
  assistant: 'assistant',
  function_call: 'assistant',
  system: 'system',
} as const satisfies Record<ShareTurn['from'], Message['role']>;
const shareNames = { user: 'human', assistant: 'gpt', system: 'system' } as const;

const shareRow = { conversations: z.array(shareTurn).min(1), system: optionalText };

function shareTurns(row: {
  conversations: readonly ShareTurn[];
  system?: string | null | undefined;
}): Message[] {
  const system = row.system ?? '';
  return [
    ...(system === '' ? [] : [{ role: 'system' as const, content: system }]),
    ...row.conversations.map(({ from, value }) => ({ role: shareRoles[from], content: value })),
  ];
}

function shareFields(content: ExchangePrompt['content'], answer?: string): Record<string, unknown> {
  const turns = asTurns(content);
  const system = turns.at(0)?.role === 'system' ? turns[0].content : '';
  const conversations = (system === '' ? turns : turns.slice(1)).map(shareTurnOf);
  const last = answer === undefined ? [] : [{ from: 'gpt', value: answer }];
  return {
    conversations: [...conversations, ...last],
    ...(system === '' ? {} : { system }),
  };
}

const shareTurnOf = ({ role, content }: Message): { from: string; value: string } => ({
  from: shareNames[role],
  value: content,
});

const shareColumns = { messages: 'conversations', system: 'system' };

const sharegpt = defineFormat({
  name: 'sharegpt',
  title: 'ShareGPT (LLaMA-Factory)',
  row: z.looseObject({
    ...shareRow,
    chosen: z.undefined().optional(),
    kto_tag: z.undefined().optional(),
  }),
  mapping: {
    'system, conversations': 'prompt (all turns but the last), and demonstration (the last turn)',
  },
  read: (row) => {
    const { prompt, answer } = splitAtAnswer('conversations', shareTurns(row));
    return taskOf(prompt, { demonstrations: [{ text: answer }] });
  },
  write: {
    container: 'json',
    carries: ['conversations of several turns', 'demonstrations'],
    rows: ({ prompt, demonstrations }) =>
      demonstrations.map(({ text }) => shareFields(prompt.content, text)),
    beside: datasetInfo({ formatting: 'sharegpt', columns: shareColumns }),
  },
});

const sharegptPreference = defineFormat({
  name: 'sharegpt-preference',
  title: 'ShareGPT preference (LLaMA-Factory)',
  row: z.looseObject({ ...shareRow, chosen: shareTurn, rejected: shareTurn }),
  mapping: {
    'system, conversations': 'prompt',
    chosen: 'completion, ranked first',
    rejected: 'completion, ranked second',
  },
  read: (row) =>
    pairTask(shareTurns(row), { text: row.chosen.value }, { text: row.rejected.value }),
  write: {
    container: 'json',
    carries: [...pairTraits, 'conversations of several turns'],
    rows: (task) =>
      pairsOf(task).map(({ chosen, rejected }) => ({
        ...shareFields(task.prompt.content),
        chosen: { from: 'gpt', value: chosen.text },
        rejected: { from: 'gpt', value: rejected.text },
      })),
    beside: datasetInfo({
      formatting: 'sharegpt',
      ranking: true,
      columns: { ...shareColumns, chosen: 'chosen', rejected: 'rejected' },
    }),
  },
});

const sharegptKto = defineFormat({
  name: 'sharegpt-kto',
  title: 'ShareGPT with kto_tag (LLaMA-Factory)',
  row: z.looseObject({ ...shareRow, kto_tag: z.boolean() }),
  mapping: {
    'system, conversations': 'prompt (all turns but the last), and completion (the last turn)',
    kto_tag: 'score "label" of the completion',
  },
  read: (row) => {
    const turns = shareTurns(row);
    const last = turns.at(-1);
    if (last?.role !== 'assistant' || turns.length < 2) {
      throw misfit('conversations', 'expected an answer after the prompt');
    }
    return taskOf(turns.slice(0, -1), {
      completions: [{ text: last.content, scores: { label: row.kto_tag ? 1 : 0 } }],
    });
  },
  write: {
    container: 'json',
    carries: ['conversations of several turns', 'completions that nobody ranked'],
    rows: ({ prompt, completions }) =>
      completions.flatMap(({ text, scores }) =>
        scores?.['label'] === undefined
          ? []
          : [{ ...shareFields(prompt.content, text), kto_tag: scores['label'] > 0.5 }],
      ),
    beside: datasetInfo({
      formatting: 'sharegpt',
      columns: { ...shareColumns, kto_tag: 'kto_tag' },
    }),
  },
});

/** LLaMA-Factory's shapes, the telling ones first. */
export const llamaFactoryFormats: readonly Format[] = [
  sharegptPreference,
  sharegptKto,
  sharegpt,
  alpacaPreference,
  alpaca,
];
