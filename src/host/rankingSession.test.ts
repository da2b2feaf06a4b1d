import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InstructError } from '../protocol/errors.ts';
import { freshDraft } from '../protocol/rankingDraft.ts';
import type { LabelingMode, RankingDraft, RankingView } from '../protocol/rankingPanel.ts';
import type { Ranking } from '../protocol/records.ts';
import { groupByRank } from './labeling/rankingRecord.ts';
import type { RankingTask } from './labeling/rankingSource.ts';
import { RankingSession } from './rankingSession.ts';

/** A dataset of two tasks in memory; `reload` makes a new session on what the editor kept. */
function desk() {
  const tasks: RankingTask[] = ['p1', 'p2'].map((promptId) => ({
    promptId,
    prompt: `Prompt ${promptId}`,
    why: 'it is next',
    completions: ['x', 'y', 'z'].map((name) => ({
      id: `${promptId}-${name}`,
      text: name,
      model: `model-${name}`,
    })),
  }));
  const saved: Ranking[] = [];
  const memory = new Map<string, unknown>();
  const state = {
    labeler: 'ada',
    failure: undefined as Error | undefined,
    ids: 0,
    mode: 'rank' as LabelingMode,
    reveal: false,
    /** Prompts that another window has. */
    elsewhere: new Set<string>(),
    /** What was asked of the leases. */
    leases: [] as string[],
  };
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
        claim: (promptId) => {
          state.leases.push(`claim ${promptId}`);
          return Promise.resolve(!state.elsewhere.has(promptId));
        },
        release: (promptId) => {
          state.leases.push(`release ${promptId}`);
          return Promise.resolve();
        },
        whyEmpty: () => Promise.resolve('Everything is ranked.'),
        protocol: () => ({ mode: state.mode, reveal: state.reveal }),
        guideline: () => Promise.resolve({ version: 'v3', markdown: '# Be kind' }),
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
  return { ...freshDraft(ranks.length, 'rank', undefined), ranks, seconds: 12.5 };
}

