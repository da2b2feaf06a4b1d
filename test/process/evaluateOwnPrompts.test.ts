// Evaluation of a project that has nothing to do with the embedded world: a reward model scores, and other judges can be asked.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import * as z from 'zod';
import { evaluationReportSchema } from '../../src/protocol/evaluationReport.ts';
import { runSpecSchema } from '../../src/protocol/run.ts';
import { writeLessonProject } from './fixtures/lessonProject.ts';
import { instruct, temporaryFolder, writeRecords } from './fixtures/runs.ts';

async function stage(t: TestContext, project: string, ...args: string[]): Promise<string> {
  const made = await instruct(t, [...args, '--project', project, '--json']);
  assert.equal(made.code, 0, made.stderr);
  const { run } = z.object({ run: z.string() }).parse(JSON.parse(made.stdout.split('\n')[0]));
  return join(project, 'runs', run);
}

const specOf = (folder: string) =>
  runSpecSchema.parse(JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8')));

test('prompts of one’s own are scored by the reward model, beside a narrow baseline', async (t) => {
  const project = temporaryFolder(t);
  await writeLessonProject(project, { sft: { epochs: 1 }, rm: { epochs: 1, init: 'base' } });
  writeRecords(project, 'prompts/more.jsonl', [
    { id: 'q0', prompt: 'What does the cat say?', user: 'u9', split: 'test' },
    { id: 'q1', prompt: 'What does the hen say?', user: 'u9', split: 'test' },
    { id: 'n0', prompt: 'Cow or dog: moo?', category: 'classification', split: 'train' },
  ]);
  writeRecords(project, 'demonstrations/more.jsonl', [
    { id: 'nd', promptId: 'n0', completion: 'The cow.', labeler: 'teacher' },
  ]);

  const before = await instruct(t, ['eval', '--project', project]);
  assert.equal(before.code, 1);
  assert.match(before.stderr, /embedded world.*\n.*Train a reward model/s);

  const sft = specOf(await stage(t, project, 'sft'));
  const narrowFolder = await stage(t, project, 'sft', '--set', 'categories=classification');
  const { train } = z
    .object({ train: z.array(z.object({ completion: z.string() })) })
    .parse(JSON.parse(readFileSync(join(narrowFolder, 'inputs.json'), 'utf8')));
  assert.deepEqual(
    train.map(({ completion }) => completion),
    ['The cow.'],
  );
  await stage(t, project, 'rm');

  const folder = await stage(t, project, 'eval', '--set', 'maxNewTokens=4');
  const spec = specOf(folder);
  assert.equal(spec.models['sft'], `runs/${sft.id}/model`, 'the narrow one is not the SFT model');
  assert.equal(spec.models['narrow'], `runs/${specOf(narrowFolder).id}/model`);
  const report = evaluationReportSchema.parse(
    JSON.parse(readFileSync(join(folder, 'evaluationReport.json'), 'utf8')),
  );
  assert.equal(report.scoredBy, 'reward');
  assert.deepEqual(
    report.models.map(({ name }) => name),
    ['base', 'prompted', 'narrow', 'sft'],
  );
  const [all] = report.slices;
  assert.equal(all.prompts, 2);
  assert.equal(all.models['narrow'].likert, null);
  assert.ok(Number.isFinite(all.models['narrow'].against['sft'].winRate));
  const page = readFileSync(join(folder, 'evaluationReport.md'), 'utf8');
  assert.match(page, /a reward model scored each answer/);
  assert.match(page, /Reward model score/);

  const gold = await instruct(t, ['judge', spec.id, '--project', project]);
  assert.equal(gold.code, 2);
  assert.match(gold.stderr, /gold labeler has not judged/);
  const judged = await instruct(t, [
    ...['judge', spec.id, '--by', 'reward', '--project', project, '--json'],
  ]);
  assert.equal(judged.code, 0, judged.stderr);
  const said = z
    .object({
      agreementWithGold: z.null(),
      models: z.record(z.string(), z.object({ winRate: z.number() })),
    })
    .parse(JSON.parse(judged.stdout));
  // The same reward model over the same answers.
  assert.equal(said.models['narrow'].winRate, all.models['narrow'].against['sft'].winRate);
});
