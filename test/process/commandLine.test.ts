import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import * as z from 'zod';
import { hyperparameterTable, isTunable } from '../../src/protocol/hyperparameters.ts';
import { stages } from '../../src/protocol/run.ts';
import { commands } from '../../src/trainer/commands.ts';
import { commandHelp } from '../../src/trainer/help.ts';
import { writeLessonProject } from './fixtures/lessonProject.ts';
import { instruct, temporaryFolder } from './fixtures/runs.ts';

const specSchema = z.object({
  preset: z.string(),
  hyperparameters: z.record(z.string(), z.unknown()),
});

test('the help lists every command, and that of a stage every hyper-parameter', async (t) => {
  const overview = await instruct(t, ['--help']);
  assert.equal(overview.code, 0);
  for (const { name } of commands) assert.match(overview.stdout, new RegExp(`^  ${name} `, 'm'));
  const ppo = await instruct(t, ['ppo', '--help']);
  assert.equal(ppo.code, 0);
  assert.match(ppo.stdout, /klCoef = 0\.\d+, number from 0 to 100/);
  assert.match(ppo.stdout, /Paper: 0\.02 \(App\. C\.4/);
  assert.match(ppo.stdout, /Exit status:/);
  for (const stage of stages) {
    const command = commands.find(({ name }) => name === stage);
    assert.ok(command !== undefined, stage);
    const text = commandHelp(command);
    if (!isTunable(stage)) continue;
    for (const key of hyperparameterTable(stage).keys())
      assert.ok(text.includes(` ${key} = `), key);
  }
});

test('a wrong command line does nothing and ends with status 2', async (t) => {
  const project = temporaryFolder(t);
  await writeLessonProject(project);
  const cases: [string[], RegExp][] = [
    [[], /Usage: instruct-studio COMMAND/],
    [['stf'], /unknown command "stf": did you mean "sft"\?/],
    [['sft', '--projct', project], /unknown option "--projct": did you mean "--project"\?/],
    [['sft', '--project', project, '--set', 'lerningRate=1'], /did you mean "learningRate"\?/],
    [['sft', '--project', project, '--set', 'epochs=0'], /epochs: expected a whole number from 1/],
    [
      ['sft', '--project', project, '--preset', 'paper-13b'],
      /unknown preset "paper-13b": did you mean "paper-1\.3b"\?/,
    ],
    [['run'], /expected FOLDER\|FILE, got nothing/],
  ];
  for (const [args, message] of cases) {
    const end = await instruct(t, args);
    assert.equal(end.code, 2, args.join(' '));
    assert.match(end.stdout + end.stderr, message);
  }
  assert.ok(!readdirSync(project).includes('runs'));
});

test('what will not fit is refused with settings that would, before anything is loaded', async (t) => {
  const model = temporaryFolder(t);
  const shape = { n_embd: 256, n_layer: 6, n_head: 4, n_positions: 512, vocab_size: 4096 };
  const config = { model_type: 'gpt2', architectures: ['GPT2LMHeadModel'], ...shape };
  writeFileSync(join(model, 'config.json'), JSON.stringify(config));
  const args = ['estimate', 'rm', '--model', model];
  const fits = await instruct(t, [...args, '--set', 'batchSize=1', '--length', '32']);
  assert.equal(fits.code, 0, fits.stderr);
  const tooLarge = await instruct(t, [
    ...args,
    '--set',
    'batchSize=65536',
    '--length',
    '48',
    '--json',
  ]);
  assert.equal(tooLarge.code, 1);
  const schema = z.object({
    total: z.number(),
    free: z.number(),
    refusal: z.object({ code: z.literal('out-of-memory'), remedy: z.string() }),
  });
  const { total, free, refusal } = schema.parse(JSON.parse(tooLarge.stdout));
  assert.ok(total > free);
  assert.match(refusal.remedy, /Set rm\.batchSize to \d+: that takes about/);
});

test('a preset of the command line goes before instruct.json, and a setting before both', async (t) => {
  const project = temporaryFolder(t);
  await writeLessonProject(project, { sft: { epochs: 3 } });
  const file = join(project, 'instruct.json');
  const made = async (...args: string[]): Promise<z.infer<typeof specSchema>> => {
    const end = await instruct(t, ['sft', '--project', project, '--create-only', ...args]);
    assert.equal(end.code, 0, end.stderr);
    const text = readFileSync(join(project, 'runs', end.stdout.trim(), 'run.json'), 'utf8');
    return specSchema.parse(JSON.parse(text));
  };
  const plain = await made();
  assert.deepEqual([plain.preset, plain.hyperparameters['epochs']], ['tiny', 3]);
  assert.equal(plain.hyperparameters['learningRate'], 1.5e-3);
  const paper = await made('--preset', 'paper-175b', '--set', 'batchSize=16');
  assert.deepEqual(paper.preset, 'paper-175b');
  assert.deepEqual(
    ['epochs', 'learningRate', 'batchSize'].map((key) => paper.hyperparameters[key]),
    [16, 5.03e-6, 16],
  );
  writeFileSync(file, readFileSync(file, 'utf8').replace('{', '{"preset":"paper-6b",'));
  const ofFile = await made();
  assert.deepEqual(
    [ofFile.preset, ofFile.hyperparameters['epochs'], ofFile.hyperparameters['learningRate']],
    ['paper-6b', 3, 9.65e-6],
  );
});

test('validate prints path, line and column of every problem and ends with status 1', async (t) => {
  const project = temporaryFolder(t);
  await writeLessonProject(project);
  const good = await instruct(t, ['validate', '--project', project]);
  assert.equal(good.code, 0, good.stdout);
  assert.equal(good.stdout, '');

  const file = join(project, 'prompts', 'lessons.jsonl');
  const lines = readFileSync(file, 'utf8').split('\n');
  lines.splice(1, 0, '{"id": "bad", "prompt": 7}', '{"id": "torn"');
  writeFileSync(file, lines.join('\n'));
  const bad = await instruct(t, ['validate'], { cwd: project });
  assert.equal(bad.code, 1);
  const printed = bad.stdout.trimEnd().split('\n');
  assert.equal(printed.length, 2, bad.stdout);
  assert.match(printed[0], /^prompts\/lessons\.jsonl:2:\d+: error: /);
  assert.match(printed[1], /^prompts\/lessons\.jsonl:3:\d+: error: /);
  assert.match(bad.stderr, /2 problems found/);
  const json = await instruct(t, ['validate', '--project', project, '--json']);
  for (const line of json.stdout.trimEnd().split('\n')) assert.doesNotThrow(() => JSON.parse(line));
});

test('a folder that is no project, and a bad project file, are said to be so', async (t) => {
  const folder = temporaryFolder(t);
  const none = await instruct(t, ['sft', '--project', folder, '--json']);
  assert.equal(none.code, 1);
  assert.match(none.stderr, /is not an Instruct Studio project/);
  assert.match(none.stdout, /"code":"not-a-project"/);
  writeFileSync(
    join(folder, 'instruct.json'),
    '{\n  "format": 1,\n  "name": "x",\n  "models": { "base": "models/base" },\n  "hyperparameters": { "ppo": { "klCoeff": 1 } }\n}\n',
  );
  const bad = await instruct(t, ['sft', '--project', folder]);
  assert.equal(bad.code, 1);
  assert.match(bad.stderr, /instruct\.json:5:\d+: error: .*"klCoeff".*did you mean "klCoef"/);
  writeFileSync(
    join(folder, 'instruct.json'),
    '{ "format": 1, "name": "x", "models": { "base": "b" }, "hyperparameters": { "ppo": { "klCoef": -1 } } }',
  );
  const range = await instruct(t, ['sft', '--project', folder]);
  assert.match(
    range.stderr,
    /error: hyperparameters\.ppo\.klCoef: expected a number from 0 to 100, got -1/,
  );
  assert.deepEqual(readdirSync(folder), ['instruct.json']);
});

test('init overwrites nothing', async (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, 'prompts'));
  writeFileSync(join(folder, 'prompts', 'mine.jsonl'), '');
  const end = await instruct(t, ['init', folder, '--seed', '1']);
  assert.equal(end.code, 2);
  assert.match(end.stderr, /prompts: stands already, and nothing is overwritten/);
  assert.deepEqual(readdirSync(folder), ['prompts']);
});

test('a *.run.json gives the weights that the same settings on the command line give', async (t) => {
  const project = temporaryFolder(t);
  await writeLessonProject(project);
  const settings = { epochs: 3, batchSize: 2, learningRate: 0.01 };
  const file = join(project, 'small.run.json');
  const plan = { stage: 'sft', seed: 7, hyperparameters: settings, tensorboard: true };
  writeFileSync(file, JSON.stringify(plan, null, 2));
  const byFile = await instruct(t, ['run', file]);
  assert.equal(byFile.code, 0, byFile.stderr);
  const set = Object.entries(settings).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
  const bySettings = await instruct(t, ['sft', '--project', project, '--seed', '7', ...set]);
  assert.equal(bySettings.code, 0, bySettings.stderr);
  const folders = readdirSync(join(project, 'runs'))
    .filter((name) => !name.startsWith('.'))
    .map((name) => join(project, 'runs', name));
  assert.equal(folders.length, 2);
  const [a, b] = folders.map((folder) => readFileSync(join(folder, 'model', 'model.safetensors')));
  assert.ok(a.equals(b));
  const boards = folders.filter((folder) => existsSync(join(folder, 'tensorboard')));
  assert.equal(boards.length, 1, 'only the one that asked for it writes TensorBoard files');
});
