// Runs started as the editor starts them, detached: what is left of their process group when they are stopped, and what they need of the
// extension that started them.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { test, type TestContext } from 'node:test';
import { build } from 'esbuild';
import { ProcessLauncher } from '../../src/host/runs/trainerLauncher.ts';
import { RunSupervisor } from '../../src/host/runs/runSupervisor.ts';
import type { Run } from '../../src/host/runs/run.ts';
import { writeLessonProject } from './fixtures/lessonProject.ts';
import { entry, eventsOf, leastSquaresRun, temporaryFolder, until } from './fixtures/runs.ts';

const withGroups = { skip: process.platform === 'win32' ? 'there are no process groups' : false };
/** Some thousand steps of a model so small that they take seconds. */
const long = ['--set', 'epochs=1000', '--set', 'batchSize=1'];
const withChild = join(import.meta.dirname, 'fixtures', 'trainerWithChild.ts');

/** A window's supervisor; what goes wrong unasked fails the test. */
function supervise(t: TestContext, projectPath: string, script: string): RunSupervisor {
  const errors: unknown[] = [];
  const supervisor = new RunSupervisor({
    projectPath,
    launcher: new ProcessLauncher(() => ({ executable: process.execPath, script })),
    clock: Date.now,
    onError: (thrown) => errors.push(thrown),
  });
  t.after(() => {
    supervisor.dispose();
    assert.deepEqual(errors, []);
  });
  return supervisor;
}

/** The command lines of the living processes of a group; one that is ending has given its memory back, and is shown as [name]. */
function groupOf(leader: number): string[] {
  return execFileSync('ps', ['-A', '-o', 'pgid=,stat=,args='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\S+)\s+(.*)$/.exec(line))
    .filter((found) => found !== null)
    .flatMap(([, group, state, args]) =>
      Number(group) === leader && !state.startsWith('Z') && !args.startsWith('[') ? [args] : [],
    );
}

/** Waits until a run is at work; resolves with the process that leads its group, which is ended with the test. */
async function leaderOf(t: TestContext, run: Run): Promise<number> {
  await until('the run is at work', () => run.state === 'running' && run.heartbeat !== null);
  const leader = run.heartbeat?.pid ?? 0;
  t.after(() => {
    if (groupOf(leader).length > 0) process.kill(-leader, 'SIGKILL');
  });
  return leader;
}

test(
  'a trainer that is stopped gracefully leaves nothing of its process group',
  withGroups,
  async (t) => {
    const project = temporaryFolder(t);
    await writeLessonProject(project);
    const supervisor = supervise(t, project, entry);
    const run = await supervisor.start({ stage: 'sft', options: long });
    const leader = await leaderOf(t, run);
    assert.equal(groupOf(leader).length, 1);
    await supervisor.stop(run);
    assert.equal(run.state, 'stopped');
    assert.ok(eventsOf(run).some(({ type }) => type === 'checkpoint'));
    assert.deepEqual(groupOf(leader), []);
  },
);

/** A run at work whose trainer has a child, in a group of the two. */
async function withChildAtWork(t: TestContext, options: Parameters<typeof leastSquaresRun>[2]) {
  const project = temporaryFolder(t);
  const { spec } = leastSquaresRun(project, 'with-child', options);
  const supervisor = supervise(t, project, withChild);
  await supervisor.rescan();
  const run = await supervisor.find(spec.id);
  assert.ok(run !== undefined);
  await supervisor.resume(run);
  const leader = await leaderOf(t, run);
  assert.equal(groupOf(leader).length, 2);
  return { supervisor, run, leader };
}

test('what a trainer has started goes with it when it stops', withGroups, async (t) => {
  const { supervisor, run, leader } = await withChildAtWork(t, { stepMs: 20, steps: 100_000 });
  await supervisor.stop(run);
  assert.equal(run.state, 'stopped');
  assert.deepEqual(groupOf(leader), []);
});

test('a trainer that does not obey is ended with its whole group', withGroups, async (t) => {
  const { supervisor, run, leader } = await withChildAtWork(t, { stepMs: 600_000 });
  await supervisor.stop(run, 500);
  assert.equal(run.state, 'interrupted');
  assert.equal(run.isResumable, true);
  assert.deepEqual(groupOf(leader), []);
});

test('a run goes on to its end while the extension that started it is replaced', async (t) => {
  const project = temporaryFolder(t);
  await writeLessonProject(project);
  const extension = join(temporaryFolder(t), 'extension-1');
  const script = join(extension, 'trainer.mjs');
  const root = resolve(import.meta.dirname, '..', '..');
  await build({
    entryPoints: [entry],
    outfile: script,
    bundle: true,
    format: 'esm',
    platform: 'node',
    mainFields: ['module', 'main'],
    external: ['onnxruntime-node', 'onnxruntime-web'],
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
    },
  });
  await symlink(join(root, 'node_modules'), join(extension, 'node_modules'), 'junction');
  const before = supervise(t, project, script);
  const run = await before.start({ stage: 'sft', options: long });
  await until('it has learned a little', () => run.view.step > 3);
  before.dispose();
  assert.equal(run.view.state, 'running');
  await rm(extension, { recursive: true });
  await mkdir(extension);
  await writeFile(script, 'throw new Error("an older run needs the newer trainer");');

  const updated = supervise(t, project, entry);
  await updated.rescan();
  const seen = await updated.find(run.id);
  assert.ok(seen !== undefined);
  assert.equal(seen.state, 'running');
  await until('it has finished', () => seen.state === 'finished');
  assert.equal(eventsOf(run).filter(({ type }) => type === 'started').length, 1);
});
