/** Open questions: facts of the world, asked for directly or with yes and no. */
import * as z from 'zod';
import type { Random } from '../../data/random.ts';
import { defineFamily } from '../family.ts';
import type { Grade } from '../family.ts';
import { capitalize } from '../grammar.ts';
import { countPresent, hasPhrase, wordsOf } from '../reading.ts';
import type { Reading } from '../reading.ts';
import { relationOf, relations, statements } from '../relations.ts';
import type { RelationName } from '../relations.ts';
import { entityOf, valueOf } from '../world.ts';
import type { Fact, World } from '../world.ts';

/** The name of a relation, checked. */
export const relationSchema = z.custom<RelationName>(
  (value) => typeof value === 'string' && Object.hasOwn(relations, value),
);

/** The slots of a question for one fact. */
export const factSlots = z.object({ subject: z.string(), relation: relationSchema });
/** See {@link factSlots}. */
export type FactSlots = z.infer<typeof factSlots>;

/** The fact that the slots ask for. Throws when the world has none. */
export function factOf(world: World, slots: FactSlots): Fact {
  const fact = world.factsOf.get(slots.subject)?.find((one) => one.relation === slots.relation);
  if (fact === undefined) {
    throw new Error(`factOf: expected a fact, got ${slots.subject}.${slots.relation}`);
  }
  return fact;
}

/** The key of a fact's split, the same for every family that asks for the fact. */
export function keyOfFact(slots: FactSlots, world: World): string {
  return factOf(world, slots).key;
}

/** A random fact's slots. */
export function drawFact(world: World, rng: Random): FactSlots {
  const { subject, relation } = rng.pick(world.facts);
  return { subject: subject.name, relation };
}

/** A value that the fact does not have, of the same relation; never the subject itself. */
export function otherValue(world: World, slots: FactSlots, rng: Random): string {
  const { subject, value } = factOf(world, slots);
  return rng.pick(
    (world.domains.get(slots.relation) ?? []).filter(
      (candidate) => candidate !== value && candidate !== subject.name,
    ),
  );
}

/** Grades an answer by the values that it names: the right one alone is best. */
export function gradeValue(world: World, slots: FactSlots, reading: Reading): Grade {
  const { subject, value } = factOf(world, slots);
  const relation = relationOf(slots.relation);
  const named = (candidate: string): boolean =>
    countPresent(reading.words, relation.forms(candidate)) > 0;
  const others = (world.domains.get(slots.relation) ?? []).filter(
    (candidate) => candidate !== value && candidate !== subject.name && named(candidate),
  ).length;
  const forms = relation.forms(value).flatMap(wordsOf);
  const strayed =
    !hasPhrase(reading.words, subject.name) &&
    !hasPhrase(reading.words, subject.plural) &&
    [...world.entities.keys()].some(
      (name) => !forms.includes(name.toLowerCase()) && hasPhrase(reading.words, name),
    );
  // "The swan is white" does not tell what colour the cow is.
  if (strayed && named(value)) return { task: 0.2, falsehoods: 0 };
  const denied = hasPhrase(reading.words, 'not') || hasPhrase(reading.words, 'never');
  if (named(value) && !denied) {
    // Naming many values in the hope that one is right is no answer.
    return { task: others === 0 ? 1 : others === 1 ? 0.4 : 0.1, falsehoods: Math.min(1, others) };
  }
  if (others > 0 && !denied) return { task: others === 1 ? 0.25 : 0.1, falsehoods: 1 };
  return { task: hasPhrase(reading.words, subject.name) ? 0.1 : 0, falsehoods: 0 };
}

/** Right, or with another value wrong, answers of several lengths. */
function answersWith(world: World, slots: FactSlots, value: string, rng: Random): string {
  const { subject } = factOf(world, slots);
  const relation = relationOf(slots.relation);
  const [plain] = relation.predicates(value);
  return rng.weighted(
    [
      `${capitalize(subject.definite)} ${plain}.`,
      `${capitalize(subject.pronoun)} ${plain}.`,
      `${capitalize(relation.short(value, world.entities))}.`,
      rng.pick(statements(subject, slots.relation, value)),
    ],
    [4, 3, 2, 1],
  );
}

