import assert from 'node:assert/strict';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test, type TestContext } from 'node:test';
import { Random } from '../../src/data/index.ts';
import {
  initialise,
  saveLanguageModel,
  Tokenizer,
  trainTokenizer,
} from '../../src/ml/models/index.ts';
import {
  samplerReplySchema,
  type SamplerReply,
  type SamplerRequest,
} from '../../src/protocol/sampler.ts';
import { tinyModel } from '../fixtures/tinyModel.ts';
import { writeLessonProject } from './fixtures/lessonProject.ts';
import { entry, startNode, temporaryFolder, until, type StartedProcess } from './fixtures/runs.ts';

/** A sampler on the lesson project: what it said so far, and how to ask it. */
interface Conversation extends StartedProcess {
  readonly replies: SamplerReply[];
  ask(request: SamplerRequest): void;
  of(id: string): SamplerReply[];
  untilDone(id: string): Promise<Extract<SamplerReply, { type: 'done' | 'error' }>>;
}

async function startSampler(
  t: TestContext,
  prepare: (project: string) => Promise<void> = () => Promise.resolve(),
): Promise<Conversation> {
  const project = temporaryFolder(t);
  await writeLessonProject(project);
  await prepare(project);
  const started = startNode(t, entry, ['sampler', '--project', project]);
  const { stdin, stdout } = started.process;
  assert.ok(stdin !== null && stdout !== null);
  const replies: SamplerReply[] = [];
  createInterface({ input: stdout }).on('line', (line) => {
    replies.push(samplerReplySchema.parse(JSON.parse(line)));
  });
  const of = (id: string): SamplerReply[] =>
    replies.filter((reply) => 'id' in reply && reply.id === id);
  await until('it is ready', () => replies[0]?.type === 'ready');
  return {
    ...started,
    replies,
    of,
    ask: (request) => {
      stdin.write(`${JSON.stringify(request)}\n`);
    },
    untilDone: async (id) => {
      const isLast = (reply: SamplerReply): boolean =>
        reply.type === 'done' || reply.type === 'error';
      await until(`${id} is done`, () => of(id).some(isLast));
      const last = of(id).find((reply) => reply.type === 'done' || reply.type === 'error');
      assert.ok(last?.type === 'done' || last?.type === 'error');
      return last;
    },
  };
}

const request = (id: string, changes: object = {}): SamplerRequest => ({
  type: 'sample',
  id,
  model: 'models/base',
  prompt: 'What does the cow say?',
  sampling: { temperature: 1, maxTokens: 12, seed: 7 },
  ...changes,
});

test('a completion streams in as it is written, and the same seed writes the same again', async (t) => {
  const sampler = await startSampler(t);
  sampler.ask(request('one'));
  sampler.ask(request('two'));
  sampler.ask(request('three', { sampling: { temperature: 1, maxTokens: 12, seed: 8 } }));
  const [one, two, three] = await Promise.all(
    ['one', 'two', 'three'].map((id) => sampler.untilDone(id)),
  );
  assert.ok(one.type === 'done' && two.type === 'done' && three.type === 'done');
  const streamed = sampler
    .of('one')
    .map((reply) => (reply.type === 'token' ? reply.text : ''))
    .join('');
  assert.equal(streamed, one.completion);
  assert.ok(sampler.of('one').length > 4, 'in many pieces');
  assert.ok(one.logprob < 0 && Number.isFinite(one.logprob));
  assert.equal(two.completion, one.completion);
  assert.notEqual(three.completion, one.completion);
  // Side by side: the second one had begun before the first was done.
  const ids = sampler.replies.map((reply) => ('id' in reply ? reply.id : ''));
  assert.ok(ids.indexOf('two') < ids.lastIndexOf('one'));
  sampler.process.stdin?.end();
  assert.equal((await sampler.ended).code, 0);
});

test('a completion ends before a stop string, and not before its least length', async (t) => {
  const sampler = await startSampler(t);
  const sampling = { temperature: 1, maxTokens: 12, seed: 7 };
  sampler.ask(request('whole', { sampling: { ...sampling, minTokens: 12 } }));
  const whole = await sampler.untilDone('whole');
  assert.ok(whole.type === 'done');
  assert.equal(whole.finish, 'length');
  const stop = whole.completion.slice(4, 6);
  sampler.ask(request('stopped', { sampling: { ...sampling, minTokens: 12, stop: [stop] } }));
  const stopped = await sampler.untilDone('stopped');
  assert.ok(stopped.type === 'done');
  assert.equal(stopped.finish, 'stop');
  assert.equal(stopped.completion, whole.completion.slice(0, whole.completion.indexOf(stop)));
});

test('a cancelled request ends at once with what it has, the others go on', async (t) => {
  const sampler = await startSampler(t);
  // The model knows nothing yet, so its text hardly ever ends by itself.
  const long = { sampling: { temperature: 1, maxTokens: 2000, seed: 3 } };
  for (const id of ['a', 'b', 'c', 'd', 'waiting']) sampler.ask(request(id, long));
  sampler.ask({ type: 'cancel', id: 'waiting' });
  sampler.ask({ type: 'cancel', id: 'a' });
  sampler.ask({ type: 'cancel', id: 'unknown' });
  const waiting = await sampler.untilDone('waiting');
  assert.ok(waiting.type === 'done');
  assert.equal(waiting.finish, 'cancelled');
  assert.equal(waiting.completion, '');
  const a = await sampler.untilDone('a');
  const b = await sampler.untilDone('b');
  assert.ok(a.type === 'done' && b.type === 'done');
  assert.equal(a.finish, 'cancelled');
  assert.notEqual(b.finish, 'cancelled');
  assert.ok(a.completion.length < b.completion.length);
});

