import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { Dataset } from './dataset.ts';

const root = mkdtempSync(join(tmpdir(), 'states-'));
after(() => {
  rmSync(root, { recursive: true });
});

const ids = ['p1', 'p2', 'p3', 'p4', 'p5'];
const files = ['prompts/a.jsonl', 'prompts/b.jsonl'];
const prompt = fc.oneof(
  fc.record({ id: fc.constantFrom(...ids), prompt: fc.constantFrom('x', 'y') }),
  fc.record({ id: fc.constantFrom(...ids), deleted: fc.constant(true) }),
);
const demonstration = fc.record({
  id: fc.constantFrom('d1', 'd2', 'd3'),
  promptId: fc.constantFrom(...ids),
  completion: fc.constant('z'),
  labeler: fc.constantFrom('anna', 'ben'),
});
const lines = <T>(records: fc.Arbitrary<T>): fc.Arbitrary<string> =>
  fc
    .array(records, { minLength: 1, maxLength: 5 })
    .map((list) => list.map((record) => `${JSON.stringify(record)}\n`).join(''));
const change = fc.oneof(
  fc.record({ file: fc.constantFrom(...files), text: lines(prompt), rewrite: fc.boolean() }),
  fc.record({
    file: fc.constant('demonstrations/d.jsonl'),
    text: lines(demonstration),
    rewrite: fc.boolean(),
  }),
);

test('after any changes the rows are those of the files read anew', async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 6 }), async (changes) => {
      const dir = join(root, String(run++));
      for (const folder of ['prompts', 'demonstrations'])
        mkdirSync(join(dir, folder), { recursive: true });
      const dataset = await Dataset.open(dir);
      for (const { file, text, rewrite } of changes) {
        if (rewrite) writeFileSync(join(dir, file), text);
        else appendFileSync(join(dir, file), text);
        await dataset.refresh(file);
        const anew = await Dataset.open(dir);
        assert.deepEqual(dataset.labelStates(), anew.labelStates());
      }
    }),
    { numRuns: 150 },
  );
});
