import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Postponed } from './postponed.ts';

test('a file that is written again and again is looked at once, and one that is dropped never', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const postponed = new Postponed(1000);
  const done: string[] = [];
  for (let piece = 0; piece < 5; piece += 1) {
    postponed.later('a', () => done.push(`a${piece}`));
    postponed.later('b', () => done.push(`b${piece}`));
    t.mock.timers.tick(900);
  }
  assert.equal(done.length, 0);
  postponed.drop('b');
  t.mock.timers.tick(100);
  assert.equal(done.join(), 'a4');
  postponed.later('a', () => done.push('a5'));
  postponed.dispose();
  t.mock.timers.tick(5000);
  assert.deepEqual(done, ['a4']);
});
