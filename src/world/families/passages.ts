/** Closed questions and extraction: passages that alone decide what is right. */
import * as z from 'zod';
import { days } from '../facts.ts';
import { defineFamily } from '../family.ts';
import type { Grade } from '../family.ts';
import { capitalize, joinList, withArticle } from '../grammar.ts';
import { spotOf } from '../narrative.ts';
import { hasPhrase } from '../reading.ts';
import type { Reading } from '../reading.ts';
import { entityOf } from '../world.ts';
import type { World } from '../world.ts';
import type { Random } from '../../data/random.ts';

/** What people have in passages; nothing else in the world is about these. */
export const passageItems = [
  'hat',
  'bag',
  'scarf',
  'shirt',
  'kite',
  'cap',
  'toy',
  'doll',
  'ring',
  'drum',
];
const hues = ['red', 'blue', 'green', 'yellow', 'black', 'white', 'brown', 'pink'];

const possession = z.object({ who: z.string(), item: z.string(), colour: z.string() });
const passageSlots = z.object({
  first: possession,
  second: possession,
  place: z.string(),
  day: z.string(),
  asked: z.enum(['colour', 'owner', 'place', 'day', 'item']),
});
type Passage = z.infer<typeof passageSlots>;

function drawPassage(world: World, rng: Random): Passage {
  const [who, other] = rng.sample(world.people, 2);
  const [item, another] = rng.sample(passageItems, 2);
  const [colour, next] = rng.sample(hues, 2);
  return {
    first: { who: who.name, item, colour },
    second: { who: other.name, item: another, colour: next },
    place: rng.pick(world.places).name,
    day: rng.pick(days),
    asked: rng.pick(['colour', 'owner', 'place', 'day', 'item'] as const),
  };
}

function tell({ first, second, place, day }: Passage, world: World): string {
  const where = spotOf(entityOf(world, place));
  return (
    `${first.who} has ${withArticle(first.colour)} ${first.item} and ${second.who} has ` +
    `${withArticle(second.colour)} ${second.item}. On ${day} they are ${where}.`
  );
}

/** Who is asked about varies with the passage: the second person as often as the first. */
function focus(passage: Passage): Passage['first'] {
  return passage.first.who < passage.second.who ? passage.first : passage.second;
}

function questionOf(passage: Passage): string {
  const { who, item } = focus(passage);
  return {
    colour: `What colour is the ${item} of ${who}?`,
    owner: `Who has the ${item}?`,
    place: `Where are ${passage.first.who} and ${passage.second.who}?`,
    day: `On which day are they there?`,
    item: `What does ${who} have?`,
  }[passage.asked];
}

/** The right value and all that would be wrong. */
function valuesOf(passage: Passage, world: World): { right: string; wrong: string[] } {
  const { who, item, colour } = focus(passage);
  const except = (all: readonly string[], right: string): string[] =>
    all.filter((one) => one !== right);
  const people = world.people.map((one) => one.name);
  const places = world.places.map((one) => one.name);
  return {
    colour: { right: colour, wrong: except(hues, colour) },
    owner: { right: who, wrong: except(people, who) },
    place: { right: passage.place, wrong: except(places, passage.place) },
    day: { right: passage.day, wrong: except(days, passage.day) },
    item: { right: item, wrong: except(passageItems, item) },
  }[passage.asked];
}

function answerWith(passage: Passage, value: string, world: World, rng: Random): string {
  const { who, item, colour } = focus(passage);
  const place = world.entities.get(value);
  const where = place === undefined ? '' : spotOf(place);
  const forms = {
    colour: [`The ${item} is ${value}.`, `It is ${value}.`, `${capitalize(value)}.`],
    owner: [`${value} has the ${item}.`, `${value}.`],
    place: [`They are ${where}.`, `${capitalize(where)}.`],
    day: [`They are there on ${value}.`, `On ${value}.`, `${value}.`],
    item: [
      `${who} has ${withArticle(value)}.`,
      `${who} has ${withArticle(colour)} ${value}.`,
      `${capitalize(withArticle(value))}.`,
    ],
  }[passage.asked];
  return rng.pick(forms);
}

/** Grades one value out of a passage: the right one alone is best. */
function gradeOne(reading: Reading, right: string, wrong: readonly string[]): Grade {
  const hit = hasPhrase(reading.words, right);
  const misses = wrong.filter((value) => hasPhrase(reading.words, value)).length;
  // Giving the whole passage back answers nothing.
  if (hit && reading.words.length > 12) return { task: 0.3, falsehoods: Math.min(1, misses) };
  if (hit) {
    return { task: misses === 0 ? 1 : misses === 1 ? 0.4 : 0.1, falsehoods: Math.min(1, misses) };
  }
  return misses > 0 ? { task: 0.2, falsehoods: 1 } : { task: 0, falsehoods: 0 };
}

