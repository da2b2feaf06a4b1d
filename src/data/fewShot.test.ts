import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fewShotExamples } from './fewShot.ts';

test('three pairs make three examples, each with the two others before it', () => {
  const pairs = [
    { query: 'snow', response: 'white' },
    { query: 'coal', response: 'black' },
    { query: 'grass', response: 'green' },
  ];
  assert.deepEqual(fewShotExamples('Name the colour.', pairs), [
    { prompt: 'Name the colour.\ncoal -> black\ngrass -> green\nsnow ->', completion: 'white' },
    { prompt: 'Name the colour.\nsnow -> white\ngrass -> green\ncoal ->', completion: 'black' },
    { prompt: 'Name the colour.\nsnow -> white\ncoal -> black\ngrass ->', completion: 'green' },
  ]);
});

test('K pairs give K examples that hold the other K − 1 whole, and never their own response', () => {
  const text = fc.stringMatching(/^[a-z ]{1,12}\n?[a-z]{1,9}$/);
  fc.assert(
    fc.property(text, fc.integer({ min: 2, max: 9 }), (word, k) => {
      // Numbered, so that no response is part of another text.
      const pairs = Array.from({ length: k }, (_, i) => ({
        query: `${word} Q${i}!`,
        response: `A${i}! ${word}`,
      }));
      const examples = fewShotExamples('Do it.', pairs);
      assert.equal(examples.length, k);
      for (const [i, { prompt, completion }] of examples.entries()) {
        assert.equal(completion, pairs[i].response);
        for (const [j, { query, response }] of pairs.entries()) {
          assert.ok(prompt.includes(query));
          assert.equal(prompt.includes(response), j !== i);
        }
      }
    }),
  );
});
