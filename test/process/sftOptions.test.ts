import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import * as z from 'zod';
import { runSpecSchema } from '../../src/protocol/run.ts';
import { writeLessonProject } from './fixtures/lessonProject.ts';
import { eventsOf, instruct, temporaryFolder } from './fixtures/runs.ts';

async function stage(
  t: TestContext,
  project: string,
  ...args: string[]
): Promise<{ folder: string }> {
  const made = await instruct(t, [...args, '--project', project, '--json']);
  assert.equal(made.code, 0, made.stderr);
  const { run } = z.object({ run: z.string() }).parse(JSON.parse(made.stdout.split('\n')[0]));
  return { folder: join(project, 'runs', run) };
}

const weightsOf = ({ folder }: { folder: string }): Buffer =>
  readFileSync(join(folder, 'model', 'model.safetensors'));

test('SFT mixes in the text of the project’s folder, and says what is missing without one', async (t) => {
  const project = temporaryFolder(t);
  await writeLessonProject(project, { sft: { epochs: 2 } });
  const mixed = ['sft', '--set', 'pretrainMix=0.3'];
  const without = await instruct(t, [...mixed, '--project', project]);
  assert.equal(without.code, 1);
  assert.match(without.stderr, /no pre-training text[\s\S]*"pretraining\/"/);

  mkdirSync(join(project, 'pretraining'));
  writeFileSync(join(project, 'pretraining', 'farm.txt'), 'The cow says moo.\n\nThe hen clucks.\n');
  const one = weightsOf(await stage(t, project, ...mixed));
  assert.deepEqual(
    weightsOf(await stage(t, project, ...mixed)),
    one,
    'the same seed, the same text',
  );
  assert.notDeepEqual(weightsOf(await stage(t, project, 'sft')), one);
});

test('SFT keeps the epoch whose completions the newest reward model scores highest', async (t) => {
  const project = temporaryFolder(t);
  await writeLessonProject(project, {
    sft: { epochs: 3, selectMaxNewTokens: 6 },
    rm: { epochs: 1, init: 'base' },
  });
  const selected = ['sft', '--set', 'selectBy=reward-score'];
  const early = await instruct(t, [...selected, '--project', project]);
  assert.equal(early.code, 1);
  assert.match(early.stderr, /reward model yet[\s\S]*instruct-studio rm/);

  const rm = await stage(t, project, 'rm');
  const run = await stage(t, project, ...selected);
  const spec = runSpecSchema.parse(JSON.parse(readFileSync(join(run.folder, 'run.json'), 'utf8')));
  assert.ok(rm.folder.endsWith(spec.models['reward'].split('/')[1]));
  const scores = eventsOf(run).flatMap((event) =>
    event.type === 'metrics' && 'sft/validation_score' in event.values
      ? [event.values['sft/validation_score']]
      : [],
  );
  assert.equal(scores.length, 3, 'one score an epoch');
});
