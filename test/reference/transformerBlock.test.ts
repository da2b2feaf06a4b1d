/** The engine against PyTorch's numbers in transformerBlock.json (made by transformerBlock.py). */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import * as z from 'zod';
import * as graph from '../../src/ml/graph/index.ts';
import type { Tensor } from '../../src/ml/graph/index.ts';
import { ParameterBuffer, Program, TrainingProgram } from '../../src/ml/runtime/index.ts';

const numbers = z.array(z.number());
const curve = z.object({ values: numbers, slopes: numbers });
const pair = z.object({ a: numbers, b: numbers });
const fixture = z
  .object({
    sizes: z.object({ B: z.int(), T: z.int(), C: z.int(), H: z.int(), V: z.int() }),
    tokens: numbers,
    targets: numbers,
    parameters: z.record(
      z.string(),
      z.object({ shape: numbers, values: numbers, gradient: numbers }),
    ),
    loss: z.number(),
    logits: numbers,
    extremes: z.object({
      x: numbers,
      sigmoid: curve,
      softplus: curve,
      logSigmoid: curve,
      tanh: curve,
      gelu: curve,
      softmax: curve,
      logSoftmax: curve,
    }),
    ties: z.object({ minimum: pair, maximum: pair, amax: numbers }),
  })
  .parse(JSON.parse(readFileSync(new URL('transformerBlock.json', import.meta.url), 'utf8')));

const threads = { threads: 1 };
const { B, T, C, H, V } = fixture.sizes;

function assertClose(
  what: string,
  actual: Float32Array,
  expected: readonly number[],
  tolerance: number,
): void {
  assert.equal(actual.length, expected.length, what);
  for (const [i, value] of actual.entries()) {
    const error = Math.abs(value - expected[i]) / (1 + Math.abs(expected[i]));
    assert.ok(error <= tolerance, `${what}[${i}]: expected ${expected[i]}, got ${value}`);
  }
}

interface Block {
  readonly logits: Tensor;
  readonly loss: Tensor;
  readonly trainable: readonly Tensor<'input'>[];
}

function buildBlock(): Block {
  const inputs = new Map(
    Object.entries(fixture.parameters).map(([name, { shape }]) => [name, graph.input(name, shape)]),
  );
  const weight = (name: string): Tensor => inputs.get(name) ?? graph.scalar(Number.NaN);
  const linear = (x: Tensor, name: string): Tensor =>
    graph.add(graph.matMul(x, weight(`${name}.weight`)), weight(`${name}.bias`));
  const norm = (x: Tensor, name: string): Tensor =>
    graph.layerNorm(x, weight(`${name}.weight`), weight(`${name}.bias`));
  const heads = (x: Tensor): Tensor =>
    graph.transpose(graph.reshape(x, [B, T, H, C / H]), [0, 2, 1, 3]); // [B, H, T, D]

  const hidden = Float32Array.from({ length: T * T }, (_, i) => (i % T > i / T ? -1e9 : 0));
  let h = graph.add(
    graph.gather(weight('wte'), graph.input('tokens', [B, T], 'int64')),
    weight('wpe'),
  ); // [B, T, C]
  const [q, k, v] = graph.split(linear(norm(h, 'ln1'), 'attn'), 3, 2);
  const scores = graph.matMul(heads(q), heads(k), {
    transposeB: true,
    alpha: 1 / Math.sqrt(C / H),
  }); // [B, H, T, T]
  const attention = graph.softmax(graph.add(scores, graph.constant(hidden, [T, T])));
  const attended = graph.transpose(graph.matMul(attention, heads(v)), [0, 2, 1, 3]);
  h = graph.add(h, linear(graph.reshape(attended, [B, T, C]), 'proj'));
  h = graph.add(h, linear(graph.gelu(linear(norm(h, 'ln2'), 'fc')), 'out'));
  const logits = graph.matMul(norm(h, 'lnf'), weight('wte'), { transposeB: true }); // [B, T, V]
  const targets = graph.input('targets', [B, T], 'int64');
  const loss = graph.neg(graph.reduceMean(graph.tokenLogprobs(logits, targets)));
  return { logits, loss, trainable: [...inputs.values()] };
}

