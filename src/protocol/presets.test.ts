import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  hyperparameterProblem,
  hyperparameterTable,
  hyperparameters,
  type TunableStage,
} from './hyperparameters.ts';
import { presetNames, presetValues, presets, type PresetName } from './presets.ts';

const stages = Object.keys(hyperparameters) as TunableStage[];

test('every preset holds only keys and values that the table allows', () => {
  for (const name of presetNames) {
    for (const stage of stages) {
      for (const [key, value] of Object.entries(presetValues(name, stage))) {
        assert.equal(hyperparameterProblem(stage, key, value), null, `${name}: ${stage}.${key}`);
      }
    }
    assert.ok(presets[name].description.endsWith('.'), name);
  }
});

test('the preset tiny is the defaults', () => {
  for (const stage of stages) {
    for (const [key, row] of hyperparameterTable(stage)) {
      assert.equal(presetValues('tiny', stage)[key], row.default, `${stage}.${key}`);
    }
  }
});

test('the presets of the paper have what its appendix C prints for each size', () => {
  // Sections C.1, C.2 and C.4: SFT rate and batch, reward model rate and prompts, value rate.
  const printed: Partial<Record<PresetName, readonly number[]>> = {
    'paper-1.3b': [9.65e-6, 32, 9e-6, 64, 9e-6, 24, 2048],
    'paper-6b': [9.65e-6, 32, 9e-6, 64, 9e-6, 32, 4096],
    'paper-175b': [5.03e-6, 8, 9e-6, 64, 5e-6, 96, 12_288],
  };
  for (const name of presetNames) {
    const expected = printed[name];
    if (expected === undefined) continue;
    const [sft, rm, ppo] = (['sft', 'rm', 'ppo'] as const).map((s) => presetValues(name, s));
    const shape = presetValues(name, 'pretrain');
    assert.deepEqual(
      [
        sft['learningRate'],
        sft['batchSize'],
        rm['learningRate'],
        rm['batchSize'],
        ppo['valueLearningRate'],
        shape['nLayer'],
        shape['nEmbd'],
      ],
      expected,
      name,
    );
    // The same at every size: 16 epochs and one; 256k episodes in batches of 512; β, ε, warm-up.
    assert.deepEqual(
      [sft['epochs'], rm['epochs'], ppo['iterations'], ppo['batchSize'], ppo['minibatchSize']],
      [16, 1, 500, 512, 64],
    );
    assert.deepEqual(
      [ppo['klCoef'], ppo['clipRange'], ppo['warmupIterations'], ppo['temperature']],
      [0.02, 0.2, 10, 1],
    );
    assert.equal(Number(shape['nEmbd']) % Number(shape['nHead']), 0, 'heads divide the width');
  }
});

test('the preset lm-human-preferences is Ziegler et al.’s', () => {
  const ppo = presetValues('lm-human-preferences', 'ppo');
  assert.equal(Number(ppo['iterations']) * Number(ppo['batchSize']), 999_936, 'a million episodes');
  assert.equal(ppo['finalLearningRateRatio'], 0, 'linear decay to nothing');
  assert.deepEqual(
    ['innerEpochs', 'klCoef', 'lam', 'adamEpsilon', 'temperature', 'missingEosScore'].map(
      (key) => ppo[key],
    ),
    [4, 0.15, 0.95, 1e-5, 0.7, -1],
  );
});
