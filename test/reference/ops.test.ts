/**
 * Every op, on every executor, against two witnesses: tfjs-core's CPU backend (value and gradient)
 * and finite differences of our own value (gradient).
 */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import {
  cast,
  constant,
  fromNumbers,
  gradients,
  input,
  mul,
  reduceSum,
  sizeOf,
  topologicalOrder,
} from '../../src/ml/graph/index.ts';
import type { Tensor, TensorData } from '../../src/ml/graph/index.ts';
import { Program } from '../../src/ml/runtime/index.ts';
import type { ExecutionOptions } from '../../src/ml/runtime/index.ts';
import { useSoftwareGpu } from '../fixtures/softwareGpu.ts';
import type { OpCase, Operand } from './opCase.ts';
import { floats } from './opCase.ts';
import { opCases } from './opCases.ts';
import { registerTfjsGradients } from './tfjsGradients.ts';

/** Largest |ours − tfjs|, relative to 1 + |tfjs|: both compute in float32. */
const valueTolerance = 2e-6;
const gradientTolerance = 5e-6;
/** The step's third-order error and float32 rounding over a step of 2e-2 stay below this. */
const differenceTolerance = 1e-3;
const step = 1e-2;

/** ONNX Runtime on the processor, with which all others are compared. */
const options: ExecutionOptions = { threads: 1 };
/** What else runs graphs: tfjs on its CPU backend, and ONNX Runtime's WebGPU on SwiftShader. */
const noGpu = useSoftwareGpu();
const others: readonly ExecutionOptions[] = [
  { backend: 'tfjs' },
  ...(noGpu === null ? [{ device: 'webgpu', threads: 1 } as const] : []),
];

function nameOf({ backend, device }: ExecutionOptions): string {
  return backend ?? device ?? 'onnx';
}

function feedsOf(operands: readonly Operand[]): Record<string, TensorData> {
  return Object.fromEntries(
    operands.map(({ values, dtype }, i) => [`x${String(i)}`, fromNumbers(values, dtype)]),
  );
}

function inputsOf(operands: readonly Operand[]): Tensor<'input'>[] {
  return operands.map(({ shape, dtype }, i) => input(`x${String(i)}`, shape, dtype));
}

function tfOperands(operands: readonly Operand[]): tf.Tensor[] {
  return operands.map(({ values, shape, dtype }) =>
    tf.tensor([...values], [...shape], dtype === 'int64' ? 'int32' : dtype),
  );
}

/** Positions of the operands that get gradients. */
function differentiated(operands: readonly Operand[]): number[] {
  return operands.flatMap(({ dtype }, i) => (dtype === 'float32' ? [i] : []));
}

/** A scalar that weighs every element differently, so that no gradient is a constant. */
function weigh(value: Tensor): { readonly loss: Tensor; readonly weights: readonly number[] } {
  const weights = floats(...value.shape).values;
  const factor = constant(Float32Array.from(weights), value.shape);
  return { loss: reduceSum(mul(cast(value, 'float32'), factor)), weights };
}

function assertClose(
  what: string,
  actual: Iterable<number | bigint>,
  expected: Iterable<number>,
  tolerance: number,
): void {
  const [got, wanted] = [Array.from(actual, Number), [...expected]];
  assert.equal(got.length, wanted.length, what);
  for (const [i, value] of got.entries()) {
    const error = Math.abs(value - wanted[i]) / (1 + Math.abs(wanted[i]));
    assert.ok(error <= tolerance, `${what}[${i}]: expected ${wanted[i]}, got ${value}`);
  }
}

async function checkValue(
  { operands, build, reference }: OpCase,
  executor: ExecutionOptions,
): Promise<void> {
  const inputs = inputsOf(operands);
  const value = build(...inputs);
  const program = await Program.compile({ value }, executor);
  try {
    const used = Object.entries(feedsOf(operands)).filter(([name]) => program.inputs.has(name));
    const result = await program.run(Object.fromEntries(used));
    const expected = reference(...tfOperands(operands));
    assert.deepEqual(value.shape, expected.shape);
    assertClose('value', result.get('value'), expected.dataSync(), valueTolerance);
  } finally {
    program.dispose();
  }
}

