import assert from 'node:assert/strict';
import { test } from 'node:test';
import { flagNames, type FlagName } from '../../protocol/records.ts';
import { summarise, type Answer } from './evaluation.ts';
import { agreementOf } from './rankWork.ts';

const noFlags = Object.fromEntries(flagNames.map((flag) => [flag, null])) as Record<FlagName, null>;

const answer = (score: number, flags: Partial<Answer['flags']> = {}): Answer => ({
  completion: 'four',
  finish: 'stop',
  score,
  likert: 4,
  flags: { ...noFlags, ...flags },
});

const tax = { pretrainLoss: 1.2, tasks: { facts: 0.5 }, accuracy: 0.5, questions: 2 };

test('a model is compared prompt by prompt with the SFT model and the base, ties counting one half', () => {
  const reports = summarise(
    new Map([
      ['base', [answer(0), answer(0), answer(0), answer(0)]],
      ['sft', [answer(1), answer(2), answer(3), answer(4)]],
      ['ppo', [answer(2), answer(2), answer(2), answer(5)]],
    ]),
    new Map([['sft', tax]]),
  );
  // Against SFT: win, tie, loss, win. Half the interval is 1.96·√(0.625·0.375/4) = 0.474.
  assert.equal(reports['ppo'].winRateVsSft, 0.625);
  const [low, high] = reports['ppo'].ci95 ?? [NaN, NaN];
  assert.ok(Math.abs(low - 0.1506) < 1e-4 && high === 1);
  assert.equal(reports['ppo'].winRateVsBase, 1);
  assert.equal(reports['ppo'].gold, 2.75);
  assert.equal(reports['base'].winRateVsSft, 0);
  assert.equal(reports['sft'].tax, tax);
  assert.equal('tax' in reports['ppo'], false);
  assert.equal('winRateVsSft' in reports['sft'], false);
  assert.equal('winRateVsBase' in reports['base'], false);
});

test('a flag’s share is among the answers to which it applies', () => {
  const { flags } = summarise(
    new Map([
      [
        'ppo',
        [
          answer(1, { failsTask: true, hallucination: true }),
          answer(1, { failsTask: false, hallucination: null }),
          answer(1, { failsTask: false, hallucination: null }),
          answer(1, { failsTask: false, hallucination: false }),
        ],
      ],
    ]),
    new Map(),
  )['ppo'];
  assert.deepEqual(flags, { failsTask: 0.25, hallucination: 0.5 });
});

test('two rankings agree on the pairs that both of them order', () => {
  // Of the pairs 01 02 12, the second ranking ties 12 and turns 01 round.
  assert.deepEqual(agreementOf([[0], [1], [2]], [[1, 2], [0]]), { pairs: 2, agreed: 0 });
  assert.deepEqual(agreementOf([[0], [1], [2]], [[0], [1, 2]]), { pairs: 2, agreed: 2 });
  assert.deepEqual(agreementOf([[0, 1, 2]], [[0], [1], [2]]), { pairs: 0, agreed: 0 });
});
