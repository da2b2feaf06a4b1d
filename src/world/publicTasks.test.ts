import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readClaims } from './claims.ts';
import { createWorld } from './createWorld.ts';
import { publicQuestions, publicTaskNames } from './publicTasks.ts';
import { readText } from './reading.ts';

const world = createWorld();
const questions = publicQuestions(world, { seed: 4, perTask: 60 });
const of = (task: string) => questions.filter((question) => question.task === task);

test('every task has as many different questions as were asked for, with different options', () => {
  for (const task of publicTaskNames) {
    assert.equal(new Set(of(task).map(({ context }) => context)).size, 60, task);
  }
  for (const { options, answer } of questions) {
    assert.ok(options.length >= 2 && new Set(options).size === options.length);
    assert.ok(answer >= 0 && answer < options.length);
    assert.ok(options.every((option) => option.startsWith(' ')));
  }
});

test('equal seeds give equal questions, others differ', () => {
  assert.deepEqual(publicQuestions(world, { seed: 4, perTask: 60 }), questions);
  assert.notDeepEqual(publicQuestions(world, { seed: 5, perTask: 60 }), questions);
});

test('the place of the right option tells nothing', () => {
  for (const task of publicTaskNames) {
    const first = of(task).filter(({ answer }) => answer === 0).length;
    const expected = of(task).reduce((sum, { options }) => sum + 1 / options.length, 0);
    // Four standard deviations of a fair draw, at most √(60/4) each.
    assert.ok(Math.abs(first - expected) < 4 * Math.sqrt(15), `${task}: ${String(first)}`);
  }
});

test('of a fact’s options the gold labeler’s reading finds the right one true and the others false', () => {
  let read = 0;
  for (const { context, options, answer } of of('facts')) {
    options.forEach((option, i) => {
      for (const { truth } of readClaims(world, readText(context + option))) {
        assert.equal(truth, i === answer, context + option);
        read += 1;
      }
    });
  }
  assert.ok(read > 150, String(read));
});

test('the right end of a tale speaks of whom the tale speaks, the wrong ones of others', () => {
  for (const { context, options, answer } of of('tales')) {
    options.forEach((option, i) => {
      const named = world.people.find(({ name }) => option.includes(name));
      assert.ok(named !== undefined);
      assert.equal(context.includes(named.name), i === answer, context + option);
    });
  }
});
