import assert from 'node:assert/strict';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import * as z from 'zod';
import { Dataset, RecordStore } from '../../src/data/index.ts';
import { evaluationReportSchema } from '../../src/protocol/evaluationReport.ts';
import { foldRun } from '../../src/protocol/runFold.ts';
import { rolloutRecordSchema } from '../../src/protocol/rollouts.ts';
import { createWorldProject } from '../../src/trainer/worldProject.ts';
import {
  control,
  entry,
  eventsOf,
  instruct,
  startNode,
  temporaryFolder,
  until,
} from './fixtures/runs.ts';

const tiny = [
  ['sft', 'epochs', 2],
  ['sft', 'batchSize', 8],
  ['sample', 'completionsPerPrompt', 3],
  ['sample', 'maxNewTokens', 8],
  ['rm', 'batchSize', 8],
  ['ppo', 'iterations', 2],
  ['ppo', 'batchSize', 8],
  ['ppo', 'minibatchSize', 8],
  ['ppo', 'maxNewTokens', 8],
  ['eval', 'maxNewTokens', 8],
  ['eval', 'bestOf', 4],
] as const;
const tinySettings = tiny.flatMap(([stage, key, value]) => ['--set', `${stage}.${key}=${value}`]);

/** A world project whose base model has seen the world's text only for a moment. */
async function worldProject(t: TestContext): Promise<string> {
  const parent = temporaryFolder(t);
  writeFileSync(
    join(parent, 'instruct.json'),
    JSON.stringify({ format: 1, name: 'Base', models: { base: 'models/base' } }),
  );
  const shape = ['nLayer=1', 'nEmbd=16', 'nHead=2', 'vocabularySize=300', 'steps=2', 'batchSize=2'];
  const pretrained = await instruct(t, [
    'pretrain',
    '--project',
    parent,
    ...shape.flatMap((setting) => ['--set', setting]),
  ]);
  assert.equal(pretrained.code, 0, pretrained.stderr);
  const [id] = readdirSync(join(parent, 'runs'));
  const project = join(parent, 'project');
  createWorldProject(
    project,
    { seed: 1, train: 24, valid: 6, test: 8, demonstrations: 16 },
    join(parent, 'runs', id, 'model'),
  );
  return project;
}

const judgedSchema = z.object({
  models: z.record(z.string(), z.object({ winRate: z.number(), comparisons: z.int() })),
  agreementWithGold: z.object({ compared: z.int() }).nullable(),
});

const finishedAs = (project: string, id: string) =>
  foldRun(eventsOf({ folder: join(project, 'runs', id) }));

