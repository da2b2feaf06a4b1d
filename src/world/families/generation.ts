/** Generation: sentences, stories, poems, notes, descriptions and advertisements. */
import { z } from 'zod';
import { countTrueClaims } from '../claims.ts';
import type { Entity } from '../entity.ts';
import { defineFamily } from '../family.ts';
import type { Constraint } from '../family.ts';
import { capitalize, withArticle } from '../grammar.ts';
import { demandedWords, eventSentence, narrativeVerbs, phraseFor, story } from '../narrative.ts';
import { countPhrase, hasPhrase } from '../reading.ts';
import type { Reading } from '../reading.ts';
import { relationOf, statements } from '../relations.ts';
import { entityOf } from '../world.ts';
import type { World } from '../world.ts';
import type { Random } from '../../data/random.ts';

const name = z.string();

/** Whether the text speaks of the entity, in the singular or plural. */
export function mentions(entity: Entity, reading: Reading): boolean {
  return hasPhrase(reading.words, entity.name) || hasPhrase(reading.words, entity.plural);
}

const useWord = (rng: Random, probability: number): Constraint | null =>
  rng.chance(probability) ? { kind: 'use_word', word: rng.pick(demandedWords) } : null;

const wordOf = (constraint: Constraint | null): string =>
  constraint?.kind === 'use_word' ? phraseFor(constraint.word) : '';

const anything = (world: World, rng: Random): Entity =>
  rng.pick(rng.weighted([world.animals, world.objects, world.places, world.people], [4, 3, 2, 2]));

/** "The fox is red and lives in the forest." */
function factSentence(world: World, rng: Random, about: Entity, count: number): string {
  const facts = rng.sample(world.factsOf.get(about.name) ?? [], count);
  if (count === 1) {
    const [{ relation, value }] = facts;
    return rng.pick(statements(about, relation, value));
  }
  const predicates = facts.map(({ relation, value }) =>
    rng.pick(relationOf(relation).predicates(value)),
  );
  return `${capitalize(about.definite)} ${predicates.join(' and ')}.`;
}

const sentence = defineFamily({
  name: 'sentence',
  category: 'generation',
  weight: 4,
  slots: z.object({ about: name }),
  draw: (world, rng) => ({ about: anything(world, rng).name }),
  key: (slots) => `sentence:${slots.about}`,
  phrasings: (slots, world) => {
    const { definite } = entityOf(world, slots.about);
    return [
      `Write a sentence about ${definite}.`,
      `Write one sentence about ${definite}.`,
      `Make a sentence about ${definite}.`,
      `Give me a sentence about ${definite}.`,
      `Can you write a sentence about ${definite}?`,
      `Say something about ${definite}.`,
    ];
  },
  constraint: (_slots, _world, rng) =>
    rng.chance(0.1) ? { kind: 'max_words', count: 5 + rng.integer(4) } : useWord(rng, 0.3),
  answer: (slots, world, rng, constraint) => {
    const about = entityOf(world, slots.about);
    if (constraint?.kind === 'max_words') {
      const facts = world.factsOf.get(about.name) ?? [];
      const { relation, value } = rng.pick(facts);
      const short = statements(about, relation, value).filter(
        (text) => text.split(' ').length <= constraint.count,
      );
      return short.length > 0
        ? rng.pick(short)
        : `${capitalize(about.definite)} is ${about.kind === 'person' ? 'happy' : 'nice'}.`;
    }
    if (constraint?.kind === 'use_word') {
      return eventSentence(world, rng, rng.pick(world.people), about, wordOf(constraint));
    }
    return rng.chance(0.4)
      ? eventSentence(world, rng, rng.pick(world.people), about)
      : factSentence(world, rng, about, rng.chance(0.5) ? 1 : 2);
  },
  wrong: (slots, world, rng) => {
    const pool = [...world.animals, ...world.objects, ...world.places];
    return factSentence(world, rng, rng.pick(pool.filter((one) => one.name !== slots.about)), 1);
  },
  grade: (slots, world, reading) => {
    const about = mentions(entityOf(world, slots.about), reading);
    const [first] = reading.sentences;
    const whole = reading.sentences.length > 0 && first.words.length >= 3 ? 1 : 0.4;
    const single = [0, 1, 0.8][reading.sentences.length] ?? 0.5;
    return { task: (about ? 1 : 0.2) * whole * single, falsehoods: 0 };
  },
  maxWords: () => 16,
  shot: ({ about }) => ({ instruction: 'Write a sentence with this word.', input: about }),
});

