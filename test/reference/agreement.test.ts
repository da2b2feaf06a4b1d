/** Agreement against NLTK on the same rankings: see agreement.py. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as z from 'zod';
import { agreement, comparisonAlpha, krippendorffAlpha } from '../../src/data/index.ts';

const reference = z
  .object({
    tasks: z.array(
      z.object({
        promptId: z.string(),
        labeler: z.string(),
        ranking: z.array(z.array(z.string())),
      }),
    ),
    pairs: z.array(
      z.object({
        labelers: z.array(z.string()),
        compared: z.number(),
        tied: z.number(),
        rate: z.number(),
      }),
    ),
    alpha: z.number(),
    ratings: z.object({
      units: z.array(z.array(z.number())),
      nominal: z.number(),
      interval: z.number(),
    }),
  })
  .parse(JSON.parse(readFileSync(new URL('./agreement.json', import.meta.url), 'utf8')));

const near = (actual: number | null, expected: number): void => {
  assert.ok(actual !== null && Math.abs(actual - expected) < 1e-12, `${actual ?? 'null'}`);
};

test('raw agreement of each two labelers is that of NLTK', () => {
  const { pairs } = agreement(reference.tasks);
  assert.equal(pairs.length, reference.pairs.length);
  for (const expected of reference.pairs) {
    const pair = pairs.find(({ labelers }) => labelers.join() === expected.labelers.join());
    assert.equal(pair?.compared, expected.compared);
    assert.equal(pair.tied, expected.tied);
    near(pair.rate, expected.rate);
  }
});

test("Krippendorff's alpha of comparisons is that of NLTK", () => {
  near(comparisonAlpha(reference.tasks), reference.alpha);
});

test("Krippendorff's alpha of ratings is that of NLTK, as categories and as numbers", () => {
  const { units, nominal, interval } = reference.ratings;
  near(krippendorffAlpha(units, 'nominal'), nominal);
  near(krippendorffAlpha(units, 'interval'), interval);
});
