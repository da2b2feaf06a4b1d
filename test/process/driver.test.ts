import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { foldRun, observedState } from '../../src/protocol/runFold.ts';
import { pidAlive, readHeartbeat } from '../../src/trainer/ownership.ts';
import {
  control,
  eventsOf,
  leastSquaresRun,
  startDriver,
  temporaryFolder,
  until,
  untilStep,
} from './fixtures/runs.ts';

const weightsOf = (run: { folder: string }): Buffer =>
  readFileSync(join(run.folder, 'model', 'weights.bin'));

test('a run killed at any moment resumes to the very weights of an uninterrupted run', async (t) => {
  const project = temporaryFolder(t);
  const whole = leastSquaresRun(project, 'whole');
  assert.equal((await startDriver(t, whole).ended).code, 0);

  const killed = leastSquaresRun(project, 'killed', { stepMs: 60 });
  for (const step of [4, 12, 25]) {
    const { process: child, ended } = startDriver(t, killed);
    await untilStep(killed, step);
    child.kill('SIGKILL');
    assert.equal((await ended).signal, 'SIGKILL');
  }
  assert.equal((await startDriver(t, killed).ended).code, 0);
  assert.deepEqual(weightsOf(killed), weightsOf(whole));

  const events = eventsOf(killed);
  const resumed = events.filter((event) => event.type === 'started').map((e) => e.resumedFrom);
  assert.equal(resumed.length, 4);
  assert.equal(resumed[0], undefined);
  // A checkpoint every 7 steps, and no watcher so slow that the kill came before the first one twice.
  const [second = 0, third = 0, fourth = 0] = resumed.slice(1);
  for (const step of [second, third, fourth]) assert.equal(step % 7, 0);
  assert.ok(third >= 7 && fourth >= 21 && third >= second && fourth >= third);
  const loss = (run: { folder: string }) => {
    const series = foldRun(eventsOf(run)).metrics.get('sft/loss');
    return [series?.steps, series?.values];
  };
  assert.deepEqual(loss(killed), loss(whole));
  assert.equal(foldRun(events).samples.length, 4);
});

test('a finished run is left alone by a second start', async (t) => {
  const run = leastSquaresRun(temporaryFolder(t), 'twice');
  assert.equal((await startDriver(t, run).ended).code, 0);
  const before = eventsOf(run).length;
  assert.equal((await startDriver(t, run).ended).code, 0);
  assert.equal(eventsOf(run).length, before);
});

test('control files stop a run with a checkpoint, and pause it as long as they stand', async (t) => {
  const run = leastSquaresRun(temporaryFolder(t), 'controlled', { stepMs: 20, steps: 2000 });
  const first = startDriver(t, run);
  await untilStep(run, 2);
  const pause = control(run, 'pause');
  await until('it pauses', () => eventsOf(run).at(-1)?.type === 'paused');
  const quiet = eventsOf(run).length;
  const beat = readHeartbeat(run.folder)?.beatAt ?? 0;
  await sleep(1300);
  assert.equal(eventsOf(run).length, quiet, 'nothing happens in a pause');
  assert.ok((readHeartbeat(run.folder)?.beatAt ?? 0) > beat, 'the heart beats in a pause');
  rmSync(pause);
  await until('it goes on', () => eventsOf(run).some((event) => event.type === 'continued'));

  control(run, 'checkpoint-now');
  const checkpoints = (): number =>
    eventsOf(run).filter((event) => event.type === 'checkpoint').length;
  const before = checkpoints();
  await until('it is saved', () => checkpoints() > before);

  const stop = control(run, 'stop');
  assert.equal((await first.ended).code, 3);
  assert.equal(existsSync(stop), false);
  const end = eventsOf(run).at(-1);
  assert.equal(end?.type, 'stopped');
  assert.equal(foldRun(eventsOf(run)).state, 'stopped');

  const second = startDriver(t, run);
  await untilStep(run, end.step + 1);
  control(run, 'stop');
  assert.equal((await second.ended).code, 3);
  const again = eventsOf(run).filter((event) => event.type === 'started')[1];
  assert.equal(again.resumedFrom, end.step);
});

test('Ctrl+C stops a run with a checkpoint', { skip: process.platform === 'win32' }, async (t) => {
  const run = leastSquaresRun(temporaryFolder(t), 'interrupted', { stepMs: 20, steps: 100_000 });
  const { process: child, ended } = startDriver(t, run);
  await untilStep(run, 3);
  child.kill('SIGINT');
  assert.equal((await ended).code, 3);
  assert.ok(readdirSync(join(run.folder, 'checkpoints')).length > 0);
});

