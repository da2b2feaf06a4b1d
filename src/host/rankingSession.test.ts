import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InstructError } from '../protocol/errors.ts';
import type { RankingDraft, RankingView } from '../protocol/panels.ts';
import type { Ranking } from '../protocol/records.ts';
import { RankingSession, groupByRank, type RankingTask } from './rankingSession.ts';

/** A dataset of two tasks in memory; `reload` makes a new session on what the editor kept. */
function desk() {
  const tasks: RankingTask[] = ['p1', 'p2'].map((promptId) => ({
    promptId,
    prompt: `Prompt ${promptId}`,
    why: 'it is next',
    completions: ['x', 'y', 'z'].map((name) => ({ id: `${promptId}-${name}`, text: name })),
  }));
  const saved: Ranking[] = [];
  const memory = new Map<string, unknown>();
  const state = { labeler: 'ada', failure: undefined as Error | undefined, ids: 0 };
  const done = (promptId: string) => saved.some((record) => record.promptId === promptId);
  const reload = () =>
    new RankingSession({
      source: {
        labeler: () => Promise.resolve(state.labeler),
        nextTask: ({ promptId, except = [] }) =>
          Promise.resolve(
            promptId === undefined
              ? tasks.find((task) => !done(task.promptId) && !except.includes(task.promptId))
              : tasks.find((task) => task.promptId === promptId),
          ),
        progress: () => Promise.resolve({ done: saved.length, total: 2, left: 2 - saved.length }),
        save: (ranking) => {
          if (state.failure !== undefined) return Promise.reject(state.failure);
          saved.push(ranking);
          return Promise.resolve();
        },
        guideline: () => 'v3',
      },
      memory: {
        get: (key) => memory.get(key),
        update: (key, value) => {
          memory.set(key, value);
          return Promise.resolve();
        },
      },
      now: () => Date.UTC(2026, 0, 2),
      newId: () => `r${++state.ids}`,
      random: () => 0, // turns x, y, z into y, z, x
    });
  return { tasks, saved, memory, state, reload, session: reload() };
}

function taskOf(view: RankingView): Extract<RankingView, { state: 'task' }> {
  if (view.state !== 'task') assert.fail(`expected a task, got ${view.state}`);
  return view;
}

function draft(ranks: (number | null)[]): RankingDraft {
  return { ranks, ratings: ranks.map(() => null), selected: 0, seconds: 12.5 };
}

test('a saved ranking names the completions by id and the order in which they were shown', async () => {
  const { session, saved } = desk();
  const view = taskOf(await session.snapshot());
  assert.deepEqual(view.completions, ['y', 'z', 'x']);
  await session.save(view.task, { ...draft([3, 1, 3]), ratings: [null, 7, null] });
  assert.deepEqual(saved, [
    {
      id: 'r1',
      promptId: 'p1',
      ranking: [['p1-z'], ['p1-y', 'p1-x']],
      ratings: { 'p1-z': { overall: 7 } },
      shown: ['p1-y', 'p1-z', 'p1-x'],
      guideline: 'v3',
      labeler: 'ada',
      seconds: 12.5,
      created: '2026-01-02T00:00:00.000Z',
    },
  ]);
});

test('what the panel gets tells neither ids nor models', async () => {
  const { session } = desk();
  assert.doesNotMatch(JSON.stringify(await session.snapshot()), /p1-/);
});

test('a draft outlives the window', async () => {
  const { session, reload } = desk();
  const { task, completions } = taskOf(await session.snapshot());
  await session.draft(task, draft([2, null, 1]));
  const restored = taskOf(await reload().snapshot());
  assert.equal(restored.task, task);
  assert.deepEqual(restored.completions, completions);
  assert.deepEqual(restored.draft.ranks, [2, null, 1]);
});

test('a failed save keeps the task and its draft, and the retry saves one record', async () => {
  const { session, saved, state, reload } = desk();
  const { task } = taskOf(await session.snapshot());
  state.failure = Object.assign(new Error('no space'), { code: 'ENOSPC' });
  await assert.rejects(session.save(task, draft([1, 2, 3])), /no space/);
  assert.deepEqual(taskOf(await reload().snapshot()).draft.ranks, [1, 2, 3]);
  state.failure = undefined;
  await session.save(task, draft([1, 2, 3]));
  assert.equal(saved.length, 1);
});

