import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../data/index.ts';
import { initialise, loadLanguageModel } from '../../ml/models/index.ts';
import { createWorld } from '../../world/index.ts';
import { assetPath } from '../assets.ts';
import { alignmentTax, taxProbe } from './alignmentTax.ts';

test('the embedded base model knows its web and its public tasks; one that has forgotten all does not', async () => {
  const base = await loadLanguageModel(assetPath('base-model'));
  const probe = taxProbe(createWorld(), 1, { documents: 60, perTask: 25 });
  assert.equal(probe.questions.length, 125);
  const knowing = await alignmentTax(base, probe);
  const parameters = initialise(base.config, 'language', new Random(0));
  const forgetful = await alignmentTax({ ...base, parameters }, probe);
  assert.equal(knowing.questions, 125);
  // An initialised model is close to ln 1024 = 6.93; the base ended its pre-training near 0.9.
  assert.ok(
    Math.abs(forgetful.pretrainLoss - Math.log(1024)) < 0.3,
    String(forgetful.pretrainLoss),
  );
  assert.ok(knowing.pretrainLoss < 1.1, String(knowing.pretrainLoss));
  assert.deepEqual(Object.keys(knowing.tasks), [
    'facts',
    'tales',
    'passages',
    'reviews',
    'examples',
  ]);
  assert.ok(knowing.accuracy > forgetful.accuracy + 0.2);
  const shares = Object.values(knowing.tasks);
  assert.ok(Math.min(...shares) <= knowing.accuracy && knowing.accuracy <= Math.max(...shares));
});