test('a run that is being run is not started twice, and its folder is not touched', async (t) => {
  const run = leastSquaresRun(temporaryFolder(t), 'held', { stepMs: 20, steps: 100_000 });
  const first = startDriver(t, run);
  await untilStep(run, 1);
  const second = await startDriver(t, run).ended;
  assert.equal(second.code, 1);
  assert.match(second.stderr, /held: the run is already held by process \d+/);
  control(run, 'stop');
  assert.equal((await first.ended).code, 3);
  const starts = eventsOf(run).filter((event) => event.type === 'started');
  assert.equal(starts.length, 1);
});

test('of many that start at once, one runs', async (t) => {
  const run = leastSquaresRun(temporaryFolder(t), 'contested', { stepMs: 20, steps: 100_000 });
  const ends = [1, 2, 3].map(() => startDriver(t, run).ended);
  const codes: (number | null)[] = [];
  for (const end of ends) void end.then(({ code }) => codes.push(code));
  await until('two have given up', () => codes.length === 2);
  assert.deepEqual(codes, [1, 1]);
  await untilStep(run, 1);
  control(run, 'stop');
  await Promise.all(ends);
  assert.deepEqual(codes, [1, 1, 3]);
  assert.equal(eventsOf(run).filter((event) => event.type === 'started').length, 1);
});

test('a killed process is seen as interrupted, even where its pid lives on', async (t) => {
  const run = leastSquaresRun(temporaryFolder(t), 'stale', { stepMs: 20, steps: 100_000 });
  const { process: child, ended } = startDriver(t, run);
  await untilStep(run, 1);
  const live = readHeartbeat(run.folder);
  assert.ok(live !== null);
  assert.equal(observedState('running', live, pidAlive(live.pid), Date.now()), 'running');
  child.kill('SIGKILL');
  await ended;
  const beat = readHeartbeat(run.folder);
  assert.ok(beat !== null);
  assert.equal(observedState('running', beat, pidAlive(beat.pid), Date.now()), 'interrupted');
  // Another process got the same pid: the beat grows old all the same.
  assert.equal(observedState('running', beat, true, beat.beatAt + 5001), 'interrupted');
});

test('a run whose lock names a reused pid can be resumed', async (t) => {
  const run = leastSquaresRun(temporaryFolder(t), 'reused', { stepMs: 0 });
  const old = Date.now() - 60_000;
  const owner = { pid: process.pid, startedAt: old, token: 'gone' };
  writeFileSync(join(run.folder, 'owner.lock'), JSON.stringify({ ...owner, host: 'elsewhere' }));
  writeFileSync(join(run.folder, 'heartbeat.json'), JSON.stringify({ ...owner, beatAt: old }));
  assert.equal((await startDriver(t, run).ended).code, 0);
});

test('a torn last line is cut off when the run is resumed, and reported', async (t) => {
  const run = leastSquaresRun(temporaryFolder(t), 'torn', { stepMs: 60 });
  const { process: child, ended } = startDriver(t, run);
  await untilStep(run, 8);
  child.kill('SIGKILL');
  await ended;
  appendFileSync(join(run.folder, 'events.jsonl'), '{"type":"metr');
  assert.equal((await startDriver(t, run).ended).code, 0);
  const text = readFileSync(join(run.folder, 'events.jsonl'), 'utf8');
  for (const line of text.trimEnd().split('\n')) assert.doesNotThrow(() => JSON.parse(line));
  const warning = eventsOf(run).find((event) => event.type === 'warning');
  assert.match(warning?.message ?? '', /torn last line of 13 bytes/);
});

test('a damaged checkpoint is passed over for the one before it', async (t) => {
  const project = temporaryFolder(t);
  const whole = leastSquaresRun(project, 'whole');
  await startDriver(t, whole).ended;
  const run = leastSquaresRun(project, 'damaged', { stepMs: 60 });
  const { process: child, ended } = startDriver(t, run);
  await untilStep(run, 24);
  child.kill('SIGKILL');
  await ended;
  const checkpoints = join(run.folder, 'checkpoints');
  const kept = readdirSync(checkpoints)
    .map((name) => Number(/^step-(\d+)$/.exec(name)?.[1]))
    .sort((a, b) => a - b);
  assert.equal(kept.length, 2, 'the last two are kept');
  writeFileSync(join(checkpoints, `step-${kept[1]}`, 'state.safetensors'), 'cut');
  mkdirSync(join(checkpoints, '.step-99.beef.tmp'));
  assert.equal((await startDriver(t, run).ended).code, 0);
  const again = eventsOf(run).filter((event) => event.type === 'started')[1];
  assert.equal(again.resumedFrom, kept[0]);
  assert.deepEqual(weightsOf(run), weightsOf(whole));
  assert.deepEqual(readdirSync(checkpoints), ['step-40']);
});

