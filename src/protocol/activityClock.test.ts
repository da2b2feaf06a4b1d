import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ActivityClock } from './activityClock.ts';

function clockAt(seconds = 0) {
  const time = { ms: 1000 };
  const clock = new ActivityClock(() => time.ms, seconds, 60_000);
  const wait = (after: number) => {
    time.ms += after * 1000;
  };
  return { clock, wait };
}

test('time counts while there are signs of life', () => {
  const { clock, wait } = clockAt();
  clock.touch();
  wait(10);
  clock.touch();
  wait(5.25);
  assert.equal(clock.seconds, 15.3);
});

test('a long absence counts as one minute', () => {
  const { clock, wait } = clockAt();
  clock.touch();
  wait(3600);
  clock.touch();
  wait(2);
  assert.equal(clock.seconds, 62);
});

test('nothing counts before the first sign of life, nor after a pause', () => {
  const { clock, wait } = clockAt(7);
  wait(30);
  assert.equal(clock.seconds, 7);
  clock.touch();
  wait(1);
  clock.pause();
  wait(30);
  assert.equal(clock.seconds, 8);
  clock.touch();
  wait(1);
  assert.equal(clock.seconds, 9);
});
