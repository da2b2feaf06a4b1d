import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import * as graph from './index.ts';
import { broadcastShapes } from './shape.ts';
import type { Shape, Tensor } from './index.ts';

const { input } = graph;
const x23 = input('x', [2, 3]);
const ids = input('ids', [2], 'int64');
const flags = input('flags', [2, 3], 'bool');

/** What each wrong call must say; the text is the contract with whoever reads it. */
const refusals: readonly (readonly [string, () => unknown, RegExp])[] = [
  [
    'a product of sizes that do not meet',
    () => graph.matMul(x23, input('y', [4, 5])),
    /^Error: matMul: expected \[\.\., M, K\] x \[\.\., K, N\], got \[2, 3\] and \[4, 5\]$/,
  ],
  [
    'a transposed product of sizes that do not meet',
    () => graph.matMul(x23, input('y', [3, 5]), { transposeB: true }),
    /x \[\.\., N, K\], got \[2, 3\] and \[3, 5\]/,
  ],
  ['a product with a vector', () => graph.matMul(x23, input('y', [3])), /got \[2, 3\] and \[3\]/],
  [
    'a product of batches that do not broadcast',
    () => graph.matMul(input('a', [2, 1, 1]), input('b', [3, 1, 1])),
    /matMul: expected shapes that broadcast, got \[2\] and \[3\]/,
  ],
  [
    'shapes that do not broadcast',
    () => graph.add(x23, input('y', [2])),
    /add: .*\[2, 3\] and \[2\]/,
  ],
  ['operands of two dtypes', () => graph.mul(ids, input('y', [2])), /mul: .*got int64 and float32/],
  ['arithmetic on bools', () => graph.add(flags, flags), /add: expected float32 .* got bool/],
  ['a function of integers', () => graph.exp(ids), /exp: expected float32, got int64/],
  ['logic on numbers', () => graph.and(x23, x23), /and: expected bool, got float32/],
  ['a choice by numbers', () => graph.where(x23, 1, 0), /where: expected bool, got float32/],
  ['a clip upside down', () => graph.clip(x23, 1, 0), /min <= max, got 1 and 0/],
  [
    'a reshape to another size',
    () => graph.reshape(x23, [4]),
    /6 elements for \[2, 3\], got \[4\]/,
  ],
  ['a reshape with two unknowns', () => graph.reshape(x23, [-1, -1]), /got \[-1, -1\]/],
  ['a reshape that does not divide', () => graph.reshape(x23, [4, -1]), /got \[4, -1\]/],
  ['no permutation', () => graph.transpose(x23, [0, 0]), /permutation of 2 axes, got \[0, 0\]/],
  ['an axis too far', () => graph.reduceSum(x23, [2]), /axis of a tensor of rank 2, got 2/],
  ['an axis twice', () => graph.reduceMean(x23, [0, -2]), /distinct axes, got \[0, -2\]/],
  ['an empty slice', () => graph.slice(x23, 1, 2, 2), /0 <= start < end <= 3 on axis 1/],
  ['a slice too far', () => graph.slice(x23, 0, 0, 3), /<= 2 on axis 0 of \[2, 3\], got 0 and 3/],
  ['an uneven split', () => graph.split(x23, 2, 1), /expected 2 to divide axis 1 of \[2, 3\]/],
  ['nothing to join', () => graph.concat([], 0), /at least one tensor/],
  [
    'parts that do not join',
    () => graph.concat([x23, input('y', [3, 3])], 1),
    /got float32 \[3, 3\]/,
  ],
  ['a negative pad', () => graph.pad(x23, [0, -1], [0, 0]), /whole counts/],
  ['a stretch of what is not 1', () => graph.expand(x23, [4, 3]), /broadcast/],
  ['a stretch to fewer', () => graph.expand(x23, [3]), /expand: expected a shape that \[2, 3\]/],
  ['rows read by floats', () => graph.gather(x23, input('i', [2])), /int64 or int32, got float32/],
  [
    'targets of another shape',
    () => graph.pick(x23, input('i', [3], 'int64')),
    /\[2\] for \[2, 3\]/,
  ],
  [
    'updates of another shape',
    () => graph.scatterRows(x23, ids, input('u', [2, 2])),
    /expected updates \[2, 3\], got \[2, 2\]/,
  ],
  [
    'a gain of another width',
    () => graph.layerNorm(x23, input('g', [2]), input('b', [3])),
    /got \[2, 3\], \[2\], \[3\]/,
  ],
  ['the softmax of a scalar', () => graph.softmax(graph.scalar(1)), /at least one dimension/],
  ['a dimension of 0', () => input('x', [2, 0]), /positive whole sizes, got \[2, 0\]/],
  ['half a dimension', () => input('x', [1.5]), /positive whole sizes, got \[1.5\]/],
  ['an input without a name', () => input('', [1]), /expected a name/],
  [
    'a constant with too few elements',
    () => graph.constant(new Float32Array(3), [2, 2]),
    /4 elements for \[2, 2\], got 3/,
  ],
];

describe('a graph cannot be built with', () => {
  for (const [name, build, message] of refusals) {
    test(name, () => assert.throws(build, message));
  }
});

test('ops that change nothing give back their operand', () => {
  const same: readonly Tensor[] = [
    graph.reshape(x23, [2, 3]),
    graph.transpose(x23, [0, 1]),
    graph.slice(x23, 1, 0),
    graph.expand(x23, [2, 3]),
    graph.pad(x23, [0, 0], [0, 0]),
    graph.concat([x23], 0),
    graph.cast(x23, 'float32'),
    graph.reduceSum(x23, []),
  ];
  for (const tensor of same) assert.equal(tensor, x23);
});

const sizes = fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 4 });

test('broadcasting is symmetric and gives each size or the other where one is 1', () => {
  fc.assert(
    fc.property(sizes, sizes, (a, b) => {
      const attempt = (left: Shape, right: Shape): Shape | null => {
        try {
          return broadcastShapes('test', left, right);
        } catch {
          return null;
        }
      };
      const result = attempt(a, b);
      assert.deepEqual(result, attempt(b, a));
      const fits = [...Array(Math.min(a.length, b.length)).keys()].every((i) => {
        const [left, right] = [a[a.length - 1 - i], b[b.length - 1 - i]];
        return left === right || left === 1 || right === 1;
      });
      assert.equal(result !== null, fits);
      if (result !== null) assert.equal(result.length, Math.max(a.length, b.length));
    }),
  );
});
