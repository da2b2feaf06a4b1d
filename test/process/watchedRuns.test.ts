// What whoever watches a run relies on: samples at every evaluation, and checkpoints that write as the run's model does.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { randomUUID } from 'node:crypto';
import type { RunEventOf } from '../../src/protocol/runFold.ts';
import { samplerReplySchema, type SamplerReply } from '../../src/protocol/sampler.ts';
import { ModelCache } from '../../src/trainer/sampler/modelCache.ts';
import { Sampler } from '../../src/trainer/sampler/sampler.ts';
import { lessons } from '../fixtures/tinyModel.ts';
import { writeLessonProject } from './fixtures/lessonProject.ts';
import { eventsOf, instruct } from './fixtures/runs.ts';

const project = mkdtempSync(join(tmpdir(), 'watched-'));
/** The runs' ids, in the order they were made. */
const runs: string[] = [];
const lifetime = { after: (clean: () => void) => void cleanings.push(clean) };
const cleanings: (() => void)[] = [];
after(() => {
  for (const clean of cleanings) clean();
  rmSync(project, { recursive: true });
});

async function train(stage: string, ...settings: string[]): Promise<void> {
  const set = settings.flatMap((setting) => ['--set', setting]);
  const end = await instruct(lifetime, [stage, '--project', project, '--json', ...set]);
  assert.equal(end.code, 0, end.stderr);
  const [made] = readdirSync(join(project, 'runs')).filter((name) => !runs.includes(name));
  runs.push(made);
}

before(async () => {
  await writeLessonProject(project);
  const quick = ['epochs=3', 'batchSize=2', 'learningRate=0.01'];
  await train('sft', ...quick, 'loraRank=2');
  await train('sft', ...quick);
  await train('rm', ...quick);
  await train('ppo', 'iterations=4', 'batchSize=4', 'minibatchSize=2', 'rolloutEvery=2');
});

test('every evaluation of SFT, the reward model and PPO shows the same held-out prompts, with scores where there are any', () => {
  const [, sft, rm, ppo] = runs.map((id) => eventsOf({ folder: join(project, 'runs', id) }));
  const samplesOf = (events: typeof sft): RunEventOf<'sample'>[] =>
    events.filter((event) => event.type === 'sample');
  const evaluations = (events: typeof sft, metric: string): number[] =>
    events.flatMap((event) =>
      event.type === 'metrics' && metric in event.values ? [event.step] : [],
    );
  const stepsOf = (events: typeof sft): number[] => [
    ...new Set(samplesOf(events).map(({ step }) => step)),
  ];
  assert.equal(evaluations(sft, 'sft/validation_loss').length, 3);
  assert.deepEqual(stepsOf(sft), [0, ...evaluations(sft, 'sft/validation_loss')]);
  assert.deepEqual(stepsOf(rm), [0, ...evaluations(rm, 'rm/validation_accuracy')]);
  assert.deepEqual(stepsOf(ppo), [0, 1, 2, 4]);
  // The fourth lesson is the one held out, see the fixture; its four completions were ranked 1, 2, 2, 3.
  const heldOut = lessons[3].prompt.trim();
  for (const events of [sft, rm, ppo]) {
    for (const { prompt } of samplesOf(events)) assert.equal(prompt, heldOut);
  }
  const first = samplesOf(rm).filter(({ step }) => step === 0);
  assert.deepEqual(
    first.map(({ rank }) => rank),
    [1, 2, 2, 3],
  );
  const last = samplesOf(rm).slice(-4);
  assert.deepEqual(
    last.map(({ completion }) => completion),
    first.map(({ completion }) => completion),
  );
  assert.notDeepEqual(
    last.map(({ score }) => score),
    first.map(({ score }) => score),
  );
  assert.ok(samplesOf(ppo).every(({ score }) => score !== undefined));
});

test('a checkpoint writes what the model of its run does, with an adapter and an average too', async () => {
  const replies: SamplerReply[] = [];
  const sampler = new Sampler({
    models: new ModelCache(project),
    rewardModel: () => assert.fail('nothing is scored'),
    reply: (reply) => replies.push(samplerReplySchema.parse(reply)),
  });
  const written = async (model: string): Promise<SamplerReply> => {
    const id = randomUUID();
    const sampling = { temperature: 1, maxTokens: 12, seed: 7 };
    sampler.receive(JSON.stringify({ type: 'sample', id, model, prompt: 'Ask', sampling }));
    for (;;) {
      const last = replies.at(-1);
      if (last?.type === 'done' || last?.type === 'error') {
        if (last.id === id) return { ...last, id: '' };
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const checkpointOf = (run: string): string => {
    const [step] = readdirSync(join(project, 'runs', run, 'checkpoints'));
    return `runs/${run}/checkpoints/${step}`;
  };
  const base = await written('models/base');
  const [adapter, sft, reward, ppo] = runs;
  for (const run of [adapter, sft, ppo]) {
    const model = await written(`runs/${run}/model`);
    assert.ok(model.type === 'done' && base.type === 'done' && model.logprob !== base.logprob);
    assert.deepEqual(await written(checkpointOf(run)), model, run);
  }
  const noPolicy = await written(checkpointOf(reward));
  assert.ok(noPolicy.type === 'error' && noPolicy.code === 'bad-run');
  const gone = await written(`runs/${reward}/checkpoints/step-1`);
  assert.ok(gone.type === 'error' && gone.code === 'missing-file');
});
