import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { wordRuns } from './wordRuns.ts';

test('a changed word is on both sides, what stands in both is once', () => {
  assert.deepEqual(wordRuns('Owls eat mice.', 'Owls eat small birds.'), [
    { text: 'Owls eat ', in: 'both' },
    { text: 'mice', in: 'left' },
    { text: 'small birds', in: 'right' },
    { text: '.', in: 'both' },
  ]);
});

test('each side can be read in full', () => {
  const words = fc.array(fc.constantFrom('an', 'otter', 'eats', ' ', '\n', '🦦', 'سمك', '.'));
  fc.assert(
    fc.property(words, words, (a, b) => {
      const [left, right] = [a.join(' '), b.join(' ')];
      const runs = wordRuns(left, right) ?? assert.fail('expected runs');
      const side = (name: string) =>
        runs
          .filter((run) => run.in === 'both' || run.in === name)
          .map(({ text }) => text)
          .join('');
      assert.equal(side('left'), left);
      assert.equal(side('right'), right);
    }),
  );
});
