import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InstructError } from '../protocol/errors.ts';
import type { Demonstration } from '../protocol/records.ts';
import { DemonstrationSession, draftFileName } from './demonstrationSession.ts';

const task = (promptId: string) => ({ promptId, prompt: `Prompt ${promptId}`, why: 'next' });

function desk() {
  const saved: Demonstration[] = [];
  const memory = new Map<string, unknown>();
  const state = { ms: 0, failure: undefined as Error | undefined, ids: 0 };
  const prompts = ['p1', 'p2', 'p3'];
  const reload = () =>
    new DemonstrationSession({
      source: {
        labeler: () => Promise.resolve('ada'),
        nextTask: ({ promptId, except = [] }) => {
          const id = promptId ?? prompts.find((each) => !except.includes(each));
          return Promise.resolve(id === undefined ? undefined : task(id));
        },
        progress: () => Promise.resolve({ done: 0, total: 3, left: 3 }),
        written: () => Promise.resolve([]),
        original: () => Promise.reject(new Error('nothing is revised')),
        save: (record) => {
          if (state.failure !== undefined) return Promise.reject(state.failure);
          saved.push(record);
          return Promise.resolve('demonstrations/ada.jsonl');
        },
      },
      memory: {
        get: (key) => memory.get(key),
        update: (key, value) => {
          memory.set(key, value);
          return Promise.resolve();
        },
      },
      now: () => state.ms,
      newId: () => `d${++state.ids}`,
    });
  return { saved, state, reload, session: reload() };
}

test('a draft becomes a demonstration with the time that was spent on it', async () => {
  const { session, saved, state } = desk();
  const name = await session.begin(task('p1'));
  session.touch(name);
  state.ms += 20_000;
  await session.save(name, '  An otter eats fish.\n\nReally.\n\n');
  assert.deepEqual(saved, [
    {
      id: 'd1',
      promptId: 'p1',
      completion: '  An otter eats fish.\n\nReally.',
      labeler: 'ada',
      seconds: 20,
      created: '1970-01-01T00:00:20.000Z',
    },
  ]);
  assert.equal(session.promptOf(name), undefined);
});

test('an empty draft is not saved and stands', async () => {
  const { session, saved } = desk();
  const name = await session.begin(task('p1'));
  await assert.rejects(session.save(name, ' \n'), InstructError);
  assert.equal(session.promptOf(name), 'p1');
  assert.equal(saved.length, 0);
});

test('a draft that cannot be written stands, and is written under the same id later', async () => {
  const { session, saved, state } = desk();
  const name = await session.begin(task('p1'));
  state.failure = new Error('no space');
  await assert.rejects(session.save(name, 'text'), /no space/);
  state.failure = undefined;
  await session.save(name, 'text');
  assert.deepEqual(
    saved.map(({ id }) => id),
    ['d1'],
  );
});

test('draft, id and time outlive the window', async () => {
  const { session, saved, state, reload } = desk();
  const name = await session.begin(task('p1'));
  session.touch(name);
  state.ms += 30_000;
  session.pause();
  const later = reload();
  assert.equal(later.promptOf(name), 'p1');
  assert.deepEqual(await later.task('p1'), task('p1'));
  await later.save(name, 'text');
  assert.deepEqual([saved[0]?.id, saved[0]?.seconds], ['d1', 30]);
});

test('a skipped prompt does not come again, nor one just written', async () => {
  const { session } = desk();
  session.skip(await session.begin(task('p1')));
  assert.equal((await session.next())?.promptId, 'p2');
  await session.save(await session.begin(task('p2')), 'text');
  assert.equal((await session.next())?.promptId, 'p3');
});

test('a prompt’s file name is safe whatever its id', () => {
  assert.equal(draftFileName('valid-0012'), 'valid-0012.md');
  for (const id of ['../../etc/passwd', '..', 'a/b', 'con:1', '', 'x'.repeat(200), '𓂀']) {
    assert.match(draftFileName(id), /^[0-9a-f]{32}\.md$/);
  }
  assert.notEqual(draftFileName('a/b'), draftFileName('a:b'));
});

test('a revision keeps what it does not change, adds its time, and replaces the record', async () => {
  const { session, reload, saved, state } = desk();
  const original: Demonstration = {
    id: 'd9',
    promptId: 'p1',
    completion: 'Otters eat stones.',
    labeler: 'ada',
    seconds: 30,
    created: '1969-12-31T00:00:00.000Z',
    mine: 'kept',
  };
  const name = await session.revise(original, task('p1'));
  assert.notEqual(name, await session.begin(task('p1')), 'another draft than a new one');
  session.touch(name);
  state.ms += 5_000;
  assert.equal(session.secondsOf(name), 35);
  session.pause();
  const again = reload();
  assert.equal(again.isRevision(name), true, 'a reload does not make it a new demonstration');
  assert.equal(await again.save(name, 'Otters eat fish.'), 'demonstrations/ada.jsonl');
  const created = '1970-01-01T00:00:05.000Z';
  const changed = { completion: 'Otters eat fish.', seconds: 35, created };
  assert.deepEqual(saved, [{ ...original, ...changed }]);
});
