// Models taken into a project: from a folder, and by download from a server of the hub's interface on this machine.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import * as z from 'zod';
import { loadLanguageModel } from '../../src/ml/models/index.ts';
import { assetPath } from '../../src/trainer/assets.ts';
import { instruct, temporaryFolder } from './fixtures/runs.ts';

const source = assetPath('base-model');
const commit = 'c0ffee'.padEnd(40, '0');

interface Hub {
  readonly url: string;
  /** What was asked for, with its range. */
  readonly asked: string[];
  /** Bytes of the weights after which the connection breaks; null for never. */
  breakAfter: number | null;
  /** Sends other weights than it says. */
  corrupt: boolean;
}

async function hub(t: TestContext): Promise<Hub> {
  const names = readdirSync(source);
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    const { range = '' } = request.headers;
    state.asked.push(`${path} ${range}`.trim());
    if (path.startsWith('/api/models/world/base/revision/main')) {
      const siblings = [
        ...names.map((rfilename) => {
          const bytes = readFileSync(join(source, rfilename));
          const sha256 = createHash('sha256').update(bytes).digest('hex');
          const git = createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes);
          return rfilename.endsWith('.safetensors')
            ? { rfilename, size: 130, lfs: { sha256, size: bytes.length } }
            : { rfilename, size: bytes.length, blobId: git.digest('hex') };
        }),
        { rfilename: 'pytorch_model.bin', size: 9e9 },
      ];
      response.end(
        JSON.stringify({ id: 'world/base', sha: commit, cardData: { license: 'mit' }, siblings }),
      );
      return;
    }
    const file = path.replace(`/world/base/resolve/${commit}/`, '');
    if (!names.includes(file)) {
      response.writeHead(404).end();
      return;
    }
    const bytes = readFileSync(join(source, file));
    if (state.corrupt && file.endsWith('.safetensors')) bytes[bytes.length - 1] ^= 1;
    const from = Number(/bytes=(\d+)-/.exec(range)?.at(1) ?? 0);
    const rest = bytes.subarray(from);
    response.writeHead(from > 0 ? 206 : 200, { 'content-length': rest.length });
    if (state.breakAfter === null || !file.endsWith('.safetensors')) response.end(rest);
    else
      response.write(rest.subarray(0, state.breakAfter), () =>
        setTimeout(() => response.destroy(), 50),
      );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const state: Hub = {
    url: `http://127.0.0.1:${address.port}`,
    asked: [],
    breakAfter: null,
    corrupt: false,
  };
  return state;
}

function project(t: TestContext): string {
  const folder = temporaryFolder(t);
  const file = { format: 1, name: 'Models', models: { base: 'models/base' } };
  writeFileSync(join(folder, 'instruct.json'), JSON.stringify(file));
  return folder;
}

const fetched = (url: string, folder: string, ...more: string[]): string[] => [
  ...['add-model', 'world/base', '--download', '--endpoint', url, '--project', folder],
  ...more,
];

test('a download says size and licence first, goes on where it broke, and is checked', async (t) => {
  const server = await hub(t);
  const folder = project(t);
  const dry = await instruct(t, fetched(server.url, folder, '--dry-run', '--json'));
  assert.equal(dry.code, 0, dry.stderr);
  const { plan } = z
    .object({ plan: z.object({ licence: z.string(), bytes: z.int(), files: z.array(z.string()) }) })
    .parse(JSON.parse(dry.stdout));
  assert.equal(plan.licence, 'mit');
  assert.ok(plan.files.includes('model.safetensors') && !plan.files.includes('pytorch_model.bin'));
  assert.ok(!existsSync(join(folder, 'models')), 'nothing is fetched by asking');

  server.breakAfter = 100_000;
  const broken = await instruct(t, fetched(server.url, folder));
  assert.equal(broken.code, 1);
  assert.match(broken.stderr, /the connection broke after 100000 bytes/);
  assert.ok(!existsSync(join(folder, 'models', 'base')), 'a part of a model is no model');

  server.breakAfter = null;
  server.asked.length = 0;
  const whole = await instruct(t, fetched(server.url, folder, '--json'));
  assert.equal(whole.code, 0, whole.stderr);
  const weights = server.asked.filter((line) => line.includes('safetensors'));
  assert.deepEqual(weights, [`/world/base/resolve/${commit}/model.safetensors bytes=100000-`]);
  const once = server.asked.filter((line) => line.includes('generation_config.json'));
  assert.deepEqual(once, [], 'what had arrived whole is not fetched again');
  const target = join(folder, 'models', 'base');
  assert.deepEqual(
    readFileSync(join(target, 'model.safetensors')),
    readFileSync(join(source, 'model.safetensors')),
  );
  const from = z
    .object({ from: z.string(), revision: z.string(), licence: z.string() })
    .parse(JSON.parse(readFileSync(join(target, 'source.json'), 'utf8')));
  assert.deepEqual(from, { from: `${server.url}/world/base`, revision: commit, licence: 'mit' });
  assert.deepEqual(readdirSync(join(folder, 'models')), ['base']);
  assert.ok((await loadLanguageModel(target)).config.nLayer > 0);

  const again = await instruct(t, fetched(server.url, folder));
  assert.equal(again.code, 2);
  assert.match(again.stderr, /models\/base stands already/);
});

test('weights that are not what the server says are discarded', async (t) => {
  const server = await hub(t);
  server.corrupt = true;
  const folder = project(t);
  const end = await instruct(t, fetched(server.url, folder, '--name', 'other'));
  assert.equal(end.code, 1);
  assert.match(end.stderr, /checksum is not the one/);
  const left = readdirSync(join(folder, 'models', '.other.download'));
  assert.ok(!left.some((name) => name.startsWith('model.safetensors')), left.join());
});

test('a server that has no such model, or is not there, is said in a sentence', async (t) => {
  const server = await hub(t);
  const folder = project(t);
  const args = ['--download', '--endpoint', server.url, '--project', folder];
  const unknown = await instruct(t, ['add-model', 'world/none', ...args]);
  assert.match(unknown.stderr, /has no model "world\/none" at "main" that you may read \(404\)/);
  const gone = await instruct(t, [
    ...['add-model', 'world/base', '--download', '--endpoint', 'http://127.0.0.1:9'],
    ...['--project', folder],
  ]);
  assert.equal(gone.code, 1);
  assert.match(gone.stderr, /cannot be read: .*Check the network/s);
});

test('a folder is taken in once it has been read whole, and a bad one is refused', async (t) => {
  const folder = project(t);
  const args = ['--project', folder, '--name', 'mine'];
  const end = await instruct(t, ['add-model', source, ...args]);
  assert.equal(end.code, 0, end.stderr);
  assert.match(
    end.stdout,
    /^models\/mine: a language model of 0\.\d M parameters|^models\/mine: a language model of 1\.\d M/,
  );
  assert.equal(
    statSync(join(folder, 'models', 'mine', 'model.safetensors')).size,
    statSync(join(source, 'model.safetensors')).size,
  );
  const bad = join(folder, 'bad');
  mkdirSync(bad);
  writeFileSync(join(bad, 'config.json'), readFileSync(join(source, 'config.json')));
  writeFileSync(join(bad, 'tokenizer.json'), readFileSync(join(source, 'tokenizer.json')));
  writeFileSync(join(bad, 'model.safetensors'), 'no weights');
  const refused = await instruct(t, ['add-model', bad, '--project', folder]);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /model\.safetensors/);
  assert.deepEqual(readdirSync(join(folder, 'models')), ['mine']);
});
