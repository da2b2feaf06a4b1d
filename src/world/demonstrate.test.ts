import { test } from 'node:test';
import assert from 'node:assert/strict';
import { agreement } from '../data/agreement.ts';
import type { RankedTask } from '../data/agreement.ts';
import { Random } from '../data/random.ts';
import { resolveHyperparameters } from '../protocol/hyperparameters.ts';
import { createWorld } from './createWorld.ts';
import { demonstrate, labelers } from './demonstrate.ts';
import { judge } from './judge.ts';
import { ramble } from './noise.ts';
import { makePrompts } from './prompts.ts';
import { rankCompletions } from './rank.ts';
import { taskOfPrompt } from './taskOfPrompt.ts';

const world = createWorld();
const prompts = makePrompts(world, { seed: 4, train: 1500, valid: 0, test: 0 });

test('about one demonstration in eight has a flaw, and none is bad beyond that', () => {
  const random = new Random(1);
  const scores = prompts.map((prompt) => {
    const text = demonstrate(world, prompt, random.pick(labelers), random);
    assert.ok(text.trim() !== '' && text.split(/\s+/).length <= 60, text);
    return judge(world, prompt, text, 'stop').score;
  });
  const flawed = scores.filter((score) => score < 3.5).length / scores.length;
  assert.ok(flawed > 0.09 && flawed < 0.17, String(flawed));
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  assert.ok(mean > 3.4 && mean < 3.9, String(mean));
});

test('labelers differ: the careful err less than the sloppy, the terse write less than the chatty', () => {
  const random = new Random(2);
  const figures = labelers.map((labeler) => {
    const texts = prompts.map((prompt) => demonstrate(world, prompt, labeler, random));
    const scores = texts.map((text, index) => judge(world, prompts[index], text, 'stop').score);
    const mean = (values: number[]): number =>
      values.reduce((sum, value) => sum + value, 0) / values.length;
    return {
      name: labeler.name,
      score: mean(scores),
      length: mean(texts.map((text) => text.length)),
    };
  });
  const of = (name: string): { score: number; length: number } =>
    figures.find((figure) => figure.name === name) ?? { score: Number.NaN, length: Number.NaN };
  assert.ok(of('careful-1').score > of('sloppy-1').score + 0.3);
  assert.ok(of('terse-1').length < of('chatty-1').length - 5);
});

test('equal generators give equal demonstrations', () => {
  const [prompt] = prompts;
  const draw = (): string => demonstrate(world, prompt, labelers[3], new Random(9));
  assert.equal(draw(), draw());
});

test('without noise a ranking is by the score, and equal scores are a tie', () => {
  const judged = [1, 4, 4, -2, 1.1].map((score) => ({ score }));
  assert.deepEqual(rankCompletions(judged, new Random(1), 0), [[1, 2], [4, 0], [3]]);
});

test('a chain of small differences is not one tie', () => {
  const judged = [0, 0.2, 0.4, 0.6, 0.8].map((score) => ({ score }));
  assert.deepEqual(rankCompletions(judged, new Random(1), 0), [[4, 3], [2, 1], [0]]);
});

test("two noisy gold labelers agree as often as the paper's training labelers: 72.6 ± 1.5 %", () => {
  const { noise } = resolveHyperparameters('rank', {});
  const random = new Random(5);
  // As a fine-tuned model answers: mostly as labelers do, one in four wrong, some rambling.
  const completionOf = (prompt: (typeof prompts)[number]): string => {
    const task = taskOfPrompt(world, prompt);
    const kind = random.weighted(['labeler', 'wrong', 'rambling'] as const, [65, 25, 10]);
    if (kind === 'wrong') return task.wrong(random);
    if (kind === 'rambling') return `${task.answer(random)} ${ramble(world, random)}`;
    return demonstrate(world, prompt, random.pick(labelers), random);
  };
  const tasks = prompts.flatMap((prompt): RankedTask[] => {
    const judged = Array.from({ length: 5 }, () =>
      judge(world, prompt, completionOf(prompt), 'stop'),
    );
    return ['a', 'b'].map((labeler) => ({
      promptId: prompt.id,
      labeler,
      ranking: rankCompletions(judged, random, noise).map((group) => group.map(String)),
    }));
  });
  const { rate, tied, compared } = agreement(tasks).overall;
  assert.ok(rate !== null && Math.abs(rate - 0.726) <= 0.015, String(rate));
  assert.ok(tied / (tied + compared) > 0.03 && tied / (tied + compared) < 0.3);
});