test('a run made by a newer version is refused by name and left as it is', async (t) => {
  const run = leastSquaresRun(temporaryFolder(t), 'newer');
  const file = join(run.folder, 'run.json');
  writeFileSync(file, JSON.stringify({ ...run.spec, format: 99 }));
  const end = await startDriver(t, run).ended;
  assert.equal(end.code, 1);
  assert.match(end.stderr, /newer\/run\.json: the run was made in format 99/);
  assert.match(end.stderr, /Update Instruct Studio/);
  assert.deepEqual(readdirSync(run.folder).sort(), ['control', 'run.json']);
});

test('a value that is no number ends the run, naming the step and the quantity', async (t) => {
  const run = leastSquaresRun(temporaryFolder(t), 'diverging', { learningRate: 1e30 });
  const end = await startDriver(t, run).ended;
  assert.equal(end.code, 1);
  const failed = eventsOf(run).at(-1);
  assert.ok(failed?.type === 'failed');
  assert.equal(failed.error.code, 'not-a-number');
  assert.match(failed.error.message, /sft\/loss is (NaN|Infinity) at step \d+/);
  assert.match(readFileSync(join(run.folder, 'trainer.log'), 'utf8'), /InstructError/);
});

const noTmpfs =
  process.platform !== 'linux' || process.getuid?.() !== 0
    ? 'only root on Linux can make a small disk'
    : false;

test('a full disk ends the run with its reason, and it goes on when there is room', async (t) => {
  if (noTmpfs !== false) {
    t.skip(noTmpfs);
    return;
  }
  const disk = mkdtempSync(join(tmpdir(), 'instruct-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk], { stdio: 'pipe' });
  } catch {
    t.skip('this machine does not allow mounts');
    return;
  }
  t.after(() => {
    execFileSync('umount', [disk]);
    rmSync(disk, { recursive: true });
  });
  // 50,000 weights and as many momenta: 400 kB a checkpoint, of which three do not fit.
  const run = leastSquaresRun(disk, 'full', { width: 50_000, learningRate: 1e-6 });
  const end = await startDriver(t, run).ended;
  assert.equal(end.code, 1);
  const failed = eventsOf(run).at(-1);
  assert.ok(failed?.type === 'failed');
  assert.equal(failed.error.code, 'disk-full');
  assert.match(failed.error.message, /^full: /);
  assert.match(failed.error.remedy, /[Ff]ree/);
  const names = readdirSync(join(run.folder, 'checkpoints'));
  assert.ok(
    names.every((name) => /^step-\d+$/.test(name)),
    names.join(', '),
  );
  execFileSync('mount', ['-o', 'remount,size=4m', disk]);
  assert.equal((await startDriver(t, run).ended).code, 0);
  const whole = leastSquaresRun(temporaryFolder(t), 'whole', {
    width: 50_000,
    learningRate: 1e-6,
  });
  assert.equal((await startDriver(t, whole).ended).code, 0);
  assert.deepEqual(weightsOf(run), weightsOf(whole));
});

test('runs of a project wait for each other; a waiting one can be stopped', async (t) => {
  const project = temporaryFolder(t);
  const first = leastSquaresRun(project, 'first', { stepMs: 1000 });
  const second = leastSquaresRun(project, 'second');
  const third = leastSquaresRun(project, 'third');
  const state = (run: { folder: string }) => foldRun(eventsOf(run)).state;
  const running = startDriver(t, first);
  await untilStep(first, 1);
  const waiting = startDriver(t, second);
  await until('the second is queued', () => state(second) === 'queued');
  const given = startDriver(t, third);
  await until('the third is queued', () => state(third) === 'queued');
  assert.deepEqual(
    [second, third].map((run) => eventsOf(run).find(({ type }) => type === 'queued')),
    [
      { ...eventsOf(second)[0], behind: 'first' },
      { ...eventsOf(third)[0], behind: 'second' },
    ],
  );
  control(third, 'stop');
  await given.ended;
  assert.equal(state(third), 'stopped');
  control(first, 'stop');
  await running.ended;
  assert.equal(state(first), 'stopped');
  assert.equal((await waiting.ended).code, 0);
  const began = eventsOf(second).find(({ type }) => type === 'started')?.time ?? 0;
  const ended = eventsOf(first).at(-1)?.time ?? Infinity;
  assert.ok(began >= ended, `began at ${began}, before ${ended}`);
  assert.equal(state(second), 'finished');
});

test('a run does not wait for one that was killed', async (t) => {
  const project = temporaryFolder(t);
  const killed = leastSquaresRun(project, 'killed', { stepMs: 200 });
  const next = leastSquaresRun(project, 'next');
  const { process: child, ended } = startDriver(t, killed);
  await untilStep(killed, 1);
  child.kill('SIGKILL');
  await ended;
  assert.equal((await startDriver(t, next).ended).code, 0);
});
