/** Chat: an assistant's next turn: to someone's feelings, for advice, and on a question. */
import * as z from 'zod';
import { defineFamily } from '../family.ts';
import { capitalize } from '../grammar.ts';
import { spotOf } from '../narrative.ts';
import { hasPhrase } from '../reading.ts';
import { relationOf } from '../relations.ts';
import { entityOf } from '../world.ts';
import type { World } from '../world.ts';
import type { Random } from '../../data/random.ts';
import { drawFact, factOf, factSlots, gradeValue, keyOfFact, otherValue } from './openQa.ts';

/** The frames of a dialogue, all of one exchange. */
function dialogues(said: string): string[] {
  return [`User: ${said}\nAssistant:`, `User: ${said}\nAssistant:`, `Answer this message: ${said}`];
}

const any = (words: readonly string[], phrases: readonly string[]): boolean =>
  phrases.some((phrase) => hasPhrase(words, phrase));

/** What a user tells, and what a kind answer has to do with it. `X` is an animal or an object. */
const feelings = {
  ill_pet: { mood: 'sad', of: 'animal', told: 'My X is ill', reply: 'I hope your X is well soon.' },
  lost: { mood: 'sad', of: 'object', told: 'I lost my X', reply: 'I hope you find your X soon.' },
  broken: { mood: 'sad', of: 'object', told: 'My X is broken', reply: 'I hope you get a new X.' },
  new_pet: { mood: 'happy', of: 'animal', told: 'I have a new X', reply: 'Enjoy your new X.' },
  got: { mood: 'happy', of: 'object', told: 'I got a new X', reply: 'Enjoy your new X.' },
} as const;
const feelingNames = ['ill_pet', 'lost', 'broken', 'new_pet', 'got'] as const;

const feeling = defineFamily({
  name: 'feeling',
  category: 'chat',
  weight: 4,
  slots: z.object({ who: z.string(), cause: z.enum(feelingNames), what: z.string() }),
  draw: (world, rng) => {
    const cause = rng.pick(feelingNames);
    const pets = world.domains.get('pet') ?? [];
    const things = world.objects.map((one) => one.name);
    const what = rng.pick(feelings[cause].of === 'animal' ? pets : things);
    return { who: rng.pick(world.people).name, cause, what };
  },
  key: (slots) => `feeling:${slots.who}:${slots.cause}:${slots.what}`,
  phrasings: ({ who, cause, what }) => {
    const { told, mood } = feelings[cause];
    const news = told.replace('X', what);
    return [
      ...dialogues(`Hi, I am ${who}. ${news} and I am ${mood}.`),
      ...dialogues(`Hello! My name is ${who}. I am ${mood}. ${news}.`),
    ];
  },
  answer: ({ who, cause, what }, _world, rng) => {
    const { mood, reply } = feelings[cause];
    const to = rng.chance(0.6) ? `, ${who}` : '';
    const opening =
      mood === 'sad'
        ? rng.pick([`I am sorry to hear that${to}.`, `I am so sorry${to}.`, `That is sad${to}.`])
        : rng.pick([`That is great${to}!`, `I am happy for you${to}!`, `How nice${to}!`]);
    return `${opening} ${reply.replace('X', what)}`;
  },
  wrong: ({ cause, what }, world, rng) =>
    feelings[cause].mood === 'sad'
      ? rng.pick([`That is great! Enjoy your new ${what}.`, `How nice! I am happy for you.`])
      : rng.pick([
          `I am sorry to hear that. I hope your ${what} is well soon.`,
          `I have a ${rng.pick(world.animals).name}.`,
        ]),
  grade: ({ cause, what }, _world, reading) => {
    const sorry = any(reading.words, ['sorry', 'that is sad', 'i hope', 'do not worry']);
    const glad = any(reading.words, ['great', 'happy', 'nice', 'glad', 'enjoy', 'good']);
    const sad = feelings[cause].mood === 'sad';
    const fits = sad ? sorry && !any(reading.words, ['great', 'nice', 'enjoy']) : glad && !sorry;
    const opposite = sad ? glad && !sorry : sorry && !glad;
    const about = hasPhrase(reading.words, what);
    const addressed = any(reading.words, ['you', 'your']);
    if (opposite) return { task: 0.1, falsehoods: 0 };
    const task = (fits ? 0.6 : 0) + (about ? 0.25 : 0) + (addressed ? 0.15 : 0);
    return { task: fits ? task : 0.5 * task, falsehoods: 0 };
  },
  maxWords: () => 20,
  maxSentences: 3,
});