test("a transformer's loss and all its gradients are PyTorch's", async () => {
  const { logits, loss, trainable } = buildBlock();
  const parameters = new ParameterBuffer(
    Object.entries(fixture.parameters).map(([name, { shape }]) => ({ name, shape })),
    Float32Array.from(Object.values(fixture.parameters).flatMap(({ values }) => values)),
  );
  const gradients = parameters.zerosLike();
  const feeds = {
    tokens: graph.fromNumbers(fixture.tokens, 'int64'),
    targets: graph.fromNumbers(fixture.targets, 'int64'),
  };
  const training = await TrainingProgram.compile({ loss, trainable }, threads);
  const forward = await Program.compile({ logits }, threads);
  try {
    const report = await training.run({ parameters, gradients, feeds });
    assert.ok(Math.abs(report['loss'] - fixture.loss) < 1e-6 * (1 + fixture.loss));
    for (const [name, { gradient }] of Object.entries(fixture.parameters)) {
      assertClose(`gradient of ${name}`, gradients.view(name), gradient, 2e-6);
    }
    const result = await forward.run({ tokens: feeds.tokens, ...parameters.views() });
    assertClose('logits', result.float32('logits'), fixture.logits, 2e-6);
    assert.equal(result.float32('logits').length, B * T * V);
  } finally {
    training.dispose();
    forward.dispose();
  }
});

describe('far from zero and at it, value and slope are those of PyTorch for', () => {
  const functions = {
    sigmoid: graph.sigmoid,
    softplus: graph.softplus,
    logSigmoid: graph.logSigmoid,
    tanh: graph.tanh,
    gelu: graph.gelu,
    softmax: graph.softmax,
    logSoftmax: graph.logSoftmax,
  };
  for (const name of [
    'sigmoid',
    'softplus',
    'logSigmoid',
    'tanh',
    'gelu',
    'softmax',
    'logSoftmax',
  ] as const) {
    test(name, async () => {
      const { x } = fixture.extremes;
      const { values, slopes } = fixture.extremes[name];
      const operand = graph.input('x', [x.length]);
      const value = functions[name](operand);
      const weights = graph.constant(
        Float32Array.from(x, (_, i) => i + 1),
        [x.length],
      );
      const [slope] = graph.gradients(graph.reduceSum(graph.mul(value, weights)), [operand]);
      const program = await Program.compile({ value, slope }, threads);
      try {
        const result = await program.run({ x: Float32Array.from(x) });
        assertClose('value', result.float32('value'), values, 2e-6);
        assertClose('slope', result.float32('slope'), slopes, 5e-6);
      } finally {
        program.dispose();
      }
    });
  }
});

test('operands that are equal share the gradient as in PyTorch', async () => {
  const [a, b] = [graph.input('a', [3]), graph.input('b', [3])];
  const z23 = graph.input('z', [2, 3]);
  const [minA, minB] = graph.gradients(graph.reduceSum(graph.minimum(a, b)), [a, b]);
  const [maxA, maxB] = graph.gradients(graph.reduceSum(graph.maximum(a, b)), [a, b]);
  const [amax] = graph.gradients(graph.reduceSum(graph.reduceMax(z23, [1])), [z23]);
  const program = await Program.compile({ minA, minB, maxA, maxB, amax }, threads);
  try {
    const result = await program.run({
      a: Float32Array.of(1, 2, 3),
      b: Float32Array.of(1, 3, 2),
      z: Float32Array.of(2, 5, 5, 1, 1, 1),
    });
    const { minimum, maximum } = fixture.ties;
    assertClose('minimum, a', result.float32('minA'), minimum.a, 0);
    assertClose('minimum, b', result.float32('minB'), minimum.b, 0);
    assertClose('maximum, a', result.float32('maxA'), maximum.a, 0);
    assertClose('maximum, b', result.float32('maxB'), maximum.b, 0);
    assertClose('amax', result.float32('amax'), fixture.ties.amax, 1e-7);
  } finally {
    program.dispose();
  }
});
