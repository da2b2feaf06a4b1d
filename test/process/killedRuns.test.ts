import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../../src/data/random.ts';
import { foldRun } from '../../src/protocol/runFold.ts';
import { lessons } from '../fixtures/tinyModel.ts';
import { writeLessonProject } from './fixtures/lessonProject.ts';
import { entry, eventsOf, instruct, startNode, until, type Lifetime } from './fixtures/runs.ts';

/** How often the runs of a stage are killed, together. */
const kills = 20;
/** The latest that a kill comes after what it waits for: on a quiet machine, a few steps. */
const longestMs = { sft: 200, rm: 200, ppo: 500 };

const settings = {
  sft: { epochs: 20, batchSize: 2, learningRate: 0.01 },
  rm: { epochs: 20, batchSize: 2, learningRate: 0.01 },
  ppo: {
    iterations: 12,
    batchSize: 4,
    minibatchSize: 2,
    innerEpochs: 2,
    maxNewTokens: 8,
    learningRate: 0.001,
    ptxCoef: 0.5,
    emaDecay: 0.9,
    klController: 'adaptive',
    klTarget: 0.01,
    klHorizon: 50,
    bestBy: 'score',
    rolloutEvery: 1,
  },
};

const stages = ['sft', 'rm', 'ppo'] as const;
type Stage = (typeof stages)[number];

let project = '';
/** The uninterrupted run of each stage: where the next one starts from, and what it must end with. */
const whole = new Map<Stage, { readonly id: string; readonly weights: Buffer }>();

/** Makes a run folder by the command line, as the editor does, and returns the run's id. */
async function create(context: Lifetime, stage: Stage): Promise<string> {
  const model = (of: Stage): string => whole.get(of)?.id ?? 'models/base';
  const models = {
    sft: ['--model', 'models/base'],
    rm: ['--model', model('sft')],
    ppo: ['--model', model('sft'), '--reward', model('rm')],
  };
  const args = [stage, '--project', project, '--create-only', '--seed', '3', ...models[stage]];
  const end = await instruct(context, args);
  assert.equal(end.code, 0, end.stderr);
  return end.stdout.trim();
}

before(async () => {
  project = mkdtempSync(join(tmpdir(), 'instruct-killed-'));
  await writeLessonProject(project, settings);
  mkdirSync(join(project, 'pretraining'));
  const text = lessons.map(({ prompt, completion }) => prompt + completion).join('\n\n');
  writeFileSync(join(project, 'pretraining', 'lessons.txt'), text);
  for (const stage of stages) {
    const id = await create({ after }, stage);
    whole.set(stage, { id, weights: await finish({ after }, id) });
  }
});
after(() => {
  rmSync(project, { recursive: true, force: true });
});

const folderOf = (id: string): string => join(project, 'runs', id);

const drive = (context: Lifetime, id: string) =>
  startNode(context, entry, ['run', folderOf(id), '--checkpoint-steps', '2']);

/** Runs to the end and returns the weights. */
async function finish(context: Lifetime, id: string): Promise<Buffer> {
  const end = await drive(context, id).ended;
  assert.equal(end.code, 0, end.stderr);
  return weightsOf(id);
}

const weightsOf = (id: string): Buffer =>
  readFileSync(join(folderOf(id), 'model', 'model.safetensors'));

const viewOf = (id: string) => foldRun(eventsOf({ folder: folderOf(id) }));

const starts = (id: string): number =>
  eventsOf({ folder: folderOf(id) }).filter(({ type }) => type === 'started').length;

/**
 * Starts a run and kills it at a random moment: after a step that it had not done before, after its
 * work began, or from the process's very beginning.
 * @returns whether it ended by itself before.
 */
async function killAtRandom(
  context: Lifetime,
  { id, stage, after: what }: { id: string; stage: Stage; after: 'step' | 'start' | 'nothing' },
  random: Random,
): Promise<boolean> {
  const [step, started] = [viewOf(id).step, starts(id)];
  const { process: child, ended } = drive(context, id);
  let over = false;
  void ended.then(() => (over = true));
  if (what === 'start') await until('it works', () => over || starts(id) > started);
  if (what === 'step') await until('a step', () => over || viewOf(id).step > step);
  await sleep(random.uniform() * longestMs[stage]);
  child.kill('SIGKILL');
  const { signal, code, stderr } = await ended;
  assert.ok(signal === 'SIGKILL' || code === 0, stderr);
  return signal === null;
}

suite('SIGKILL at random moments', { concurrency: stages.length }, () => {
  for (const stage of stages) {
    test(`${stage}: ${kills} kills, and every run ends bit for bit as the uninterrupted one`, async (t) => {
      const expected = whole.get(stage)?.weights;
      const random = new Random(`kills ${stage}`);
      let id = await create(t, stage);
      const atStep = new Set<number>();
      for (let kill = 0; kill < kills;) {
        const what = (['step', 'start', 'step', 'nothing'] as const)[kill % 4];
        if (await killAtRandom(t, { id, stage, after: what }, random)) {
          // It was quicker than the kill: another run takes the next ones.
          assert.deepEqual(weightsOf(id), expected);
          id = await create(t, stage);
          continue;
        }
        kill += 1;
        atStep.add(viewOf(id).step);
      }
      assert.deepEqual(await finish(t, id), expected);
      assert.ok(atStep.size >= 3, `killed at the steps ${[...atStep].join(', ')}`);
      const left = readdirSync(join(folderOf(id), 'checkpoints')).filter((n) => n.startsWith('.'));
      assert.deepEqual(left, [], 'half-written checkpoints are cleared away');
    });
  }
});
