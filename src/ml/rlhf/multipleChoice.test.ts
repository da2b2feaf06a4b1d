import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lessons, tinyModel } from '../../../test/fixtures/tinyModel.ts';
import { resolveHyperparameters } from '../../protocol/hyperparameters.ts';
import type { LanguageModel } from '../models/index.ts';
import { heldOutLoss } from './heldOutLoss.ts';
import { chosenOption, optionLogprobs } from './multipleChoice.ts';
import { SftLoop } from './sft.ts';

/** A model that finds every token equally likely: all its parameters are 0. */
function indifferentModel(): LanguageModel {
  const model = tinyModel();
  return { ...model, parameters: model.parameters.zerosLike() };
}

test('a model that finds every token equally likely gives each −ln V, whatever the option', async () => {
  const model = indifferentModel();
  const perToken = -Math.log(model.config.vocabSize);
  const [options] = await optionLogprobs(model, [
    { context: 'What does the cow say?', options: [' moo', ' The cow says moo.'] },
  ]);
  assert.ok(options !== null);
  options.forEach(({ mean, total }, i) => {
    const tokens = model.tokenizer.encode([' moo', ' The cow says moo.'][i]).length;
    assert.ok(Math.abs(mean - perToken) < 1e-5);
    assert.ok(Math.abs(total - tokens * perToken) < 1e-4);
  });
});

test('the loss on held-out text is ln V for a model that knows nothing', async () => {
  const model = indifferentModel();
  const documents = lessons.map(({ completion }) => completion);
  const loss = await heldOutLoss(model, documents);
  assert.ok(Math.abs(loss - Math.log(model.config.vocabSize)) < 1e-5);
  assert.ok(Math.abs((await heldOutLoss(model, ['moo'])) - loss) < 1e-5);
  await assert.rejects(heldOutLoss(model, []), /expected text, got none/);
});

test('the option is decided per token, so that a long one does not lose by its length', () => {
  // Totals −3 and −4, but −3 and −1 a token.
  assert.equal(chosenOption([{ mean: -3 }, { mean: -1 }]), 1);
  assert.equal(chosenOption([{ mean: -2 }, { mean: -2 }]), 0, 'the first of equals');
});

test('a model that learned the lessons by heart chooses their answers and finds their text likely', async () => {
  const loop = new SftLoop({
    model: tinyModel(),
    demonstrations: lessons,
    validation: [],
    hyperparameters: resolveHyperparameters('sft', {
      epochs: 200,
      batchSize: 4,
      learningRate: 0.01,
      completionOnlyLoss: false,
    }),
    seed: 0,
  });
  while (loop.step < loop.totalSteps) await loop.advance();
  const { model: trained } = await loop.finish();
  loop.dispose();
  const questions = lessons.map(({ prompt }) => ({
    context: prompt,
    options: lessons.map(({ completion }) => completion),
  }));
  const found = await optionLogprobs(trained, questions);
  assert.deepEqual(
    found.map((options) => options && chosenOption(options)),
    [0, 1, 2, 3],
  );
  const documents = lessons.map(({ prompt, completion }) => prompt + completion);
  const [before, after] = [
    await heldOutLoss(tinyModel(), documents),
    await heldOutLoss(trained, documents),
  ];
  assert.ok(after < before - 2, `${before} to ${after}`);
});

test('a question that does not fit the context is left out, and the others keep their places', async () => {
  const model = indifferentModel();
  const long = 'moo '.repeat(200);
  const found = await optionLogprobs(model, [
    { context: 'What?', options: [' moo', ' woof'] },
    { context: long, options: [' moo', ' woof'] },
    { context: 'What?', options: [' moo', ''] },
    { context: '', options: ['moo', 'woof'] },
  ]);
  assert.deepEqual(
    found.map((options) => options?.length ?? null),
    [2, null, null, 2],
  );
});
