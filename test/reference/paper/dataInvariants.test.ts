/** The invariants of data, labels and evaluation, by their numbers in the list of the paper's. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { beyondCap } from '../../../src/data/curation/cap.ts';
import { duplicateGroups } from '../../../src/data/curation/duplicates.ts';
import { proposalsOf } from '../../../src/data/curation/index.ts';
import { agreement, assignSplits, Dataset, outcome, winRate } from '../../../src/data/index.ts';
import { categories, rankingSchema, ratingSchema } from '../../../src/protocol/records.ts';
import { entropyBits } from '../../../src/trainer/publicTasks/metrics/entropyBits.ts';
import { createWorld, makePrompts } from '../../../src/world/index.ts';
import { temporaryFolder, writeRecords } from '../../process/fixtures/runs.ts';
import { near } from './numbers.ts';

test('27. no user is in two splits, and a split stays as others join', () => {
  const user = fc.string({ minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(
      fc.array(user, { maxLength: 30 }),
      fc.array(user, { maxLength: 30 }),
      (old, more) => {
        const promptsOf = (users: readonly string[]) =>
          users.map((by, i) => ({ id: `p${i}`, user: by }));
        const before = assignSplits(promptsOf(old));
        const after = assignSplits(promptsOf([...old, ...more]));
        for (const [id, split] of before) assert.equal(after.get(id), split);
        const splitOf = new Map<string, string | undefined>();
        [...old, ...more].forEach((by, i) => {
          const split = after.get(`p${i}`);
          assert.equal(splitOf.get(by) ?? split, split);
          splitOf.set(by, split);
        });
      },
    ),
  );
});

test('27. at most 200 prompts of a user, each once, no user in two splits: the world’s own prompts', () => {
  const prompts = makePrompts(createWorld(), { train: 900, valid: 250, test: 250, seed: 1 });
  const ofUser = Map.groupBy(prompts, ({ user }) => user);
  for (const [user, theirs] of ofUser) {
    assert.ok(theirs.length <= 200, `${user}: ${theirs.length}`);
    assert.equal(new Set(theirs.map(({ split }) => split)).size, 1, user);
  }
  assert.equal(new Set(prompts.map(({ prompt }) => prompt)).size, 1400);
});

test('27. dedupe is idempotent and keeps the first of each and the order of the rest', () => {
  const text = fc.stringMatching(/^[ab ]{1,6}$/);
  fc.assert(
    fc.property(fc.array(text, { maxLength: 30 }), (texts) => {
      const prompts = texts.map((each, i) => ({ id: `p${i}`, text: each }));
      const dedupe = (list: typeof prompts): typeof prompts => {
        const others = new Set(duplicateGroups(list, 3).flatMap(({ ids }) => ids.slice(1)));
        return list.filter(({ id }) => !others.has(id));
      };
      const once = dedupe(prompts);
      assert.deepEqual(dedupe(once), once);
      // What came first stays, whatever comes later.
      const half = prompts.slice(0, Math.floor(prompts.length / 2));
      const early = dedupe(half).map(({ id }) => id);
      assert.deepEqual(once.map(({ id }) => id).slice(0, early.length), early);
    }),
  );
});

test('27. of 1,000 prompts of one user 200 are kept, the first ones', () => {
  const prompts = Array.from({ length: 1000 }, (_, i) => ({ id: `p${i}`, user: 'ann' }));
  const beyond = beyondCap([...prompts, { id: 'other', user: 'bob' }, { id: 'nobody' }]);
  assert.equal(beyond.length, 800);
  assert.deepEqual([beyond[0], beyond.at(-1)], ['p200', 'p999']);
});

test('27. the filter of personal data touches the training split, and no other', async (t) => {
  const project = temporaryFolder(t);
  const file = { format: 1, name: 'Mail', models: { base: 'models/base' } };
  writeFileSync(join(project, 'instruct.json'), JSON.stringify(file));
  const prompts = (['train', 'valid', 'test'] as const).map((split) => ({
    id: split,
    prompt: 'Write to anna.smith@mail.org about the rent.',
    user: split,
    split,
  }));
  writeRecords(project, 'prompts/mail.jsonl', prompts);
  const proposals = proposalsOf('personal-data', await Dataset.open(project));
  assert.deepEqual(
    proposals.map(({ prompt }) => prompt.id),
    ['train'],
  );
});

test('28. win-rate(a, b) + win-rate(b, a) = 1, and against itself .5', () => {
  const score = fc.integer({ min: 0, max: 5 });
  fc.assert(
    fc.property(fc.array(fc.tuple(score, score), { minLength: 1 }), (pairs) => {
      const ours = winRate(pairs.map(([a, b]) => outcome(a, b))).rate;
      const theirs = winRate(pairs.map(([a, b]) => outcome(b, a))).rate;
      near(ours + theirs, 1, 1e-12);
      assert.equal(winRate(pairs.map(([a]) => outcome(a, a))).rate, 0.5);
    }),
  );
});

test('28. the interval’s half-width is 1.96·√(p(1 − p)/n)', () => {
  // 73.4 ± 2 % of 1,875 comparisons, as the paper prints it for InstructGPT against SFT.
  const { rate, ci95 } = winRate(Array.from({ length: 1875 }, (_, i) => (i < 1376 ? 1 : 0)));
  near(rate, 0.734, 5e-4);
  near(rate - ci95[0], 0.02, 5e-5);
  near(ci95[1] - rate, 0.02, 5e-5);
});

test('28. agreement is symmetric', () => {
  const ranked = (labeler: string, ranking: string[][]) => ({ promptId: 'p', labeler, ranking });
  const [one, other] = [
    [['a'], ['b'], ['c']],
    [['b'], ['a', 'c']],
  ];
  const there = agreement([ranked('ann', one), ranked('bob', other)]).overall;
  const back = agreement([ranked('ann', other), ranked('bob', one)]).overall;
  assert.deepEqual(there, back);
  // a before b and b before c; the second puts b before a, b before c and ties a with c.
  assert.deepEqual([there.compared, there.agreed, there.tied], [2, 1, 1]);
});

test('28. entropy: equal log-probabilities 1 bit, a nat apart .83994, two .52707; within [0, 1]', () => {
  near(entropyBits([-7, -7]), 1, 1e-12);
  near(entropyBits([-41, -40]), 0.83994, 1e-5);
  near(entropyBits([-3, -5]), 0.52707, 1e-5);
  const logprob = fc.float({ min: -2000, max: 0, noNaN: true });
  fc.assert(
    fc.property(logprob, logprob, (a, b) => {
      const bits = entropyBits([a, b]);
      assert.ok(bits >= 0 && bits <= 1 + 1e-12, String(bits));
    }),
  );
});

test('29. use-case percentages sum to 100 ± .2', () => {
  // Table 1's own rounded percentages sum to 99.9; the world's prompts have its mix.
  const prompts = makePrompts(createWorld(), { train: 1000, valid: 0, test: 0, seed: 2 });
  const shares = categories.map((category) => {
    const count = prompts.filter((prompt) => prompt.category === category).length;
    return Math.round((1000 * count) / prompts.length) / 10;
  });
  near(
    shares.reduce((total, share) => total + share, 0),
    100,
    0.2,
  );
  near(shares[categories.indexOf('generation')], 45.6, 0.15);
  near(shares[categories.indexOf('extract')], 1.9, 0.15);
});

test('29. a Likert rating is an integer from 1 to 7', () => {
  for (const overall of [1, 4, 7]) assert.ok(ratingSchema.safeParse({ overall }).success);
  for (const overall of [0, 8, 3.5, '4', null]) {
    assert.ok(!ratingSchema.safeParse({ overall }).success, String(overall));
  }
});

test('29. a flag that does not apply is null, neither yes nor no', () => {
  const flags = { hallucination: null, satisfiesConstraint: null, harmfulAdvice: false };
  const record = {
    id: 'r1',
    promptId: 'p1',
    ranking: [['a'], ['b']],
    shown: ['a', 'b'],
    labeler: 'ann',
    ratings: { a: { overall: 5, flags } },
  };
  const parsed = rankingSchema.parse(record);
  assert.deepEqual(parsed.ratings?.['a'].flags, flags);
  assert.ok(!ratingSchema.safeParse({ flags: { hallucination: 'n/a' } }).success);
  assert.ok(!ratingSchema.safeParse({ flags: { hallucinates: true } }).success);
});