test('saving twice, as after a lost answer, writes one record', async () => {
  const { session, saved } = desk();
  const { task } = taskOf(await session.snapshot());
  await Promise.all([session.save(task, draft([1, 2, 3])), session.save(task, draft([1, 2, 3]))]);
  assert.equal(saved.length, 1);
});

test('a task whose completions are not all ranked is not saved', async () => {
  const { session, saved } = desk();
  const { task } = taskOf(await session.snapshot());
  await assert.rejects(session.save(task, draft([1, null, 2])), InstructError);
  assert.equal(saved.length, 0);
});

test('going back opens the saved task, and saving it again supersedes its record', async () => {
  const { session, saved } = desk();
  const first = taskOf(await session.snapshot());
  await session.save(first.task, draft([1, 2, 3]));
  const second = taskOf(await session.snapshot());
  await session.draft(second.task, draft([3, null, null]));
  assert.equal(await session.back(), true);
  const again = taskOf(await session.snapshot());
  assert.equal(again.revising, true);
  assert.deepEqual(again.draft.ranks, [1, 2, 3]);
  await session.save(again.task, draft([3, 2, 1]));
  assert.deepEqual(
    saved.map(({ id }) => id),
    ['r1', 'r1'],
  );
  const resumed = taskOf(await session.snapshot());
  assert.equal(resumed.task, second.task);
  assert.deepEqual(resumed.draft.ranks, [3, null, null]);
  assert.equal(await session.back(), true);
});

test('a task that another labeler saved here gets a record of its own', async () => {
  const { session, saved, state } = desk();
  await session.save(taskOf(await session.snapshot()).task, draft([1, 2, 3]));
  state.labeler = 'bob';
  await session.back();
  await session.save(taskOf(await session.snapshot()).task, draft([2, 1, 3]));
  const ids = saved.map(({ id, labeler }) => `${labeler} ${id}`);
  assert.equal(new Set(ids).size, 2);
  assert.notEqual(saved[0]?.id, saved[1]?.id);
});

test('a skip is recorded with its reason, and the queue ends in a friendly state', async () => {
  const { session, saved } = desk();
  await session.skip(taskOf(await session.snapshot()).task, draft([null, null, null]), 'Unclear');
  await session.save(taskOf(await session.snapshot()).task, draft([1, 1, 1]));
  assert.deepEqual(saved[0]?.ranking, []);
  assert.equal(saved[0]?.skipped, 'Unclear');
  const end = await session.snapshot();
  assert.equal(end.state, 'empty');
  assert.deepEqual(end.progress, { done: 2, total: 2, left: 0 });
});

test('a draft whose completions are gone makes room for the next task', async () => {
  const { session, tasks, reload } = desk();
  await session.draft(taskOf(await session.snapshot()).task, draft([1, null, null]));
  tasks.shift();
  assert.equal(taskOf(await reload().snapshot()).prompt, 'Prompt p2');
});

test('a task asked for by its prompt comes before the one on screen', async () => {
  const { session } = desk();
  const first = taskOf(await session.snapshot());
  await session.show('p2');
  const second = taskOf(await session.snapshot());
  assert.equal(second.prompt, 'Prompt p2');
  await session.save(second.task, draft([1, 2, 3]));
  assert.equal(taskOf(await session.snapshot()).task, first.task);
  await assert.rejects(session.show('nowhere'), InstructError);
});

test('what another version has kept is passed over', async () => {
  const { reload, memory } = desk();
  memory.set('instruct.ranking', { open: 'yes' });
  assert.equal((await reload().snapshot()).state, 'task');
});

test('equal ranks are one group and gaps between ranks do not matter', () => {
  assert.deepEqual(groupByRank(['a', 'b', 'c', 'd'], [4, 2, 4, 1]), [['d'], ['b'], ['a', 'c']]);
});
