/** Files of other trainers: OpenRLHF, DeepSpeed-Chat, verl, and Anthropic's dialogues. */
import * as z from 'zod';
import { splitAtCommonPrefix } from '../commonPrefix.ts';
import { defineFormat } from '../format.ts';
import type { Format } from '../format.ts';
import { pairsOf, pairTask, pairTraits } from '../pairs.ts';
import { given, taskOf } from '../task.ts';
import {
  answerSchema,
  answerText,
  asTurns,
  parseDialogue,
  promptContent,
  textOrTurns,
  turnSchema,
  writeDialogue,
} from '../turns.ts';

const missing = z.undefined().optional();

const openrlhfSft = defineFormat({
  name: 'openrlhf-sft',
  title: 'OpenRLHF SFT',
  row: z.looseObject({ input: textOrTurns, output: answerSchema, instruction: missing }),
  mapping: { input: 'prompt', output: 'demonstration' },
  read: ({ input, output }) =>
    taskOf(promptContent(input), { demonstrations: [{ text: answerText('output', output) }] }),
  write: {
    container: 'jsonl',
    carries: ['conversations of several turns', 'demonstrations'],
    rows: ({ prompt, demonstrations }) =>
      demonstrations.map(({ text }) => ({
        input: prompt.content,
        output: typeof prompt.content === 'string' ? text : [{ role: 'assistant', content: text }],
      })),
  },
});

const openrlhfPreference = defineFormat({
  name: 'openrlhf-preference',
  title: 'OpenRLHF preference, with a margin',
  row: z.looseObject({
    prompt: textOrTurns,
    chosen: answerSchema,
    rejected: answerSchema,
    margin: z.number(),
  }),
  mapping: {
    prompt: 'prompt',
    chosen: 'completion, ranked first',
    rejected: 'completion, ranked second',
    margin: 'strength, where it is a whole number from 1 to 9; else "margin" of the ranking',
  },
  read: ({ prompt, chosen, rejected, margin }) =>
    pairTask(
      promptContent(prompt),
      { text: answerText('chosen', chosen) },
      { text: answerText('rejected', rejected) },
      {
        fields:
          Number.isInteger(margin) && margin >= 1 && margin <= 9
            ? { strength: margin }
            : { margin },
      },
    ),
  write: {
    container: 'jsonl',
    carries: [...pairTraits, 'conversations of several turns', 'strengths'],
    rows: (task) =>
      pairsOf(task).map(({ chosen, rejected, ranking }) => ({
        prompt: task.prompt.content,
        chosen: chosen.text,
        rejected: rejected.text,
        ...given({ margin: ranking.fields?.['strength'] ?? ranking.fields?.['margin'] }),
        ...given({ prompt_id: task.prompt.id }),
      })),
  },
});

const openrlhfPrompts = defineFormat({
  name: 'openrlhf-prompts',
  title: 'OpenRLHF prompts',
  row: z.looseObject({
    context_messages: textOrTurns,
    label: z.union([z.string(), z.number()]).nullish(),
  }),
  mapping: { context_messages: 'prompt', label: '"label" of the prompt' },
  read: ({ context_messages: turns, label }) =>
    taskOf(promptContent(turns), { fields: given({ label }) }),
  write: {
    container: 'jsonl',
    carries: ['conversations of several turns'],
    rows: ({ prompt }) => [
      { context_messages: asTurns(prompt.content), ...given({ label: prompt.fields?.['label'] }) },
    ],
  },
});

const deepspeedChat = defineFormat({
  name: 'deepspeed-chat',
  title: 'DeepSpeed-Chat',
  row: z.looseObject({
    prompt: z.string().regex(/^\s*Human: [^]*Assistant:\s*$/),
    chosen: z.string(),
    rejected: z.string(),
  }),
  mapping: {
    prompt: 'prompt, the turns between "Human:" and "Assistant:"',
    chosen: 'completion, ranked first',
    rejected: 'completion, ranked second',
  },
  read: ({ prompt, chosen, rejected }) => {
    const inner = prompt.replace(/\s*Assistant:\s*$/, '').replace(/^\s*Human: /, '');
    const turns = inner.split(/\s(Human|Assistant): /);
    const content =
      turns.length === 1
        ? inner
        : turns.flatMap((text, index) =>
            index % 2 === 1
              ? []
              : [
                  {
                    role: turns.at(index - 1) === 'Assistant' && index > 0 ? 'assistant' : 'user',
                    content: text,
                  } as const,
                ],
          );
    return pairTask(content, { text: unspaced(chosen) }, { text: unspaced(rejected) });
  },
  write: {
    container: 'json',
    carries: [...pairTraits, 'conversations of several turns'],
    rows: (task) => {
      const turns = asTurns(task.prompt.content).map(({ role, content }) =>
        role === 'system' ? content : `${role === 'user' ? 'Human' : 'Assistant'}: ${content}`,
      );
      return pairsOf(task).map(({ chosen, rejected }) => ({
        prompt: `${turns.join(' ')} Assistant:`,
        chosen: spaced(chosen.text),
        rejected: spaced(rejected.text),
        ...given({ prompt_id: task.prompt.id }),
      }));
    },
  },
});

