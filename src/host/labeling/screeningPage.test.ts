import assert from 'node:assert/strict';
import { test } from 'node:test';
import { screeningPage } from './screeningPage.ts';

test('the four criteria stand with what was measured, and names are text', () => {
  const page = screeningPage('cand|<b>', ['rita'], {
    flagAgreement: { value: 0.8, cutoff: 0.75, count: 20, passed: true },
    rankingAgreement: { value: 0.5, cutoff: 0.75, count: 8, passed: false },
    demonstrationRating: { value: null, cutoff: 6, count: 0, passed: null },
    selfAssessedTopics: ['age', 'religion'],
    meetsCutoffs: false,
  });
  assert.match(page, /^# Screening of cand {2}b $/m);
  assert.match(page, /sensitive flags \| 80\.0 % \| 75\.0 % \| 20 \| met \|/);
  assert.match(page, /rankings \| 50\.0 % \| 75\.0 % \| 8 \| not met \|/);
  assert.match(page, /1 to 7 \| – \| 6\.00 \| 0 \| not measured \|/);
  assert.match(page, /by own account \| age, religion \|/);
  assert.match(page, /Does not meet all cutoffs/);
});
