import assert from 'node:assert/strict';
import { test } from 'node:test';
import { duration, number } from './inWords.ts';
import { groupMetrics, shortName } from './metricGroups.ts';

test('metrics are grouped by stage in the order of the method, the system last', () => {
  const groups = groupMetrics(['grad_norm', 'ppo/kl', 'sft/loss', 'ppo/score', 'mine/thing']);
  assert.deepEqual(
    groups.map(({ title, metrics }) => [title, ...metrics]),
    [
      ['SFT', 'sft/loss'],
      ['PPO', 'ppo/kl', 'ppo/score'],
      ['mine', 'mine/thing'],
      ['System', 'grad_norm'],
    ],
  );
});

test('a short name drops the prefix and the underscores', () => {
  assert.equal(shortName('ppo/clip_fraction'), 'clip fraction');
  assert.equal(shortName('learning_rate'), 'learning rate');
});

test('numbers are readable at every size', () => {
  assert.deepEqual([0, 12, 1.23456, -0.5, 1e-5, 2.5e7, 51_200, NaN].map(number), [
    '0',
    '12',
    '1.235',
    '-0.5000',
    '1.00e-5',
    '2.50e+7',
    '51,200',
    '–',
  ]);
});

test('times are told in at most two units', () => {
  assert.deepEqual([0, 59.4, 60, 200, 3600, 7500].map(duration), [
    '0 s',
    '59 s',
    '1 min',
    '3 min 20 s',
    '1 h',
    '2 h 5 min',
  ]);
});
