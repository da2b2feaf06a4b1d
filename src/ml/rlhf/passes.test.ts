import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tinyModel } from '../../../test/fixtures/tinyModel.ts';
import { Random } from '../../data/random.ts';
import { LogprobPass } from './passes.ts';

test('sequences that share rows get the numbers that each gets alone', async () => {
  const { config, parameters } = tinyModel();
  const random = new Random('shared rows');
  const tokens = (count: number): number[] =>
    Array.from({ length: count }, () => random.integer(config.vocabSize));
  const most = Math.floor(config.nCtx / 2);
  const sequences = Array.from({ length: 17 }, () => ({
    prompt: tokens(1 + random.integer(most)),
    completion: tokens(1 + random.integer(most - 1)),
  }));
  const pass = new LogprobPass(config, 0.7, { threads: 1 });
  const together = await pass.run(parameters, sequences, 'completion', 17);
  for (const [i, sequence] of sequences.entries()) {
    const [alone] = await pass.run(parameters, [sequence], 'completion', 1);
    assert.equal(alone.length, sequence.completion.length);
    for (const [t, logprob] of alone.entries()) {
      assert.ok(Math.abs(logprob - together[i][t]) < 1e-5, `sequence ${i}, token ${t}`);
    }
  }
  pass.dispose();
});
