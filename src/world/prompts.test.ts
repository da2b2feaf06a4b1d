import { test } from 'node:test';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { categories, promptSchema } from '../protocol/records.ts';
import { createWorld } from './createWorld.ts';
import { categoryShares } from './families.ts';
import { makePrompts } from './prompts.ts';
import { taskOfPrompt } from './taskOfPrompt.ts';

const world = createWorld();
const prompts = makePrompts(world, { seed: 1, train: 2500, valid: 250, test: 400 });

test('equal seeds give equal prompts, different seeds different ones', () => {
  fc.assert(
    fc.property(fc.nat(1000), (seed) => {
      const counts = { seed, train: 60, valid: 20, test: 20 };
      assert.deepEqual(makePrompts(world, counts), makePrompts(world, counts));
      const other = makePrompts(world, { ...counts, seed: seed + 1 });
      assert.notDeepEqual(
        other.map(({ prompt }) => prompt),
        makePrompts(world, counts).map(({ prompt }) => prompt),
      );
    }),
    { numRuns: 10 },
  );
});

test('every prompt is a valid record, and its text and id are its own', () => {
  for (const prompt of prompts) promptSchema.parse(prompt);
  assert.equal(new Set(prompts.map(({ prompt }) => prompt)).size, prompts.length);
  assert.equal(new Set(prompts.map(({ id }) => id)).size, prompts.length);
});

test('no user, no fact and no combination stands in two splits', () => {
  const users = new Map<string, string>();
  const keys = new Map<string, string>();
  for (const prompt of prompts) {
    assert.equal(users.get(prompt.user) ?? prompt.split, prompt.split, prompt.user);
    users.set(prompt.user, prompt.split);
    const { key } = taskOfPrompt(world, prompt);
    assert.equal(keys.get(key) ?? prompt.split, prompt.split, key);
    keys.set(key, prompt.split);
  }
  assert.ok(users.size >= 24);
});

test('no user has more prompts than the paper allows', () => {
  const counts = new Map<string, number>();
  for (const { user } of prompts) counts.set(user, (counts.get(user) ?? 0) + 1);
  assert.ok([...counts.values()].every((count) => count <= 200));
});

test("the categories have the shares of the paper's Table 1", () => {
  for (const split of ['train', 'valid', 'test'] as const) {
    const own = prompts.filter((prompt) => prompt.split === split);
    for (const category of categories) {
      const share = (100 * own.filter((one) => one.category === category).length) / own.length;
      assert.ok(Math.abs(share - categoryShares[category]) < 0.5, `${split} ${category}`);
    }
  }
});

test('all four kinds and a share of explicit constraints are there', () => {
  for (const kind of ['plain', 'few_shot', 'user_based', 'api'] as const) {
    const share = prompts.filter((prompt) => prompt.kind === kind).length / prompts.length;
    assert.ok(share > 0.02, kind);
  }
  const constrained = prompts.filter((prompt) => prompt.world.constraint !== null).length;
  const share = constrained / prompts.length;
  assert.ok(share > 0.12 && share < 0.35, String(share));
});

test('prompts are short', () => {
  const words = prompts.map(({ prompt }) => prompt.split(/\s+/).length);
  const mean = words.reduce((sum, count) => sum + count, 0) / words.length;
  assert.ok(mean > 7 && mean < 16, String(mean));
  assert.ok(Math.max(...words) < 60);
});