const tale = defineFamily({
  name: 'story',
  category: 'generation',
  weight: 4,
  slots: z.object({ who: name, what: name }),
  draw: (world, rng) => ({
    who: rng.pick(world.people).name,
    what: rng.pick(rng.chance(0.6) ? world.animals : world.objects).name,
  }),
  key: (slots) => `story:${slots.who}:${slots.what}`,
  phrasings: (slots) => {
    const pair = `${slots.who} and ${withArticle(slots.what)}`;
    return [
      `Write a short story about ${pair}.`,
      `Write a story about ${pair}.`,
      `Tell me a story about ${pair}.`,
      `Tell a very short story about ${pair}.`,
      `Can you write a short story about ${pair}?`,
      `I want to read a short story about ${pair}.`,
    ];
  },
  constraint: (_slots, _world, rng) =>
    rng.chance(0.35) ? { kind: 'sentences', count: 2 + rng.integer(2) } : useWord(rng, 0.3),
  answer: (slots, world, rng, constraint) => {
    const count = constraint?.kind === 'sentences' ? constraint.count : 2 + rng.integer(2);
    const who = entityOf(world, slots.who);
    return story(world, rng, who, entityOf(world, slots.what), count, wordOf(constraint));
  },
  wrong: (slots, world, rng) => {
    const what = rng.pick([...world.animals, ...world.objects]);
    const who = rng.chance(0.5) ? entityOf(world, slots.who) : rng.pick(world.people);
    return story(world, rng, who, what, 2);
  },
  grade: (slots, world, reading) => {
    const who = mentions(entityOf(world, slots.who), reading);
    const what = mentions(entityOf(world, slots.what), reading);
    const told = reading.words.filter((word) => narrativeVerbs.has(word)).length;
    const enough = Math.min(1, told / 2) * (reading.sentences.length >= 2 ? 1 : 0.6);
    const subjects = 0.1 + (who ? 0.45 : 0) + (what ? 0.45 : 0);
    return { task: subjects * (0.25 + 0.75 * enough), falsehoods: 0 };
  },
  maxWords: () => 45,
  maxSentences: 4,
});

/** Pairs of line ends that rhyme, each with its two lines; `X` is the thing. */
const rhymes: readonly (readonly [string, string, string, string])[] = [
  ['day', 'play', 'I see the X every day,', 'we sing and laugh and play.'],
  ['sun', 'fun', 'I see the X in the sun,', 'and we have a lot of fun.'],
  ['tree', 'me', 'The X is near the tree,', 'it is a good friend to me.'],
  ['night', 'light', 'I love the X at night,', 'it sits in the soft light.'],
  ['blue', 'you', 'The sky above is blue,', 'dear X, I think of you.'],
  ['high', 'sky', 'The hills are very high,', 'the X is under the sky.'],
  ['sea', 'free', 'The X came from the sea,', 'and now it is happy and free.'],
  ['rain', 'again', 'I saw the X in the rain,', 'and I want to see it again.'],
];

const poem = defineFamily({
  name: 'poem',
  category: 'generation',
  weight: 2,
  slots: z.object({ about: name }),
  draw: (world, rng) => ({
    about: rng.pick(rng.pick([world.animals, world.objects, world.places])).name,
  }),
  key: (slots) => `poem:${slots.about}`,
  phrasings: (slots) => [
    `Write a poem about the ${slots.about}.`,
    `Write a short poem about the ${slots.about}.`,
    `Write two lines that rhyme about the ${slots.about}.`,
    `Make a little poem about the ${slots.about}.`,
    `Can you write me a poem about the ${slots.about}?`,
  ],
  answer: (slots, _world, rng) => {
    const [, , first, second] = rng.pick(rhymes);
    return `${first}\n${second}`.replaceAll('X', slots.about);
  },
  wrong: (slots, _world, rng) => {
    const [one, other] = rng.sample(rhymes, 2);
    return `${one[2]}\n${other[3]}`.replaceAll('X', slots.about);
  },
  grade: (slots, world, reading) => {
    const about = mentions(entityOf(world, slots.about), reading);
    const ends = reading.lines.map(
      (line) => /([a-z]+)[^a-z]*$/.exec(line.toLowerCase())?.[1] ?? '',
    );
    const rhymed = rhymes.some(([one, other]) => ends.includes(one) && ends.includes(other));
    const long = reading.words.length >= 8 && reading.lines.length >= 2;
    const task = (about ? 0.5 : 0.1) + (rhymed ? 0.35 : 0) + (long ? 0.15 : 0);
    return { task, falsehoods: 0 };
  },
  maxWords: () => 28,
  maxSentences: 4,
});

