import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adaptiveKl, constantKl } from './klController.ts';

test('the adaptive coefficient follows lm-human-preferences on its published run', () => {
  // β 0.15, target 6, horizon 10,000, batches of 512 (PAPER section 9).
  const controller = adaptiveKl(0.15, 6, 10_000);
  const seen = [0, 3, 6, 6.6, 12, 100, 5.9].map((kl) => {
    controller.update(kl, 512);
    return controller.value;
  });
  const published = [
    0.148464, 0.14694373, 0.14694373, 0.14769608, 0.14920849, 0.15073638, 0.15060775,
  ];
  for (const [i, value] of seen.entries()) {
    assert.ok(Math.abs(value - published[i]) < 1e-8, `${i}: ${value}`);
  }
});

test('the constant coefficient stays, whatever the KL', () => {
  const controller = constantKl(0.02);
  controller.update(100, 512);
  assert.equal(controller.value, 0.02);
});
