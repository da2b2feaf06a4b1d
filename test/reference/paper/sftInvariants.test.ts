/** The invariants of supervised fine-tuning, by their numbers in the list of the paper's. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gather, input, tokenLogprobs } from '../../../src/ml/graph/index.ts';
import { fewShotExamples } from '../../../src/data/index.ts';
import { cosineDecay } from '../../../src/ml/optim/index.ts';
import { batchFeeds, LogprobPass, logprobsAt } from '../../../src/ml/rlhf/passes.ts';
import { encodeCompletion } from '../../../src/ml/rlhf/encodeCompletion.ts';
import { crossEntropy } from '../../../src/ml/rlhf/losses.ts';
import { packBatch } from '../../../src/ml/rlhf/batch.ts';
import { SftLoop, type SftOptions } from '../../../src/ml/rlhf/sft.ts';
import { Program } from '../../../src/ml/runtime/index.ts';
import { resolveHyperparameters } from '../../../src/protocol/hyperparameters.ts';
import { lessons, tinyModel } from '../../fixtures/tinyModel.ts';
import { close, evaluate, execution, near } from './numbers.ts';

const options = (settings: Record<string, unknown> = {}): SftOptions => ({
  model: tinyModel(),
  demonstrations: lessons,
  validation: [],
  hyperparameters: resolveHyperparameters('sft', {
    epochs: 60,
    batchSize: 4,
    learningRate: 0.02,
    weightDecay: 0,
    ...settings,
  }),
  seed: 1,
  execution,
});

async function trained(loop: SftLoop): Promise<{ loss: number; weights: Float32Array }> {
  let loss = Infinity;
  while (loop.step < loop.totalSteps) loss = (await loop.advance()).metrics['sft/loss'];
  const { model } = await loop.finish();
  loop.dispose();
  return { loss, weights: model.parameters.data };
}

test('1. the loss and its gradient do not depend on the logits at prompt tokens', async () => {
  const vocabulary = 5;
  const sequence = { prompt: [1, 2, 3], completion: [4, 0] };
  const batch = packBatch([sequence], 'completion', 16);
  const { length, positions } = batch.shape;
  const counted = batch.offsets[1];
  assert.equal(counted, 2, 'two tokens of completion carry loss');
  const logits = input('logits', [length, vocabulary]);
  const logprobs = tokenLogprobs(
    gather(logits, input('positions', [positions], 'int32')),
    input('targets', [positions], 'int32'),
  );
  const loss = crossEntropy(logprobs, input('weights', [positions]));
  const run = (atPrompt: number) => {
    const values = new Float32Array(length * vocabulary);
    // Rows 0 and 1 predict tokens of the prompt; row 2 predicts the completion's first token.
    values.fill(atPrompt, 0, 1);
    values.fill(-atPrompt, vocabulary, vocabulary + 1);
    values[2 * vocabulary + 4] = 0.7;
    return evaluate(loss, logits, {
      logits: values,
      positions: batch.positions,
      targets: batch.targets,
      weights: new Float32Array(positions).fill(1 / counted, 0, counted),
    });
  };
  const [plain, changed] = [await run(0), await run(9)];
  assert.equal(plain.loss, changed.loss);
  assert.deepEqual(plain.gradient, changed.gradient);
  const ofPrompt = plain.gradient.slice(0, 2 * vocabulary);
  assert.ok(ofPrompt.every((entry) => entry === 0));
  assert.ok(plain.gradient.slice(2 * vocabulary).some((entry) => entry !== 0));
});

test('1. the padding’s token and length change the loss by less than 1e-6', async () => {
  const model = tinyModel();
  const sequences = lessons.map((lesson) =>
    encodeCompletion(model, lesson.prompt, lesson.completion),
  );
  const pass = new LogprobPass(model.config, 1, execution);
  const alone = await pass.run(model.parameters, [sequences[0]], 'completion', 1);
  const together = await pass.run(model.parameters, sequences, 'completion', 4);
  pass.dispose();
  close(together[0], alone[0]);

  const batch = packBatch([sequences[0]], 'completion', model.config.nCtx);
  const used = batch.tokenCount;
  assert.ok(used < batch.tokens.length, 'there is padding to change');
  const { logprobs } = logprobsAt(model.config, batch.shape, 1);
  const program = await Program.compile({ logprobs }, execution);
  const runWith = async (padding: number): Promise<Float32Array> => {
    const tokens = batch.tokens.slice().fill(padding, used);
    const feeds = { ...batchFeeds({ ...batch, tokens }), ...model.parameters.views() };
    const result = await program.run({ ...feeds, targets: batch.targets });
    return result.float32('logprobs').slice(0, batch.offsets[1]);
  };
  close(await runWith(17), await runWith(0));
  program.dispose();
});

test('1. uniform logits cost ln V a token', async () => {
  const model = tinyModel();
  model.parameters.data.fill(0);
  const loop = new SftLoop({ ...options(), model });
  const { metrics } = await loop.advance();
  loop.dispose();
  near(metrics['sft/loss'], Math.log(model.config.vocabSize), 1e-5);
});

test('2. the cosine multiplier at f = 0, .25, .5, .75, 1; without warm-up the first step is at the peak', async () => {
  const schedule = cosineDecay(100, 0.1);
  close([0, 25, 50, 75, 100].map(schedule), [1, 0.868198, 0.55, 0.231802, 0.1]);
  const loop = new SftLoop(options());
  const { metrics } = await loop.advance();
  loop.dispose();
  assert.equal(metrics['learning_rate'], 0.02);
});

test('3. one batch can be learnt by heart: its loss goes to 0', async () => {
  const { loss } = await trained(new SftLoop(options({ epochs: 150 })));
  assert.ok(loss < 0.02, String(loss));
});

test('3. a seed decides the weights bit for bit, and a resumed optimiser is an uninterrupted one', async () => {
  const settings = { epochs: 3, batchSize: 3 };
  const { weights } = await trained(new SftLoop(options(settings)));
  assert.deepEqual((await trained(new SftLoop(options(settings)))).weights, weights);
  const other = new SftLoop({ ...options(settings), seed: 2 });
  assert.notDeepEqual((await trained(other)).weights, weights);
  const first = new SftLoop(options(settings));
  for (let step = 0; step < 3; step++) await first.advance();
  const resumed = new SftLoop(options(settings));
  resumed.restore(first.snapshot());
  first.dispose();
  assert.deepEqual((await trained(resumed)).weights, weights);
});

test('4. K pairs make exactly K few-shot examples, each with the other K − 1 and without its own answer', () => {
  for (const k of [1, 2, 5, 9]) {
    const pairs = Array.from({ length: k }, (_, i) => ({
      query: `query-${i}.`,
      response: `response-${i}.`,
    }));
    const examples = fewShotExamples('Do as before.', pairs);
    assert.equal(examples.length, k);
    for (const [i, { prompt, completion }] of examples.entries()) {
      assert.equal(completion, `response-${i}.`);
      assert.ok(prompt.startsWith('Do as before.'));
      for (const [other, pair] of pairs.entries()) {
        assert.ok(prompt.includes(pair.query));
        assert.equal(prompt.includes(pair.response), other !== i, `${i}, ${other}`);
      }
    }
  }
});
