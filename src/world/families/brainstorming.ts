/** Brainstorming: things with something in common, activities, presents, names. */
import * as z from 'zod';
import { defineFamily } from '../family.ts';
import type { Grade } from '../family.ts';
import { animalTable, numberWords, petNames } from '../facts.ts';
import { capitalize, joinList, withArticle } from '../grammar.ts';
import { spotOf } from '../narrative.ts';
import { countPhrase, hasPhrase, wordsOf } from '../reading.ts';
import type { Reading } from '../reading.ts';
import { entityOf } from '../world.ts';
import type { SetFact, World } from '../world.ts';
import type { Random } from '../../data/random.ts';

const count = z.int().min(2).max(3);

/** A list in one of the two forms that the world knows: in a line, or numbered. */
export function writeList(items: readonly string[], rng: Random): string {
  return rng.chance(0.7)
    ? `${capitalize(joinList(items))}.`
    : items.map((item, index) => `${String(index + 1)}. ${item}`).join('\n');
}

/**
 * Grades a list: the share of the asked number that is there and right, less for wrong items, for
 * too many, and for the same item twice.
 */
export function gradeList(
  reading: Reading,
  right: readonly string[],
  candidates: readonly string[],
  wanted: number,
  introduction: readonly string[],
): Grade {
  const stands = (words: readonly string[], phrase: string): boolean =>
    hasPhrase(words, phrase) || hasPhrase(words, animalPlurals.get(phrase) ?? `${phrase}s`);
  const present = (phrase: string): boolean => stands(reading.words, phrase);
  const hits = right.filter(present);
  const misses = candidates.filter((item) => !right.includes(item) && present(item)).length;
  const repeats = hits.filter((item) => countPhrase(reading.words, item) > 1).length;
  const surplus = Math.max(0, hits.length - wanted);
  const share = Math.min(hits.length, wanted) / wanted;
  // A sentence in which the items happen to stand is no list, unless it says what it lists.
  const said = [...hits, ...candidates].flatMap(wordsOf);
  const talkative =
    reading.words.filter((word) => !said.includes(word) && !fillers.has(word)).length > 2 &&
    !reading.words.some((word) => introduction.includes(word));
  // A line of a list has an item of the list in it; others are talk.
  const talk = reading.sentences.filter(
    ({ words }) => ![...right, ...candidates].some((item) => stands(words, item)),
  ).length;
  const task = share - 0.25 * misses - 0.2 * surplus - 0.2 * repeats;
  return {
    task: Math.max(hits.length > 0 || misses > 0 ? 0.1 : 0, talkative ? 0.4 * task : task),
    falsehoods: Math.min(1, misses / 2),
    surplus: talk,
  };
}

const fillers = new Set(['a', 'an', 'the', 'and', 'or', 'some', 'you', 'can']);

const animalPlurals = new Map(
  animalTable
    .trim()
    .split('\n')
    .map((line) => {
      const [singular, plural] = line.split(' ');
      return [singular, plural];
    }),
);

function setOf(world: World, id: string): SetFact {
  const set = world.sets.find((one) => one.id === id);
  if (set === undefined) throw new Error(`setOf: expected a set of the world, got "${id}"`);
  return set;
}

const members = defineFamily({
  name: 'set_members',
  category: 'brainstorming',
  weight: 5,
  slots: z.object({ set: z.string(), count }),
  draw: (world, rng) => ({ set: rng.pick(world.sets).id, count: 2 + rng.integer(2) }),
  key: (slots) => `set:${slots.set}`,
  phrasings: (slots, world) => {
    const { noun, clause } = setOf(world, slots.set);
    const n = numberWords[slots.count];
    return [
      `Name ${n} ${noun} ${clause}.`,
      `List ${n} ${noun} ${clause}.`,
      `Give me ${n} ${noun} ${clause}.`,
      `What are ${n} ${noun} ${clause}?`,
      `Can you name ${n} ${noun} ${clause}?`,
      `Make a list of ${n} ${noun} ${clause}.`,
      `Tell me ${n} ${noun} ${clause}.`,
    ];
  },
  answer: (slots, world, rng) =>
    writeList(rng.sample(setOf(world, slots.set).members, slots.count), rng),
  wrong: (slots, world, rng) => {
    const { noun, members: all } = setOf(world, slots.set);
    const pool = (noun === 'animals' ? world.animals : world.objects).map((one) => one.name);
    const odd = rng.pick(pool.filter((one) => !all.includes(one)));
    return writeList(rng.shuffle([odd, ...rng.sample(all, slots.count - 1)]), rng);
  },
  grade: (slots, world, reading) => {
    const { members: all } = setOf(world, slots.set);
    const pool = [...world.animals, ...world.objects].map((one) => one.name);
    return gradeList(reading, all, pool, slots.count, ['animals', 'things']);
  },
  maxWords: (slots) => 2 * slots.count + 8,
  shot: (slots, world) => {
    const { noun, clause } = setOf(world, slots.set);
    return { instruction: `Name ${numberWords[slots.count]}.`, input: `${noun} ${clause}` };
  },
});

