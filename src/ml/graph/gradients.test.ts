import assert from 'node:assert/strict';
import { test } from 'node:test';
import { add, maximum, mul, square, stopGradient, tanh } from './elementwise.ts';
import { gather } from './indexing.ts';
import { concat, slice, split } from './layout.ts';
import { input, isZeros, scalar } from './leaves.ts';
import { gradients } from './gradients.ts';
import { groupQueryAttention, logSoftmax, tokenLogprobs } from './network.ts';
import { matMul } from './matMul.ts';
import { reduceSum } from './reduce.ts';
import { topologicalOrder } from './tensor.ts';
import type { Op, Tensor } from './tensor.ts';

function opsOf(...outputs: readonly Tensor[]): Op[] {
  return topologicalOrder(outputs).map(({ op }) => op);
}

test('a tensor the loss does not depend on gets zeros of its shape', () => {
  const [x, other] = [input('x', [3]), input('other', [2, 5])];
  const [gradient] = gradients(reduceSum(x), [other]);
  assert.deepEqual(gradient.shape, [2, 5]);
  assert.ok(isZeros(gradient));
});

test('a tensor reached only through stopGradient gets zeros', () => {
  const x = input('x', [3]);
  const [gradient] = gradients(reduceSum(mul(stopGradient(x), 2)), [x]);
  assert.ok(isZeros(gradient));
});

test('the gradient of the loss by itself is 1', () => {
  const loss = reduceSum(input('x', [3]));
  const [gradient] = gradients(loss, [loss]);
  assert.equal(gradient.op, 'constant');
});

test('inner nodes can be differentiated by', () => {
  const inner = square(input('x', [2]));
  const [gradient] = gradients(reduceSum(mul(inner, inner)), [inner]);
  assert.deepEqual(gradient.shape, [2]);
  assert.ok(!isZeros(gradient));
});

test('only paths to the wanted tensors are built', () => {
  const [x, weight] = [input('x', [4, 3]), input('w', [3, 2])];
  const loss = reduceSum(matMul(x, weight));
  assert.equal(opsOf(...gradients(loss, [weight])).filter((op) => op === 'matMul').length, 1);
  assert.equal(opsOf(...gradients(loss, [x, weight])).filter((op) => op === 'matMul').length, 2);
});

test('gradients of parts that tile a tensor are joined without padding', () => {
  const x = input('x', [2, 6]);
  const [q, k, v] = split(x, 3, 1);
  const [gradient] = gradients(reduceSum(mul(add(q, k), v)), [x]);
  assert.equal(gradient.op, 'concat');
  assert.ok(!opsOf(gradient).includes('pad'));
});

test('gradients of parts that leave a gap or overlap are padded and summed', () => {
  const x = input('x', [6]);
  const parts = [slice(x, 0, 0, 2), slice(x, 0, 3, 6)];
  const [gradient] = gradients(reduceSum(square(concat(parts, 0))), [x]);
  assert.equal(gradient.op, 'add');
});

test('an embedding tied to the head gets its rows added onto the dense gradient', () => {
  const [table, ids] = [input('table', [7, 4]), input('ids', [5], 'int64')];
  const logits = matMul(gather(table, ids), table, { transposeB: true });
  const [gradient] = gradients(reduceSum(square(logits)), [table]);
  assert.equal(gradient.op, 'scatterRows');
  assert.equal(gradient.inputs[0].op, 'matMul');
  assert.ok(!opsOf(gradient).includes('expand') || !isZeros(gradient.inputs[0]));
});

test('the gradient of token log-probabilities makes no one-hot of zeros', () => {
  const [logits, targets] = [input('logits', [2, 3, 9]), input('targets', [2, 3], 'int64')];
  const [gradient] = gradients(reduceSum(tokenLogprobs(logits, targets)), [logits]);
  assert.equal(gradient.op, 'scatterPick');
  assert.ok(
    !topologicalOrder([gradient]).some((tensor) => tensor.shape.at(-1) === 9 && isZeros(tensor)),
  );
});

test('a loss that is no float32 scalar is refused', () => {
  assert.throws(() => gradients(input('x', [2]), []), /expected a scalar loss, got \[2\]/);
  assert.throws(() => gradients(scalar(1, 'int64'), []), /expected float32, got int64/);
  const ids = input('ids', [2], 'int64');
  assert.throws(() => gradients(scalar(1), [ids]), /expected float32, got int64/);
});

test('a gradient through the cached attention is refused by name', () => {
  const query = input('q', [1, 1, 8]);
  const cache = input('cache', [1, 1, 4, 8]);
  const { output } = groupQueryAttention(
    {
      query,
      key: query,
      value: query,
      pastKey: cache,
      pastValue: cache,
      lastIndex: input('last', [1], 'int32'),
      totalLength: input('total', [], 'int32'),
    },
    { nHead: 1, nKvHead: 1 },
  );
  assert.throws(() => gradients(reduceSum(output), [query]), /got groupQueryAttention/);
});

test('a graph of ten thousand nodes is differentiated without recursion', () => {
  const x = input('x', []);
  let loss: Tensor = x;
  for (let i = 0; i < 10_000; i++) loss = add(loss, x);
  const [gradient] = gradients(loss, [x]);
  assert.deepEqual(gradient.shape, []);
});

test('log-softmax and maximum keep the shapes of what they were given', () => {
  const x = input('x', [2, 1, 3]);
  const [gradient] = gradients(reduceSum(maximum(logSoftmax(x), input('y', [4, 1]))), [x]);
  assert.deepEqual(gradient.shape, [2, 1, 3]);
});

test('between two checkpoints all is computed again, behind the last nothing', () => {
  const x = input('x', [3]);
  const first = mul(square(x), 0.5);
  const second = square(mul(tanh(first), 3));
  const loss = reduceSum(tanh(second));
  const count = (checkpoints: readonly Tensor[]): number =>
    opsOf(loss, ...gradients(loss, [x], checkpoints)).filter((op) => op === 'tanh').length;
  assert.equal(count([]), 2);
  assert.equal(count([first, second]), 3);
  assert.equal(count([first]), 2);
});
