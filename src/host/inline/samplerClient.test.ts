import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { InstructError } from '../../protocol/errors.ts';
import { SamplerClient } from './samplerClient.ts';

// A sampler that answers "<model>: <prompt>" word by word, knows the model "missing" not, crashes
// on the prompt "crash", and answers the prompt "slow" only when it is cancelled.
const fakeSampler = `
import { createInterface } from 'node:readline';
const say = (reply) => process.stdout.write(JSON.stringify(reply) + '\\n');
say({ type: 'ready' });
process.stdout.write('a line for people\\n');
createInterface({ input: process.stdin }).on('line', (line) => {
  const { type, id, model, prompt } = JSON.parse(line);
  if (type === 'cancel') return say({ type: 'done', id, completion: 'so far', finish: 'cancelled', logprob: -1 });
  if (prompt === 'crash') { console.error('out of luck'); process.exit(3); }
  if (model === 'missing') return say({ type: 'error', id, code: 'bad-model', message: 'no such model', remedy: 'train one' });
  if (prompt === 'slow') return say({ type: 'token', id, text: 'so far' });
  for (const text of [model + ':', ' ', prompt]) say({ type: 'token', id, text });
  say({ type: 'done', id, completion: model + ': ' + prompt, finish: 'stop', logprob: -2.5 });
}).on('close', () => process.exit(0));
`;

let folder = '';
const clients: SamplerClient[] = [];
before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'instruct-sampler-'));
  await writeFile(path.join(folder, 'sampler.mjs'), fakeSampler);
});
after(() => rm(folder, { recursive: true }));
afterEach(() => clients.splice(0).forEach((client) => client.dispose()));

function client(log: string[] = [], idleMs?: number): SamplerClient {
  const made = new SamplerClient({
    projectPath: folder,
    program: () => ({ executable: process.execPath, script: path.join(folder, 'sampler.mjs') }),
    log: (line) => log.push(line),
    ...(idleMs === undefined ? {} : { idleMs }),
  });
  clients.push(made);
  return made;
}
const job = (model: string, prompt: string) => ({
  model,
  prompt,
  sampling: { temperature: 0, maxTokens: 8 },
});
const never = new AbortController().signal;

test('two completions stream side by side, each to its own listener', async () => {
  const sampler = client();
  const texts = { a: '', b: '' };
  const [a, b] = await Promise.all([
    sampler.sample(job('A', 'hello'), (text) => (texts.a += text), never),
    sampler.sample(job('B', 'world'), (text) => (texts.b += text), never),
  ]);
  assert.deepEqual(texts, { a: 'A: hello', b: 'B: world' });
  assert.deepEqual(
    [a.completion, b.completion, a.finish, a.logprob],
    ['A: hello', 'B: world', 'stop', -2.5],
  );
});

test("the sampler's own error keeps its code and remedy", async () => {
  await assert.rejects(
    client().sample(job('missing', 'x'), () => undefined, never),
    (error) => {
      assert.ok(error instanceof InstructError);
      assert.deepEqual(
        [error.code, error.message, error.remedy],
        ['bad-model', 'no such model', 'train one'],
      );
      return true;
    },
  );
});

test('after a crash the pending request fails with its last words, and the next one works', async () => {
  const sampler = client();
  await assert.rejects(
    sampler.sample(job('A', 'crash'), () => undefined, never),
    /exit code 3.*out of luck/,
  );
  const { completion } = await sampler.sample(job('A', 'again'), () => undefined, never);
  assert.equal(completion, 'A: again');
});

test('a cancelled request resolves with what there is', async () => {
  const abort = new AbortController();
  const sampled = await client().sample(job('A', 'slow'), () => abort.abort(), abort.signal);
  assert.deepEqual([sampled.completion, sampled.finish], ['so far', 'cancelled']);
});

test('an idle sampler ends, and starts anew when asked', async () => {
  const sampler = client([], 30);
  await sampler.sample(job('A', 'one'), () => undefined, never);
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert.equal(
    (await sampler.sample(job('A', 'two'), () => undefined, never)).completion,
    'A: two',
  );
});

test('what is no reply goes to the log', async () => {
  const log: string[] = [];
  await client(log).sample(job('A', 'x'), () => undefined, never);
  assert.ok(log.includes('sampler: a line for people'));
});
