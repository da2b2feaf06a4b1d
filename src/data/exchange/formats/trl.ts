/** TRL's dataset shapes, standard (texts) and conversational (lists of turns). */
import * as z from 'zod';
import { defineFormat } from '../format.ts';
import type { Format } from '../format.ts';
import { pairsOf, pairTask, pairTraits } from '../pairs.ts';
import { given, taskOf } from '../task.ts';
import type { ExchangePrompt, Message } from '../task.ts';
import {
  answerSchema,
  answerText,
  asText,
  parseDialogue,
  promptContent,
  splitAtAnswer,
  textOrTurns,
  turnSchema,
} from '../turns.ts';
import { splitAtCommonPrefix } from '../commonPrefix.ts';

const missing = z.undefined().optional();
const splitName = z.enum(['train', 'valid', 'test']).optional().catch(undefined);
/** What our own exports add, so that pairs of one prompt stay together. */
const own = { prompt_id: z.string().optional().catch(undefined), split: splitName };

const answerTurn = (content: string): Message[] => [{ role: 'assistant', content }];
const idsOf = ({ id, fields }: ExchangePrompt): Record<string, unknown> =>
  given({ prompt_id: id, split: fields?.['split'] });
/** A completion beside a prompt in the prompt's own form: a text, or one turn. */
const beside = (prompt: ExchangePrompt, text: string): string | Message[] =>
  typeof prompt.content === 'string' ? text : answerTurn(text);

const promptOnly = defineFormat({
  name: 'trl-prompt-only',
  title: 'TRL prompt-only',
  row: z.looseObject({ prompt: textOrTurns, completion: missing, chosen: missing, ...own }),
  mapping: { prompt: 'prompt', split: 'split' },
  read: ({ prompt, split }) => taskOf(promptContent(prompt), { fields: given({ split }) }),
  write: {
    container: 'jsonl',
    carries: ['conversations of several turns', 'splits'],
    rows: ({ prompt }) => [{ prompt: prompt.content, ...idsOf(prompt) }],
  },
});

const promptCompletion = defineFormat({
  name: 'trl-prompt-completion',
  title: 'TRL prompt-completion',
  row: z.looseObject({ prompt: textOrTurns, completion: answerSchema, label: missing, ...own }),
  mapping: { prompt: 'prompt', completion: 'demonstration', split: 'split' },
  read: ({ prompt, completion, split }) =>
    taskOf(promptContent(prompt), {
      fields: given({ split }),
      demonstrations: [{ text: answerText('completion', completion) }],
    }),
  write: {
    container: 'jsonl',
    carries: ['conversations of several turns', 'splits', 'demonstrations'],
    rows: ({ prompt, demonstrations }) =>
      demonstrations.map(({ text }) => ({
        prompt: prompt.content,
        completion: beside(prompt, text),
        ...idsOf(prompt),
      })),
  },
});

const languageModeling = defineFormat({
  name: 'trl-language-modeling',
  title: 'TRL language modeling, text',
  row: z.looseObject({ text: z.string().min(1), prompt: missing, chosen: missing, ...own }),
  mapping: {
    text: 'prompt and demonstration, where it has "Human:" and "Assistant:" turns; else a prompt',
  },
  read: ({ text, split }) => {
    const fields = given({ split });
    const turns = parseDialogue(text);
    if (turns === null) return taskOf(text, { fields: { ...fields, tags: ['text'] } });
    const { prompt, answer } = splitAtAnswer('text', turns);
    return taskOf(prompt, { fields, demonstrations: [{ text: answer }] });
  },
  write: {
    container: 'jsonl',
    carries: ['conversations of several turns', 'splits', 'demonstrations', 'tags'],
    rows: ({ prompt, demonstrations }) => {
      const tags = prompt.fields?.['tags'];
      if (Array.isArray(tags) && tags.includes('text')) {
        return [{ text: asText(prompt.content), ...idsOf(prompt) }];
      }
      return demonstrations.map(({ text }) => ({
        text: dialogueText(prompt.content, text),
        ...idsOf(prompt),
      }));
    },
  },
});

const preference = defineFormat({
  name: 'trl-preference',
  title: 'TRL preference, explicit prompt',
  row: z.looseObject({ prompt: textOrTurns, chosen: answerSchema, rejected: answerSchema, ...own }),
  mapping: {
    prompt: 'prompt',
    chosen: 'completion, ranked first',
    rejected: 'completion, ranked second',
  },
  read: ({ prompt, chosen, rejected, split }) =>
    pairTask(
      promptContent(prompt),
      { text: answerText('chosen', chosen) },
      { text: answerText('rejected', rejected) },
      { prompt: { fields: given({ split }) } },
    ),
  write: {
    container: 'jsonl',
    carries: [...pairTraits, 'conversations of several turns', 'splits'],
    rows: (task) =>
      pairsOf(task).map(({ chosen, rejected }) => ({
        prompt: task.prompt.content,
        chosen: beside(task.prompt, chosen.text),
        rejected: beside(task.prompt, rejected.text),
        ...idsOf(task.prompt),
      })),
  },
});

