import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tinyModel } from '../../../test/fixtures/tinyModel.ts';
import { Random } from '../../data/random.ts';
import { input } from '../graph/index.ts';
import { initialise } from '../models/index.ts';
import { TrainingProgram } from '../runtime/index.ts';
import { packBatch } from './batch.ts';
import { crossEntropy } from './losses.ts';
import { LogprobPass, batchFeeds, logprobsAt } from './passes.ts';

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

test('logits in blocks give the loss and the gradients of logits as a whole', async () => {
  const config = { ...tinyModel().config, vocabSize: 20_000, nEmbd: 8, nInner: 16, nCtx: 512 };
  const random = new Random('blocks');
  const parameters = initialise(config, 'language', random);
  const completion = Array.from({ length: 512 }, () => random.integer(config.vocabSize));
  const batch = packBatch([{ prompt: [], completion }], 'all', config.nCtx);
  const { positions } = batch.shape;
  const weights = Float32Array.from({ length: positions }, () => random.uniform() / positions);
  const feeds = { ...batchFeeds(batch), targets: batch.targets, weights };
  const [whole, blocks] = await Promise.all(
    [false, true].map(async (inBlocks) => {
      const { logprobs, trainable } = logprobsAt(config, batch.shape, 0.7, { inBlocks });
      const loss = crossEntropy(logprobs, input('weights', [positions]));
      assert.equal(logprobs.op, inBlocks ? 'sub' : 'pick');
      const program = await TrainingProgram.compile({ loss, trainable }, { threads: 1 });
      const gradients = parameters.zerosLike();
      const reported = await program.run({ parameters, gradients, feeds });
      program.dispose();
      return { loss: reported['loss'], gradients };
    }),
  );
  assert.ok(Math.abs(whole.loss - blocks.loss) < 1e-5, `${whole.loss} and ${blocks.loss}`);
  for (const { name } of parameters.entries) {
    const expected = whole.gradients.view(name);
    const largest = expected.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
    assert.ok(largest > 0, name);
    for (const [i, each] of blocks.gradients.view(name).entries()) {
      assert.ok(Math.abs(each - expected[i]) < 1e-4 * largest, `${name} at ${i}`);
    }
  }
});