/** States that users ask advice for: good advice, and the words by which it is known. */
const needs = {
  tired: { advice: ['go to bed early', 'sleep a little'], words: ['sleep', 'bed', 'rest'] },
  hungry: { advice: ['eat some bread', 'eat some soup'], words: ['eat', 'soup', 'bread'] },
  thirsty: { advice: ['drink some water', 'drink some tea'], words: ['drink', 'water', 'tea'] },
  cold: { advice: ['put on a warm coat', 'drink hot tea'], words: ['coat', 'tea', 'warm'] },
  bored: { advice: ['read a good book', 'play a game'], words: ['read', 'play', 'book', 'walk'] },
  ill: { advice: ['see a doctor', 'rest in bed'], words: ['doctor', 'rest', 'bed'] },
  lost: { advice: ['look at a map', 'ask for the way'], words: ['map', 'ask', 'way'] },
  lonely: { advice: ['call a friend', 'meet your friends'], words: ['friend', 'friends', 'call'] },
} as const;
const needNames = ['tired', 'hungry', 'thirsty', 'cold', 'bored', 'ill', 'lost', 'lonely'] as const;

const advice = defineFamily({
  name: 'advice',
  category: 'chat',
  weight: 3,
  slots: z.object({ who: z.string(), need: z.enum(needNames), place: z.string() }),
  draw: (world, rng) => ({
    who: rng.pick(world.people).name,
    need: rng.pick(needNames),
    place: rng.pick(world.places).name,
  }),
  key: (slots) => `advice:${slots.who}:${slots.need}`,
  phrasings: ({ who, need, place }, world) => [
    ...dialogues(`Hi, I am ${who}. I am ${need}. What should I do?`),
    ...dialogues(
      `I am ${who}. I am ${spotOf(entityOf(world, place))} and I am ${need}. Can you help me?`,
    ),
  ],
  answer: ({ who, need }, _world, rng) => {
    const [first, second] = rng.shuffle(needs[need].advice);
    const to = rng.chance(0.5) ? `, ${who}` : '';
    return rng.pick([
      `You should ${first}${to}.`,
      `You can ${first} or ${second}${to}.`,
      `You should ${first}. I hope that helps${to}.`,
      `Of course${to}. You can ${first}.`,
    ]);
  },
  wrong: ({ need }, _world, rng) => {
    const other = rng.pick(needNames.filter((name) => name !== need));
    return `You should ${rng.pick(needs[other].advice)}.`;
  },
  grade: ({ need }, _world, reading) => {
    const fits = any(reading.words, needs[need].words);
    const advised = any(reading.words, ['you should', 'you can', 'you could', 'try']);
    const other = needNames.some((name) => any(reading.words, needs[name].advice));
    return {
      task: (fits ? 0.7 : 0) + (advised ? (fits ? 0.3 : 0.1) : 0) + (other && !fits ? 0.1 : 0),
      falsehoods: 0,
    };
  },
  maxWords: () => 18,
  maxSentences: 2,
});

const opening = (world: World, rng: Random): string =>
  rng.pick(['Hello', 'Hi', `Hi, I am ${rng.pick(world.people).name}`]);

const asked = defineFamily({
  name: 'chat_question',
  category: 'chat',
  weight: 3,
  slots: factSlots.extend({ greeting: z.string() }),
  draw: (world, rng) => ({ ...drawFact(world, rng), greeting: opening(world, rng) }),
  key: (slots, world) => keyOfFact(slots, world),
  phrasings: (slots, world) => {
    const indirect = relationOf(slots.relation).indirect(entityOf(world, slots.subject));
    return [
      ...dialogues(`${slots.greeting}! Can you tell me ${indirect}?`),
      ...dialogues(`${slots.greeting}! Do you know ${indirect}?`),
    ];
  },
  answer: (slots, world, rng) => {
    const { subject, value } = factOf(world, slots);
    const [plain] = relationOf(slots.relation).predicates(value);
    const whole = `${capitalize(subject.definite)} ${plain}.`;
    return rng.pick([
      `Hello! ${whole}`,
      `Yes, ${subject.definite} ${plain}.`,
      `Of course. ${whole}`,
      whole,
    ]);
  },
  wrong: (slots, world, rng) => {
    const { subject } = factOf(world, slots);
    const [plain] = relationOf(slots.relation).predicates(otherValue(world, slots, rng));
    return `Yes, ${subject.definite} ${plain}.`;
  },
  grade: (slots, world, reading) => gradeValue(world, slots, reading),
  maxWords: () => 14,
  maxSentences: 2,
});

/** All families of chat. */
export const chat = [feeling, advice, asked];
