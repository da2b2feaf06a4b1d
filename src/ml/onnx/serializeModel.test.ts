import assert from 'node:assert/strict';
import { test } from 'node:test';
import { add, constant, exp, input, scalar, stopGradient } from '../graph/index.ts';
import { serializeModel } from './serializeModel.ts';

function count(bytes: Uint8Array, text: string): number {
  return Buffer.from(bytes).toString('latin1').split(text).length - 1;
}

test('a node used twice is written once', () => {
  const shared = exp(input('x', [2]));
  const { bytes } = serializeModel({ y: add(shared, shared), z: shared });
  assert.equal(count(bytes, 'Exp'), 1);
});

test('equal small constants are stored once', () => {
  const x = input('x', []);
  const { bytes } = serializeModel({ y: add(add(x, scalar(3.25)), scalar(3.25)) });
  const stored = Buffer.from(Float32Array.of(3.25).buffer).toString('latin1');
  assert.equal(count(bytes, stored), 1);
});

test('the inputs are the leaves that the outputs need', () => {
  const [x, unused] = [input('x', [2]), input('unused', [2])];
  add(x, unused);
  const model = serializeModel({ y: exp(x) });
  assert.deepEqual([...model.inputs], [['x', x]]);
  assert.deepEqual([...model.outputs.keys()], ['y']);
});

test('the same graph gives the same bytes', () => {
  const build = (): Uint8Array =>
    serializeModel({ y: add(input('x', [2]), constant(Float32Array.of(1, 2), [2])) }).bytes;
  assert.deepEqual(build(), build());
});

test('a chain of aliases is followed to its source', () => {
  const x = input('x', [2]);
  const { bytes } = serializeModel({ y: exp(stopGradient(stopGradient(x))) });
  assert.equal(count(bytes, 'Identity'), 0);
});

test('two inputs of one name, or no output, are refused', () => {
  assert.throws(
    () => serializeModel({ y: add(input('x', [1]), input('x', [1])) }),
    /one input named x, got two/,
  );
  assert.throws(() => serializeModel({}), /at least one output/);
});