const closed = defineFamily({
  name: 'passage_question',
  category: 'closed_qa',
  weight: 1,
  slots: passageSlots,
  draw: drawPassage,
  key: (slots) => {
    const { who, item, colour } = focus(slots);
    return `passage:${who}:${item}:${colour}:${slots.asked}`;
  },
  phrasings: (slots, world) => {
    const text = tell(slots, world);
    const question = questionOf(slots);
    return [
      `${text}\n${question}`,
      `Text: ${text}\n${question}`,
      `Read the text. ${text}\n${question}`,
      `${question}\n${text}`,
      `Answer with the text: ${text}\n${question}`,
    ];
  },
  constraint: (slots, _world, rng) =>
    slots.asked !== 'place' && rng.chance(0.2) ? { kind: 'one_word' } : null,
  answer: (slots, world, rng, constraint) => {
    const { right } = valuesOf(slots, world);
    return constraint === null
      ? answerWith(slots, right, world, rng)
      : `${capitalize(right)}${rng.chance(0.5) ? '.' : ''}`;
  },
  wrong: (slots, world, rng) =>
    answerWith(slots, rng.pick(valuesOf(slots, world).wrong), world, rng),
  grade: (slots, world, reading) => {
    const { right, wrong } = valuesOf(slots, world);
    // The answer may name the other person where the question did.
    const asked = questionOf(slots).toLowerCase();
    const odd = wrong.filter((value) => !asked.includes(value.toLowerCase()));
    return gradeOne(reading, right, odd);
  },
  maxWords: () => 9,
  closedDomain: true,
});

const sightSlots = z.object({
  who: z.string(),
  other: z.string(),
  animal: z.string(),
  second: z.string(),
  place: z.string(),
  day: z.string(),
  wanted: z.enum(['names', 'animals', 'place', 'day']),
});
type Sight = z.infer<typeof sightSlots>;

function tellSight(sight: Sight, world: World): string {
  const where = spotOf(entityOf(world, sight.place));
  const seen = `${withArticle(sight.animal)} and ${withArticle(sight.second)}`;
  return `On ${sight.day} ${sight.who} and ${sight.other} saw ${seen} ${where}.`;
}

/** What is to be taken out of the text, and all that would be wrong. */
function wantedOf(sight: Sight, world: World): { right: string[]; wrong: string[] } {
  const except = (all: readonly string[], right: readonly string[]): string[] =>
    all.filter((one) => !right.includes(one));
  const names = (entities: World['people']): string[] => entities.map((one) => one.name);
  const all: Record<Sight['wanted'], [string[], readonly string[]]> = {
    names: [[sight.who, sight.other], names(world.people)],
    animals: [[sight.animal, sight.second], names(world.animals)],
    place: [[sight.place], names(world.places)],
    day: [[sight.day], days],
  };
  const [right, pool] = all[sight.wanted];
  return { right, wrong: except(pool, right) };
}

const wantedNoun = {
  names: ['the names', 'all names'],
  animals: ['the animals', 'all animals'],
  place: ['the place', 'the name of the place'],
  day: ['the day', 'the name of the day'],
} as const;

const extraction = defineFamily({
  name: 'extraction',
  category: 'extract',
  weight: 1,
  slots: sightSlots,
  draw: (world, rng) => {
    const [who, other] = rng.sample(world.people, 2);
    const [animal, second] = rng.sample(world.animals, 2);
    return {
      who: who.name,
      other: other.name,
      animal: animal.name,
      second: second.name,
      place: rng.pick(world.places).name,
      day: rng.pick(days),
      wanted: rng.pick(['names', 'animals', 'place', 'day'] as const),
    };
  },
  key: (slots) => `extract:${slots.wanted}:${slots.who}:${slots.animal}`,
  phrasings: (slots, world) => {
    const text = tellSight(slots, world);
    return wantedNoun[slots.wanted].flatMap((noun) => [
      `Find ${noun} in this text: ${text}`,
      `Find ${noun} in this text.\n${text}`,
      `Take ${noun} out of the text: ${text}`,
      `Write down ${noun} from the text.\n${text}`,
    ]);
  },
  answer: (slots, world, rng) => {
    const { right } = wantedOf(slots, world);
    return `${capitalize(rng.chance(0.6) ? joinList(right) : right.join(', '))}${rng.chance(0.7) ? '.' : ''}`;
  },
  wrong: (slots, world, rng) => {
    const { right, wrong } = wantedOf(slots, world);
    const [first] = right;
    const odd = rng.pick(wrong);
    return `${capitalize(joinList(right.length > 1 ? [first, odd] : [odd]))}.`;
  },
  grade: (slots, world, reading) => {
    const { right, wrong } = wantedOf(slots, world);
    const hits = right.filter((one) => hasPhrase(reading.words, one)).length;
    const misses = wrong.filter((one) => hasPhrase(reading.words, one)).length;
    // Giving the whole text back takes nothing out of it.
    const lean = reading.words.length <= 3 * right.length + 4 ? 1 : 0.4;
    const share = hits / right.length - 0.4 * misses;
    return {
      task: Math.max(hits + misses > 0 ? 0.1 : 0, share) * lean,
      falsehoods: Math.min(1, misses),
    };
  },
  maxWords: () => 9,
  closedDomain: true,
  shot: (slots, world) => ({
    instruction: `Find ${wantedNoun[slots.wanted][0]}.`,
    input: tellSight(slots, world),
  }),
});

/** The family of closed questions. */
export const closedQa = [closed];
/** The family of extraction. */
export const extract = [extraction];
