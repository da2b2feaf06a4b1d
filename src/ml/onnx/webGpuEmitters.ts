/**
 * Ops that have no kernel in ONNX Runtime's WebGPU provider as the other emitters write them: left to
 * the processor, each would send its operands there and back. Written by operators that have one.
 */
import type { Tensor } from '../graph/index.ts';
import type { Emission } from './emission.ts';

/** Writes `rmsNorm` with its inverse root, which WebGPU's kernel computes and does not give. */
export function emitRmsNorm(
  epsilon: number,
  { inputs: [x, gain], result, parts, emit, ints, float }: Emission,
): void {
  const attributes = { keepdims: { int: 1 } };
  const meanSquare = emit('ReduceMean', [emit('Mul', [x, x]), ints([-1])], { attributes });
  const root = emit('Sqrt', [emit('Add', [meanSquare, float(epsilon)])]);
  const inverseRoot = emit('Reciprocal', [root], { result: parts[0] });
  emit('Mul', [emit('Mul', [x, inverseRoot]), gain], { result });
}

/** Writes `logSoftmax`: x − max x − log Σ exp(x − max x). */
export function emitLogSoftmax({ inputs: [x], result, emit, ints }: Emission): void {
  const attributes = { keepdims: { int: 1 } };
  const shifted = emit('Sub', [x, emit('ReduceMax', [x, ints([-1])], { attributes })]);
  const sum = emit('ReduceSum', [emit('Exp', [shifted]), ints([-1])], { attributes });
  emit('Sub', [shifted, emit('Log', [sum])], { result });
}

/** Writes a `matMul` with a transposed operand or a factor: matrices by Gemm, stacks of them in parts. */
export function emitMatMul(
  { attributes, inputs: operands }: Tensor<'matMul'>,
  { inputs, result, emit, float }: Emission,
): void {
  const { transposeA, transposeB, alpha } = attributes;
  if (operands.every(({ shape }) => shape.length === 2)) {
    emit('Gemm', inputs, {
      result,
      attributes: {
        transA: { int: transposeA ? 1 : 0 },
        transB: { int: transposeB ? 1 : 0 },
        alpha: { float: alpha },
      },
    });
    return;
  }
  const turned = [transposeA, transposeB].map((transposed, i) => {
    if (!transposed) return inputs[i];
    const axes = [...operands[i].shape.keys()];
    const perm = { ints: [...axes.slice(0, -2), axes.length - 1, axes.length - 2] };
    return emit('Transpose', [inputs[i]], { attributes: { perm } });
  });
  if (alpha === 1) emit('MatMul', turned, { result });
  else emit('Mul', [emit('MatMul', turned), float(alpha)], { result });
}