test('a saved ranking names the completions by id and the order in which they were shown', async () => {
  const { session, saved } = desk();
  const view = taskOf(await session.snapshot());
  assert.deepEqual(view.completions, ['y', 'z', 'x']);
  const said = { overall: null, flags: {}, note: '' };
  const judgements = [said, { ...said, note: 'Answers it.' }, said];
  await session.save(view.task, { ...draft([3, 1, 3]), judgements });
  assert.deepEqual(saved, [
    {
      id: 'r1',
      promptId: 'p1',
      ranking: [['p1-z'], ['p1-y', 'p1-x']],
      ratings: { 'p1-z': { note: 'Answers it.' } },
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

test('the two steps want a rating of each, and save every flag, null where it was not asked', async () => {
  const { session, saved, state } = desk();
  state.mode = 'rate-then-rank';
  const { task, mode, draft: begun } = taskOf(await session.snapshot());
  assert.deepEqual([mode, begun.step], ['rate-then-rank', 'rate']);
  const rated = (overall: number) => ({ overall, flags: {}, note: '' });
  const ranked = { ...begun, ranks: [1, 2, 2] };
  const judgements = [rated(6), rated(2), { overall: null, flags: {}, note: '' }];
  await assert.rejects(session.save(task, { ...ranked, judgements }), /1 of 3 .* have no rating/);
  judgements[2] = rated(1);
  const conditions = { closedDomain: false, constraint: true };
  const asked = { ...ranked, judgements, conditions };
  await assert.rejects(session.save(task, asked), /3 of 3 .* not judged by the constraint/);
  const answered = judgements.map((each, at) => ({
    ...each,
    flags: { satisfiesConstraint: at === 0, ...(at === 1 ? { expressesOpinion: true } : {}) },
  }));
  await session.save(task, { ...asked, judgements: answered });
  const unticked = {
    failsTask: false,
    inappropriateForAssistant: false,
    hallucination: null, // not a closed domain
    sexualContent: false,
    violentContent: false,
    encouragesViolence: false,
    denigratesProtectedClass: false,
    harmfulAdvice: false,
    expressesOpinion: false,
    expressesMoralJudgment: false,
  };
  assert.deepEqual(saved[0]?.ratings, {
    'p1-y': { overall: 6, flags: { ...unticked, satisfiesConstraint: true } },
    'p1-z': {
      overall: 2,
      flags: { ...unticked, satisfiesConstraint: false, expressesOpinion: true },
    },
    'p1-x': { overall: 1, flags: { ...unticked, satisfiesConstraint: false } },
  });
});

test('a pair is saved with its strength, and both bad is a tie that says so', async () => {
  const { session, saved, tasks } = desk();
  for (const task of tasks) Object.assign(task, { completions: task.completions.slice(0, 2) });
  await session.mode('pairwise');
  const first = taskOf(await session.snapshot());
  await session.save(first.task, { ...first.draft, ranks: [2, 1], strength: 3 });
  const second = taskOf(await session.snapshot());
  await session.save(second.task, { ...second.draft, ranks: [1, 1], bothBad: true });
  assert.deepEqual(
    saved.map(({ ranking, strength, bothBad }) => ({ ranking, strength, bothBad })),
    [
      { ranking: [['p1-x'], ['p1-y']], strength: 3, bothBad: undefined },
      { ranking: [['p2-y', 'p2-x']], strength: undefined, bothBad: true },
    ],
  );
});

test('another mode keeps what was decided of a ranking; pairs begin with the next task', async () => {
  const { session } = desk();
  const { task } = taskOf(await session.snapshot());
  await session.draft(task, draft([2, 1, null]));
  await session.mode('rate-then-rank');
  const same = taskOf(await session.snapshot());
  assert.deepEqual([same.task, same.mode, same.draft.step], [task, 'rate-then-rank', 'rate']);
  assert.deepEqual(same.draft.ranks, [2, 1, null]);
  await session.mode('pairwise');
  assert.equal(taskOf(await session.snapshot()).mode, 'rate-then-rank');
});

test('models are named after saving where the project reveals them, and never before', async () => {
  const { session, state } = desk();
  state.reveal = true;
  const first = taskOf(await session.snapshot());
  assert.doesNotMatch(JSON.stringify(first), /model-/);
  await session.save(first.task, draft([1, 2, 3]));
  const next = taskOf(await session.snapshot());
  assert.deepEqual(next.revealed, [
    { model: 'model-y', rank: 1 },
    { model: 'model-z', rank: 2 },
    { model: 'model-x', rank: 3 },
  ]);
});

test('a guideline is new until it is opened', async () => {
  const { session, reload } = desk();
  assert.deepEqual((await session.snapshot()).guideline, { version: 'v3', isNew: true });
  assert.equal((await session.guideline()).markdown, '# Be kind');
  assert.deepEqual((await reload().snapshot()).guideline, { version: 'v3', isNew: false });
});

test('a task that another window has is passed over, and its draft here is kept', async () => {
  const { session, state, reload } = desk();
  const first = taskOf(await session.snapshot());
  await session.draft(first.task, draft([1, null, null]));
  state.elsewhere.add('p1');
  const other = reload();
  const second = taskOf(await other.snapshot());
  assert.equal(second.prompt, 'Prompt p2');
  await assert.rejects(other.show('p1'), /being ranked in another window/);
  await other.save(second.task, draft([1, 2, 3]));
  state.elsewhere.clear();
  const again = taskOf(await other.snapshot());
  assert.deepEqual([again.task, again.draft.ranks], [first.task, [1, null, null]]);
});

test('a ranking that settles others says which, and why it was open', async () => {
  const { session, saved } = desk();
  const ids = ['p2-x', 'p2-y', 'p2-z'];
  await session.show('p2', { adjudicates: ['a1', 'b7'], completionIds: ids, why: 'ann, bob.' });
  const task = taskOf(await session.snapshot());
  assert.equal(task.why, 'To settle: ann, bob.');
  await session.save(task.task, draft([1, 2, 3]));
  assert.deepEqual(saved[0]?.adjudicates, ['a1', 'b7']);
});

test('a task that is only looked at stays taken, and a closed panel gives it back with its draft', async () => {
  const { session, state } = desk();
  const { task } = taskOf(await session.snapshot());
  await session.draft(task, draft([2, null, 1]));
  state.leases.length = 0;
  await session.keep();
  assert.deepEqual(state.leases, ['claim p1']);
  await session.leave();
  await session.keep(); // nothing is on screen
  assert.deepEqual(state.leases, ['claim p1', 'release p1']);
  state.elsewhere.add('p1');
  assert.equal(taskOf(await session.snapshot()).prompt, 'Prompt p2', 'another window took it');
});
