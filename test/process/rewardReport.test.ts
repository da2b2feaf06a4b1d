import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { rewardReportSchema } from '../../src/protocol/rewardReport.ts';
import { runSpecSchema } from '../../src/protocol/run.ts';
import { writeLessonProject } from './fixtures/lessonProject.ts';
import {
  entry,
  eventsOf,
  instruct,
  startNode,
  temporaryFolder,
  untilStep,
} from './fixtures/runs.ts';

/** Runs a stage to its end; its folder and what it wrote for people. */
async function stage(
  t: TestContext,
  project: string,
  ...args: string[]
): Promise<{ folder: string; said: string }> {
  const made = await instruct(t, [...args, '--project', project, '--create-only', '--json']);
  const reply: unknown = JSON.parse(made.stdout);
  assert.ok(typeof reply === 'object' && reply !== null && 'run' in reply, made.stderr);
  const folder = join(project, 'runs', String(reply.run));
  const end = await instruct(t, ['run', folder]);
  assert.equal(end.code, 0, end.stderr);
  return { folder, said: end.stderr };
}

test('a reward model says whether it is good enough for PPO, and PPO warns where it is not', async (t) => {
  const project = temporaryFolder(t);
  await writeLessonProject(project, {
    sft: { epochs: 1 },
    rm: { epochs: 2, init: 'base' },
    ppo: { iterations: 1, batchSize: 4, minibatchSize: 2, maxNewTokens: 4 },
  });
  const rm = await stage(t, project, 'rm');
  const spec = runSpecSchema.parse(JSON.parse(readFileSync(join(rm.folder, 'run.json'), 'utf8')));
  assert.equal(spec.models['policy'], 'models/base', 'init says where it starts');

  const file = join(rm.folder, 'rewardModel.json');
  const report = rewardReportSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  assert.equal(report.trained.rankings, 3);
  assert.deepEqual(Object.keys(report.validation?.byLabeler ?? {}), ['teacher']);
  assert.ok(Math.abs(report.demonstrations?.mean ?? 1) < 1e-5);
  // One held-out ranking proves nothing.
  assert.equal(report.verdict.answer, 'no');
  assert.match(rm.said, /Good enough for PPO\? no\.\n {2}- .*may be chance/);

  const warnings = async (): Promise<string[]> => {
    const { folder, said } = await stage(t, project, 'ppo', '--model', 'models/base');
    const found = eventsOf({ folder }).filter((event) => event.type === 'warning');
    for (const { message } of found) assert.ok(said.includes(message), said);
    return found.map(({ code }) => code).filter((code) => code.startsWith('reward-model'));
  };
  assert.deepEqual(await warnings(), ['reward-model-no']);
  rmSync(file);
  assert.deepEqual(await warnings(), ['reward-model-unknown']);
});

test('a PPO run that was killed and goes on does not warn of its reward model again', async (t) => {
  const project = temporaryFolder(t);
  await writeLessonProject(project, {
    rm: { epochs: 1, init: 'base' },
    ppo: { iterations: 12, batchSize: 4, minibatchSize: 2, maxNewTokens: 4, rolloutEvery: 0 },
  });
  await stage(t, project, 'rm');
  const made = await instruct(t, [
    ...['ppo', '--model', 'models/base', '--project', project, '--create-only', '--json'],
  ]);
  const reply: unknown = JSON.parse(made.stdout);
  assert.ok(typeof reply === 'object' && reply !== null && 'run' in reply, made.stderr);
  const run = { folder: join(project, 'runs', String(reply.run)) };
  const started = startNode(t, entry, ['run', run.folder, '--checkpoint-steps', '1']);
  await untilStep(run, 2);
  started.process.kill('SIGKILL');
  assert.equal((await started.ended).signal, 'SIGKILL');
  const end = await instruct(t, ['run', run.folder]);
  assert.equal(end.code, 0, end.stderr);
  const warned = eventsOf(run).filter(
    (event) => event.type === 'warning' && event.code.startsWith('reward-model'),
  );
  assert.equal(warned.length, 1);
});
