import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { RecordKind } from '../protocol/records.ts';
import { formatProblem } from './problem.ts';
import { kindOfFile, readRecords } from './recordFile.ts';

const folder = mkdtempSync(join(tmpdir(), 'records-'));
after(() => {
  rmSync(folder, { recursive: true });
});

async function read(
  kind: RecordKind,
  content: string | Uint8Array,
): Promise<{ ids: string[]; problems: string[]; codes: string[] }> {
  const path = join(folder, 'file.jsonl');
  writeFileSync(path, content);
  const [ids, problems, codes]: [string[], string[], string[]] = [[], [], []];
  for await (const batch of readRecords(path, kind, { name: 'f' })) {
    for (const item of batch) {
      if (item.type === 'record') ids.push(item.record.id);
      else {
        problems.push(...item.problems.map(formatProblem));
        codes.push(...item.problems.map(({ code }) => code));
      }
    }
  }
  return { ids, problems, codes };
}

const ranking = (changes: object): string =>
  JSON.stringify({
    id: 'r1',
    promptId: 'p1',
    ranking: [['a'], ['b']],
    shown: ['b', 'a'],
    labeler: 'anna',
    ...changes,
  });

test('a bad line is a problem at its line and never hides the good ones', async () => {
  const { ids, problems } = await read(
    'prompts',
    '{"id":"a","prompt":"x"}\n{"id":"b",\n\n[1]\r\n{"id":"c","prompt":"y"}',
  );
  assert.deepEqual(ids, ['a', 'c']);
  assert.deepEqual(problems, [
    'f:2:11: error: not valid JSON: property name expected',
    'f:4:1: error: expected a JSON object, got a list',
  ]);
});

test('a value out of range is named with its range, at its column', async () => {
  const text = ranking({ ratings: { a: { overall: 9 } } });
  const { problems } = await read('rankings', text);
  assert.deepEqual(problems, [
    `f:1:${text.indexOf('9') + 1}: error: ratings.a.overall: expected an integer from 1 to 7, got 9`,
  ]);
});

test('every message says what was expected and what stands there', async () => {
  const cases: [RecordKind, string, string][] = [
    [
      'rankings',
      ranking({ labeler: undefined }),
      'labeler: expected a text of 1 to 200 characters, but it is missing',
    ],
    [
      'rankings',
      ranking({ shown: ['a', 7] }),
      'shown[1]: expected a text of 1 to 200 characters, got 7',
    ],
    [
      'rankings',
      ranking({ ranking: [['a', 'b'], []] }),
      'ranking[1]: expected a list of at least 1, got an empty list',
    ],
    [
      'rankings',
      ranking({ ratings: { 'a b': { note: null } } }),
      'ratings["a b"].note: expected a text, got null',
    ],
    [
      'rankings',
      ranking({ ratings: { a: { flags: { hallucinations: true } } } }),
      'ratings.a.flags.hallucinations: unknown key; did you mean "hallucination"?',
    ],
    [
      'rankings',
      ranking({ ratings: { a: { flags: { failsTask: 3 } } } }),
      'ratings.a.flags.failsTask: expected true or false or null, got 3',
    ],
    [
      'rankings',
      ranking({ created: 'yesterday' }),
      'created: expected a time such as 2026-11-21T09:30:00Z, got "yesterday"',
    ],
    ['rankings', ranking({ seconds: -1 }), 'seconds: expected a number of at least 0, got -1'],
    [
      'rankings',
      ranking({ ranking: [['a']] }),
      'ranking: a ranking needs at least two completions',
    ],
    [
      'prompts',
      '{"id":"a","prompt":"x","split":"training"}',
      'split: expected one of train, valid, test, got "training"',
    ],
    ['prompts', '{"id":"a"}', 'prompt: either "prompt" or "messages" is needed'],
    [
      'completions',
      '{"id":"a","promptId":"p","completion":"","model":{"name":"m"},"sampling":{"temperature":1,"maxTokens":2,"topP":0}}',
      'sampling.topP: expected a number above 0 and of at most 1, got 0',
    ],
  ];
  for (const [kind, text, message] of cases) {
    const { problems } = await read(kind, `${text}\n`);
    assert.equal(problems.length, 1, text);
    assert.equal(problems[0].replace(/^f:1:\d+: error: /, ''), message);
  }
});

test('columns point at the offending key or value', async () => {
  const marked: [RecordKind, string][] = [
    [
      'rankings',
      '{"id":"r","promptId":"p","ranking":[["a"],["b"]],"shown":["a","b"],"labeler":^5}',
    ],
    [
      'rankings',
      '{"id":"r","promptId":"p","ranking":[["a"],["b"]],"shown":["a","b"],"labeler":"x","ratings":{"a":{"flags":{^"nope":true}}}}',
    ],
    ['prompts', '{"id":"ä😀","prompt":"x", "tags": ["t", ^1]}'],
    ['prompts', '^{"id":"a"}'],
    ['prompts', '{"id":"a","prompt":"x",^}'],
  ];
  for (const [kind, text] of marked) {
    const { problems } = await read(kind, `${text.replace('^', '')}\n`);
    assert.match(problems[0] ?? '', new RegExp(`^f:1:${text.indexOf('^') + 1}: `), text);
  }
});

test('a line that breaks off at the end of the file is called torn', async () => {
  const { ids, codes } = await read('prompts', '{"id":"a","prompt":"x"}\n{"id":"b","pro');
  assert.deepEqual(ids, ['a']);
  assert.deepEqual(codes, ['torn-line']);
});

test('a bad line of megabytes is a problem at its beginning, in the same words', async () => {
  const long = 'x'.repeat(2 << 20);
  const { problems, codes } = await read(
    'prompts',
    `{"id":"a","prompt":"${long}","split":"tran"}\n{"id":"b","prompt":"${long}",}\n{"prompt":"${long}`,
  );
  assert.deepEqual(codes, ['bad-record', 'bad-json', 'torn-line']);
  assert.match(problems[0], /^f:1:1: error: split: expected one of train, valid, test, got "tran"/);
  assert.match(problems[1], /^f:2:1: error: not valid JSON: /);
  assert.match(problems[2], /^f:3:1: error: the last line breaks off /);
});

test('a wrong last line that was written to its end is not called torn', async () => {
  const { codes } = await read('prompts', '{"id":"a","prompt":"x"}\n{"id":"b",}');
  assert.deepEqual(codes, ['bad-json']);
});

test('the folder tells the kind of records', () => {
  assert.equal(kindOfFile('rankings/anna.jsonl'), 'rankings');
  assert.equal(kindOfFile('prompts\\all.jsonl'), 'prompts');
  assert.equal(kindOfFile('rankings/anna.jsonl.lock'), null);
  assert.equal(kindOfFile('rankings/old/anna.jsonl'), null);
  assert.equal(kindOfFile('runs/events.jsonl'), null);
});
