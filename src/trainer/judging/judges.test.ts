import assert from 'node:assert/strict';
import { createServer, type IncomingMessage } from 'node:http';
import { test, type TestContext } from 'node:test';
import * as z from 'zod';
import { Random } from '../../data/index.ts';
import { withScalarHead } from '../../ml/models/index.ts';
import { InstructError } from '../../protocol/errors.ts';
import type { Ranking } from '../../protocol/records.ts';
import { lessons, tinyModel } from '../../../test/fixtures/tinyModel.ts';
import { apiJudge } from './apiJudge.ts';
import { goldJudge } from './goldJudge.ts';
import { answerId, answersAsCompletions, humanJudge } from './humanJudge.ts';
import type { JudgedPrompt } from '../reports/evaluationFile.ts';
import type { Preference } from './judge.ts';
import { judgeAgreement, judgeReport } from './judgeReport.ts';
import { rewardJudge } from './rewardJudge.ts';

const answer = (completion: string, score: number, flags = {}) => ({
  completion,
  finish: 'stop' as const,
  score,
  likert: 4,
  flags,
});

/** Two prompts: "good" wins, then ties; "bad" loses both. */
const prompts: JudgedPrompt[] = [
  {
    promptId: 'p1',
    prompt: 'What is red?',
    completions: {
      sft: answer('A rose.', 2),
      good: answer('Roses are red.', 3, { failsTask: false }),
      bad: answer('No.', -1, { failsTask: true }),
    },
  },
  {
    promptId: 'p2',
    prompt: 'What is blue?',
    completions: {
      sft: answer('The sea.', 3),
      good: answer('The sky.', 3, { failsTask: true }),
      bad: answer('No.', -1, { failsTask: null }),
    },
  },
];

test('the gold judge compares scores, and the report counts wins, ties, Likert and flags', async () => {
  const report = judgeReport(await goldJudge(prompts, 'sft'), new Random(0));
  assert.equal(report.models['good'].winRate, 0.75);
  assert.equal(report.models['good'].ties, 1);
  assert.equal(report.models['bad'].winRate, 0);
  assert.deepEqual(Object.keys(report.models), ['good', 'bad']);
  assert.deepEqual(report.models['bad'].bootstrap95, [0, 0]);
  assert.equal(report.likert['sft'], 4);
  assert.equal(report.flags['good']['failsTask'], 0.5);
  assert.equal(report.flags['bad']['failsTask'], 1, 'null does not apply');
});

test('another baseline may be chosen', async () => {
  const report = judgeReport(await goldJudge(prompts, 'bad'), new Random(0));
  assert.equal(report.models['sft'].winRate, 1);
  assert.equal('bad' in report.models, false);
});

test('a reward model judges by its scores, and leaves out what does not fit its context', async () => {
  const model = tinyModel();
  const rewardModel = {
    ...model,
    parameters: withScalarHead(model.config, model.parameters, new Random(1)),
    rewardBias: 0,
  };
  const asked = lessons.map(({ prompt, completion }, i): JudgedPrompt => ({
    promptId: `p${i}`,
    prompt: prompt.trim(),
    completions: {
      sft: answer(completion, 0),
      same: answer(completion, 0),
      other: answer('moo', 0),
      long: answer('moo '.repeat(100), 0),
    },
  }));
  const { preferences, notes } = await rewardJudge(rewardModel)(asked, 'sft');
  const of = (name: string) => preferences.filter((one) => one.model === name);
  assert.deepEqual(
    of('same').map(({ outcome }) => outcome),
    [0.5, 0.5, 0.5, 0.5],
  );
  assert.equal(of('long').length, 0);
  assert.match(notes[0], /^4 comparisons left out/);
  // Turned round, every comparison turns round.
  const turned = await rewardJudge(rewardModel)(asked, 'other');
  const back = turned.preferences.filter((one) => one.model === 'sft');
  of('other').forEach(({ outcome }, i) => {
    assert.equal(outcome + back[i].outcome, 1);
  });
});

const requestSchema = z.object({
  model: z.string(),
  temperature: z.literal(0),
  messages: z.array(z.object({ role: z.string(), content: z.string() })).length(2),
});

