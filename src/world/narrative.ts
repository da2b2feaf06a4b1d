/** Small stories in the past tense: the stuff of the web's tales, of passages and of answers. */
import type { Random } from '../data/random.ts';
import type { Entity } from './entity.ts';
import { foods } from './facts.ts';
import { capitalize, possessivePronoun, withArticle } from './grammar.ts';
import type { World } from './world.ts';

/** Words that a prompt can demand, each with the phrase that brings it in naturally. */
export const wordPhrases = {
  river: 'by the river',
  sun: 'in the sun',
  rain: 'in the rain',
  tree: 'under a tree',
  song: 'with a song',
  night: 'at night',
  morning: 'in the morning',
  snow: 'in the snow',
  music: 'with music',
  window: 'near the window',
} as const;

/** One of the words of {@link wordPhrases}. */
export type DemandedWord = keyof typeof wordPhrases;

/** Those words, as a list. */
export const demandedWords: readonly DemandedWord[] = [
  'river',
  'sun',
  'rain',
  'tree',
  'song',
  'night',
  'morning',
  'snow',
  'music',
  'window',
];

/** The phrase of a demanded word, or an empty text for any other word. */
export function phraseFor(word: string): string {
  const known = demandedWords.find((candidate) => candidate === word);
  return known === undefined ? '' : wordPhrases[known];
}

/** Verbs of what a person did with a thing, in the past tense; all take an object with "a". */
export const objectActs = ['bought', 'found', 'sold', 'cleaned', 'painted', 'lost'] as const;
/** The same for animals. */
export const animalActs = ['saw', 'fed', 'met', 'washed', 'followed'] as const;

/** The past-tense words by which a text is known to tell something. */
export const narrativeVerbs = new Set<string>([
  ...objectActs,
  ...animalActs,
  ...'went walked was were gave took played had ate sat ran came looked liked slept sang got did said loved wanted told helped carried showed lived made met heard smiled laughed visited'.split(
    ' ',
  ),
]);

/** The present-tense verbs with which the world's facts are stated. */
const factVerbs = new Set(
  'is are has have lives live likes like eats eat helps stays works lies can use need make'.split(
    ' ',
  ),
);

/** Whether something is said at all: whether there is a verb that the world's texts use. */
export function hasVerb(words: readonly string[], sounds: readonly string[]): boolean {
  return words.some(
    (word) =>
      factVerbs.has(word) || narrativeVerbs.has(word) || sounds.some((v) => v.startsWith(word)),
  );
}

/** What someone did with an animal or an object: "found a lamp". */
export function drawAct(rng: Random, what: Entity): string {
  return `${rng.pick(what.kind === 'animal' ? animalActs : objectActs)} ${withArticle(what.name)}`;
}

/** Where people are when they are at a place: near the water, not in it. */
export function spotOf(place: Entity): string {
  const wet = ['sea', 'river', 'pond'].includes(place.name);
  return wet ? `near ${place.definite}` : place.where;
}

/** One sentence in which a person does something with the thing, with an optional phrase. */
export function eventSentence(
  world: World,
  rng: Random,
  who: Entity,
  what: Entity,
  phrase = '',
): string {
  const place = phrase === '' ? spotOf(rng.pick(world.places)) : phrase;
  if (what.kind === 'place') {
    const activity = rng.pick([
      `${who.name} went to ${what.definite}`,
      `${who.name} had a good day ${spotOf(what)}`,
      `${who.name} sat ${spotOf(what)}`,
    ]);
    const when =
      phrase === '' ? rng.pick(['with a friend', 'in the morning', 'on Sunday']) : phrase;
    return `${activity} ${when}.`;
  }
  if (what.kind === 'person') {
    const act = rng.pick(['met', 'saw', 'helped', 'visited']);
    return who.name === what.name
      ? `${what.name} had a good day ${place}.`
      : `${who.name} ${act} ${what.name} ${place}.`;
  }
  return `${who.name} ${drawAct(rng, what)} ${place}.`;
}

/** A story of two to four sentences about a person and an animal or object. */
export function story(
  world: World,
  rng: Random,
  who: Entity,
  what: Entity,
  count: number,
  phrase = '',
): string {
  const place = rng.pick(world.places);
  const he = who.pronoun;
  const He = capitalize(he);
  const his = possessivePronoun(he);
  const thing = withArticle(what.name);
  const added = phrase === '' ? '' : ` ${phrase}`;
  const animal = what.kind === 'animal';
  const meeting = rng.pick(animal ? ['saw', 'met', 'found'] : ['found', 'saw', 'bought']);
  const opening = rng.pick([
    `One day ${who.name} went to ${place.definite} and ${meeting} ${thing}${added}.`,
    `${who.name} was ${spotOf(place)}${added} and ${meeting} ${thing}.`,
    `One day ${who.name} ${meeting} ${thing} ${spotOf(place)}${added}.`,
    `Last week ${who.name} walked to ${place.definite}${added} and ${meeting} ${thing}.`,
  ]);
  const middles = animal
    ? [
        `The ${what.name} was hungry, so ${he} gave it some ${rng.pick(foods)}.`,
        `They played together all day.`,
        `${He} gave the ${what.name} some ${rng.pick(foods)}.`,
        `The ${what.name} looked at ${who.name} and ran away.`,
        `The ${what.name} sat down near ${his} feet.`,
      ]
    : [
        `${He} took the ${what.name} home.`,
        `The ${what.name} was old, so ${he} cleaned it.`,
        `${He} gave the ${what.name} to ${his} friend ${rng.pick(others(world, who)).name}.`,
        `${He} liked the ${what.name} very much.`,
        `${He} showed the ${what.name} to ${his} friends.`,
      ];
  const endings = [
    `${He} was very happy.`,
    `Then ${he} went home and slept.`,
    `It was a good day for ${who.name}.`,
    ...(animal ? [`After that they were good friends.`] : [`${who.name} was happy with it.`]),
  ];
  const body = rng.sample(middles, Math.max(0, count - 2));
  if (count === 1) return opening;
  if (count === 2) return `${opening} ${rng.chance(0.5) ? rng.pick(middles) : rng.pick(endings)}`;
  return [opening, ...body, rng.pick(endings)].join(' ');
}

function others(world: World, who: Entity): readonly Entity[] {
  return world.people.filter((person) => person !== who);
}
