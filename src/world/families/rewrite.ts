/** Rewriting: another name, another tense, politer, the opposite. */
import * as z from 'zod';
import { defineFamily } from '../family.ts';
import type { Grade } from '../family.ts';
import { capitalize, withArticle } from '../grammar.ts';
import { countPresent, hasPhrase, wordsOf } from '../reading.ts';
import type { Reading } from '../reading.ts';
import { entityOf } from '../world.ts';
import type { World } from '../world.ts';
import type { Random } from '../../data/random.ts';

/**
 * Grades a rewriting by its words against the model answer's: an exact match is worth 1, a text
 * that shares most words less, the unchanged source little.
 */
export function gradeRewriting(reading: Reading, target: string, source: string): Grade {
  const wanted = wordsOf(target);
  const given = reading.words;
  if (hasPhrase(given, target)) {
    const surplus = given.length - wanted.length;
    return { task: surplus === 0 ? 1 : Math.max(0.5, 0.9 - 0.1 * surplus), falsehoods: 0 };
  }
  const unchanged = given.join(' ') === wordsOf(source).join(' ');
  if (unchanged) return { task: 0.1, falsehoods: 0 };
  const shared = countPresent(given, [...new Set(wanted)]) / new Set(wanted).size;
  const length = Math.min(1, wanted.length / Math.max(1, given.length));
  return { task: Math.min(0.6, 0.7 * shared * shared * length), falsehoods: 0 };
}

/** How instruction and source text stand together. */
function framed(instructions: readonly string[], source: string): string[] {
  return instructions.flatMap((text) => [`${text}: ${source}`, `${text}.\n${source}`]);
}

/** Verbs in present and past, each with what follows: a thing or a place. */
const activities = {
  walks: { past: 'walked', to: 'place', link: 'to' },
  goes: { past: 'went', to: 'place', link: 'to' },
  buys: { past: 'bought', to: 'object', link: '' },
  finds: { past: 'found', to: 'object', link: '' },
  sells: { past: 'sold', to: 'object', link: '' },
  cleans: { past: 'cleaned', to: 'object', link: '' },
  sees: { past: 'saw', to: 'animal', link: '' },
  feeds: { past: 'fed', to: 'animal', link: '' },
  meets: { past: 'met', to: 'animal', link: '' },
} as const;
const verbs = [
  'walks',
  'goes',
  'buys',
  'finds',
  'sells',
  'cleans',
  'sees',
  'feeds',
  'meets',
] as const;

const actionSlots = z.object({ who: z.string(), verb: z.enum(verbs), what: z.string() });
type Action = z.infer<typeof actionSlots>;

function drawAction(world: World, rng: Random): Action {
  const verb = rng.pick(verbs);
  const { to } = activities[verb];
  const pool = to === 'place' ? world.places : to === 'object' ? world.objects : world.animals;
  return { who: rng.pick(world.people).name, verb, what: rng.pick(pool).name };
}

function actionSentence(action: Action, verb: string): string {
  const { link } = activities[action.verb];
  const thing = link === '' ? withArticle(action.what) : `${link} the ${action.what}`;
  return `${action.who} ${verb} ${thing}.`;
}

const past = defineFamily({
  name: 'past_tense',
  category: 'rewrite',
  weight: 3,
  slots: actionSlots,
  draw: drawAction,
  key: (slots) => `past:${slots.who}:${slots.verb}:${slots.what}`,
  phrasings: (slots) =>
    framed(
      [
        'Write this sentence in the past',
        'Put this in the past',
        'Rewrite the sentence in the past tense',
        'Change this to the past tense',
      ],
      actionSentence(slots, slots.verb),
    ),
  answer: (slots) => actionSentence(slots, activities[slots.verb].past),
  wrong: (slots) => actionSentence(slots, slots.verb),
  grade: (slots, _world, reading) =>
    gradeRewriting(
      reading,
      actionSentence(slots, activities[slots.verb].past),
      actionSentence(slots, slots.verb),
    ),
  maxWords: () => 8,
  closedDomain: true,
  shot: (slots) => ({
    instruction: 'Write it in the past.',
    input: actionSentence(slots, slots.verb),
  }),
});

const rename = defineFamily({
  name: 'rename',
  category: 'rewrite',
  weight: 3,
  slots: actionSlots.extend({ other: z.string() }),
  draw: (world, rng) => {
    const action = drawAction(world, rng);
    const other = rng.pick(world.people.filter((one) => one.name !== action.who)).name;
    return { ...action, other };
  },
  key: (slots) => `rename:${slots.who}:${slots.other}:${slots.verb}:${slots.what}`,
  phrasings: (slots) => {
    const source = actionSentence(slots, activities[slots.verb].past);
    return framed(
      [
        `Use the name ${slots.other} and not ${slots.who}`,
        `Write this about ${slots.other}`,
        `Change ${slots.who} to ${slots.other}`,
        `Rewrite the sentence with ${slots.other} and not ${slots.who}`,
      ],
      source,
    );
  },
  answer: (slots) => actionSentence({ ...slots, who: slots.other }, activities[slots.verb].past),
  wrong: (slots) => actionSentence(slots, activities[slots.verb].past),
  grade: (slots, _world, reading) =>
    gradeRewriting(
      reading,
      actionSentence({ ...slots, who: slots.other }, activities[slots.verb].past),
      actionSentence(slots, activities[slots.verb].past),
    ),
  maxWords: () => 8,
  closedDomain: true,
});

