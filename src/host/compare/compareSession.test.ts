import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ComparedCell } from '../../protocol/comparePanel.ts';
import { InstructError } from '../../protocol/errors.ts';
import { CompareSession, type CompareStore } from './compareSession.ts';

function session(sampleMs = 0) {
  const saved: { kind: string; owner: string; record: Record<string, unknown> }[] = [];
  const seen: ComparedCell[] = [];
  let id = 0;
  const store: CompareStore = {
    append: (kind: string, owner: string, record: object) => {
      saved.push({ kind, owner, record: { ...record } });
      return Promise.resolve();
    },
  };
  const made = new CompareSession({
    store: () => store,
    sample: async ({ model, reference }, onText, signal) => {
      if (model === 'models/broken') throw new InstructError(broken);
      onText(`${model} `);
      await new Promise((resolve) => setTimeout(resolve, sampleMs));
      if (signal.aborted) return { completion: '', finish: 'cancelled', logprob: 0 };
      const kl = reference === 'models/a' ? { kl: { nats: 3, tokens: 4 } } : {};
      return { completion: `${model} says`, finish: 'stop', logprob: -2, ...kl };
    },
    score: (_prompt, completion) => Promise.resolve(completion.length),
    reference: (model) => (model === 'models/b' ? 'models/a' : undefined),
    labeler: () => Promise.resolve('ann'),
    changed: (cells) => seen.push(...cells),
    clock: () => 0,
    newId: () => `id${id++}`,
  });
  return { made, saved, seen };
}
const broken = { code: 'bad-model', message: 'No model.', remedy: 'Get one.' } as const;
const prompt = { text: 'Ask' };
const sampling = { temperature: 0, maxTokens: 4, seed: 1 };
const jobs = ['models/a', 'models/b'].map((model) => ({ cell: model, model, prompt, sampling }));

test('cells stream, end with a score, and one that fails says why', async () => {
  const { made, seen } = session();
  await made.write([...jobs, { cell: 'c', model: 'models/broken', prompt, sampling }]);
  assert.deepEqual(
    seen.filter(({ cell }) => cell === 'models/a').map(({ state, score }) => [state, score]),
    [
      ['waiting', undefined],
      ['writing', undefined],
      ['done', undefined],
      ['done', 13],
    ],
  );
  assert.equal(made.views.find(({ cell }) => cell === 'c')?.error?.message, 'No model.');
});

test('a vote saves a typed prompt once, its completions, and the preferred one first', async () => {
  const { made, saved } = session();
  await made.write(jobs);
  await made.vote(['models/b', 'models/a'], 'models/a', false, 3.14);
  await made.vote(['models/b', 'models/a'], undefined, true, 1);
  assert.deepEqual(
    saved.map(({ kind }) => kind),
    ['prompts', 'completions', 'completions', 'rankings', 'completions', 'completions', 'rankings'],
  );
  const [first, second] = saved.filter(({ kind }) => kind === 'rankings');
  const ids = saved.slice(1, 3).map(({ record }) => record['id']);
  assert.deepEqual(first.record['ranking'], [[ids[1]], [ids[0]]]);
  assert.deepEqual(first.record['shown'], ids);
  assert.equal(first.record['seconds'], 3.1);
  assert.equal(second.record['bothBad'], true);
});

test('no vote while a completion is missing; a stopped one stays as far as it came', async () => {
  const { made, saved } = session(50);
  const writing = made.write(jobs);
  made.stop();
  await writing;
  assert.deepEqual(
    made.views.map(({ state, text }) => [state, text]),
    [
      ['stopped', 'models/a '],
      ['stopped', 'models/b '],
    ],
  );
  await assert.rejects(
    made.vote(['models/a', 'models/b'], 'models/a', false, 0),
    /must be written/,
  );
  assert.deepEqual(saved, []);
});

test('one model under two settings is two completions, each saved with its own', async () => {
  const { made, saved } = session();
  const warm = { temperature: 1, maxTokens: 4, seed: 2, format: 'chatml' as const };
  const [cold] = jobs;
  await made.write([cold, { ...cold, cell: 'warm', sampling: warm }]);
  await made.vote([cold.cell, 'warm'], 'warm', false, 0);
  const completions = saved.filter(({ kind }) => kind === 'completions');
  assert.deepEqual(
    completions.map(({ owner, record }) => [owner, record['sampling']]),
    [
      ['models/a', sampling],
      ['models/a', warm],
    ],
  );
});

test('of more models than stay loaded each writes all it has to before the next', async () => {
  const { made, seen } = session();
  const prompts = ['one', 'two'].map((text) => ({ text }));
  const many = prompts.flatMap((asked) =>
    ['a', 'b', 'c', 'd'].map((model) => ({
      cell: `${asked.text} ${model}`,
      model,
      prompt: asked,
      sampling,
    })),
  );
  await made.write(many);
  const begun = seen.filter(({ state }) => state === 'waiting').map(({ cell }) => cell.at(-1));
  assert.equal(begun.join(''), 'aabbccdd');
});

test('a completion carries its KL, and the model it is taken against from the beginning', async () => {
  const { made, seen } = session();
  await made.write(jobs);
  const [first] = seen.filter(({ cell }) => cell === 'models/b');
  assert.deepEqual([first.state, first.reference, first.kl], ['waiting', 'models/a', undefined]);
  assert.deepEqual(
    made.views.map(({ reference, kl }) => [reference, kl]),
    [
      [undefined, undefined],
      ['models/a', { nats: 3, tokens: 4 }],
    ],
  );
});
