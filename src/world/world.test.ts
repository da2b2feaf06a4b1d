import { test } from 'node:test';
import assert from 'node:assert/strict';
import { almanac } from './almanac.ts';
import { createWorld } from './createWorld.ts';
import { statements } from './relations.ts';
import { readClaims } from './claims.ts';
import { readText } from './reading.ts';
import { valueOf } from './world.ts';

const world = createWorld();

test('the world has its size: about 30 animals, 25 things, 15 places and people, 300 facts', () => {
  assert.ok(world.animals.length >= 30);
  assert.ok(world.objects.length >= 25);
  assert.ok(world.places.length >= 15);
  assert.ok(world.people.length >= 15);
  assert.ok(world.facts.length >= 300 && world.facts.length < 500);
  assert.ok(world.sets.length >= 20);
});

test('every person, place and pet that a fact names exists', () => {
  for (const { relation, value } of world.facts) {
    if (['friend', 'pet', 'near', 'workplace', 'home'].includes(relation)) {
      assert.ok(world.entities.has(value), `${relation} ${value}`);
    }
  }
});

test('friendship goes both ways and both directions are in one split', () => {
  for (const person of world.people) {
    const friend = valueOf(world, person.name, 'friend') ?? '';
    assert.equal(valueOf(world, friend, 'friend'), person.name);
    const splits = [person.name, friend].map(
      (name) => world.factsOf.get(name)?.find(({ relation }) => relation === 'friend')?.split,
    );
    assert.equal(splits[0], splits[1]);
  }
});

test('every split has facts of every kind of entity, train most of all', () => {
  for (const kind of ['animal', 'object', 'place', 'person']) {
    const own = world.facts.filter(({ subject }) => subject.kind === kind);
    const count = (split: string): number => own.filter((fact) => fact.split === split).length;
    assert.ok(count('test') >= 3 && count('valid') >= 1, kind);
    assert.ok(count('train') > count('test') + count('valid'), kind);
  }
});

test('the members of every set have what the set says, and no other thing has it', () => {
  for (const { id, members } of world.sets) {
    const [kind = '', relation = '', value = ''] = id.split('.');
    const expected = world.facts
      .filter((fact) => fact.subject.kind === kind && fact.relation === relation)
      .filter((fact) => fact.value === value)
      .map((fact) => fact.subject.name);
    assert.deepEqual([...members], expected);
    assert.ok(members.length >= 3);
  }
});

test('what a statement says is read back as a true claim, and a false one as false', () => {
  let read = 0;
  let all = 0;
  for (const { subject, relation, value } of world.facts) {
    for (const text of statements(subject, relation, value)) {
      const claims = readClaims(world, readText(text));
      all++;
      if (claims.some((claim) => claim.subject === subject && claim.relation === relation)) read++;
      assert.ok(
        claims.every((claim) => claim.truth !== false),
        text,
      );
    }
    const other = (world.domains.get(relation) ?? []).find((candidate) => candidate !== value);
    const [lie = ''] = statements(subject, relation, other ?? '');
    const claims = readClaims(world, readText(lie));
    assert.ok(
      claims.some((claim) => claim.truth === false),
      lie,
    );
  }
  assert.ok(read / all > 0.95, `${String(read)} of ${String(all)}`);
});

test('tales of the past, questions and denials claim nothing', () => {
  for (const text of [
    'Anna saw a blue fox in the kitchen.',
    'Is the fox blue?',
    'The fox is not blue.',
    'One day Ben was in the sea and ate grass.',
    'My friends like the lamp too.',
  ]) {
    assert.deepEqual(readClaims(world, readText(text)), [], text);
  }
});

test('pronouns and shared subjects are followed', () => {
  const claims = readClaims(
    world,
    readText('The fox is a small red animal. It lives in the forest and eats grass.'),
  );
  assert.deepEqual(
    claims.map(({ relation, value, truth }) => [relation, value, truth]),
    [
      ['size', 'small', true],
      ['colour', 'red', true],
      ['home', 'forest', true],
      ['food', 'grass', false],
    ],
  );
});

test('the almanac has a line for every entity', () => {
  const lines = almanac(world).split('\n');
  assert.equal(lines.filter((line) => line.startsWith('- ')).length, world.entities.size);
  assert.ok(lines.some((line) => line.includes('The fox is red, is small, lives in the forest')));
});
