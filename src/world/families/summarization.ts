/** Summarization: a small tale in one sentence, and a title for it. */
import * as z from 'zod';
import { defineFamily } from '../family.ts';
import { capitalize, withArticle } from '../grammar.ts';
import { animalActs, objectActs, spotOf } from '../narrative.ts';
import { hasPhrase } from '../reading.ts';
import type { Reading } from '../reading.ts';
import { entityOf } from '../world.ts';
import type { World } from '../world.ts';
import type { Random } from '../../data/random.ts';

const taleSlots = z.object({
  who: z.string(),
  place: z.string(),
  act: z.string(),
  what: z.string(),
  opening: z.int().min(0),
  ending: z.int().min(0),
});
type Tale = z.infer<typeof taleSlots>;

const openings = [
  'WHO got up early.',
  'It was a warm day.',
  'WHO had a free day.',
  'The sun was high.',
  'WHO was bored.',
];
const endings = [
  'Then HE went home.',
  'In the evening HE was tired.',
  'After that HE drank some tea.',
  'HE was very happy.',
  'Then it began to rain.',
];

function drawTale(world: World, rng: Random): Tale {
  const animal = rng.chance(0.5);
  return {
    who: rng.pick(world.people).name,
    place: rng.pick(world.places).name,
    act: animal ? rng.pick(animalActs) : rng.pick(objectActs),
    what: rng.pick(animal ? world.animals : world.objects).name,
    opening: rng.integer(openings.length),
    ending: rng.integer(endings.length),
  };
}

function tell(tale: Tale, world: World): string {
  const { pronoun } = entityOf(world, tale.who);
  const start = openings[tale.opening] ?? '';
  const named = start.includes('WHO');
  const end = endings[tale.ending] ?? '';
  const subject = named ? capitalize(pronoun) : tale.who;
  const he = end.startsWith('HE') ? capitalize(pronoun) : pronoun;
  return [
    start.replace('WHO', tale.who),
    `${subject} went to the ${tale.place} and ${tale.act} ${withArticle(tale.what)}.`,
    end.replace('HE', he),
  ].join(' ');
}

const keyOf = (tale: Tale): string => `tale:${tale.who}:${tale.place}:${tale.act}:${tale.what}`;

function framed(instructions: readonly string[], text: string): string[] {
  return instructions.flatMap((instruction) => [
    `${instruction}: ${text}`,
    `${instruction}.\n${text}`,
  ]);
}

/** Whether an answer brings in people, things or places that the tale does not have. */
function invents(tale: Tale, world: World, reading: Reading): number {
  const own = [tale.who, tale.what, tale.place];
  return [...world.entities.values()].filter(
    (entity) =>
      !own.includes(entity.name) &&
      (hasPhrase(reading.words, entity.name) || hasPhrase(reading.words, entity.plural)),
  ).length;
}

function someoneElse(who: string, world: World, rng: Random): string {
  return rng.pick(world.people.filter((one) => one.name !== who)).name;
}

function somethingElse(what: string, world: World, rng: Random): string {
  return rng.pick([...world.objects, ...world.animals].filter((one) => one.name !== what)).name;
}

const summary = defineFamily({
  name: 'summary',
  category: 'summarization',
  weight: 3,
  slots: taleSlots,
  draw: drawTale,
  key: keyOf,
  phrasings: (slots, world) =>
    framed(
      [
        'Summarize this text in one sentence',
        'Summarize the story',
        'Write a one sentence summary',
        'Say in one sentence what happened',
      ],
      tell(slots, world),
    ),
  constraint: (_slots, _world, rng) => (rng.chance(0.15) ? { kind: 'max_words', count: 10 } : null),
  answer: ({ who, place, act, what }, world, rng) => {
    const done = `${act} ${withArticle(what)}`;
    return rng.pick([
      `${who} ${done} ${spotOf(entityOf(world, place))}.`,
      `${who} ${done}.`,
      `${who} went to the ${place} and ${done}.`,
    ]);
  },
  wrong: ({ who, act, what }, world, rng) =>
    rng.pick([
      `${someoneElse(who, world, rng)} ${act} ${withArticle(what)}.`,
      `${who} ${act} ${withArticle(somethingElse(what, world, rng))}.`,
      `${who} had a good day.`,
    ]),
  grade: (slots, world, reading) => {
    const words = reading.words;
    const who = hasPhrase(words, slots.who);
    const what = hasPhrase(words, slots.what);
    const act = hasPhrase(words, slots.act);
    const source = tell(slots, world).split(' ').length;
    const short = reading.sentences.length === 1 && words.length < 0.75 * source;
    const invented = invents(slots, world, reading);
    const told = (who ? 0.35 : 0) + (what ? 0.35 : 0) + (act ? 0.3 : 0);
    return { task: told * (short ? 1 : 0.4), falsehoods: Math.min(1, invented) };
  },
  maxWords: () => 14,
  closedDomain: true,
});

const title = defineFamily({
  name: 'title',
  category: 'summarization',
  weight: 1,
  slots: taleSlots,
  draw: drawTale,
  key: keyOf,
  phrasings: (slots, world) =>
    framed(
      ['Write a title for this text', 'Give this story a title', 'Find a short title'],
      tell(slots, world),
    ),
  answer: ({ who, place, what }, world, rng) =>
    rng.pick([
      `${who} and the ${what}`,
      `${who} ${spotOf(entityOf(world, place))}`,
      `The ${what} ${spotOf(entityOf(world, place))}`,
    ]),
  wrong: ({ who, what }, world, rng) =>
    rng.pick([
      `${who} and the ${somethingElse(what, world, rng)}`,
      `${someoneElse(who, world, rng)} and the ${somethingElse(what, world, rng)}`,
    ]),
  grade: (slots, world, reading) => {
    const { words } = reading;
    const said = [slots.who, slots.what, slots.place].filter((one) => hasPhrase(words, one)).length;
    const short = words.length <= 7 && reading.lines.length === 1;
    const invented = invents(slots, world, reading);
    return {
      task: (said >= 2 ? 1 : said === 1 ? 0.5 : 0) * (short ? 1 : 0.4),
      falsehoods: Math.min(1, invented),
    };
  },
  maxWords: () => 7,
  closedDomain: true,
});

/** All families of summarization. */
export const summarization = [summary, title];