const note = defineFamily({
  name: 'note',
  category: 'generation',
  weight: 3,
  slots: z.object({ to: name, purpose: z.enum(['ask', 'thank', 'invite']), thing: name }),
  draw: (world, rng) => {
    const purpose = rng.pick(['ask', 'thank', 'invite'] as const);
    const thing = rng.pick(purpose === 'invite' ? world.places : world.objects).name;
    return { to: rng.pick(world.people).name, purpose, thing };
  },
  key: (slots) => `note:${slots.to}:${slots.purpose}:${slots.thing}`,
  phrasings: ({ to, purpose, thing }) => {
    const wish = {
      ask: [`and ask for the ${thing}`, `to ask for the ${thing}`],
      thank: [`and say thank you for the ${thing}`, `in which I say thank you for the ${thing}`],
      invite: [`and invite ${to} to the ${thing}`, `with an invitation to the ${thing}`],
    }[purpose];
    return wish.flatMap((text) => [
      `Write a note to ${to} ${text}.`,
      `Write a short letter to ${to} ${text}.`,
      `Help me write a message to ${to} ${text}.`,
    ]);
  },
  answer: ({ to, purpose, thing }, world, rng) => {
    const { where } = entityOf(world, thing);
    const body = {
      ask: [
        `please bring me the ${thing}. I need it today.`,
        `can you please give me the ${thing}? Thank you very much.`,
        `I need the ${thing}. Please bring it to me.`,
      ],
      thank: [
        `thank you for the ${thing}. I like it very much.`,
        `thank you so much for the ${thing}. It is very nice.`,
      ],
      invite: [
        `please come to the ${thing} on ${rng.pick(['Sunday', 'Friday', 'Monday'])}. I hope to see you there.`,
        `I want to meet you ${where}. Please come on ${rng.pick(['Sunday', 'Friday', 'Monday'])}.`,
      ],
    }[purpose];
    const signed = rng.chance(0.4) ? ` Your friend ${rng.pick(world.people).name}` : '';
    return `Dear ${to}, ${rng.pick(body)}${signed}`;
  },
  wrong: ({ to, thing }, world, rng) => {
    const other = rng.pick(world.objects.filter((one) => one.name !== thing)).name;
    const someone = rng.pick(world.people.filter((one) => one.name !== to)).name;
    return rng.pick([
      `Dear ${someone}, thank you for the ${thing}. I like it very much.`,
      `Dear ${to}, thank you for the ${other}. It is very nice.`,
      `Dear ${to}, please bring me the ${other}. I need it today.`,
    ]);
  },
  grade: ({ to, purpose, thing }, _world, reading) => {
    const words = reading.words;
    const greeted = hasPhrase(words, `dear ${to}`) || hasPhrase(words, `hello ${to}`);
    const named = greeted || hasPhrase(words, to);
    const about = hasPhrase(words, thing);
    const wanted = {
      ask: hasPhrase(words, 'please') || hasPhrase(words, 'can you') || hasPhrase(words, 'i need'),
      thank: hasPhrase(words, 'thank you') || hasPhrase(words, 'thanks'),
      invite: ['come', 'meet', 'invite'].some((word) => words.includes(word)),
    }[purpose];
    // A note of thanks that does not ask, and the other way round, is still a note.
    const misread = purpose === 'ask' && hasPhrase(words, 'thank you for') ? 0.5 : wanted ? 1 : 0.3;
    const subject = (greeted ? 0.3 : named ? 0.15 : 0) + (about ? 0.5 : 0) + (wanted ? 0.2 : 0);
    return { task: words.length < 5 ? 0.2 * subject : subject * misread, falsehoods: 0 };
  },
  maxWords: () => 24,
  maxSentences: 3,
});

