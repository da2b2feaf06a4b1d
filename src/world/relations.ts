/**
 * The relations of the world: how a fact is stated, asked for, denied and answered. The gold
 * labeler reads claims back with the same table, so what can be stated can be checked.
 */
import { capitalize, withArticle } from './grammar.ts';
import type { Entity } from './entity.ts';

/** How one relation is put into words. `v` is the value, `e` the subject. */
export interface Relation {
  /** Predicates in the third person singular: "is red". Each reads well after "The fox" and "It". */
  predicates(v: string): string[];
  /** Whole sentences besides subject + predicate, without the full stop, in lower case at the front. */
  sentences(e: Entity, v: string): string[];
  /** Direct questions and requests for the value, complete with punctuation. */
  questions(e: Entity): string[];
  /** A short answer: "red", "in the forest". */
  short(v: string, where: ReadonlyMap<string, Entity>): string;
  /** The clause of an indirect question: "what colour the fox is". */
  indirect(e: Entity): string;
  /** A question that is answered with yes or no. */
  yesNo(e: Entity, v: string): string;
  /** What must stand in an answer that gives `v`: any of these phrases, in lower case. */
  forms(v: string): string[];
  /** The clause of a set of things that share the value, or null where no set is asked for. */
  setClause(v: string, where: ReadonlyMap<string, Entity>): string | null;
}

const noSet = (): null => null;
const itself = (v: string): string[] => [v.toLowerCase()];
const verb = (v: string): string => v.replace(/(?<=ss|zz)es$|s$/, '');

const whereIs = (v: string, entities: ReadonlyMap<string, Entity>): string =>
  entities.get(v)?.where ?? `in the ${v}`;
const preposition = (v: string): string =>
  ['farm', 'mountain', 'beach'].includes(v) ? 'on' : 'in';