const question = defineFamily({
  name: 'fact',
  category: 'open_qa',
  weight: 3,
  slots: factSlots,
  draw: drawFact,
  key: (slots, world) => keyOfFact(slots, world),
  phrasings: (slots, world) => {
    const subject = entityOf(world, slots.subject);
    const relation = relationOf(slots.relation);
    const indirect = relation.indirect(subject);
    return [
      ...relation.questions(subject),
      ...relation.questions(subject),
      `Can you tell me ${indirect}?`,
      `Do you know ${indirect}?`,
      `I want to know ${indirect}.`,
      `Please tell me ${indirect}.`,
    ];
  },
  constraint: (slots, world, rng) => {
    if (rng.chance(0.2)) return { kind: 'full_sentence' };
    const single = factOf(world, slots).value.split(' ').length === 1;
    return single && rng.chance(0.25) ? { kind: 'one_word' } : null;
  },
  answer: (slots, world, rng, constraint) => {
    const { subject, value } = factOf(world, slots);
    if (constraint?.kind === 'one_word') return `${capitalize(value)}${rng.chance(0.5) ? '.' : ''}`;
    if (constraint?.kind === 'full_sentence') {
      const [plain] = relationOf(slots.relation).predicates(value);
      return `${capitalize(subject.definite)} ${plain}.`;
    }
    return answersWith(world, slots, value, rng);
  },
  wrong: (slots, world, rng) => answersWith(world, slots, otherValue(world, slots, rng), rng),
  grade: (slots, world, reading) => gradeValue(world, slots, reading),
  maxWords: () => 10,
  shot: (slots, world) => ({
    instruction: 'Answer the question.',
    input: relationOf(slots.relation).questions(entityOf(world, slots.subject))[0],
  }),
});

const yesNo = defineFamily({
  name: 'yes_no',
  category: 'open_qa',
  weight: 1,
  slots: z.object({ subject: z.string(), relation: relationSchema, value: z.string() }),
  draw: (world, rng) => {
    const slots = drawFact(world, rng);
    const right = rng.chance(0.5);
    const value = right ? factOf(world, slots).value : otherValue(world, slots, rng);
    return { ...slots, value };
  },
  key: (slots, world) => keyOfFact(slots, world),
  phrasings: (slots, world) => {
    const asked = relationOf(slots.relation).yesNo(entityOf(world, slots.subject), slots.value);
    return [asked, asked, `${asked} Answer yes or no.`, `Yes or no? ${asked}`];
  },
  answer: (slots, world, rng) => {
    const { subject, value } = factOf(world, slots);
    const [plain] = relationOf(slots.relation).predicates(value);
    const yes = value === slots.value;
    return rng.weighted(
      [
        yes ? 'Yes.' : 'No.',
        `${yes ? 'Yes' : 'No'}, ${subject.pronoun} ${plain}.`,
        `${yes ? 'Yes' : 'No'}, ${subject.definite} ${plain}.`,
      ],
      [3, 4, 3],
    );
  },
  wrong: (slots, world) =>
    valueOf(world, slots.subject, slots.relation) === slots.value ? 'No.' : 'Yes.',
  grade: (slots, world, reading) => {
    const right = factOf(world, slots).value === slots.value ? 'yes' : 'no';
    const [first = ''] = reading.words;
    const both = reading.words.includes('yes') && reading.words.includes('no');
    if (both) return { task: 0.1, falsehoods: 0 };
    if (first === right) {
      const { subject } = factOf(world, slots);
      const about = (entity: { name: string; kind: string }): boolean =>
        entity.kind === subject.kind &&
        entity.name !== slots.value &&
        entity.name !== factOf(world, slots).value &&
        hasPhrase(reading.words, entity.name);
      const strayed = !about(subject) && [...world.entities.values()].some(about);
      return { task: strayed ? 0.4 : 1, falsehoods: 0 };
    }
    if (first === 'yes' || first === 'no') return { task: 0.2, falsehoods: 1 };
    // An answer that states the fact without "yes" or "no" leaves the last step to the reader.
    const graded = gradeValue(world, slots, reading);
    return { task: 0.6 * graded.task, falsehoods: graded.falsehoods };
  },
  maxWords: () => 10,
});

/** All families of open questions. */
export const openQa = [question, yesNo];
