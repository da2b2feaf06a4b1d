import { test } from 'node:test';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Random, hash } from './random.ts';

test('the words are those of the published xoshiro128** 1.1 for the state 1, 2, 3, 4', () => {
  const random = Random.from({ words: [1, 2, 3, 4], spare: null });
  // Printed by the authors' C program (prng.di.unimi.it/xoshiro128starstar.c).
  const published = [
    11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597,
    4258142804,
  ];
  assert.deepEqual(
    published.map(() => random.word()),
    published,
  );
});

test('a restored generator goes on as the saved one, the kept normal deviate included', () => {
  fc.assert(
    fc.property(fc.integer(), fc.nat(20), (seed, skipped) => {
      const random = new Random(seed);
      for (let count = 0; count < skipped; count++) random.normal();
      const restored = Random.from(structuredClone(random.save()));
      for (let count = 0; count < 5; count++) {
        assert.equal(restored.normal(), random.normal());
        assert.equal(restored.integer(10), random.integer(10));
        assert.equal(restored.fork().word(), random.fork().word());
      }
    }),
  );
});

test('different seeds give different streams, equal seeds equal ones', () => {
  const draw = (seed: number | string): string => {
    const random = new Random(seed);
    return [random.word(), random.word(), random.word(), random.word()].join();
  };
  fc.assert(
    fc.property(fc.maxSafeInteger(), fc.maxSafeInteger(), (one, other) => {
      assert.equal(draw(one), draw(one));
      if (one !== other) assert.notEqual(draw(one), draw(other));
    }),
  );
  assert.notEqual(draw('a'), draw('b'));
  assert.notEqual(draw(0.25), draw(0.75));
});

test('whole numbers, normal deviates and weighted picks have their distributions', () => {
  const random = new Random(7);
  const count = 60_000;
  const faces = new Array<number>(6).fill(0);
  let sum = 0;
  let squares = 0;
  let heavy = 0;
  for (let draw = 0; draw < count; draw++) {
    faces[random.integer(6)]++;
    const deviate = random.normal();
    sum += deviate;
    squares += deviate * deviate;
    if (random.weighted(['light', 'heavy', 'never'], [1, 3, 0]) === 'heavy') heavy++;
  }
  // Chi-square with 5 degrees of freedom stays below 20.5 in 99.9 % of fair series.
  const chiSquare = faces.reduce((total, seen) => total + (seen - 10_000) ** 2 / 10_000, 0);
  assert.ok(chiSquare < 20.5, String(chiSquare));
  assert.ok(Math.abs(sum / count) < 0.02);
  assert.ok(Math.abs(squares / count - 1) < 0.03);
  assert.ok(Math.abs(heavy / count - 0.75) < 0.01);
});

test('a shuffle keeps the items, leaves its argument alone and reaches every order', () => {
  const random = new Random('shuffle');
  const orders = new Set<string>();
  const items = Object.freeze(['a', 'b', 'c']);
  for (let count = 0; count < 200; count++) {
    const shuffled = random.shuffle(items);
    assert.deepEqual([...shuffled].sort(), [...items]);
    orders.add(shuffled.join(''));
  }
  assert.equal(orders.size, 6);
});

test('impossible requests throw with what was expected', () => {
  const random = new Random(1);
  assert.throws(() => random.pick([]), /expected at least one item/);
  assert.throws(() => random.integer(0), /expected a whole number/);
  assert.throws(() => random.weighted(['a'], [0]), /expected a positive sum/);
  assert.throws(() => random.sample([1], 2), /expected at most 1, got 2/);
  assert.throws(() => new Random(Number.NaN), /expected a finite seed/);
  assert.throws(() => {
    random.restore({ words: [0, 0, 0, 0], spare: null });
  }, /not all 0/);
});

test('the hash is FNV-1a with a final mix: fixed values, and even over many texts', () => {
  assert.equal(hash('world'), hash('world'));
  const buckets = new Array<number>(10).fill(0);
  for (let index = 0; index < 10_000; index++) buckets[hash(`fact ${String(index)}`) % 10]++;
  assert.ok(
    buckets.every((seen) => seen > 850 && seen < 1150),
    buckets.join(),
  );
});