const dialogue = z.union([z.string().min(1), z.array(turnSchema).min(1)]);

const implicitPreference = defineFormat({
  name: 'trl-implicit-preference',
  title: 'TRL preference, implicit prompt',
  row: z.looseObject({ prompt: missing, chosen: dialogue, rejected: dialogue, ...own }),
  mapping: {
    chosen: 'prompt (what both begin with), and completion, ranked first',
    rejected: 'completion, ranked second',
  },
  read: ({ chosen, rejected, split }) => {
    const { content, first, second } = splitAtCommonPrefix(chosen, rejected);
    return pairTask(
      content,
      { text: first },
      { text: second },
      { prompt: { fields: given({ split }) } },
    );
  },
  write: {
    container: 'jsonl',
    carries: [...pairTraits, 'conversations of several turns', 'splits'],
    rows: (task) =>
      pairsOf(task).map(({ chosen, rejected }) => ({
        chosen: wholeDialogue(task.prompt.content, chosen.text),
        rejected: wholeDialogue(task.prompt.content, rejected.text),
        ...idsOf(task.prompt),
      })),
  },
});

const unpaired = defineFormat({
  name: 'trl-unpaired',
  title: 'TRL unpaired preference',
  row: z.looseObject({ prompt: textOrTurns, completion: answerSchema, label: z.boolean(), ...own }),
  mapping: { prompt: 'prompt', completion: 'completion', label: 'score "label" of the completion' },
  read: ({ prompt, completion, label, split }) =>
    taskOf(promptContent(prompt), {
      fields: given({ split }),
      completions: [
        { text: answerText('completion', completion), scores: { label: label ? 1 : 0 } },
      ],
    }),
  write: {
    container: 'jsonl',
    carries: ['conversations of several turns', 'splits', 'completions that nobody ranked'],
    rows: ({ prompt, completions, rankings }) => {
      const row = (text: string, label: boolean): unknown => ({
        prompt: prompt.content,
        completion: beside(prompt, text),
        label,
        ...idsOf(prompt),
      });
      const labeled = completions.flatMap(({ text, scores }) =>
        scores?.['label'] === undefined ? [] : [row(text, scores['label'] > 0.5)],
      );
      // The ends of a ranking are the clearest that it says: the best is good, the worst is bad.
      const ranked = rankings.flatMap(({ groups }) => {
        const [best, worst] = [groups.at(0) ?? [], groups.length > 1 ? (groups.at(-1) ?? []) : []];
        return [
          ...best.map((place) => row(completions[place].text, true)),
          ...worst.map((place) => row(completions[place].text, false)),
        ];
      });
      return labeled.length > 0 ? labeled : ranked;
    },
  },
});

const stepsSchema = z.array(z.object({ text: z.string(), label: z.boolean() }));

const stepwise = defineFormat({
  name: 'trl-stepwise',
  title: 'TRL stepwise supervision',
  row: z.looseObject({
    prompt: z.string().min(1),
    completions: z.array(z.string()).min(1),
    labels: z.array(z.boolean()),
    ...own,
  }),
  mapping: {
    prompt: 'prompt',
    completions: 'one completion, a line a step, with its steps beside it',
    labels: 'the steps’ labels, and score "steps" (the share of good ones)',
  },
  read: ({ prompt, completions, labels, split }) => {
    const steps = completions.map((text, index) => ({ text, label: labels.at(index) === true }));
    const good = steps.filter(({ label }) => label).length;
    return taskOf(prompt, {
      fields: given({ split }),
      completions: [
        { text: completions.join('\n'), scores: { steps: good / steps.length }, fields: { steps } },
      ],
    });
  },
  write: {
    container: 'jsonl',
    carries: ['splits', 'completions that nobody ranked'],
    rows: ({ prompt, completions }) =>
      completions.flatMap(({ fields }) => {
        const steps = stepsSchema.safeParse(fields?.['steps']);
        if (!steps.success) return [];
        const texts = steps.data.map(({ text }) => text);
        const labels = steps.data.map(({ label }) => label);
        return [{ prompt: asText(prompt.content), completions: texts, labels, ...idsOf(prompt) }];
      }),
  },
});

/** A prompt with its answer: turns where the prompt has turns, else one text. */
function wholeDialogue(content: ExchangePrompt['content'], answer: string): string | Message[] {
  return typeof content === 'string' ? content + answer : [...content, ...answerTurn(answer)];
}

/** A dialogue as one text; a prompt that is no conversation becomes its first turn. */
function dialogueText(content: ExchangePrompt['content'], answer: string): string {
  const turns: readonly Message[] =
    typeof content === 'string' ? [{ role: 'user', content }] : content;
  const names = { system: '', user: '\n\nHuman: ', assistant: '\n\nAssistant: ' } as const;
  return [...turns, ...answerTurn(answer)]
    .map(({ role, content: text }) => names[role] + text)
    .join('');
}

/** TRL's shapes, the telling ones first. */
export const trlFormats: readonly Format[] = [
  stepwise,
  unpaired,
  preference,
  implicitPreference,
  promptCompletion,
  languageModeling,
  promptOnly,
];