async function ourGradients(
  { operands, build }: OpCase,
  executor: ExecutionOptions,
): Promise<readonly number[][]> {
  const inputs = inputsOf(operands);
  const wrt = differentiated(operands).map((i) => inputs[i]);
  const found = gradients(weigh(build(...inputs)).loss, wrt);
  if (found.length === 0) return [];
  const outputs = Object.fromEntries(found.map((gradient, i) => [`d${String(i)}`, gradient]));
  const program = await Program.compile(outputs, executor);
  try {
    const used = Object.entries(feedsOf(operands)).filter(([name]) => program.inputs.has(name));
    const result = await program.run(Object.fromEntries(used));
    for (const [i, gradient] of found.entries()) assert.deepEqual(gradient.shape, wrt[i].shape);
    return found.map((_, i) => [...result.float32(`d${String(i)}`)]);
  } finally {
    program.dispose();
  }
}

function referenceGradients({ operands, build, reference }: OpCase): readonly number[][] {
  const { weights } = weigh(build(...inputsOf(operands)));
  const all = tfOperands(operands);
  const wanted = differentiated(operands);
  const loss = (...floating: tf.Tensor[]): tf.Scalar => {
    const value = reference(
      ...all.map((fixed, i) => (wanted.includes(i) ? floating[wanted.indexOf(i)] : fixed)),
    );
    return tf.sum<tf.Scalar>(tf.mul(tf.reshape(value, [-1]), tf.tensor1d([...weights])));
  };
  return tf
    .grads(loss)(wanted.map((i) => all[i]))
    .map((gradient) => [...gradient.dataSync()]);
}

/** d(Σ weight · value)/dx by central differences; the values are float32, the sums double. */
async function differences({ operands, build }: OpCase): Promise<readonly number[][]> {
  const value = build(...inputsOf(operands));
  const { weights } = weigh(value);
  const program = await Program.compile({ value }, options);
  try {
    const at = async (operand: number, element: number, offset: number): Promise<number> => {
      const moved = operands.map((one, i) =>
        i === operand
          ? { ...one, values: one.values.map((x, j) => (j === element ? x + offset : x)) }
          : one,
      );
      const result = await program.run(feedsOf(moved));
      return result.float32('value').reduce((sum, x, i) => sum + x * weights[i], 0);
    };
    const found: number[][] = [];
    for (const operand of differentiated(operands)) {
      const slopes: number[] = [];
      for (let element = 0; element < sizeOf(operands[operand].shape); element++) {
        const rise = (await at(operand, element, step)) - (await at(operand, element, -step));
        slopes.push(rise / (2 * step));
      }
      found.push(slopes);
    }
    return found;
  } finally {
    program.dispose();
  }
}

before(async () => {
  await tf.setBackend('cpu');
  await registerTfjsGradients();
});

test('a GPU, or SwiftShader in place of one, runs the ops', { skip: noGpu ?? false }, () => {
  assert.ok(others.some(({ device }) => device === 'webgpu'));
});

for (const [op, cases] of Object.entries<readonly OpCase[]>(opCases)) {
  describe(op, () => {
    test('stands in every one of its cases', () => {
      assert.ok(cases.length > 0);
      for (const { operands, build } of cases) {
        const nodes = topologicalOrder([build(...inputsOf(operands))]);
        assert.ok(nodes.some((node) => node.op === op));
      }
    });
    for (const opCase of cases) {
      for (const executor of [options, ...others]) {
        const name = `${opCase.name}: the value by ${nameOf(executor)} is tfjs's`;
        test(name, () => checkValue(opCase, executor));
      }
      if (opCase.gradient === 'zero') {
        test(`${opCase.name}: no gradient passes`, async () => {
          const found = await ourGradients(opCase, options);
          assert.ok(found.flat().every((slope) => slope === 0));
        });
      } else if (opCase.gradient === 'none') {
        test(`${opCase.name}: asking for a gradient throws`, async () => {
          await assert.rejects(
            ourGradients(opCase, options),
            new RegExp(`differentiable op, got ${op}`),
          );
        });
      } else {
        test(`${opCase.name}: the gradient is tfjs's and the differences'`, async () => {
          const found = await ourGradients(opCase, options);
          const expected = referenceGradients(opCase);
          const slopes = await differences(opCase);
          for (const executor of others) {
            for (const [i, gradient] of (await ourGradients(opCase, executor)).entries()) {
              const what = `gradient ${i} by ${nameOf(executor)}`;
              assertClose(what, gradient, expected[i], gradientTolerance);
            }
          }
          for (const [i, gradient] of found.entries()) {
            assertClose(`gradient ${i}`, gradient, expected[i], gradientTolerance);
            assertClose(
              `difference ${i}`,
              gradient,
              slopes[i],
              opCase.differenceTolerance ?? differenceTolerance,
            );
          }
        });
      }
    }
  });
}
