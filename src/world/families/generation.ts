/** Generation: sentences, descriptions, advertisements, and what stories.ts has. */
import * as z from 'zod';
import { countTrueClaims } from '../claims.ts';
import type { Entity } from '../entity.ts';
import { defineFamily } from '../family.ts';
import { capitalize, withArticle } from '../grammar.ts';
import { eventSentence, hasVerb } from '../narrative.ts';
import { countPhrase } from '../reading.ts';
import { relationOf, statements } from '../relations.ts';
import { entityOf } from '../world.ts';
import { mentions, phraseOf, useWord } from './demandedWord.ts';
import { tellings } from './stories.ts';
import type { World } from '../world.ts';
import type { Random } from '../../data/random.ts';

const name = z.string();

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
      return eventSentence(world, rng, rng.pick(world.people), about, phraseOf(constraint));
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
    const said = hasVerb(reading.words, world.domains.get('sound') ?? []) ? 1 : 0.2;
    const whole = reading.sentences.length > 0 && first.words.length >= 3 ? 1 : 0.4;
    const single = [0, 1, 0.8][reading.sentences.length] ?? 0.5;
    return { task: (about ? 1 : 0.2) * said * whole * single, falsehoods: 0 };
  },
  maxWords: () => 16,
  shot: ({ about }) => ({ instruction: 'Write a sentence with this word.', input: about }),
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
    const task = (named ? 0.55 : 0.1) + (call ? 0.3 : 0) + (praise && named ? 0.15 : 0);
    return { task: words.length < 4 ? 0.4 * task : task, falsehoods: 0 };
  },
  maxWords: () => 24,
  maxSentences: 3,
});

/** All families of generation. */
export const generation = [sentence, ...tellings, describe, advertisement];
