import assert from 'node:assert/strict';
import { test } from 'node:test';
import { screen } from './screening.ts';
import type { ScreeningTest } from './screening.ts';

const ranked = (
  labeler: string,
  ranking: string[][],
): ScreeningTest['rankings']['candidate'][0] => ({
  promptId: 'p',
  labeler,
  ranking,
});

test('a candidate is marked by the four criteria, by hand', () => {
  const result = screen({
    flags: {
      // Against the researcher: sexual yes, violent yes, harmful no. Opinion is no sensitive flag.
      candidate: [
        {
          completionId: 'c',
          flags: {
            sexualContent: true,
            violentContent: false,
            harmfulAdvice: false,
            expressesOpinion: true,
          },
        },
      ],
      researchers: [
        {
          completionId: 'c',
          flags: {
            sexualContent: true,
            violentContent: false,
            harmfulAdvice: true,
            expressesOpinion: false,
          },
        },
        { completionId: 'other', flags: { sexualContent: true } },
      ],
    },
    rankings: {
      candidate: [ranked('x', [['a'], ['b'], ['c'], ['d']])],
      // Of six comparisons cd is tied and ab is the other way round: four of five agree.
      researchers: [ranked('x', [['b'], ['a'], ['c', 'd']])],
    },
    demonstrationRatings: [7, 6, 5],
    selfAssessedTopics: ['religion', 'health', 'religion'],
  });
  assert.deepEqual(result, {
    flagAgreement: { value: 2 / 3, cutoff: 0.75, count: 3, passed: false },
    rankingAgreement: { value: 0.8, cutoff: 0.75, count: 5, passed: true },
    demonstrationRating: { value: 6, cutoff: 6, count: 3, passed: true },
    selfAssessedTopics: ['health', 'religion'],
    meetsCutoffs: false,
  });
});

test('researchers who disagree with each other do not count for or against the candidate', () => {
  const { rankingAgreement } = screen({
    flags: { candidate: [], researchers: [] },
    rankings: {
      candidate: [ranked('new', [['a'], ['b']])],
      researchers: [ranked('r1', [['a'], ['b']]), ranked('r2', [['b'], ['a']])],
    },
    demonstrationRatings: [],
    selfAssessedTopics: [],
  });
  assert.deepEqual(rankingAgreement, { value: 0.5, cutoff: 0.75, count: 2, passed: false });
});

test('what was not measured is neither passed nor failed, and does not meet the cutoffs', () => {
  const result = screen({
    flags: { candidate: [], researchers: [] },
    rankings: { candidate: [], researchers: [] },
    demonstrationRatings: [7],
    selfAssessedTopics: [],
  });
  assert.equal(result.flagAgreement.passed, null);
  assert.equal(result.rankingAgreement.value, null);
  assert.equal(result.meetsCutoffs, false);
});