const spaced = (text: string): string => ` ${text}`;
const unspaced = (text: string): string => (text.startsWith(' ') ? text.slice(1) : text);

const verl = defineFormat({
  name: 'verl',
  title: 'verl prompts',
  row: z.looseObject({
    data_source: z.string(),
    prompt: z.array(turnSchema).min(1),
    ability: z.string().nullish(),
    reward_model: z.looseObject({ style: z.string().nullish() }).nullish(),
    extra_info: z.looseObject({ split: z.string().nullish() }).nullish(),
  }),
  mapping: {
    prompt: 'prompt',
    data_source: 'source',
    'extra_info.split': 'split',
    ability: 'tag',
    reward_model: '"reward_model" of the prompt',
  },
  read: ({
    data_source: source,
    prompt,
    ability,
    reward_model: rewardModel,
    extra_info: extra,
  }) => {
    const split = splitNames.get(extra?.split ?? '');
    const tags = ability === undefined || ability === null ? undefined : [ability];
    const fields = given({ source, split, tags, reward_model: rewardModel });
    return taskOf(promptContent(prompt), { fields });
  },
  write: {
    container: 'parquet',
    carries: ['conversations of several turns', 'splits', 'tags'],
    rows: ({ prompt }) => {
      const tags = z.array(z.string()).safeParse(prompt.fields?.['tags']);
      return [
        {
          data_source: prompt.fields?.['source'] ?? 'instruct-studio',
          prompt: asTurns(prompt.content),
          ability: tags.data?.at(0) ?? prompt.fields?.['category'] ?? '',
          reward_model: prompt.fields?.['reward_model'] ?? { style: 'model', ground_truth: '' },
          extra_info: { split: prompt.fields?.['split'] ?? 'train', index: prompt.id ?? '' },
        },
      ];
    },
  },
});

const splitNames = new Map([
  ['train', 'train'],
  ['valid', 'valid'],
  ['validation', 'valid'],
  ['val', 'valid'],
  ['test', 'test'],
]);

const dialogueText = z.string().regex(/^\s*\n\n?Human: |^\n*Human: /);

const hhRlhf = defineFormat({
  name: 'hh-rlhf',
  title: 'Anthropic hh-rlhf',
  row: z.looseObject({ chosen: dialogueText, rejected: dialogueText, prompt: missing }),
  mapping: {
    chosen: 'prompt (the turns that both begin with), and completion, ranked first',
    rejected: 'completion, ranked second',
  },
  read: ({ chosen, rejected }) => {
    const { content, first, second } = splitAtCommonPrefix(chosen, rejected);
    return pairTask(content, { text: first }, { text: second });
  },
  write: {
    container: 'jsonl',
    carries: [...pairTraits, 'conversations of several turns'],
    rows: (task) => {
      const prompt = writeDialogue(task.prompt.content);
      return pairsOf(task).map(({ chosen, rejected }) => ({
        chosen: `${prompt} ${chosen.text}`,
        rejected: `${prompt} ${rejected.text}`,
      }));
    },
  },
});

const fullHhRlhf = defineFormat({
  name: 'full-hh-rlhf',
  title: 'Dahoas/full-hh-rlhf',
  row: z.looseObject({
    prompt: z.string().regex(/Assistant:\s*$/),
    response: z.string(),
    chosen: z.string(),
    rejected: z.string(),
  }),
  mapping: {
    prompt: 'prompt, by turns',
    response: 'the same as "chosen": not taken twice',
    chosen: 'completion, ranked first',
    rejected: 'completion, ranked second',
  },
  read: ({ prompt, chosen, rejected }) => {
    const turns = parseDialogue(prompt) ?? parseDialogue(`\n\n${prompt}`);
    const content = turns === null ? prompt : turns.slice(0, -1); // the last is the open answer
    return pairTask(content, { text: unspaced(chosen) }, { text: unspaced(rejected) });
  },
  write: {
    container: 'parquet',
    carries: [...pairTraits, 'conversations of several turns'],
    rows: (task) =>
      pairsOf(task).map(({ chosen, rejected }) => ({
        prompt: writeDialogue(task.prompt.content),
        response: spaced(chosen.text),
        chosen: spaced(chosen.text),
        rejected: spaced(rejected.text),
      })),
  },
});

/** These trainers' shapes, the telling ones first. */
export const trainerFormats: readonly Format[] = [
  verl,
  fullHhRlhf,
  deepspeedChat,
  hhRlhf,
  openrlhfPreference,
  openrlhfPrompts,
  openrlhfSft,
];
