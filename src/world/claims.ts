/**
 * Reads the claims about the world out of a text, so that the gold labeler can tell true from
 * false. Only what is stated in the present tense counts: tales of the past claim nothing.
 */
import type { Entity } from './entity.ts';
import type { Reading } from './reading.ts';
import { relationOf } from './relations.ts';
import type { RelationName } from './relations.ts';
import { valueOf } from './world.ts';
import type { World } from './world.ts';

/** A stated fact. `truth` is null where the world knows nothing of it. */
export interface Claim {
  readonly subject: Entity;
  readonly relation: RelationName;
  readonly value: string;
  readonly truth: boolean | null;
}

/** What may follow the subject; the value is the rest. */
const predicatePatterns: readonly (readonly [RelationName, RegExp])[] = [
  ['home', /^(?:lives?|has its home|have their home) (?:in|on|at|near) (?:the |a )?(.+)$/],
  ['food', /^(?:likes? to )?eats? (.+)$/],
  ['material', /^(?:is |are )?made of (.+)$/],
  ['use', /^(?:(?:is|are) (?:used )?|helps? you )(?:to |for )(.+)$/],
  ['near', /^(?:is|lies) near (?:the |a )?(.+)$/],
  ['room', /^(?:is|are|stays?) in the (.+)$/],
  ['job', /^(?:is|works as) an? (.+)$/],
  ['workplace', /^works? (?:in|on|at) (?:the |a )?(.+)$/],
  ['friend', /^(?:is a friend of|has a friend called) (.+)$/],
  ['pet', /^has an? (.+)$/],
  ['dish', /^likes (.+)$/],
];

/** Sentences in which the subject stands elsewhere: subject, then value. */
const sentencePatterns: readonly (readonly [RelationName, RegExp])[] = [
  ['colour', /^the colour of (?:the )?(\w+) is (.+)$/],
  ['size', /^the size of (?:the )?(\w+) is (.+)$/],
  ['home', /^the home of (?:the )?(\w+) is the (.+)$/],
  ['food', /^the food of (?:the )?(\w+) is (.+)$/],
  ['material', /^the material of (?:the )?(\w+) is (.+)$/],
  ['material', /^people make (?:the )?(\w+) of (.+)$/],
  ['sound', /^you can hear how (?:the )?(\w+) (.+)$/],
  ['room', /^you can find (?:the )?(\w+) in the (.+)$/],
  ['use', /^(?:you|people) (?:use|need) (?:the |a )?(\w+) to (.+)$/],
  ['use', /^with (?:the |a )?(\w+) you can (.+)$/],
  ['near', /^near (?:the )?(\w+) there is the (.+)$/],
  ['job', /^the job of (\w+) is (?:an? )?(.+)$/],
  ['workplace', /^you can meet (\w+) at work (?:in|on|at) the (.+)$/],
  ['friend', /^the (?:best )?friend of (\w+) is (.+)$/],
  ['pet', /^the pet of (\w+) is an? (.+)$/],
  ['dish', /^the favourite food of (\w+) is (.+)$/],
];

/** All claims of a text, in order. Questions and denials claim nothing. */
export function readClaims(world: World, reading: Reading): Claim[] {
  const claims: Claim[] = [];
  let last: Entity | null = null;
  for (const sentence of reading.sentences) {
    if (sentence.question) continue;
    const text = dropOpening(sentence.words).join(' ');
    const whole = readWhole(world, text);
    if (whole !== null) {
      last = whole.subject;
      claims.push(...whole.claims);
      continue;
    }
    const told = readClauses(world, text.split(' and '), last);
    last = told.subject;
    claims.push(...told.claims);
  }
  return claims;
}

/** The claims of a sentence's clauses. A clause without a subject of its own has the one before. */
function readClauses(
  world: World,
  clauses: readonly string[],
  before: Entity | null,
): { subject: Entity | null; claims: Claim[] } {
  const claims: Claim[] = [];
  let subject = before;
  let verb = '';
  for (const [index, clause] of clauses.entries()) {
    const [head, rest] = splitSubject(world, clause.split(' '), subject);
    // A sentence that begins with no known subject claims nothing: "One day …", "My friends …".
    if (head === null && index === 0) break;
    if (head !== null) {
      subject = head;
      verb = '';
    }
    if (subject === null || rest.includes('not') || rest.includes('never')) continue;
    const [first = ''] = rest;
    if (first === 'is' || first === 'are') verb = first;
    const predicate = rest.join(' ');
    claims.push(...readPredicate(world, subject, predicate));
    if (verb !== '' && first !== verb) {
      claims.push(...readPredicate(world, subject, `${verb} ${predicate}`));
    }
  }
  return { subject, claims };
}

