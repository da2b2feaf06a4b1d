import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lessons, tinyModel } from '../../../test/fixtures/tinyModel.ts';
import type { LanguageModel, TrunkOptions } from '../models/index.ts';
import { Program, type Arrays, type ParameterBuffer } from '../runtime/index.ts';
import { packBatch } from './batch.ts';
import { dropResidual, dropoutFeeds } from './dropout.ts';
import { encodeCompletion } from './encodeCompletion.ts';
import { batchFeeds, logprobsAt } from './passes.ts';

const config = { nEmbd: 16, nLayer: 3 };

test('the share that is dropped is the rate, in every layer anew', () => {
  const feeds = Object.values(dropoutFeeds(config, 5000, { rate: 0.2, seed: 'a' }));
  assert.equal(feeds.length, 6);
  for (const mask of feeds) {
    let kept = 0;
    for (const keep of mask) kept += Number(keep);
    // 80,000 draws: five standard deviations are 0.0071.
    assert.ok(Math.abs(kept / mask.length - 0.8) < 0.0071, String(kept));
  }
  assert.notDeepEqual(feeds[0], feeds[1]);
});

test('equal seeds drop the same, other seeds other numbers', () => {
  const drawn = (seed: string): Arrays => dropoutFeeds(config, 100, { rate: 0.5, seed });
  assert.deepEqual(drawn('3 7'), drawn('3 7'));
  assert.notDeepEqual(drawn('3 7'), drawn('3 8'));
  assert.throws(
    () => dropoutFeeds(config, 1, { rate: 1, seed: '' }),
    /expected a rate in \[0, 1\)/,
  );
});

/** Log-probabilities of the lessons, with a hook in the trunk or without. */
async function logprobs(
  model: LanguageModel,
  parameters: ParameterBuffer,
  hooked?: { residual: (tokens: number) => TrunkOptions['residual']; keep: 0 | 1 },
): Promise<Float32Array> {
  const sequences = lessons.map((one) => encodeCompletion(model, one.prompt, one.completion));
  const batch = packBatch(sequences, 'all', model.config.nCtx);
  const tokens = batch.shape.rows * batch.shape.length;
  const graph = logprobsAt(model.config, batch.shape, 1, {
    residual: hooked?.residual(tokens),
  });
  const program = await Program.compile({ logprobs: graph.logprobs }, { threads: 1 });
  const masks = dropoutFeeds(model.config, tokens, { rate: 0, seed: '' });
  const fill = (mask: Arrays[string]): Uint8Array =>
    new Uint8Array(mask.length).fill(hooked?.keep ?? 1);
  const feeds = {
    ...parameters.views(),
    ...batchFeeds(batch),
    targets: batch.targets,
    ...Object.fromEntries(Object.entries(masks).map(([name, mask]) => [name, fill(mask)])),
  };
  const used = Object.entries(feeds).filter(([name]) => program.inputs.has(name));
  const result = await program.run(Object.fromEntries(used));
  const found = result.float32('logprobs').slice();
  program.dispose();
  return found;
}

/** The model with what its parts add to the residual stream times a factor. */
function scaled(model: LanguageModel, factor: number): ParameterBuffer {
  const parameters = model.parameters.clone();
  for (const { name } of parameters.entries) {
    if (!name.includes('.c_proj.')) continue;
    const view = parameters.view(name);
    for (let i = 0; i < view.length; i++) view[i] *= factor;
  }
  return parameters;
}

test('what is kept counts 1/(1 − rate) times, what is dropped not at all', async () => {
  const model = tinyModel(4);
  const half = (tokens: number) => dropResidual(model.config, tokens, 0.5);
  const near = (a: Float32Array, b: Float32Array): void =>
    a.forEach((value, i) => assert.ok(Math.abs(value - b[i]) < 1e-5, `${value} ${b[i]}`));
  const all = await logprobs(model, model.parameters, { residual: half, keep: 1 });
  near(all, await logprobs(model, scaled(model, 2)));
  const none = await logprobs(model, model.parameters, { residual: half, keep: 0 });
  near(none, await logprobs(model, scaled(model, 0)));
});