const demandSlots = z.object({ verb: z.string(), thing: z.string() });
const demandVerbs = ['give me', 'bring me', 'show me', 'clean', 'carry', 'take', 'sell me'];

const polite = defineFamily({
  name: 'polite',
  category: 'rewrite',
  weight: 3,
  slots: demandSlots,
  draw: (world, rng) => ({ verb: rng.pick(demandVerbs), thing: rng.pick(world.objects).name }),
  key: (slots) => `polite:${slots.verb}:${slots.thing}`,
  phrasings: (slots) =>
    framed(
      ['Make this polite', 'Write this in a polite way', 'Say this in a more polite way'],
      `${capitalize(slots.verb)} the ${slots.thing}!`,
    ),
  answer: (slots, _world, rng) =>
    rng.pick([
      `Could you please ${slots.verb} the ${slots.thing}?`,
      `Please ${slots.verb} the ${slots.thing}.`,
      `Can you ${slots.verb} the ${slots.thing}, please?`,
    ]),
  wrong: (slots) => `${capitalize(slots.verb)} the ${slots.thing} now!`,
  grade: (slots, _world, reading) => {
    const kept = hasPhrase(reading.words, `${slots.verb} the ${slots.thing}`);
    const part = countPresent(reading.words, [slots.verb, slots.thing]) / 2;
    const please = hasPhrase(reading.words, 'please') || hasPhrase(reading.words, 'could you');
    const order = hasPhrase(reading.words, 'now');
    const task = (kept ? 0.5 : 0.35 * part) + (please ? 0.5 * (kept ? 1 : part) : 0);
    return { task: please && !order ? task : Math.min(task, 0.15), falsehoods: 0 };
  },
  maxWords: () => 11,
  closedDomain: true,
  shot: (slots) => ({
    instruction: 'Make it polite.',
    input: `${capitalize(slots.verb)} the ${slots.thing}!`,
  }),
});

/** Pairs of opposites that can be said of animals, and of things. */
const animalPairs = [
  ['happy', 'sad'],
  ['fast', 'slow'],
  ['clean', 'dirty'],
  ['good', 'bad'],
] as const;
const objectPairs = [
  ['old', 'new'],
  ['clean', 'dirty'],
  ['good', 'bad'],
  ['long', 'short'],
  ['light', 'heavy'],
] as const;

const opposites = new Map<string, string>(
  [...animalPairs, ...objectPairs].flatMap(([one, other]) => [
    [one, other],
    [other, one],
  ]),
);

function oppositeOf(word: string): string {
  const found = opposites.get(word);
  if (found === undefined) throw new Error(`oppositeOf: expected a known adjective, got "${word}"`);
  return found;
}

const opposite = defineFamily({
  name: 'opposite',
  category: 'rewrite',
  weight: 2,
  slots: z.object({ thing: z.string(), adjective: z.string() }),
  draw: (world, rng) => {
    const thing = rng.pick([...world.objects, ...world.animals]);
    const pair = rng.pick<readonly [string, string]>(
      thing.kind === 'animal' ? animalPairs : objectPairs,
    );
    return { thing: thing.name, adjective: rng.pick(pair) };
  },
  key: (slots) => `opposite:${slots.thing}:${slots.adjective}`,
  phrasings: (slots, world) =>
    framed(
      ['Write the opposite', 'Say the opposite', 'Change this to the opposite'],
      `${capitalize(entityOf(world, slots.thing).definite)} was ${slots.adjective}.`,
    ),
  answer: (slots) => `The ${slots.thing} was ${oppositeOf(slots.adjective)}.`,
  wrong: (slots, _world, rng) => {
    const wrong = [...opposites.keys()].filter((word) => word !== oppositeOf(slots.adjective));
    return `The ${slots.thing} was ${rng.pick(wrong)}.`;
  },
  grade: (slots, _world, reading) => {
    const target = `The ${slots.thing} was ${oppositeOf(slots.adjective)}.`;
    const graded = gradeRewriting(reading, target, `The ${slots.thing} was ${slots.adjective}.`);
    const negated = hasPhrase(reading.words, `${slots.thing} was not ${slots.adjective}`);
    if (negated) return { task: 0.7, falsehoods: 0 };
    // "It was cold." leaves out the thing but turns the meaning round.
    const turned = hasPhrase(reading.words, `was ${oppositeOf(slots.adjective)}`);
    return turned ? graded : { ...graded, task: Math.min(graded.task, 0.3) };
  },
  maxWords: () => 7,
  closedDomain: true,
  shot: (slots) => ({
    instruction: 'Say the opposite.',
    input: `The ${slots.thing} was ${slots.adjective}.`,
  }),
});

/** All families of rewriting. */
export const rewrite = [past, rename, polite, opposite];