const describe = defineFamily({
  name: 'describe',
  category: 'generation',
  weight: 3,
  slots: z.object({ about: name }),
  draw: (world, rng) => ({ about: anything(world, rng).name }),
  key: (slots) => `describe:${slots.about}`,
  phrasings: (slots, world) => {
    const { definite } = entityOf(world, slots.about);
    return [
      `Describe ${definite}.`,
      `Write a description of ${definite}.`,
      `Tell me about ${definite}.`,
      `Write some facts about ${definite}.`,
      `What do you know about ${definite}?`,
      `Write two things that are true about ${definite}.`,
    ];
  },
  answer: (slots, world, rng) => {
    const about = entityOf(world, slots.about);
    if (rng.chance(0.4)) return factSentence(world, rng, about, 2);
    const facts = rng.sample(world.factsOf.get(about.name) ?? [], 2);
    const [first, second] = facts;
    const next = rng.pick(relationOf(second.relation).predicates(second.value));
    const opening = rng.pick(relationOf(first.relation).predicates(first.value));
    return `${capitalize(about.definite)} ${opening}. ${capitalize(about.pronoun)} ${next}.`;
  },
  wrong: (slots, world, rng) => {
    const about = entityOf(world, slots.about);
    const [kept, spoilt] = rng.sample(world.factsOf.get(about.name) ?? [], 2);
    const domain = (world.domains.get(spoilt.relation) ?? []).filter((v) => v !== spoilt.value);
    const right = rng.pick(relationOf(kept.relation).predicates(kept.value));
    const lie = rng.pick(relationOf(spoilt.relation).predicates(rng.pick(domain)));
    return `${capitalize(about.definite)} ${right} and ${lie}.`;
  },
  grade: (slots, world, reading) => {
    const about = entityOf(world, slots.about);
    const right = countTrueClaims(world, reading, about);
    const said = right >= 2 ? 1 : right === 1 ? 0.6 : mentions(about, reading) ? 0.2 : 0;
    return { task: said, falsehoods: 0 };
  },
  maxWords: () => 26,
  maxSentences: 2,
});

const advertisement = defineFamily({
  name: 'advertisement',
  category: 'generation',
  weight: 2,
  slots: z.object({ product: name }),
  draw: (world, rng) => ({ product: rng.pick(world.objects).name }),
  key: (slots) => `advertisement:${slots.product}`,
  phrasings: ({ product }) => [
    `Write an ad for ${withArticle(product)}.`,
    `Write a short ad to sell ${withArticle(product)}.`,
    `I want to sell my ${product}. Write an ad for it.`,
    `Help me sell ${withArticle(product)}. Write a short text.`,
    `Make an ad for our new ${product}.`,
  ],
  constraint: (_slots, _world, rng) => (rng.chance(0.2) ? { kind: 'sentences', count: 2 } : null),
  answer: ({ product }, world, rng) => {
    const about = entityOf(world, product);
    const { relation, value } = rng.pick(world.factsOf.get(product) ?? []);
    const claim = rng.pick(relationOf(relation).predicates(value));
    return [
      rng.pick([
        `Buy our new ${product} today!`,
        `Come and buy this fine ${product}!`,
        `Get this ${product} now!`,
      ]),
      rng.pick([
        `${capitalize(about.pronoun)} ${claim}.`,
        'You will love it.',
        'It is very good and not expensive.',
      ]),
    ].join(' ');
  },
  wrong: (_slots, world, rng) => `I have ${withArticle(rng.pick(world.objects).name)}.`,
  grade: ({ product }, _world, reading) => {
    const { words } = reading;
    const call = ['buy', 'get', 'come', 'sale', 'try', 'sell'].some((word) => words.includes(word));
    const praise = reading.sentences.length >= 2 || words.length >= 8;
    const named = countPhrase(words, product) > 0;
    return {
      task: (named ? 0.55 : 0.1) + (call ? 0.3 : 0) + (praise && named ? 0.15 : 0),
      falsehoods: 0,
    };
  },
  maxWords: () => 24,
  maxSentences: 3,
});

/** All families of generation. */
export const generation = [sentence, tale, poem, note, describe, advertisement];