test('a pipeline goes through every stage, survives a kill, and leaves what each stage made', async (t) => {
  const project = await worldProject(t);
  const created = await instruct(t, [
    'pipeline',
    '--project',
    project,
    ...tinySettings,
    '--seed',
    '2',
    '--create-only',
  ]);
  assert.equal(created.code, 0, created.stderr);
  const id = created.stdout.trim();
  const run = { folder: join(project, 'runs', id) };

  const first = startNode(t, entry, ['run', run.folder]);
  await until('the ranking is done', () => finishedAs(project, `${id}-rank`).state === 'finished');
  first.process.kill('SIGKILL');
  await first.ended;
  const second = await instruct(t, ['run', run.folder]);
  assert.equal(second.code, 0, second.stderr);

  const view = foldRun(eventsOf(run));
  assert.equal(view.state, 'finished');
  const summary = z
    .object({ runs: z.record(z.string(), z.string()), models: z.record(z.string(), z.string()) })
    .parse(view.finished?.summary);
  assert.deepEqual(Object.keys(summary.runs), ['sft', 'sample', 'rank', 'rm', 'ppo', 'eval']);
  assert.deepEqual(Object.keys(summary.models), ['sft', 'rm', 'ppo']);
  for (const child of Object.values(summary.runs)) {
    assert.equal(finishedAs(project, child).state, 'finished', child);
  }
  const named = eventsOf(run).flatMap((event) =>
    event.type === 'progress' && event.child !== undefined ? [event.child] : [],
  );
  assert.deepEqual([...new Set(named)], Object.values(summary.runs));

  // 30 prompts of train and valid; those that leave no room in the context are passed over.
  const dataset = await Dataset.open(project);
  const completions = [...dataset.entries('completions')];
  const asked = new Set(completions.map(({ promptId }) => promptId));
  assert.ok(asked.size > 15 && asked.size <= 30, String(asked.size));
  assert.equal(completions.length, 3 * asked.size);
  const rankings = [...dataset.entries('rankings')];
  assert.equal(rankings.length, asked.size);
  assert.ok(rankings.every(({ labeler }) => labeler === 'gold'));
  const valid = await instruct(t, ['validate', '--project', project]);
  assert.equal(valid.code, 0, valid.stdout);

  const evaluation = z
    .object({
      models: z.record(
        z.string(),
        z.looseObject({ gold: z.number(), tax: z.object({ pretrainLoss: z.number() }).optional() }),
      ),
      answers: z.array(z.looseObject({ completions: z.record(z.string(), z.unknown()) })),
      contestScores: z.array(z.number()),
      bestOf: z.array(
        z.object({ n: z.int(), kl: z.number(), score: z.number(), gold: z.number() }),
      ),
    })
    .parse(
      JSON.parse(readFileSync(join(project, 'runs', `${id}-eval`, 'evaluation.json'), 'utf8')),
    );
  const judgedNames = ['base', 'prompted', 'sft', 'ppo', 'sft-best-of-n'];
  assert.deepEqual(Object.keys(evaluation.models), judgedNames);
  const taxed = Object.keys(evaluation.models).filter((name) => evaluation.models[name].tax);
  assert.deepEqual(taxed, ['base', 'sft', 'ppo'], 'the prompted base is the base');
  assert.equal(evaluation.answers.length, 8);
  for (const { completions: answers } of evaluation.answers) {
    assert.deepEqual(Object.keys(answers), judgedNames);
  }
  // The best of n's score by the reward model can only rise with n.
  const points = evaluation.bestOf;
  assert.deepEqual(
    points.map(({ n }) => n),
    [1, 2, 4],
  );
  points.slice(1).forEach(({ score, kl }, i) => {
    assert.ok(score >= points[i].score && kl > points[i].kl);
  });
  assert.equal(evaluation.contestScores.length, 4);

  // The answers can be judged again, by others and against others.
  const judged = async (...args: string[]) => {
    const end = await instruct(t, ['judge', `${id}-eval`, '--project', project, ...args]);
    assert.equal(end.code, 0, end.stderr);
    return end.stdout;
  };
  const byGold = judgedSchema.parse(JSON.parse(await judged('--baseline', 'base', '--json')));
  assert.deepEqual(Object.keys(byGold.models), ['prompted', 'sft', 'ppo', 'sft-best-of-n']);
  assert.equal(byGold.models['sft'].comparisons, 8);
  const byReward = judgedSchema.parse(JSON.parse(await judged('--by', 'reward', '--json')));
  assert.deepEqual(Object.keys(byReward.models), ['base', 'prompted', 'ppo', 'sft-best-of-n']);
  assert.ok(byReward.agreementWithGold !== null);
  assert.match(await judged('--by', 'human'), /^40 answers of 8 prompts now wait to be ranked/);
  assert.match(await judged('--by', 'human'), /Labelers: none yet\./);

  // The report stands in the run's folder; the command in it makes the same evaluation again.
  const evalFolder = join(project, 'runs', `${id}-eval`);
  const report = evaluationReportSchema.parse(
    JSON.parse(readFileSync(join(evalFolder, 'evaluationReport.json'), 'utf8')),
  );
  assert.equal(report.slices[0].prompts, 8);
  assert.equal(
    report.slices.slice(1).reduce((sum, { prompts }) => sum + prompts, 0),
    8,
  );
  assert.ok(report.rewardModel !== null && report.models.every(({ sha256 }) => sha256 !== null));
  const [, ...again] = report.command.split(/[\s\\]+/);
  const repeated = await instruct(t, [...again, '--project', project, '--create-only']);
  assert.equal(repeated.code, 0, repeated.stderr);
  const repeatedFolder = join(project, 'runs', repeated.stdout.trim());
  assert.equal((await instruct(t, ['run', repeatedFolder])).code, 0);
  const answersOf = (folder: string) =>
    evaluationReportSchema.parse(
      JSON.parse(readFileSync(join(folder, 'evaluationReport.json'), 'utf8')),
    ).answers;
  assert.deepEqual(answersOf(repeatedFolder), report.answers);
  const both = [repeated.stdout.trim(), '--against', `${id}-eval`, '--project', project];
  const compared = await instruct(t, ['report', ...both]);
  assert.equal(compared.code, 0, compared.stderr);
  const [page] = compared.stdout.split('\n');
  const text = readFileSync(page, 'utf8');
  assert.match(text, /Nothing: the same models, prompts, settings and seed\./);
  assert.match(text, /\| PPO \|.*\| no difference \|/);

  // What people ranked counts as it stands: such a pipeline neither samples nor ranks.
  const own = await instruct(t, [
    'pipeline',
    '--project',
    project,
    ...tinySettings,
    '--rankings',
    'existing',
    '--ptx',
    '--json',
  ]);
  assert.equal(own.code, 0, own.stderr);
  const last: unknown = JSON.parse(own.stdout.trimEnd().split('\n').at(-1) ?? '');
  const reply = z
    .object({ outcome: z.string(), summary: z.object({ runs: z.record(z.string(), z.string()) }) })
    .parse(last);
  assert.deepEqual(Object.keys(reply.summary.runs), ['sft', 'rm', 'ppo', 'ppo-ptx', 'eval']);
  const losses = (child: string): unknown[] =>
    eventsOf({ folder: join(project, 'runs', child) }).flatMap((event) =>
      event.type === 'metrics' && 'ppo/ptx_loss' in event.values ? [event.step] : [],
    );
  assert.deepEqual(losses(reply.summary.runs['ppo']), []);
  assert.deepEqual(losses(reply.summary.runs['ppo-ptx']), [1, 2]);

  // The episodes of the first iteration are kept, and can be looked at.
  const folder = join(project, 'runs', reply.summary.runs['ppo-ptx']);
  const shown = await instruct(t, ['inspect', folder, '--episode', '0', '--json']);
  assert.equal(shown.code, 0, shown.stderr);
  const [episode] = shown.stdout
    .trim()
    .split('\n')
    .map((line) => rolloutRecordSchema.parse(JSON.parse(line)));
  assert.equal(episode.iteration, 1);
  assert.equal(episode.tokens.length, episode.logprobs.length);
  const missing = await instruct(t, ['inspect', folder, '--iteration', '7']);
  assert.equal(missing.code, 1);
  assert.match(missing.stderr, /Kept are the iterations 1\./);
});

