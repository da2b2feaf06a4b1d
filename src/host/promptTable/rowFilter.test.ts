import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rowFilter } from './rowFilter.ts';

const row = {
  text: 'List nine animals of the Forest',
  fields: { category: 'brainstorming', user: 'ann', tags: ['short', 'two words'], stars: 5 },
  isProblem: false,
};
const finds = (search: string): boolean => rowFilter(search)(row);

test('words are found in any order and case, and all must be there', () => {
  assert.ok(finds('forest nine'));
  assert.ok(!finds('forest ten'));
  assert.ok(finds('"animals of"'));
  assert.ok(finds(''));
});

test('any field is searched by its name, those of a list one by one', () => {
  assert.ok(finds('category:brain'));
  assert.ok(!finds('category:"brain"'), 'quotes want the whole value');
  assert.ok(finds('tags:"two words"'));
  assert.ok(finds('stars:5'));
  assert.ok(finds('split:none'));
  assert.ok(!finds('user:none'));
});

test('a minus turns a term round', () => {
  assert.ok(finds('-category:chat -fish'));
  assert.ok(!finds('-user:ann'));
});

test('a line that is no record is found by its text and as a problem', () => {
  const bad = { text: '{"id": "broken', fields: undefined, isProblem: true };
  assert.ok(rowFilter('is:problem broken')(bad));
  assert.ok(rowFilter('-is:problem')(row));
  assert.ok(!rowFilter('category:chat')(bad));
});
