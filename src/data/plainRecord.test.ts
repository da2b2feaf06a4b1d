import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { recordKinds, recordSchemas } from '../protocol/records.ts';
import { isPlainRecord } from './plainRecord.ts';

const good = {
  prompts: {
    id: 'p',
    prompt: 'x',
    category: 'chat',
    kind: 'api',
    split: 'test',
    tags: ['a'],
    user: 'u',
    own: 1,
  },
  demonstrations: {
    id: 'd',
    promptId: 'p',
    completion: '',
    labeler: 'a',
    seconds: 2.5,
    created: '2026-11-21T10:00:00.5Z',
  },
  completions: {
    id: 'c',
    promptId: 'p',
    completion: 'x',
    model: { name: 'm', digest: 'd' },
    sampling: { temperature: 0, topP: 1, topK: 0, maxTokens: 1, seed: -3 },
    finish: 'stop',
    logprob: -2.5,
    scores: { judge: 0.5 },
  },
  rankings: {
    id: 'r',
    promptId: 'p',
    ranking: [['a'], ['b', 'c']],
    ratings: { a: { overall: 7, note: '', flags: { failsTask: null, hallucination: true } } },
    shown: ['c', 'b', 'a'],
    labeler: 'x',
    strength: 9,
    bothBad: false,
    adjudicates: [],
  },
} as const;

test('the quick look takes what labelers and models write', () => {
  for (const kind of recordKinds) assert.ok(isPlainRecord(kind, good[kind]), kind);
});

/** Values on and beyond every border that a schema draws. */
const odd = fc.constantFrom<unknown>(
  ...[
    undefined,
    null,
    true,
    false,
    '',
    'a',
    'x'.repeat(200),
    'x'.repeat(201),
    'chat',
    'train',
    'stop',
    'api',
  ],
  ...[
    0,
    1,
    7,
    8,
    9,
    10,
    -1,
    0.5,
    1.5,
    1e300,
    2 ** 53,
    '2026-02-28T24:00:00Z',
    '2026-02-30T10:00:00Z',
  ],
  ...[
    '2026-11-21T10:00:00Z',
    '2026-11-21T10:00:00+01:00',
    '2026-11-21 10:00:00Z',
    '2026-11-21T10:00Z',
  ],
  ...[
    [],
    ['a'],
    ['a', 'a'],
    [['a']],
    [['a'], ['a']],
    [[]],
    [['b'], ['a']],
    [7],
    {},
    { name: '' },
    { name: 'm' },
  ],
  ...[
    { temperature: 1 },
    { temperature: -1, maxTokens: 1 },
    { temperature: 1, maxTokens: 1, topP: 0 },
  ],
  ...[
    { a: { overall: 0 } },
    { a: { flags: { unknown: true } } },
    { a: { flags: { failsTask: 1 } } },
    { '': {} },
  ],
  ...[{ j: '1' }, { j: 1 }, [{ role: 'user', content: 'x' }], [{ role: 'x', content: 'x' }]],
);

test('whatever the quick look takes, the schema takes unchanged', () => {
  for (const kind of recordKinds) {
    const names = [
      ...Object.keys(good[kind]),
      'created',
      'deleted',
      'skipped',
      'messages',
      'seconds',
      'language',
    ];
    const changed = fc.dictionary(fc.constantFrom(...names), odd, { maxKeys: 3 }).map((changes) => {
      const record: unknown = JSON.parse(JSON.stringify({ ...good[kind], ...changes }));
      return record;
    });
    let taken = 0;
    fc.assert(
      fc.property(changed, (record) => {
        if (!isPlainRecord(kind, record)) return;
        taken += 1;
        const result = recordSchemas[kind].safeParse(record);
        assert.ok(result.success, JSON.stringify(record));
        assert.deepEqual(result.data, record);
      }),
      { numRuns: 3000 },
    );
    assert.ok(taken > 100, `${kind}: only ${String(taken)} were taken`);
  }
});
