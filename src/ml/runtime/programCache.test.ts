import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProgramCache } from './programCache.ts';

class Fake {
  disposed = 0;
  dispose(): void {
    this.disposed++;
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('a program is compiled once per key, also when asked for twice at once', async () => {
  const cache = new ProgramCache<Fake>();
  let compiled = 0;
  const compile = (): Promise<Fake> => {
    compiled++;
    return Promise.resolve(new Fake());
  };
  const [a, b] = await Promise.all([cache.get('16x64', compile), cache.get('16x64', compile)]);
  assert.equal(a, b);
  assert.equal(await cache.get('16x64', compile), a);
  assert.equal(compiled, 1);
});

test('the program unused longest is disposed when there are too many', async () => {
  const cache = new ProgramCache<Fake>(2);
  const make = async (key: string): Promise<Fake> =>
    cache.get(key, () => Promise.resolve(new Fake()));
  const [a, b] = [await make('a'), await make('b')];
  assert.equal(await make('a'), a);
  const c = await make('c');
  await settled();
  assert.deepEqual([a.disposed, b.disposed, c.disposed], [0, 1, 0]);
  assert.equal(cache.size, 2);
});

test('a failed compilation is reported and not kept', async () => {
  const cache = new ProgramCache<Fake>();
  await assert.rejects(
    cache.get('a', () => Promise.reject(new Error('no memory'))),
    /no memory/,
  );
  assert.equal(cache.size, 0);
  const program = new Fake();
  assert.equal(await cache.get('a', () => Promise.resolve(program)), program);
});

test('disposing disposes every program once, also one still compiling', async () => {
  const cache = new ProgramCache<Fake>();
  const [ready, late] = [new Fake(), new Fake()];
  assert.equal(await cache.get('ready', () => Promise.resolve(ready)), ready);
  const compiling = cache.get('late', async () => {
    await settled();
    return late;
  });
  cache.dispose();
  cache.dispose();
  await compiling;
  await settled();
  assert.deepEqual([ready.disposed, late.disposed], [1, 1]);
  await assert.rejects(
    cache.get('ready', () => Promise.resolve(ready)),
    /live cache, got a disposed one/,
  );
});
