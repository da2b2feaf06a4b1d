import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { access, appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { InstructError } from '../../protocol/errors.ts';
import type { RunEvent, RunState } from '../../protocol/run.ts';
import type { NewRun, TrainerLauncher } from './trainerLauncher.ts';
import { RunSupervisor } from './runSupervisor.ts';

let project = '';
let supervisor: RunSupervisor;
let launched: string[] = [];
let errors: unknown[] = [];

const spec = (id: string, changes: object = {}) => ({
  format: 1,
  id,
  stage: 'sft',
  created: '2026-11-21T10:00:00Z',
  models: { policy: 'models/base' },
  inputs: [],
  hyperparameters: {},
  seed: 1,
  versions: {},
  ...changes,
});
const folderOf = (id: string) => path.join(project, 'runs', id);

async function writeSpec(id: string, changes: object = {}): Promise<void> {
  await mkdir(folderOf(id), { recursive: true });
  await writeFile(path.join(folderOf(id), 'run.json'), JSON.stringify(spec(id, changes)));
}
async function emit(id: string, ...events: RunEvent[]): Promise<void> {
  const text = events.map((event) => `${JSON.stringify(event)}\n`).join('');
  await appendFile(path.join(folderOf(id), 'events.jsonl'), text);
}
async function beat(id: string, pid = process.pid, ageMs = 0): Promise<void> {
  const now = Date.now();
  const heartbeat = { pid, startedAt: now, beatAt: now - ageMs, token: 't' };
  await writeFile(path.join(folderOf(id), 'heartbeat.json'), JSON.stringify(heartbeat));
}
const started = (): RunEvent => ({
  type: 'started',
  time: Date.now(),
  stage: 'sft',
  pid: process.pid,
  totalSteps: 10,
});
const metrics = (step: number): RunEvent => ({
  type: 'metrics',
  time: Date.now(),
  step,
  values: { 'sft/loss': 1 },
});

const launcher: TrainerLauncher = {
  async create(_project: string, run: NewRun) {
    const stage = 'file' in run ? 'sft' : run.stage;
    const id = `${stage}-made`;
    await writeSpec(id, { stage });
    return id;
  },
  initialize: () => Promise.resolve(),
  report: () => Promise.resolve([]),
  estimate: () => Promise.resolve({ total: 1, free: 2, refusal: null }),
  launch(folder) {
    launched.push(path.basename(folder));
    return { pid: process.pid, exited: new Promise(() => undefined) };
  },
};

beforeEach(async () => {
  project = await mkdtemp(path.join(tmpdir(), 'instruct-runs-'));
  launched = [];
  errors = [];
  supervisor = new RunSupervisor({
    projectPath: project,
    launcher,
    clock: Date.now,
    onError: (thrown) => errors.push(thrown),
  });
});
afterEach(async () => {
  supervisor.dispose();
  await rm(project, { recursive: true });
  assert.deepEqual(errors, []);
});

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 3000;
  while (!condition()) {
    assert.ok(Date.now() < deadline, 'waited three seconds in vain');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
const states = () => Object.fromEntries(supervisor.runs.map(({ id, state }) => [id, state]));

describe('reading run folders', () => {
  test('a project without runs has none', async () => {
    await supervisor.rescan();
    assert.deepEqual(supervisor.runs, []);
  });

  test('torn, foreign and newer run folders are shown with a sentence', async () => {
    await mkdir(folderOf('foreign'), { recursive: true });
    await mkdir(folderOf('torn'), { recursive: true });
    await writeFile(path.join(folderOf('torn'), 'run.json'), '{"format": 1, "id"');
    await writeSpec('newer', { format: 99 });
    await writeSpec('good');
    await supervisor.rescan();
    const codes = Object.fromEntries(supervisor.runs.map((run) => [run.id, run.problem?.code]));
    assert.deepEqual(codes, {
      foreign: 'missing-file',
      torn: 'bad-run',
      newer: 'run-too-new',
      good: undefined,
    });
    assert.match(supervisor.run('newer')?.problem?.message ?? '', /newer.*99/s);
  });

  test('a run whose process is gone is interrupted; one that beats is running', async () => {
    await writeSpec('dead');
    await emit('dead', started());
    await beat('dead', process.pid, 6000);
    await writeSpec('alive');
    await emit('alive', started());
    await beat('alive');
    await supervisor.rescan();
    assert.deepEqual(states(), { dead: 'interrupted', alive: 'running' });
  });

  test('newest run first', async () => {
    await writeSpec('a', { created: '2026-11-21T10:00:00Z' });
    await writeSpec('b', { created: '2026-11-21T12:00:00Z' });
    await writeSpec('c', { created: '2026-11-21T11:00:00Z' });
    await supervisor.rescan();
    assert.deepEqual(
      supervisor.runs.map(({ id }) => id),
      ['b', 'c', 'a'],
    );
  });
});

describe('starting and following', () => {
  test('a run that is started is followed to its end, each event within a second', async () => {
    const run = await supervisor.start({ stage: 'sft', options: [] });
    assert.deepEqual(launched, ['sft-made']);
    assert.equal(supervisor.isLive(run), true);
    const seen: RunEvent[] = [];
    const seenStates: RunState[] = [];
    const subscription = supervisor.onDidChange((change) => {
      seen.push(...change.events);
      if (change.run.state !== seenStates.at(-1)) seenStates.push(change.run.state);
    });
    const ends: string[] = [];
    const listening = supervisor.onDidEnd(({ id }) => ends.push(id));
    await beat(run.id);
    await emit(run.id, started());
    await until(() => run.state === 'running');
    const written = Date.now();
    await emit(run.id, metrics(1));
    await until(() => seen.length === 2);
    assert.ok(Date.now() - written < 1000);
    await emit(run.id, { type: 'finished', time: Date.now(), step: 10, model: 'runs/x/model' });
    await until(() => ends.length === 1);
    assert.deepEqual(states(), { 'sft-made': 'finished' });
    await until(() => seenStates.at(-1) === 'finished');
    assert.deepEqual(
      seen.map(({ type }) => type),
      ['started', 'metrics', 'finished'],
    );
    listening.dispose();
    subscription.dispose();
  });

  test('a run that is looked up is read up to now', async () => {
    await writeSpec('old');
    await emit('old', started(), metrics(1), { type: 'finished', time: 1, step: 1 });
    const run = await supervisor.find('old');
    assert.ok(run !== undefined);
    assert.equal(run.state, 'finished');
    assert.deepEqual(run.view.metrics.get('sft/loss')?.values, [1]);
    assert.equal(await supervisor.find('none'), undefined);
  });

  test('a live run cannot be started twice', async () => {
    await writeSpec('alive');
    await emit('alive', started());
    await beat('alive');
    await supervisor.rescan();
    const [run] = supervisor.runs;
    await assert.rejects(
      supervisor.resume(run),
      (error) => error instanceof InstructError && error.code === 'run-is-live',
    );
    assert.deepEqual(launched, []);
  });

  test('an interrupted run is resumed, a finished one is not', async () => {
    await writeSpec('dead');
    await emit('dead', started());
    await writeSpec('done');
    await emit('done', started(), { type: 'finished', time: 1, step: 1 });
    await supervisor.rescan();
    const [done, dead] = ['done', 'dead'].map((id) => supervisor.run(id));
    assert.ok(done !== undefined && dead !== undefined);
    await supervisor.resume(dead);
    assert.deepEqual(launched, ['dead']);
    await assert.rejects(supervisor.resume(done), /nothing to resume/);
  });

  test('pause and stop are files in the control folder', async () => {
    await writeSpec('alive');
    await emit('alive', started());
    await beat('alive');
    await supervisor.rescan();
    const [run] = supervisor.runs;
    await supervisor.pause(run);
    await access(path.join(run.folder, 'control', 'pause'));
    await emit(run.id, { type: 'paused', time: Date.now(), step: 1 });
    await until(() => run.state === 'paused');
    await supervisor.resume(run);
    await assert.rejects(access(path.join(run.folder, 'control', 'pause')));
    const stopping = supervisor.stop(run);
    await until(() => existsSync(path.join(run.folder, 'control', 'stop')));
    await emit(run.id, { type: 'stopped', time: Date.now(), step: 2 });
    await stopping;
    assert.equal(run.state, 'stopped');
  });
});
