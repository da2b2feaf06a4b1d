import assert from 'node:assert/strict';
import {
  appendFileSync,
  existsSync,
  readFileSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { RunEvent } from '../../src/protocol/run.ts';
import { writeLessonProject } from './fixtures/lessonProject.ts';
import {
  entry,
  eventsOf,
  instruct,
  startNode,
  temporaryFolder,
  untilStep,
  type ProcessEnd,
} from './fixtures/runs.ts';

const settings = {
  sft: {
    epochs: 100,
    batchSize: 2,
    learningRate: 0.01,
    residualDropout: 0.2,
    selectBy: 'validation-loss',
  },
  rm: { epochs: 100, batchSize: 2, learningRate: 0.01 },
  ppo: { iterations: 30, batchSize: 4, minibatchSize: 2, maxNewTokens: 8, learningRate: 0.001 },
  dpo: { epochs: 100, batchSize: 2, learningRate: 0.001 },
  expert: { iterations: 30, batchSize: 4, maxNewTokens: 8, learningRate: 0.001 },
};

/** Makes a run folder by the command line, as the editor does, and returns the folder. */
async function create(t: TestContext, project: string, ...args: string[]): Promise<string> {
  const end = await instruct(t, [...args, '--project', project, '--create-only', '--json']);
  assert.equal(end.code, 0, end.stderr);
  const reply: unknown = JSON.parse(end.stdout);
  assert.ok(typeof reply === 'object' && reply !== null && 'run' in reply);
  return join(project, 'runs', String(reply.run));
}

const runFolder = (t: TestContext, folder: string): Promise<ProcessEnd> =>
  instruct(t, ['run', folder, '--checkpoint-steps', '3']);

const weightsOf = (folder: string): Buffer =>
  readFileSync(join(folder, 'model', 'model.safetensors'));

/** Kills a run once in its middle, does something, and lets it finish. */
async function killAndResume(
  t: TestContext,
  folder: string,
  step: number,
  between: () => void = () => undefined,
): Promise<void> {
  const first = startNode(t, entry, ['run', folder, '--checkpoint-steps', '3']);
  await untilStep({ folder }, step);
  first.process.kill('SIGKILL');
  await first.ended;
  assert.equal(existsSync(join(folder, 'model')), false, 'it was killed in its middle');
  between();
  const second = await runFolder(t, folder);
  assert.equal(second.code, 0, second.stderr);
  const starts = eventsOf({ folder }).filter((event) => event.type === 'started');
  assert.equal(starts.length, 2);
  assert.ok((starts[1].resumedFrom ?? 0) > 0);
}

test('SFT, reward model, PPO, DPO and expert iteration killed and resumed end bit for bit where they would have', async (t) => {
  const project = temporaryFolder(t);
  await writeLessonProject(project, settings);
  for (const [stage, step] of [
    ['sft', 8],
    ['rm', 8],
    ['ppo', 4],
    ['dpo', 8],
    ['expert', 4],
  ] as const) {
    const whole = await create(t, project, stage, '--seed', '3');
    const killed = await create(t, project, stage, '--seed', '3');
    const end = await runFolder(t, whole);
    assert.equal(end.code, 0, end.stderr);
    // Labels that come while a run is interrupted are for the next run, not for this one.
    await killAndResume(t, killed, step, () => {
      appendFileSync(
        join(project, 'demonstrations', 'late.jsonl'),
        `${JSON.stringify({ id: `late-${stage}`, promptId: 'p0', completion: 'Late.', labeler: 'late' })}\n`,
      );
    });
    assert.deepEqual(weightsOf(killed), weightsOf(whole), stage);
    rmSync(join(project, 'demonstrations', 'late.jsonl'));
    // The killed run's model must not become the next stage's start: both are equal, so either may.
    const names = readdirSync(join(killed, 'model')).sort();
    assert.ok(names.includes('config.json') && names.includes('tokenizer.json'));
    assert.match(readFileSync(join(killed, 'model', 'README.md'), 'utf8'), new RegExp(stage));
  }
});

test('a stopped SFT run says so with exit status 3 and can be gone on with', async (t) => {
  const project = temporaryFolder(t);
  await writeLessonProject(project, { sft: { ...settings.sft, epochs: 400 } });
  const folder = await create(t, project, 'sft');
  const first = startNode(t, entry, ['run', folder, '--json']);
  await untilStep({ folder }, 2);
  writeFileSync(join(folder, 'control', 'stop'), '');
  const end = await first.ended;
  assert.equal(end.code, 3);
  const lines = end.stdout.trimEnd().split('\n');
  const last: unknown = JSON.parse(lines.at(-1) ?? '');
  assert.ok(typeof last === 'object' && last !== null);
  assert.deepEqual('outcome' in last && last.outcome, 'stopped');
});

/** Runs a stage that must fail and returns the error of its `failed` event. */
async function failureOf(
  t: TestContext,
  project: string,
  stage: string,
): Promise<Extract<RunEvent, { type: 'failed' }>['error']> {
  const folder = await create(t, project, stage, '--model', 'models/base');
  const end = await runFolder(t, folder);
  assert.equal(end.code, 1);
  const failed = eventsOf({ folder }).at(-1);
  assert.ok(failed?.type === 'failed', JSON.stringify(failed));
  assert.ok(end.stderr.includes(failed.error.remedy), end.stderr);
  assert.equal(existsSync(join(folder, 'model')), false);
  return failed.error;
}

test('a stage without records fails, saying what is missing', async (t) => {
  const project = temporaryFolder(t);
  await writeLessonProject(project);
  rmSync(join(project, 'demonstrations'), { recursive: true });
  rmSync(join(project, 'rankings'), { recursive: true });
  const sft = await failureOf(t, project, 'sft');
  assert.equal(sft.code, 'empty-dataset');
  assert.match(sft.message, /no demonstrations for prompts of the "train" split/);
  assert.equal((await failureOf(t, project, 'rm')).code, 'empty-dataset');
  const rank = await failureOf(t, project, 'rank');
  assert.equal(rank.code, 'empty-dataset');
});

test('a ranking that names a missing completion is named by file and line', async (t) => {
  const project = temporaryFolder(t);
  await writeLessonProject(project);
  const file = join(project, 'completions', 'hand.jsonl');
  const lines = readFileSync(file, 'utf8').split('\n');
  writeFileSync(file, lines.filter((line) => !line.includes('"c1-2"')).join('\n'));
  const error = await failureOf(t, project, 'rm');
  assert.equal(error.code, 'missing-completion');
  assert.match(error.message, /rankings\/teacher\.jsonl:2: .*"c1-2"/);
  assert.equal(error.place?.line, 2);
});

test('a truncated model and a tokenizer that does not fit are named by their files', async (t) => {
  const project = temporaryFolder(t);
  await writeLessonProject(project);
  const weights = join(project, 'models', 'base', 'model.safetensors');
  const whole = readFileSync(weights);
  truncateSync(weights, whole.length - 100);
  const cut = await failureOf(t, project, 'sft');
  assert.equal(cut.code, 'bad-model');
  assert.match(cut.message, /model\.safetensors/);

  writeFileSync(weights, whole);
  const tokenizer = join(project, 'models', 'base', 'tokenizer.json');
  const config = join(project, 'models', 'base', 'config.json');
  writeFileSync(
    config,
    readFileSync(config, 'utf8').replace(/"vocab_size": \d+/, '"vocab_size": 20'),
  );
  const misfit = await failureOf(t, project, 'sft');
  assert.equal(misfit.code, 'bad-tokenizer');
  assert.ok(misfit.message.includes(tokenizer), misfit.message);
});

test('a bad hyper-parameter in run.json ends in a failed event that names it', async (t) => {
  const project = temporaryFolder(t);
  await writeLessonProject(project);
  const folder = await create(t, project, 'sft');
  const file = join(folder, 'run.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace('"epochs"', '"epochz"'));
  const end = await runFolder(t, folder);
  assert.equal(end.code, 1);
  const failed = eventsOf({ folder }).at(-1);
  assert.ok(failed?.type === 'failed');
  assert.equal(failed.error.code, 'bad-hyperparameter');
  assert.match(failed.error.message, /"epochz" of sft: did you mean "epochs"/);
});

test('a stage whose model is not there yet says which to train first', async (t) => {
  const project = temporaryFolder(t);
  await writeLessonProject(project);
  const rm = await instruct(t, ['rm', '--project', project]);
  assert.equal(rm.code, 1);
  assert.match(rm.stderr, /no run of the project has left an SFT model yet/);
  assert.match(rm.stderr, /instruct-studio sft/);
  const outside = await instruct(t, ['sft', '--project', project, '--model', '../../etc']);
  assert.equal(outside.code, 2);
  assert.match(outside.stderr, /not a folder within the project/);
  assert.equal(existsSync(join(project, 'runs')), false, 'nothing half-made remains');
});
