import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Random } from '../../data/random.ts';
import { InstructError } from '../../protocol/errors.ts';
import { tinyModel } from '../../../test/fixtures/tinyModel.ts';
import { Program, ProgramCache } from '../runtime/index.ts';
import { completeRows } from './completeRows.ts';
import type { Row } from './generationBatch.ts';
import { passGraph, passKey } from './generationPass.ts';
import type { RunPass } from './generationPass.ts';

const { config, parameters } = tinyModel();
const programs = new ProgramCache(48);
after(() => {
  programs.dispose();
});
const outOfMemory = new InstructError({
  code: 'out-of-memory',
  message: 'Too little memory to run the model: no',
  remedy: 'Use less.',
});

/** The rows of seven prompts of 1 to 7 tokens, completed where from some pass on only so many rows fit. */
async function completed(
  room: number,
  fromPass: number,
): Promise<{ rows: Row[]; atOnce: number; passes: number }> {
  let passes = 0;
  const run: RunPass = async (pass, feeds, into) => {
    if (passes++ >= fromPass && pass.rows > room) throw outOfMemory;
    const program = await programs.get(passKey(pass), () =>
      Program.compile(passGraph(config, pass).outputs, { threads: 1 }),
    );
    return program.run({ ...(await parameters.feedsFor(program)), ...feeds }, into);
  };
  const random = new Random('rows');
  const rows = Array.from({ length: 7 }, (_, index): Row => ({
    index,
    prompt: Array.from({ length: 1 + index }, (__, t) => 3 + index + t),
    random: random.fork(),
    limit: 9,
    tokens: [],
    logprobs: [],
    logprob: 0,
    finish: null,
  }));
  const options = { maxNewTokens: 9, temperature: 1, endTokens: [0, 1, 2, 3], random };
  const execution = { batchRows: 6, cacheOnDevice: false, run };
  return { rows, atOnce: await completeRows(config, rows, options, execution), passes };
}

test('where memory runs out fewer rows go on where they were, and draw the same', async () => {
  const whole = await completed(64, 0);
  assert.equal(whole.atOnce, 6);
  assert.ok(whole.passes > 6);
  // At the first pass over prompts, and in the middle, where rows have tokens already.
  for (const fromPass of [0, 4]) {
    const narrow = await completed(2, fromPass);
    assert.ok(narrow.atOnce <= 2 && narrow.atOnce >= 1);
    for (const [i, { tokens, finish, logprobs }] of whole.rows.entries()) {
      assert.deepEqual(narrow.rows[i].tokens, tokens);
      assert.equal(narrow.rows[i].finish, finish);
      for (const [t, logprob] of logprobs.entries()) {
        assert.ok(Math.abs(narrow.rows[i].logprobs[t] - logprob) < 1e-5);
      }
    }
  }
});

test('where not even one row fits, the failure says so', async () => {
  await assert.rejects(completed(0, 0), (error) => {
    assert.ok(error instanceof InstructError);
    assert.equal(error.code, 'out-of-memory');
    assert.match(
      error.message,
      /Not even one completion of up to 9 behind a prompt of 1 tokens fits/,
    );
    return true;
  });
});
