import assert from 'node:assert/strict';
import { test } from 'node:test';
import { modelDisagreement, scoreUncertainty } from './scoreSpread.ts';

test('models that agree on every pair do not disagree, whatever their scales', () => {
  assert.equal(
    modelDisagreement([
      { x: 1, y: 100 },
      { x: 2, y: 300 },
      { x: 3, y: 301 },
    ]),
    0,
  );
});

test('disagreement by hand: of three pairs one is split evenly', () => {
  assert.equal(
    modelDisagreement([
      { x: 1, y: 2 },
      { x: 2, y: 1 },
      { x: 3, y: 3 },
    ]),
    1 / 3,
  );
  assert.equal(modelDisagreement([{ x: 1 }, { x: 2 }]), null, 'one model cannot disagree');
  assert.equal(modelDisagreement([undefined, { x: 1, y: 1 }]), null);
});

test('uncertainty is the published entropy of a difference of 0, 1 and 2 nats', () => {
  assert.equal(scoreUncertainty([{ x: 5 }, { x: 5 }]), 1);
  // PAPER, invariant 28: Δ1 nat → .83994 bit, Δ2 → .52707.
  assert.equal(scoreUncertainty([{ x: 1 }, { x: 0 }])?.toFixed(5), '0.83994');
  assert.equal(
    scoreUncertainty([
      { x: 0, y: 1 },
      { x: 2, y: 3 },
    ])?.toFixed(5),
    '0.52707',
  );
  assert.equal(scoreUncertainty([{ x: 800 }, { x: 0 }]), 0);
  assert.equal(scoreUncertainty([{ x: 1 }, { y: 0 }]), null);
});
