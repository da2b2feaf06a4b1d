/** Classification: good or bad reviews, polite or rude comments, kinds of things. */
import * as z from 'zod';
import { defineFamily } from '../family.ts';
import type { Grade } from '../family.ts';
import { capitalize, withArticle } from '../grammar.ts';
import type { Reading } from '../reading.ts';
import { entityOf } from '../world.ts';

/** Words of a sentence that gives a label. */
const frame = new Set('a an the this it is was review comment very answer word that'.split(' '));

/** Grades a label: the right one alone, near the front, is best; naming several is no answer. */
export function gradeLabel(
  reading: Reading,
  right: readonly string[],
  wrong: readonly string[],
): Grade {
  const { words } = reading;
  const hits = words.filter((word) => right.includes(word)).length;
  const misses = words.filter((word) => wrong.includes(word)).length;
  // "A good day on the farm" is no label: little may stand around it.
  const around = words.filter((word) => !right.includes(word) && !frame.has(word)).length;
  if (hits > 0 && misses === 0) return { task: around <= 2 ? 1 : 0.3, falsehoods: 0 };
  if (hits > 0) return { task: 0.15, falsehoods: 0 };
  return misses > 0 ? { task: 0.2, falsehoods: 1 } : { task: 0, falsehoods: 0 };
}

/** Sentences of reviews; `X` is the thing. Shared with the web's review pages. */
export const reviewLines = {
  good: [
    'I love this X.',
    'The X works very well.',
    'This X is the best I ever had.',
    'I use the X every day and I am happy with it.',
    'The X looks nice and was cheap.',
    'My friends like the X too.',
    'What a great X!',
  ],
  bad: [
    'I hate this X.',
    'The X broke after one day.',
    'Do not buy this X.',
    'The X came late and it was dirty.',
    'This X is bad and I want my money back.',
    'The X does not work.',
    'What a terrible X!',
  ],
} as const;

const lineIndex = z.int().min(0).max(6);

function reviewText(slots: { thing: string; mood: 'good' | 'bad'; first: number; second: number }) {
  const lines = reviewLines[slots.mood];
  return [lines[slots.first], lines[slots.second]].join(' ').replaceAll('X', slots.thing);
}

const review = defineFamily({
  name: 'review',
  category: 'classification',
  weight: 3,
  slots: z.object({
    thing: z.string(),
    mood: z.enum(['good', 'bad']),
    first: lineIndex,
    second: lineIndex,
  }),
  draw: (world, rng) => {
    const [first, second] = rng.sample([0, 1, 2, 3, 4, 5, 6], 2);
    const mood = rng.pick(['good', 'bad'] as const);
    return { thing: rng.pick(world.objects).name, mood, first, second };
  },
  key: (slots) =>
    `review:${slots.thing}:${slots.mood}:${String(slots.first)}:${String(slots.second)}`,
  phrasings: (slots) => {
    const text = reviewText(slots);
    return [
      `Is this review good or bad? ${text}`,
      `Is this review good or bad?\n${text}`,
      `Good or bad?\n${text}`,
      `Tell me if the review is good or bad: ${text}`,
      `Say good or bad for this review.\n${text}`,
    ];
  },
  constraint: (_slots, _world, rng) => (rng.chance(0.25) ? { kind: 'one_word' } : null),
  answer: ({ mood }, _world, rng, constraint) =>
    constraint === null && rng.chance(0.4)
      ? rng.pick([`The review is ${mood}.`, `It is ${mood}.`])
      : rng.pick([`${capitalize(mood)}.`, capitalize(mood)]),
  wrong: ({ mood }) => (mood === 'good' ? 'Bad.' : 'Good.'),
  grade: ({ mood }, _world, reading) =>
    mood === 'good'
      ? gradeLabel(reading, ['good', 'positive'], ['bad', 'negative'])
      : gradeLabel(reading, ['bad', 'negative'], ['good', 'positive']),
  maxWords: () => 8,
  closedDomain: true,
  shot: (slots) => ({ instruction: 'Is the review good or bad?', input: reviewText(slots) }),
});