/** A server with OpenAI's chat completions whose verdict is a function of the two answers. */
async function fakeServer(
  t: TestContext,
  verdict: (a: string, b: string) => string,
  refuse: (request: number) => number | null = () => null,
) {
  const seen: { authorization: string | undefined; model: string }[] = [];
  let requests = 0;
  const server = createServer((request, response) => {
    void bodyOf(request).then((text) => {
      const status = refuse(++requests);
      if (status !== null) {
        response.writeHead(status).end('{"error": "refused"}');
        return;
      }
      const { model, messages } = requestSchema.parse(JSON.parse(text));
      seen.push({ authorization: request.headers.authorization, model });
      const [, a, b] =
        /\[Answer A\]\n([^]*)\n\n\[Answer B\]\n([^]*)\n\nWhich/.exec(messages[1].content) ?? [];
      assert.equal(request.url, '/v1/chat/completions');
      const content = verdict(a, b);
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ choices: [{ message: { role: 'assistant', content } }] }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.close();
  });
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  return { url: `http://127.0.0.1:${address.port}/v1`, seen, count: () => requests };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

const options = { model: 'judge-1', key: 'secret', wait: () => Promise.resolve() };

test('an API judge is asked in both orders, with the key, and its verdicts count', async (t) => {
  const longer = (a: string, b: string): string =>
    a.length === b.length ? 'tie' : a.length > b.length ? 'A' : 'Answer B.';
  const server = await fakeServer(t, longer);
  const { preferences, notes } = await apiJudge({ ...options, url: server.url })(prompts, 'sft');
  // By length: "Roses are red." beats "A rose.", "The sky." ties with "The sea.".
  assert.deepEqual(
    preferences.map(({ promptId, model, outcome }) => [promptId, model, outcome]),
    [
      ['p1', 'good', 1],
      ['p1', 'bad', 0],
      ['p2', 'good', 0.5],
      ['p2', 'bad', 0],
    ],
  );
  assert.match(notes[0], /same in both orders for 100\.0 %/);
  assert.equal(server.count(), 8);
  assert.ok(server.seen.every(({ authorization }) => authorization === 'Bearer secret'));
  assert.ok(server.seen.every(({ model }) => model === 'judge-1'));
});

test('a judge that always likes the first answer finds nothing but ties', async (t) => {
  const server = await fakeServer(t, () => 'A');
  const judgements = await apiJudge({ ...options, url: server.url })(prompts, 'sft');
  const { models } = judgeReport(judgements, new Random(0));
  assert.equal(models['good'].winRate, 0.5);
  assert.equal(models['bad'].winRate, 0.5);
  assert.match(judgements.notes[0], /for 0\.0 %/);
});

test('a busy server is asked again, a refusal and nonsense are told', async (t) => {
  const busy = await fakeServer(
    t,
    () => 'perhaps',
    (request) => (request <= 2 ? 503 : null),
  );
  const { preferences, notes } = await apiJudge({ ...options, url: busy.url })(
    prompts.slice(0, 1),
    'sft',
  );
  assert.deepEqual(
    preferences.map(({ outcome }) => outcome),
    [0.5, 0.5],
  );
  assert.match(notes[1], /^4 replies were neither A, B nor tie/);
  assert.equal(busy.count(), 6);

  const closed = await fakeServer(
    t,
    () => 'A',
    () => 401,
  );
  await assert.rejects(apiJudge({ ...options, url: closed.url })(prompts, 'sft'), (error) => {
    assert.ok(error instanceof InstructError);
    assert.equal(error.code, 'io-failed');
    assert.match(error.message, /it answered 401/);
    assert.match(error.remedy, /OPENAI_API_KEY/);
    return true;
  });
});

const ranking = (labeler: string, promptId: string, groups: string[][]): Ranking => ({
  id: `${labeler}-${promptId}`,
  promptId,
  labeler,
  shown: groups.flat().map((model) => answerId('run', promptId, model)),
  ranking: groups.map((group) => group.map((model) => answerId('run', promptId, model))),
});

test('people’s rankings of the answers are read back, each labeler’s by itself', async () => {
  const ids = answersAsCompletions('run', prompts, '2026-11-21T00:00:00Z').map(({ id }) => id);
  assert.equal(new Set(ids).size, 6);
  const rated: Ranking = {
    ...ranking('ann', 'p1', [['good'], ['sft', 'bad']]),
    ratings: { [answerId('run', 'p1', 'good')]: { overall: 6, flags: { failsTask: false } } },
  };
  const judge = humanJudge('run', [
    ranking('ann', 'p1', [['bad'], ['good', 'sft']]), // put right by the next one
    rated,
    ranking('bob', 'p1', [['sft'], ['good'], ['bad']]),
    { ...ranking('bob', 'p2', [['sft'], ['good']]), skipped: 'unclear' },
    { ...ranking('cy', 'p2', [['good'], ['sft']]), ranking: [['elsewhere'], ['other']] },
  ]);
  const judgements = await judge(prompts, 'sft');
  assert.deepEqual(
    judgements.preferences.map(({ model, outcome }) => [model, outcome]),
    [
      ['good', 1],
      ['bad', 0.5],
      ['good', 0],
      ['bad', 0],
    ],
  );
  const report = judgeReport(judgements, new Random(0));
  assert.equal(report.likert['good'], 6);
  assert.equal(report.flags['good']['failsTask'], 0);
  // One prompt is one cluster: drawn again and again, it gives the same rate.
  assert.deepEqual(report.models['good'].bootstrap95, [0.5, 0.5]);
  assert.deepEqual(report.notes, ['Labelers: ann, bob.']);
});

test('judges agree on the comparisons that both decide', () => {
  const preference = (promptId: string, outcome: number): Preference => ({
    promptId,
    model: 'good',
    outcome,
  });
  const ours = [preference('a', 1), preference('b', 0), preference('c', 0.5), preference('d', 1)];
  const theirs = [preference('a', 1), preference('b', 1), preference('c', 1), preference('d', 0.5)];
  assert.deepEqual(judgeAgreement(ours, theirs), { compared: 2, agreed: 1, rate: 0.5 });
  assert.equal(judgeAgreement(ours, []).rate, null);
});