/** Every relation of the world. */
export const relations = {
  colour: {
    predicates: (v) => [`is ${v}`, `has ${withArticle(v)} colour`],
    sentences: (e, v) => [`the colour of ${e.definite} is ${v}`],
    questions: (e) => [
      `What colour is ${e.definite}?`,
      `What is the colour of ${e.definite}?`,
      `Which colour does ${e.definite} have?`,
      `Tell me the colour of ${e.definite}.`,
    ],
    short: (v) => v,
    indirect: (e) => `what colour ${e.definite} is`,
    yesNo: (e, v) => `Is ${e.definite} ${v}?`,
    forms: itself,
    setClause: (v) => `that are ${v}`,
  },
  size: {
    predicates: (v) => [`is ${v}`, `is ${v} in size`],
    sentences: (e, v) => [`the size of ${e.definite} is ${v}`],
    questions: (e) => [
      `What size is ${e.definite}?`,
      `How big is ${e.definite}?`,
      `Tell me the size of ${e.definite}.`,
    ],
    short: (v) => v,
    indirect: (e) => `how big ${e.definite} is`,
    yesNo: (e, v) => `Is ${e.definite} ${v}?`,
    forms: itself,
    setClause: noSet,
  },
  home: {
    predicates: (v) => [
      `lives ${preposition(v)} the ${v}`,
      `has its home ${preposition(v)} the ${v}`,
    ],
    sentences: (e, v) => [`the home of ${e.definite} is the ${v}`],
    questions: (e) => [
      `Where does ${e.definite} live?`,
      `What is the home of ${e.definite}?`,
      `Tell me where ${e.definite} lives.`,
      `In which place does ${e.definite} live?`,
    ],
    short: whereIs,
    indirect: (e) => `where ${e.definite} lives`,
    yesNo: (e, v) => `Does ${e.definite} live ${preposition(v)} the ${v}?`,
    forms: itself,
    setClause: (v, where) => `that live ${whereIs(v, where)}`,
  },
  food: {
    predicates: (v) => [`eats ${v}`, `likes to eat ${v}`],
    sentences: (e, v) => [`the food of ${e.definite} is ${v}`],
    questions: (e) => [
      `What does ${e.definite} eat?`,
      `What is the food of ${e.definite}?`,
      `Tell me what ${e.definite} eats.`,
      `Which food does ${e.definite} like?`,
    ],
    short: (v) => v,
    indirect: (e) => `what ${e.definite} eats`,
    yesNo: (e, v) => `Does ${e.definite} eat ${v}?`,
    forms: itself,
    setClause: (v) => `that eat ${v}`,
  },
  sound: {
    predicates: (v) => [v, `often ${v}`],
    sentences: (e, v) => [`you can hear how ${e.definite} ${v}`],
    questions: (e) => [
      `What sound does ${e.definite} make?`,
      `Which sound does ${e.definite} make?`,
      `Tell me the sound of ${e.definite}.`,
    ],
    short: (v) => `it ${v}`,
    indirect: (e) => `what sound ${e.definite} makes`,
    yesNo: (e, v) => `Is it true that ${e.definite} ${v}?`,
    forms: (v) => [v, verb(v), `${verb(v)}ing`],
    setClause: noSet,
  },
  material: {
    predicates: (v) => [`is made of ${v}`],
    sentences: (e, v) => [
      `the material of ${e.definite} is ${v}`,
      `people make ${e.definite} of ${v}`,
    ],
    questions: (e) => [
      `What is ${e.definite} made of?`,
      `Which material is ${e.definite} made of?`,
      `Tell me what ${e.definite} is made of.`,
    ],
    short: (v) => v,
    indirect: (e) => `what ${e.definite} is made of`,
    yesNo: (e, v) => `Is ${e.definite} made of ${v}?`,
    forms: itself,
    setClause: (v) => `that are made of ${v}`,
  },
  room: {
    predicates: (v) => [`is in the ${v}`, `stays in the ${v}`],
    sentences: (e, v) => [`you can find ${e.definite} in the ${v}`],
    questions: (e) => [
      `Where is ${e.definite}?`,
      `In which room is ${e.definite}?`,
      `Where can I find ${e.definite}?`,
      `Tell me where ${e.definite} is.`,
    ],
    short: (v) => `in the ${v}`,
    indirect: (e) => `where ${e.definite} is`,
    yesNo: (e, v) => `Is ${e.definite} in the ${v}?`,
    forms: itself,
    setClause: (v) => `that are in the ${v}`,
  },
  use: {
    predicates: (v) => [`is used to ${v}`, `helps you to ${v}`],
    sentences: (e, v) => [`you use ${e.definite} to ${v}`, `with ${e.definite} you can ${v}`],
    questions: (e) => [
      `What is ${e.definite} used for?`,
      `What can you do with ${e.definite}?`,
      `Tell me what ${e.definite} is used for.`,
      `Why do people need ${e.definite}?`,
    ],
    short: (v) => `to ${v}`,
    indirect: (e) => `what ${e.definite} is used for`,
    yesNo: (e, v) => `Do you use ${e.definite} to ${v}?`,
    forms: itself,
    setClause: noSet,
  },
  near: {
    predicates: (v) => [`is near the ${v}`, `lies near the ${v}`],
    sentences: (e, v) => [`near ${e.definite} there is the ${v}`],
    questions: (e) => [
      `What is near ${e.definite}?`,
      `Which place is near ${e.definite}?`,
      `Tell me which place is near ${e.definite}.`,
    ],
    short: (v) => `the ${v}`,
    indirect: (e) => `which place is near ${e.definite}`,
    yesNo: (e, v) => `Is ${e.definite} near the ${v}?`,
    forms: itself,
    setClause: noSet,
  },
  job: {
    predicates: (v) => [`is ${withArticle(v)}`, `works as ${withArticle(v)}`],
    sentences: (e, v) => [`the job of ${e.name} is ${v}`],
    questions: (e) => [
      `What is the job of ${e.name}?`,
      `What does ${e.name} do for work?`,
      `Tell me the job of ${e.name}.`,
    ],
    short: (v) => withArticle(v),
    indirect: (e) => `what the job of ${e.name} is`,
    yesNo: (e, v) => `Is ${e.name} ${withArticle(v)}?`,
    forms: itself,
    setClause: noSet,
  },
  workplace: {
    predicates: (v) => [`works ${preposition(v)} the ${v}`],
    sentences: (e, v) => [`you can meet ${e.name} at work ${preposition(v)} the ${v}`],
    questions: (e) => [
      `Where does ${e.name} work?`,
      `In which place does ${e.name} work?`,
      `Tell me where ${e.name} works.`,
    ],
    short: whereIs,
    indirect: (e) => `where ${e.name} works`,
    yesNo: (e, v) => `Does ${e.name} work ${preposition(v)} the ${v}?`,
    forms: itself,
    setClause: noSet,
  },
  friend: {
    predicates: (v) => [`is a friend of ${v}`, `has a friend called ${v}`],
    sentences: (e, v) => [`the best friend of ${e.name} is ${v}`],
    questions: (e) => [
      `Who is the best friend of ${e.name}?`,
      `What is the name of the friend of ${e.name}?`,
      `Tell me who the friend of ${e.name} is.`,
    ],
    short: (v) => v,
    indirect: (e) => `who the best friend of ${e.name} is`,
    yesNo: (e, v) => `Is ${e.name} a friend of ${v}?`,
    forms: itself,
    setClause: noSet,
  },
  pet: {
    predicates: (v) => [`has ${withArticle(v)}`, `has ${withArticle(v)} as a pet`],
    sentences: (e, v) => [`the pet of ${e.name} is ${withArticle(v)}`],
    questions: (e) => [
      `Which pet does ${e.name} have?`,
      `What is the pet of ${e.name}?`,
      `Tell me which pet ${e.name} has.`,
    ],
    short: (v) => withArticle(v),
    indirect: (e) => `which pet ${e.name} has`,
    yesNo: (e, v) => `Does ${e.name} have ${withArticle(v)}?`,
    forms: itself,
    setClause: noSet,
  },
  dish: {
    predicates: (v) => [`likes ${v}`, `likes ${v} best`],
    sentences: (e, v) => [`the favourite food of ${e.name} is ${v}`],
    questions: (e) => [
      `Which food does ${e.name} like best?`,
      `What is the favourite food of ${e.name}?`,
      `Tell me the favourite food of ${e.name}.`,
    ],
    short: (v) => v,
    indirect: (e) => `what the favourite food of ${e.name} is`,
    yesNo: (e, v) => `Does ${e.name} like ${v} best?`,
    forms: itself,
    setClause: noSet,
  },
} satisfies Record<string, Relation>;

/** The name of a relation of the world. */
export type RelationName = keyof typeof relations;

/** The relation of that name, as the general type. */
export function relationOf(name: RelationName): Relation {
  return relations[name];
}

/** All ways to state a fact with its subject named, as whole sentences. */
export function statements(e: Entity, name: RelationName, v: string): string[] {
  const relation = relationOf(name);
  return [
    ...relation.predicates(v).map((predicate) => `${capitalize(e.definite)} ${predicate}.`),
    ...relation.sentences(e, v).map((sentence) => `${capitalize(sentence)}.`),
  ];
}
