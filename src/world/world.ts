/**
 * The world: entities, facts, sets of entities, and the split that each fact belongs to. Fixed: it
 * has no seed, so that every data set made from it speaks of the same world.
 */
import { hash } from '../data/random.ts';
import type { Split } from '../protocol/records.ts';
import { animalTable, objectTable, personTable, placeTable, sizes } from './facts.ts';
import type { Entity, EntityKind } from './entity.ts';
import type { Reading } from './reading.ts';
import { relations } from './relations.ts';
import type { RelationName } from './relations.ts';

/** One functional fact: the only right value of a relation for its subject. */
export interface Fact {
  readonly subject: Entity;
  readonly relation: RelationName;
  readonly value: string;
  /** What the split is hashed from: everything that asks for this fact has this key. */
  readonly key: string;
  readonly split: Split;
}

/** A set-valued fact: "animals that live in the forest" and all its members. */
export interface SetFact {
  readonly id: string;
  /** The singular and plural noun of what is listed, as in "animals". */
  readonly noun: string;
  /** What the members have in common, as in "that live in the forest". */
  readonly clause: string;
  readonly members: readonly string[];
  readonly split: Split;
}

/** All that is so. */
export interface World {
  readonly entities: ReadonlyMap<string, Entity>;
  readonly animals: readonly Entity[];
  readonly objects: readonly Entity[];
  readonly places: readonly Entity[];
  readonly people: readonly Entity[];
  readonly facts: readonly Fact[];
  readonly factsOf: ReadonlyMap<string, readonly Fact[]>;
  readonly sets: readonly SetFact[];
  /** Every value that a relation takes somewhere. */
  readonly domains: ReadonlyMap<RelationName, readonly string[]>;
  /** The split of a fact or a combination, by a stable hash of its key. */
  splitOf(key: string): Split;
  /** How much a text reads like the world's own language, from 0 to 1. */
  fluency(reading: Reading): number;
}

/** Puts the world together from its tables. */
export function assembleWorld(fluency: World['fluency']): World {
  const rows: [Entity, [RelationName, string][]][] = [
    ...animalRows(),
    ...objectRows(),
    ...placeRows(),
    ...personRows(),
  ];
  const entities = new Map(rows.map(([entity]) => [entity.name, entity]));
  const factsOf = new Map<string, Fact[]>();
  for (const [subject, values] of rows) {
    factsOf.set(
      subject.name,
      values.map(([relation, value]) => ({
        subject,
        relation,
        value,
        key: factKey(subject.name, relation, value),
        split: splitOf(factKey(subject.name, relation, value)),
      })),
    );
  }
  const facts = [...factsOf.values()].flat();
  const domains = new Map<RelationName, string[]>();
  for (const { relation, value } of facts) {
    const domain = domains.get(relation) ?? [];
    if (!domain.includes(value)) domain.push(value);
    domains.set(relation, domain);
  }
  const ofKind = (kind: EntityKind): Entity[] =>
    [...entities.values()].filter((entity) => entity.kind === kind);
  return {
    entities,
    animals: ofKind('animal'),
    objects: ofKind('object'),
    places: ofKind('place'),
    people: ofKind('person'),
    facts,
    factsOf,
    sets: makeSets(facts, entities),
    domains,
    splitOf,
    fluency,
  };
}

/** The entity of that name. Throws when the world has none: a programmer's error. */
export function entityOf(world: World, name: string): Entity {
  const entity = world.entities.get(name);
  if (entity === undefined)
    throw new Error(`entityOf: expected a name of the world, got "${name}"`);
  return entity;
}

/** The value of a relation for a subject, or `undefined` where the world says nothing. */
export function valueOf(world: World, subject: string, relation: RelationName): string | undefined {
  return world.factsOf.get(subject)?.find((fact) => fact.relation === relation)?.value;
}

/** What a fact's split is hashed from. A friendship is one fact, whoever is asked about. */
function factKey(subject: string, relation: RelationName, value: string): string {
  const ends = relation === 'friend' ? [subject, value].sort().join('-') : subject;
  return `fact:${ends}.${relation}`;
}

/** 68 % train, 12 % valid, 20 % test. */
function splitOf(key: string): Split {
  const bucket = hash(key) % 100;
  return bucket < 68 ? 'train' : bucket < 80 ? 'valid' : 'test';
}

type Row = [Entity, [RelationName, string][]];

function lines(table: string): string[] {
  return table.trim().split('\n');
}

function thing(name: string, kind: EntityKind, plural = `${name}s`): Entity {
  const definite = `the ${name}`;
  return { name, kind, plural, pronoun: 'it', definite, where: '', activities: [] };
}

function animalRows(): Row[] {
  return lines(animalTable).map((line) => {
    const [name = '', plural = '', colour = '', size = '', home = '', food = '', sound = ''] =
      line.split(' ');
    const values: [RelationName, string][] = [
      ['colour', colour],
      ['size', size],
      ['home', home],
      ['food', food],
    ];
    if (sound !== '-') values.push(['sound', sound]);
    return [thing(name, 'animal', plural), values];
  });
}

function objectRows(): Row[] {
  return lines(objectTable).map((line) => {
    const [name = '', colour = '', material = '', room = '', ...use] = line.split(' ');
    return [
      thing(
        name,
        'object',
        name === 'knife' ? 'knives' : /x$/.test(name) ? `${name}es` : undefined,
      ),
      [
        ['colour', colour],
        ['material', material],
        ['room', room],
        ['use', use.join(' ')],
      ],
    ];
  });
}

function placeRows(): Row[] {
  return lines(placeTable).map((line) => {
    const [head = '', activities = ''] = line.split(': ');
    const [name = '', preposition = '', size = '', near = ''] = head.split(' ');
    const where = `${preposition} the ${name}`;
    return [
      { ...thing(name, 'place'), where, activities: activities.split(', ') },
      [
        ['size', size],
        ['near', near],
      ],
    ];
  });
}

function personRows(): Row[] {
  return lines(personTable).map((line) => {
    const [name = '', pronoun = '', job = '', workplace = '', friend = '', pet = '', dish = ''] =
      line.split(' ');
    return [
      { ...thing(name, 'person'), pronoun, definite: name },
      [
        ['job', job],
        ['workplace', workplace],
        ['friend', friend],
        ['pet', pet],
        ['dish', dish],
      ],
    ];
  });
}

/** Sets of at least three members that share a value, and of what one can do in each place. */
function makeSets(facts: readonly Fact[], entities: ReadonlyMap<string, Entity>): SetFact[] {
  const groups = new Map<string, SetFact & { members: string[] }>();
  for (const { subject, relation, value } of facts) {
    const clause = relations[relation].setClause(value, entities);
    if (clause === null || subject.kind === 'person' || subject.kind === 'place') continue;
    const id = `${subject.kind}.${relation}.${value}`;
    const noun = subject.kind === 'animal' ? 'animals' : 'things';
    const group = groups.get(id) ?? { id, noun, clause, members: [], split: splitOf(`set:${id}`) };
    group.members.push(subject.name);
    groups.set(id, group);
  }
  return [...groups.values()].filter((group) => group.members.length >= 3);
}

/** The rank of a size word from 0 (tiny) on; −1 for anything else. */
export function sizeRank(size: string): number {
  return sizes.findIndex((word) => word === size);
}
