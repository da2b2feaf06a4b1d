/** Import and export by the command line, in a real process. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, test } from 'node:test';

const folder = mkdtempSync(join(tmpdir(), 'exchange-'));
after(() => {
  rmSync(folder, { recursive: true });
});
const main = resolve(import.meta.dirname, '../../src/trainer/main.ts');

interface Outcome {
  readonly code: number;
  readonly out: string;
}

function studio(...args: string[]): Promise<Outcome> {
  return new Promise((done) => {
    const child = execFile(process.execPath, [main, ...args], (_, out) => {
      done({ code: child.exitCode ?? -1, out });
    });
  });
}

/** Three of InstructGPT's models on two prompts, as the published file has them. */
const published = [
  ',model_type,prompt_type,adversarial,question,answer,true,info',
  ...['gpt-xl', 'sft-xl', 'ppo-ptx-xl'].flatMap((model, index) => [
    `${String(index)},${model},QA prompt,True,Is the moon cheese?,"No, says ${model}.",0.9,0.5`,
    `${String(index + 3)},${model},instruction prompt,True,Is the moon cheese?,"No, says ${model}.",0.8,1.0`,
  ]),
].join('\n');

test('samples become a new project, once, and leave it again as another format', async () => {
  const csv = join(folder, 'samples.csv');
  writeFileSync(csv, published);
  const project = join(folder, 'project');

  const dry = await studio('import', csv, '--project', project, '--dry-run');
  assert.equal(dry.code, 0);
  assert.match(dry.out, /csv, InstructGPT’s published TruthfulQA samples .*6 rows/);
  assert.match(dry.out, /question → prompt/);
  assert.match(dry.out, /completions +6 +0/);
  assert.ok(!existsSync(project), 'a dry run writes nothing');

  const first = await studio('import', csv, '--project', project, '--json');
  const report: unknown = JSON.parse(first.out);
  assert.partialDeepStrictEqual(report, {
    created: true,
    added: { prompts: 2, demonstrations: 0, completions: 6, rankings: 0 },
    problems: [],
  });
  const completion: unknown = JSON.parse(
    readFileSync(join(project, 'completions/sft-xl.jsonl'), 'utf8').split('\n')[0],
  );
  assert.partialDeepStrictEqual(completion, {
    completion: 'No, says sft-xl.',
    model: { name: 'sft-xl' },
    scores: { true: 0.9, info: 0.5 },
  });
  const again = await studio('import', csv, '--project', project);
  assert.match(again.out, /completions +0 +6[^]*Nothing new: nothing was written/);
  assert.equal((await studio('validate', '--project', project)).code, 0);

  const out = join(folder, 'out.jsonl.gz');
  const exported = await studio(
    ...['export', '--project', project],
    '--format',
    'ultrafeedback',
    '--out',
    out,
  );
  assert.match(exported.out, /2 rows of 2 prompts written[^]*not held by this format: 2 tags/);
  const back = await studio('import', out, '--project', join(folder, 'back'), '--json');
  assert.partialDeepStrictEqual(JSON.parse(back.out) as unknown, {
    added: { prompts: 1, completions: 3 },
  });
});

test('bad lines are printed as compilers do, the good ones are imported, and the status is 1', async () => {
  const file = join(folder, 'pairs.jsonl');
  writeFileSync(file, '{"prompt":"a","chosen":"b","rejected":"c"}\n{"prompt":\n');
  const { code, out } = await studio('import', file, '--project', join(folder, 'pairs'));
  assert.equal(code, 1);
  assert.match(out, /pairs\.jsonl:2:1: error: not valid JSON/);
  assert.match(out, /rankings +1 +0/);
});

test('what cannot be done is a usage error', async () => {
  const project = join(folder, 'project');
  assert.equal((await studio('import', '--project', project)).code, 2);
  assert.equal(
    (await studio('export', '--project', project, '--format', 'trl-preference')).code,
    2,
  );
  const unknown = await studio('export', '--project', project, '--format', 'trl', '--out', 'x');
  assert.equal(unknown.code, 2);
});