/** How many different true facts a text states about an entity. */
export function countTrueClaims(world: World, reading: Reading, about: Entity): number {
  const told = readClaims(world, reading).filter(
    (claim) => claim.subject === about && claim.truth === true,
  );
  return new Set(told.map((claim) => claim.relation)).size;
}

/** A sentence with its subject elsewhere, as in "the colour of the fox is red"; null for others. */
function readWhole(world: World, text: string): { subject: Entity; claims: Claim[] } | null {
  for (const [relation, pattern] of sentencePatterns) {
    const found = pattern.exec(text);
    const subject = found === null ? undefined : named(world, found[1]);
    if (found === null || subject === undefined) continue;
    const claims = makeClaim(world, subject, relation, found[2]);
    if (claims.length > 0) return { subject, claims };
  }
  return null;
}

function dropOpening(words: readonly string[]): readonly string[] {
  if (words[0] === 'i' && words[1] === 'think') return dropOpening(words.slice(2));
  return ['yes', 'no', 'well', 'hello', 'hi', 'so', 'but', 'and', 'also', 'that'].includes(words[0])
    ? dropOpening(words.slice(1))
    : words;
}

/** An entity by any word for it in lower case. */
function named(world: World, word: string): Entity | undefined {
  for (const entity of world.entities.values()) {
    if (entity.name.toLowerCase() === word) return entity;
    if (entity.kind !== 'person' && entity.plural === word) return entity;
  }
  return undefined;
}

/** The subject at the front of a clause, and what follows it. */
function splitSubject(
  world: World,
  words: readonly string[],
  last: Entity | null,
): [Entity | null, readonly string[]] {
  const [first = '', second = ''] = words;
  const skip = (count: number): readonly string[] =>
    ['also', 'often', 'always'].includes(words[count] ?? '')
      ? words.slice(count + 1)
      : words.slice(count);
  if (['it', 'he', 'she', 'they'].includes(first)) {
    const fits = last !== null && (first === 'they' || first === last.pronoun);
    return fits ? [last, skip(1)] : [null, []];
  }
  if (['the', 'a', 'an', 'this', 'our', 'my'].includes(first)) {
    return [named(world, second) ?? null, skip(2)];
  }
  const entity = named(world, first);
  return entity === undefined ? [null, skip(0)] : [entity, skip(1)];
}

function readPredicate(world: World, subject: Entity, predicate: string): Claim[] {
  const claims = predicatePatterns.flatMap(([relation, pattern]) => {
    const found = pattern.exec(predicate);
    return found === null ? [] : makeClaim(world, subject, relation, found[1]);
  });
  for (const sound of world.domains.get('sound') ?? []) {
    if (relationOf('sound').forms(sound).includes(predicate)) {
      claims.push(...makeClaim(world, subject, 'sound', sound));
    }
  }
  return [...claims, ...readAdjectives(world, subject, predicate.split(' '))];
}

/** Colours and sizes after "is", as in "is a very small red animal", or "has a red colour". */
function readAdjectives(world: World, subject: Entity, words: readonly string[]): Claim[] {
  if (!['is', 'are', 'has', 'have'].includes(words[0])) return [];
  const claims: Claim[] = [];
  for (const word of words.slice(1)) {
    const relation = (['colour', 'size'] as const).find((candidate) =>
      world.domains.get(candidate)?.includes(word),
    );
    if (relation !== undefined) claims.push(...makeClaim(world, subject, relation, word));
    else if (!['a', 'an', 'very', 'really'].includes(word)) {
      // "has a red cup" speaks of the cup.
      return /^ha/.test(words[0]) && word !== 'colour' ? [] : claims;
    }
  }
  return /^ha/.test(words[0]) ? [] : claims;
}

/** A claim if the text begins with a value that the relation can take. */
function makeClaim(world: World, subject: Entity, relation: RelationName, text: string): Claim[] {
  const known = valueOf(world, subject.name, relation);
  const value = (world.domains.get(relation) ?? []).find((candidate) => {
    const form = candidate.toLowerCase();
    return text === form || text.startsWith(`${form} `);
  });
  if (value === undefined) return [];
  return [{ subject, relation, value, truth: known === undefined ? null : known === value }];
}
