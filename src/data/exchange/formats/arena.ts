/** LMSYS Chatbot Arena: battles of two models with ties and "both bad". */
import * as z from 'zod';
import { defineFormat, misfit } from '../format.ts';
import type { Format } from '../format.ts';
import { given, taskOf } from '../task.ts';
import type { ExchangeRanking, ExchangeTask, Message } from '../task.ts';
import type { Trait } from '../traits.ts';
import { asTurns, messagesOf, turnSchema } from '../turns.ts';

type Winner = 'a' | 'b' | 'tie' | 'bothbad';

const outcomes: Readonly<Record<Winner, Pick<ExchangeRanking, 'groups' | 'fields'>>> = {
  a: { groups: [[0], [1]] },
  b: { groups: [[1], [0]] },
  tie: { groups: [[0, 1]] },
  bothbad: { groups: [[0, 1]], fields: { bothBad: true } },
};

interface Side {
  readonly model: string;
  readonly turns: readonly Message[];
}

/** One battle: the turns that both sides share are the prompt, their last answers are compared. */
function battle(
  sides: readonly [Side, Side],
  winner: Winner,
  more: { labeler?: string | undefined; language?: string | null | undefined; created?: string },
): ExchangeTask {
  const [a, b] = sides.map(({ turns }) => turns);
  const answers = sides.map(({ turns, model }) => ({ text: turns.at(-1)?.content ?? '', model }));
  const prompt = a.slice(0, -1);
  const asked = (turns: readonly Message[]): string =>
    JSON.stringify(turns.filter(({ role }) => role !== 'assistant'));
  if (prompt.length === 0 || asked(a) !== asked(b)) {
    throw misfit('conversation_b', 'expected the same questions as in "conversation_a"');
  }
  // Where the earlier answers differ too there is no common context: the whole dialogues differ.
  if (JSON.stringify(prompt) !== JSON.stringify(b.slice(0, -1))) {
    throw misfit(
      'conversation_b',
      'expected the earlier answers of "conversation_a": only one-turn battles compare one answer',
    );
  }
  const { groups, fields } = outcomes[winner];
  const isOne = prompt.length === 1 && prompt[0].role === 'user';
  return taskOf(isOne ? prompt[0].content : prompt, {
    fields: given({ language: more.language }),
    completions: answers,
    rankings: [
      {
        groups,
        labeler: more.labeler,
        shown: [0, 1],
        fields: given({ ...fields, created: more.created }),
      },
    ],
  });
}

/** What battles hold: two completions each, so a ranking of more is written as its pairs. */
const battleTraits: readonly Trait[] = [
  'rankings',
  'ties',
  'names of models',
  'judgements “both bad”',
  'orders shown',
];

interface Battle {
  readonly a: number;
  readonly b: number;
  readonly winner: Winner;
  readonly ranking: ExchangeRanking;
}

/** All two completions of each ranking, in the order shown. */
function battlesOf({ rankings }: ExchangeTask): Battle[] {
  return rankings.flatMap((ranking) => {
    const rankOf = new Map(
      ranking.groups.flatMap((group, rank) => group.map((place) => [place, rank] as const)),
    );
    const places = (ranking.shown ?? [...rankOf.keys()]).filter((place) => rankOf.has(place));
    return places.flatMap((a, index) =>
      places.slice(index + 1).map((b): Battle => {
        const difference = (rankOf.get(b) ?? 0) - (rankOf.get(a) ?? 0);
        const tie = ranking.fields?.['bothBad'] === true ? 'bothbad' : 'tie';
        return { a, b, winner: difference === 0 ? tie : difference > 0 ? 'a' : 'b', ranking };
      }),
    );
  });
}

const winners = { a: 'model_a', b: 'model_b', tie: 'tie', bothbad: 'tie (bothbad)' } as const;
const winnerNames = z.enum(['model_a', 'model_b', 'tie', 'tie (bothbad)']);
const conversation = z.array(turnSchema).min(2);

const conversations = defineFormat({
  name: 'lmsys-arena',
  title: 'LMSYS arena conversations',
  row: z.looseObject({
    model_a: z.string().min(1),
    model_b: z.string().min(1),
    winner: winnerNames,
    judge: z.string().nullish(),
    conversation_a: conversation,
    conversation_b: conversation,
    language: z.string().nullish(),
    tstamp: z.number().nullish(),
  }),
  mapping: {
    conversation_a: 'prompt, and completion (its last turn)',
    conversation_b: 'completion (its last turn)',
    model_a: 'model',
    model_b: 'model',
    winner: 'ranking, with ties and "both bad"',
    judge: 'labeler, hashed',
    language: 'language',
    tstamp: 'created',
  },
  drops: ['ip'],
  read: (row, context) => {
    const winner = { model_a: 'a', model_b: 'b', tie: 'tie', 'tie (bothbad)': 'bothbad' } as const;
    return battle(
      [
        { model: row.model_a, turns: messagesOf(row.conversation_a) },
        { model: row.model_b, turns: messagesOf(row.conversation_b) },
      ],
      winner[row.winner],
      {
        labeler: context.pseudonym(row.judge),
        language: row.language,
        ...timeOf(row.tstamp),
      },
    );
  },
  write: {
    container: 'json',
    carries: [
      ...battleTraits,
      'conversations of several turns',
      'names of rankings’ labelers',
      'languages',
    ],
    rows: (task) =>
      battlesOf(task).map(({ a, b, winner, ranking }, index) => {
        const turns = asTurns(task.prompt.content);
        const whole = (place: number): unknown => [
          ...turns,
          { role: 'assistant', content: task.completions[place].text },
        ];
        return {
          question_id: `${task.prompt.id ?? 'prompt'}-${index}`,
          model_a: task.completions[a].model ?? 'unknown',
          model_b: task.completions[b].model ?? 'unknown',
          winner: winners[winner],
          judge: ranking.labeler ?? 'unknown',
          conversation_a: whole(a),
          conversation_b: whole(b),
          turn: turns.filter(({ role }) => role === 'user').length,
          anony: true,
          language: task.prompt.fields?.['language'] ?? 'unknown',
          ...tstampOf(ranking.fields?.['created']),
        };
      }),
  },
});