const activities = defineFamily({
  name: 'activities',
  category: 'brainstorming',
  weight: 3,
  slots: z.object({ place: z.string(), count }),
  draw: (world, rng) => ({ place: rng.pick(world.places).name, count: 2 + rng.integer(2) }),
  key: (slots) => `activities:${slots.place}`,
  phrasings: (slots, world) => {
    const place = entityOf(world, slots.place);
    const { where } = place;
    const spot = spotOf(place);
    const n = numberWords[slots.count];
    return [
      `Give me ${n} ideas for a day ${spot}.`,
      `What are ${n} things to do ${where}?`,
      `Name ${n} things that you can do ${where}.`,
      `List ${n} things to do ${where}.`,
      `I am ${spot} today. Give me ${n} ideas what to do.`,
      `Tell me ${n} things we can do ${where}.`,
    ];
  },
  answer: (slots, world, rng) =>
    writeList(rng.sample(entityOf(world, slots.place).activities, slots.count), rng),
  wrong: (slots, world, rng) => {
    const here = entityOf(world, slots.place).activities;
    const elsewhere = world.places.flatMap((place) => place.activities);
    const odd = rng.pick(elsewhere.filter((one) => !here.includes(one)));
    return writeList(rng.shuffle([odd, ...rng.sample(here, slots.count - 1)]), rng);
  },
  grade: (slots, world, reading) => {
    const here = entityOf(world, slots.place).activities;
    // "climb trees" must not count as "climb" as well.
    const all = new Set(world.places.flatMap((place) => place.activities));
    const odd = [...all].filter((one) => !here.some((own) => own.includes(one)));
    return gradeList(reading, here, odd, slots.count, ['things', 'ideas', 'could']);
  },
  maxWords: (slots) => 4 * slots.count + 8,
});

const presents = defineFamily({
  name: 'presents',
  category: 'brainstorming',
  weight: 2,
  slots: z.object({ who: z.string(), count }),
  draw: (world, rng) => ({ who: rng.pick(world.people).name, count: 2 + rng.integer(2) }),
  key: (slots) => `presents:${slots.who}`,
  phrasings: (slots) => {
    const n = numberWords[slots.count];
    return [
      `Give me ${n} ideas for a present for ${slots.who}.`,
      `List ${n} things that I can give to ${slots.who}.`,
      `I need ${n} ideas for a present for my friend ${slots.who}.`,
      `What are ${n} good presents for ${slots.who}?`,
      `Name ${n} things that I can buy for ${slots.who}.`,
    ];
  },
  answer: (slots, world, rng) =>
    writeList(
      rng.sample(world.objects, slots.count).map((one) => withArticle(one.name)),
      rng,
    ),
  wrong: (_slots, world, rng) => `${capitalize(withArticle(rng.pick(world.objects).name))}.`,
  grade: (slots, world, reading) => {
    const objects = world.objects.map((one) => one.name);
    const animals = world.animals.map((one) => one.name);
    return gradeList(reading, [...objects, ...animals], [], slots.count, [
      'present',
      'presents',
      'give',
      'buy',
    ]);
  },
  maxWords: (slots) => 3 * slots.count + 8,
});

const names = defineFamily({
  name: 'names',
  category: 'brainstorming',
  weight: 2,
  slots: z.object({ animal: z.string(), count }),
  draw: (world, rng) => ({ animal: rng.pick(world.animals).name, count: 2 + rng.integer(2) }),
  key: (slots) => `names:${slots.animal}`,
  phrasings: (slots) => {
    const n = numberWords[slots.count];
    const a = withArticle(slots.animal);
    return [
      `Give me ${n} names for ${a}.`,
      `I have ${a}. Give me ${n} ideas for a name.`,
      `What are ${n} good names for ${a}?`,
      `List ${n} names for my ${slots.animal}.`,
      `Help me find ${n} names for ${a}.`,
    ];
  },
  answer: (slots, _world, rng) => writeList(rng.sample(petNames, slots.count), rng),
  wrong: (_slots, _world, rng) => `${rng.pick(petNames)}.`,
  grade: (slots, world, reading) =>
    gradeList(reading, [...petNames, ...world.people.map((one) => one.name)], [], slots.count, [
      'name',
      'names',
      'call',
    ]),
  maxWords: (slots) => slots.count + 8,
});

/** All families of brainstorming. */
export const brainstorming = [members, activities, presents, names];