/** Comments to a person; `N` is the name, `X` a thing. Shared with the web's forums. */
export const comments = {
  polite: [
    'Thank you for the X, N.',
    'Could you please bring me the X, N?',
    'I like your X very much, N.',
    'Please take the X, N.',
    'Good morning, N, the X is for you.',
  ],
  rude: [
    'Shut up, N, and bring me the X.',
    'N, you fool, where is my X?',
    'Your X is as stupid as you, N.',
    'Give me the X now, you idiot.',
    'N, go away with your stupid X.',
  ],
} as const;

const commentSlots = z.object({
  tone: z.enum(['polite', 'rude']),
  line: z.int().min(0).max(4),
  name: z.string(),
  thing: z.string(),
});

function commentText(slots: z.infer<typeof commentSlots>): string {
  return (comments[slots.tone][slots.line] ?? '')
    .replace('N', slots.name)
    .replace('X', slots.thing);
}

const tone = defineFamily({
  name: 'tone',
  category: 'classification',
  weight: 2,
  slots: commentSlots,
  draw: (world, rng) => ({
    tone: rng.pick(['polite', 'rude'] as const),
    line: rng.integer(5),
    name: rng.pick(world.people).name,
    thing: rng.pick(world.objects).name,
  }),
  key: (slots) => `tone:${slots.tone}:${String(slots.line)}:${slots.name}:${slots.thing}`,
  phrasings: (slots) => {
    const text = commentText(slots);
    return [
      `Is this comment polite or rude? ${text}`,
      `Is this comment polite or rude?\n${text}`,
      `Polite or rude?\n${text}`,
      `Tell me if this is polite or rude: ${text}`,
    ];
  },
  answer: ({ tone: right }, _world, rng) =>
    rng.pick([
      `${capitalize(right)}.`,
      capitalize(right),
      `It is ${right}.`,
      `The comment is ${right}.`,
    ]),
  wrong: ({ tone: right }) => (right === 'polite' ? 'Rude.' : 'Polite.'),
  grade: ({ tone: right }, _world, reading) =>
    gradeLabel(reading, [right], [right === 'polite' ? 'rude' : 'polite']),
  maxWords: () => 8,
  closedDomain: true,
  shot: (slots) => ({ instruction: 'Polite or rude?', input: commentText(slots) }),
});

const kind = defineFamily({
  name: 'kind',
  category: 'classification',
  weight: 2,
  slots: z.object({ thing: z.string() }),
  draw: (world, rng) => ({
    thing: rng.pick(rng.pick([world.animals, world.objects, world.places])).name,
  }),
  key: (slots) => `kind:${slots.thing}`,
  phrasings: ({ thing }) => {
    const a = withArticle(thing);
    return [
      `Is ${a} an animal, a thing or a place?`,
      `What is ${a}: an animal, a thing or a place?`,
      `Animal, thing or place: ${thing}?`,
      `Is the word ${thing} an animal, a thing or a place?`,
      `Sort this word: ${thing}. Is it an animal, a thing or a place?`,
    ];
  },
  answer: ({ thing }, world, rng) => {
    const label = labelOf(entityOf(world, thing).kind);
    return rng.pick([
      `${capitalize(withArticle(thing))} is ${withArticle(label)}.`,
      `${capitalize(label)}.`,
      `It is ${withArticle(label)}.`,
    ]);
  },
  wrong: ({ thing }, world, rng) => {
    const label = labelOf(entityOf(world, thing).kind);
    const others = ['animal', 'thing', 'place'].filter((other) => other !== label);
    return `${capitalize(withArticle(thing))} is ${withArticle(rng.pick(others))}.`;
  },
  grade: ({ thing }, world, reading) => {
    const right = labelOf(entityOf(world, thing).kind);
    const labels = ['animal', 'thing', 'place'];
    return gradeLabel(
      reading,
      right === 'thing' ? ['thing', 'object'] : [right],
      labels.filter((label) => label !== right),
    );
  },
  maxWords: () => 8,
  shot: ({ thing }) => ({ instruction: 'Animal, thing or place?', input: thing }),
});

function labelOf(entityKind: string): string {
  return entityKind === 'object' ? 'thing' : entityKind;
}

/** All families of classification. */
export const classification = [review, tone, kind];