function timeOf(tstamp: number | null | undefined): { created?: string } {
  return tstamp === undefined || tstamp === null
    ? {}
    : { created: new Date(tstamp * 1000).toISOString() };
}

function tstampOf(created: unknown): { tstamp?: number } {
  return typeof created === 'string' ? { tstamp: Date.parse(created) / 1000 } : {};
}

const voteTypes = {
  leftvote: 'a',
  rightvote: 'b',
  tievote: 'tie',
  bothbad_vote: 'bothbad',
} as const;
const state = z.looseObject({
  messages: z.array(z.tuple([z.string(), z.string().nullable()])).min(2),
  offset: z.int().min(0).nullish(),
  model_name: z.string().nullish(),
});

const votes = defineFormat({
  name: 'lmsys-votes',
  title: 'LMSYS arena’s raw votes',
  row: z.looseObject({
    tstamp: z.number().nullish(),
    type: z.enum(['leftvote', 'rightvote', 'tievote', 'bothbad_vote']),
    models: z.tuple([z.string(), z.string()]),
    states: z.tuple([state, state]),
  }),
  mapping: {
    'states.messages': 'prompt, and completions (the last answers)',
    models: 'models',
    type: 'ranking, with ties and "both bad"',
    tstamp: 'created',
  },
  drops: ['ip'],
  read: (row) => {
    const turnsOf = ({ messages, offset }: z.infer<typeof state>): Message[] =>
      messages.slice(offset ?? 0).map(([who, content], index) => ({
        role: /assistant|gpt|bot/i.test(who) || index % 2 === 1 ? 'assistant' : 'user',
        content: content ?? '',
      }));
    const models = row.models.map((name, index) =>
      name === '' ? (row.states[index].model_name ?? 'unknown') : name,
    );
    return battle(
      [
        { model: models[0], turns: turnsOf(row.states[0]) },
        { model: models[1], turns: turnsOf(row.states[1]) },
      ],
      voteTypes[row.type],
      timeOf(row.tstamp),
    );
  },
});

/** A text of CSV that holds a JSON list of texts, one for each turn. */
const textList = z.union([
  z.array(z.string().nullable()),
  z.string().transform((text, context) => {
    try {
      return z.array(z.string().nullable()).parse(JSON.parse(text));
    } catch {
      context.addIssue({ code: 'custom', message: 'expected a JSON list of texts' });
      return z.NEVER;
    }
  }),
]);
const bit = z.union([z.literal(0), z.literal(1), z.literal('0'), z.literal('1'), z.boolean()]);

const humanPreference55k = defineFormat({
  name: 'arena-55k',
  title: 'LMSYS arena-human-preference-55k',
  row: z.looseObject({
    model_a: z.string().min(1),
    model_b: z.string().min(1),
    prompt: textList,
    response_a: textList,
    response_b: textList,
    winner_model_a: bit,
    winner_model_b: bit,
    winner_tie: bit,
  }),
  mapping: {
    'prompt (a list in a text)': 'prompt, with the earlier answers',
    'response_a, response_b': 'completions (the last answers)',
    'model_a, model_b': 'models',
    'winner_model_a, winner_model_b, winner_tie': 'ranking',
  },
  read: (row) => {
    const turnsOf = (answers: readonly (string | null)[]): Message[] =>
      row.prompt.flatMap((asked, index) => [
        { role: 'user' as const, content: asked ?? '' },
        { role: 'assistant' as const, content: answers.at(index) ?? '' },
      ]);
    const isOn = (value: z.infer<typeof bit>): boolean => value === true || Number(value) === 1;
    const winner = isOn(row.winner_tie) ? 'tie' : isOn(row.winner_model_a) ? 'a' : 'b';
    return battle(
      [
        { model: row.model_a, turns: turnsOf(row.response_a) },
        { model: row.model_b, turns: turnsOf(row.response_b) },
      ],
      winner,
      {},
    );
  },
  write: {
    container: 'csv',
    carries: ['rankings', 'ties', 'names of models', 'orders shown'],
    rows: (task) => {
      const turns = asTurns(task.prompt.content);
      const asked = turns.filter(({ role }) => role === 'user').map(({ content }) => content);
      const before = turns.filter(({ role }) => role === 'assistant').map(({ content }) => content);
      const answers = (place: number): string =>
        JSON.stringify([...before, task.completions[place].text]);
      return battlesOf(task).map(({ a, b, winner }, index) => ({
        id: `${task.prompt.id ?? 'prompt'}-${index}`,
        model_a: task.completions[a].model ?? 'unknown',
        model_b: task.completions[b].model ?? 'unknown',
        prompt: JSON.stringify(asked),
        response_a: answers(a),
        response_b: answers(b),
        winner_model_a: winner === 'a' ? 1 : 0,
        winner_model_b: winner === 'b' ? 1 : 0,
        winner_tie: winner === 'a' || winner === 'b' ? 0 : 1,
      }));
    },
  },
});

/** The arena's shapes. */
export const arenaFormats: readonly Format[] = [votes, conversations, humanPreference55k];
