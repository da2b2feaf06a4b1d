import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { completionSchema, promptSchema, rankingSchema } from '../../protocol/records.ts';
import { Comparison, type Sample } from './comparison.ts';

function comparison(options: { random?: number; promptId?: string } = {}): Comparison {
  let ids = 0;
  let now = Date.UTC(2026, 10, 21);
  return new Comparison({
    prompt: { text: 'What do owls eat?', promptId: options.promptId },
    models: ['models/base', 'runs/ppo-1/model'],
    sampling: { temperature: 0.7, maxTokens: 40, seed: 7 },
    clock: () => (now += 1000),
    random: () => options.random ?? 0,
    newId: () => `id${(ids += 1)}`,
  });
}
const answers: Sample = ({ model }, onText) => {
  onText('Owls ');
  onText('eat mice.');
  return Promise.resolve({
    completion: model === 'models/base' ? 'What do cats eat?' : 'Owls eat mice.',
    finish: 'stop',
    logprob: -4,
  });
};
const draw = (one: Comparison, sample = answers) =>
  one.draw(sample, () => undefined, new AbortController().signal);

describe('a blind comparison', () => {
  test('the coin decides who is A', () => {
    assert.equal(comparison({ random: 0.2 }).candidates[0].model, 'models/base');
    assert.equal(comparison({ random: 0.8 }).candidates[0].model, 'runs/ppo-1/model');
  });

  test('a preference for B becomes a ranking whose records are valid and refer to each other', async () => {
    const one = comparison();
    await draw(one);
    const { prompt, completions, ranking } = one.vote({ prefer: one.candidates[1] }, 'ann');
    assert.equal(promptSchema.parse(prompt).prompt, 'What do owls eat?');
    assert.deepEqual(
      completions.map((record) => completionSchema.parse(record).model.name),
      ['models/base', 'runs/ppo-1/model'],
    );
    rankingSchema.parse(ranking);
    const [a, b] = completions.map(({ id }) => id);
    assert.deepEqual(ranking.ranking, [[b], [a]]);
    assert.deepEqual(ranking.shown, [a, b]);
    assert.ok(completions.every(({ promptId }) => promptId === prompt?.id));
    assert.equal(ranking.promptId, prompt?.id);
    assert.equal(ranking.labeler, 'ann');
  });

  test('a tie is one group; "both bad" is a tie that says so', async () => {
    const one = comparison({ promptId: 'p1' });
    await draw(one);
    const tie = one.vote('tie', 'ann');
    assert.deepEqual(tie.ranking.ranking, [tie.ranking.shown]);
    assert.equal(tie.ranking.bothBad, undefined);
    assert.equal(one.vote('bothBad', 'ann').ranking.bothBad, true);
    assert.equal(tie.prompt, undefined);
    assert.equal(tie.ranking.promptId, 'p1');
  });

  test('a prompt that is new is written once, for the vote and the demonstration alike', async () => {
    const one = comparison();
    await draw(one);
    const written = one.demonstrate('Mostly mice.', 'ann');
    assert.notEqual(written.prompt, undefined);
    assert.deepEqual(one.demonstrate('Mice.', 'ann').prompt?.id, written.prompt?.id);
    one.promptIsSaved();
    const voted = one.vote('tie', 'ann');
    assert.equal(voted.prompt, undefined);
    assert.equal(voted.ranking.promptId, written.demonstration.promptId);
  });

  test('one model that fails leaves its error, and no vote can be taken', async () => {
    const one = comparison();
    await draw(one, (job, onText, signal) =>
      job.model === 'models/base'
        ? Promise.reject(new Error('gone'))
        : answers(job, onText, signal),
    );
    assert.equal(one.candidates[0].error?.message, 'gone');
    assert.equal(one.isComplete, false);
    assert.throws(() => one.vote('tie', 'ann'), /Both completions must stand/);
  });
});
