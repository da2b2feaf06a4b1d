import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RewardQuality, RewardReport } from '../../protocol/rewardReport.ts';
import { judgeRewardModel, verdictText } from './rewardVerdict.ts';

/** A reward model like the paper's, with everything in order. */
const quality: RewardQuality = {
  rankings: 1000,
  comparisons: 10_000,
  accuracy: 0.724,
  ci95: [0.71, 0.738],
  loss: 0.55,
  byMargin: [],
  byRankGap: [],
  reliability: [],
  calibrationError: 0.02,
  length: {
    overall: 0.1,
    withinPrompts: 0.1,
    labelersPreferLonger: 0.55,
    modelPrefersLonger: 0.6,
  },
  scores: { mean: -0.5, deviation: 1, low: -4, high: 3 },
  byLabeler: {},
  byCategory: {},
  best: [],
  worst: [],
  highest: [],
  lowest: [],
};
const good: Omit<RewardReport, 'verdict'> = {
  trained: { rankings: 6000, comparisons: 60_000, leftOut: 0 },
  training: { accuracy: 0.75, loss: 0.5 },
  validation: quality,
  demonstrations: { count: 100, mean: 0, deviation: 1 },
  crossValidation: {
    folds: [],
    inGroup: { mean: 0.724, error: 0 },
    heldOut: { mean: 0.696, error: 0 },
  },
};

test('a reward model like the paper’s is good enough, and the answer says on what it rests', () => {
  const verdict = judgeRewardModel(good);
  assert.equal(verdict.answer, 'yes');
  assert.match(verdictText(verdict), /^Good enough for PPO\? yes\./);
  assert.match(verdictText(verdict), /72\.4 % \(95 % interval 71\.0 % to 73\.8 %\)/);
});

/** One thing wrong with the good one, the answer, and words of the finding. */
const cases: [string, Partial<RewardQuality>, Partial<typeof good>, 'caution' | 'no', RegExp][] = [
  ['chance', { accuracy: 0.52, ci95: [0.49, 0.55] }, { training: null }, 'no', /may be chance/],
  ['flat', { scores: { mean: -1, deviation: 0.01, low: -1, high: -1 } }, {}, 'no', /hardly differ/],
  ['weak', { accuracy: 0.57, ci95: [0.55, 0.59] }, { training: null }, 'caution', /below 60\.0 %/],
  ['miscalibrated', { calibrationError: 0.2 }, {}, 'caution', /off by 20\.0 %/],
  [
    'fond of length',
    { length: { ...quality.length, modelPrefersLonger: 0.8 } },
    {},
    'caution',
    /prefers the longer/,
  ],
  [
    'fond of brevity',
    { length: { ...quality.length, withinPrompts: -0.7 } },
    {},
    'caution',
    /correlate at -0\.70: .*shorter/,
  ],
  [
    'wrong on a category',
    { byCategory: { chat: { rankings: 9, comparisons: 90, accuracy: 0.3, ci95: [0.2, 0.4] } } },
    {},
    'caution',
    /category chat/,
  ],
  ['small', {}, { trained: { rankings: 50, comparisons: 300, leftOut: 0 } }, 'caution', /300 comp/],
  ['overfitted', {}, { training: { accuracy: 0.95, loss: 0.1 } }, 'caution', /overfits/],
  ['without zero', {}, { demonstrations: null }, 'caution', /no demonstrations/],
  [
    'fond of samples',
    { scores: { mean: 0.5, deviation: 1, low: -4, high: 3 } },
    {},
    'caution',
    /higher \(mean 0\.50\) than the labelers' demonstrations/,
  ],
  ['unmeasured', {}, { validation: null }, 'caution', /No rankings were held out/],
  [
    'of one taste',
    {},
    {
      crossValidation: {
        folds: [],
        inGroup: { mean: 0.8, error: 0 },
        heldOut: { mean: 0.6, error: 0 },
      },
    },
    'caution',
    /particular labelers/,
  ],
];

for (const [name, ofQuality, ofReport, answer, finding] of cases) {
  test(`a reward model that is ${name} gets "${answer}" with that reason and a remedy`, () => {
    const verdict = judgeRewardModel({
      ...good,
      validation: { ...quality, ...ofQuality },
      ...ofReport,
    });
    assert.equal(verdict.answer, answer);
    assert.equal(verdict.reasons[0].answer, answer, 'the gravest reason comes first');
    const against = verdict.reasons.filter((reason) => reason.answer !== 'yes');
    assert.equal(against.length, 1, JSON.stringify(against));
    assert.match(against[0].finding, finding);
    assert.ok((against[0].remedy ?? '').length > 0);
  });
}