test('what cannot be answered is answered with the reason, and the sampler lives on', async (t) => {
  const sampler = await startSampler(t);
  sampler.ask(request('missing', { model: 'models/none' }));
  sampler.ask(request('outside', { model: '../../etc' }));
  sampler.ask(request('long', { prompt: 'What does the cow say? '.repeat(50) }));
  sampler.process.stdin?.write('no json\n{"type":"sample","id":"short"}\n');
  const missing = await sampler.untilDone('missing');
  assert.ok(missing.type === 'error');
  assert.equal(missing.code, 'missing-file');
  assert.match(missing.message, /models\/none/);
  const outside = await sampler.untilDone('outside');
  assert.ok(outside.type === 'error');
  assert.equal(outside.code, 'bad-argument');
  const long = await sampler.untilDone('long');
  assert.ok(long.type === 'error');
  assert.match(long.message, /tokens/);
  assert.ok((await sampler.untilDone('short')).type === 'error');
  await until('bad JSON is answered', () => sampler.of('').length > 0);
  sampler.ask(request('good'));
  assert.ok((await sampler.untilDone('good')).type === 'done');
});

test('the sampler ends when its asker goes away, even in the middle of a request', async (t) => {
  const sampler = await startSampler(t);
  sampler.ask(request('a', { sampling: { temperature: 1, maxTokens: 2000, seed: 3 } }));
  await until('it writes', () => sampler.of('a').length > 0);
  sampler.process.stdin?.destroy();
  assert.equal((await sampler.ended).code, 0);
});

test('a text is counted in tokens of the model, and a missing model is an error', async (t) => {
  const sampler = await startSampler(t);
  // Four bytes in UTF-8, none of which the lessons have: byte-level BPE has nothing to merge.
  sampler.ask({ type: 'count', id: 'c1', model: 'models/base', text: '🐙' });
  sampler.ask({ type: 'count', id: 'c2', model: 'models/base', text: '' });
  sampler.ask({ type: 'count', id: 'c3', model: 'models/none', text: 'a' });
  await until('the answers', () => ['c1', 'c2', 'c3'].every((id) => sampler.of(id).length > 0));
  assert.deepEqual(sampler.of('c1'), [{ type: 'counted', id: 'c1', tokens: 4 }]);
  assert.deepEqual(sampler.of('c2'), [{ type: 'counted', id: 'c2', tokens: 0 }]);
  const [missing] = sampler.of('c3');
  assert.ok(missing.type === 'error' && missing.code === 'missing-file');
});

test('a completion has its KL against a reference model: 0 against itself, by hand against one that finds all tokens equally likely', async (t) => {
  const model = tinyModel();
  const sampler = await startSampler(t, async (project) => {
    const models = join(project, 'models');
    // All parameters 0: the log-probability of each of its V tokens is −ln V.
    await saveLanguageModel(join(models, 'flat'), {
      ...model,
      parameters: model.parameters.zerosLike(),
    });
    const tokenizer = Tokenizer.parse(trainTokenizer(['other words'], 280), 'tokenizer.json');
    const config = { ...model.config, vocabSize: tokenizer.size };
    const parameters = initialise(config, 'language', new Random(0));
    await saveLanguageModel(join(models, 'foreign'), { config, tokenizer, parameters });
    const shorter = { ...model.config, nCtx: 8 };
    await saveLanguageModel(join(models, 'short'), {
      config: shorter,
      tokenizer: model.tokenizer,
      parameters: initialise(shorter, 'language', new Random(0)),
    });
  });
  // More than go into one pass, and not at temperature 1: the log-probabilities are.
  const sampling = (seed: number) => ({ temperature: 0.5, maxTokens: 12, minTokens: 12, seed });
  const seeds = [1, 2, 3, 4, 5, 6];
  for (const seed of seeds) {
    sampler.ask(request(`flat ${seed}`, { sampling: sampling(seed), reference: 'models/flat' }));
  }
  sampler.ask(request('itself', { sampling: sampling(1), reference: 'models/base' }));
  for (const name of ['none', 'foreign', 'short']) {
    sampler.ask(request(name, { sampling: sampling(1), reference: `models/${name}` }));
  }
  sampler.ask(request('unasked', { sampling: sampling(1) }));
  const done = async (id: string) => {
    const last = await sampler.untilDone(id);
    assert.ok(last.type === 'done', JSON.stringify(last));
    return last;
  };
  for (const seed of seeds) {
    const { kl, logprob } = await done(`flat ${seed}`);
    assert.ok(kl !== undefined && 'nats' in kl, JSON.stringify(kl));
    assert.equal(kl.tokens, 12);
    const byHand = logprob + 12 * Math.log(model.config.vocabSize);
    assert.ok(Math.abs(kl.nats - byHand) < 1e-4, `${kl.nats}, by hand ${byHand}`);
  }
  const { kl: itself } = await done('itself');
  // Drawn with a key/value cache, asked in one pass: the same but for rounding.
  assert.ok(itself !== undefined && 'nats' in itself && Math.abs(itself.nats) < 1e-4);
  const why = async (id: string) => {
    const { kl } = await done(id);
    return kl !== undefined && 'unavailable' in kl ? kl.unavailable : '';
  };
  assert.match(await why('none'), /models\/none/);
  assert.match(await why('foreign'), /other tokens/);
  assert.match(await why('short'), /takes 8/);
  assert.equal((await done('unasked')).kl, undefined);
});