test('a pipeline stops for people to rank, and goes on when they have', async (t) => {
  const project = await worldProject(t);
  const people = ['--rankings', 'human', '--min-rankings', '2'];
  const first = await instruct(t, [
    ...['pipeline', '--project', project, ...tinySettings, ...people, '--json'],
  ]);
  assert.equal(first.code, 3, first.stderr);
  const id = readdirSync(join(project, 'runs')).find((name) => /^pipeline-[\d-]+\w{4}$/.test(name));
  assert.ok(id !== undefined);
  const run = { folder: join(project, 'runs', id) };
  const view = foldRun(eventsOf(run));
  assert.equal(view.state, 'stopped');
  assert.match(view.warnings.at(-1)?.message ?? '', /^Waits for people: 0 of 2 sampled prompts/);
  const again = await instruct(t, ['run', run.folder]);
  assert.equal(again.code, 3, 'resuming too early stops at the same place');

  const dataset = await Dataset.open(project);
  const byPrompt = Map.groupBy(dataset.entries('completions'), ({ promptId }) => promptId);
  const rankings = [...byPrompt].slice(0, 4).map(([promptId, completions], i) => ({
    id: `by-hand-${i}`,
    promptId,
    ranking: completions.map((completion) => [completion.id]),
    shown: completions.map((completion) => completion.id),
    labeler: 'kim',
    created: '2026-11-21T12:00:00Z',
  }));
  await new RecordStore(project).appendAll('rankings', 'kim', rankings);
  const last = await instruct(t, ['run', run.folder]);
  assert.equal(last.code, 0, last.stderr);
  const { runs } = z
    .object({ runs: z.record(z.string(), z.string()) })
    .parse(foldRun(eventsOf(run)).finished?.summary);
  assert.deepEqual(Object.keys(runs), ['sft', 'sample', 'rm', 'ppo', 'eval']);
});

test('stopping a pipeline stops the stage that is at work, and running it goes on there', async (t) => {
  const project = await worldProject(t);
  const args = ['pipeline', '--project', project, ...tinySettings];
  const created = await instruct(t, [...args, '--set', 'sft.epochs=500', '--create-only']);
  const id = created.stdout.trim();
  const run = { folder: join(project, 'runs', id) };
  const sft = { folder: join(project, 'runs', `${id}-sft`) };
  const first = startNode(t, entry, ['run', run.folder]);
  await until('SFT learns', () => foldRun(eventsOf(sft)).step > 3);
  control(run, 'pause');
  await until('both wait', () => foldRun(eventsOf(sft)).state === 'paused');
  await until('both wait', () => foldRun(eventsOf(run)).state === 'paused');
  control(run, 'stop');
  assert.equal((await first.ended).code, 3);
  assert.equal(foldRun(eventsOf(run)).state, 'stopped');
  const { state, step } = foldRun(eventsOf(sft));
  assert.equal(state, 'stopped');
  const second = startNode(t, entry, ['run', run.folder]);
  await until('SFT goes on', () => foldRun(eventsOf(sft)).step > step);
  second.process.kill('SIGKILL');
  await second.ended;
});
