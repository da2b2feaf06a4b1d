/** Operations on elements. Two tensors broadcast by numpy's rule; a number stands for a scalar. */
import { asTensor } from './leaves.ts';
import { broadcastShapes, checkDType } from './shape.ts';
import { node } from './tensor.ts';
import type { DType, Op, Tensor, TensorLike } from './tensor.ts';

type UnaryOp =
  | 'neg'
  | 'exp'
  | 'log'
  | 'sqrt'
  | 'square'
  | 'reciprocal'
  | 'abs'
  | 'sign'
  | 'sin'
  | 'cos'
  | 'tanh'
  | 'sigmoid'
  | 'softplus'
  | 'relu'
  | 'gelu';
type BinaryOp = 'add' | 'sub' | 'mul' | 'div' | 'minimum' | 'maximum';
type CompareOp = 'greater' | 'greaterOrEqual' | 'less' | 'lessOrEqual' | 'equal';
type LogicalOp = 'and' | 'or';

function unary(op: UnaryOp): (x: Tensor) => Tensor {
  return (x) => {
    checkDType(op, x, 'float32');
    return node<UnaryOp>(op, [x], {}, x.shape, x.dtype);
  };
}

/** Both operands as tensors of one dtype. */
function operands(op: Op, a: TensorLike, b: TensorLike): readonly [Tensor, Tensor] {
  const left = typeof a === 'number' ? asTensor(a, dtypeBeside(b)) : a;
  const right = typeof b === 'number' ? asTensor(b, left.dtype) : b;
  if (left.dtype !== right.dtype) {
    throw new Error(`${op}: expected operands of one dtype, got ${left.dtype} and ${right.dtype}`);
  }
  return [left, right];
}

function dtypeBeside(other: TensorLike): DType {
  return typeof other === 'number' ? 'float32' : other.dtype;
}

function binary(op: BinaryOp): (a: TensorLike, b: TensorLike) => Tensor {
  return (a, b) => {
    const [left, right] = operands(op, a, b);
    checkDType(op, left, 'float32', 'int32', 'int64');
    const shape = broadcastShapes(op, left.shape, right.shape);
    return node<BinaryOp>(op, [left, right], {}, shape, left.dtype);
  };
}

function compare(op: CompareOp): (a: TensorLike, b: TensorLike) => Tensor {
  return (a, b) => {
    const [left, right] = operands(op, a, b);
    checkDType(op, left, 'float32', 'int32', 'int64');
    const shape = broadcastShapes(op, left.shape, right.shape);
    return node<CompareOp>(op, [left, right], {}, shape, 'bool');
  };
}

function logical(op: LogicalOp): (a: Tensor, b: Tensor) => Tensor {
  return (a, b) => {
    checkDType(op, a, 'bool');
    checkDType(op, b, 'bool');
    return node<LogicalOp>(op, [a, b], {}, broadcastShapes(op, a.shape, b.shape), 'bool');
  };
}

/** a + b */
export const add = binary('add');
/** a − b */
export const sub = binary('sub');
/** a · b, element by element */
export const mul = binary('mul');
/** a / b; whole-number operands divide towards zero */
export const div = binary('div');
/** The smaller of a and b; where equal, each gets half of the gradient (as in PyTorch). */
export const minimum = binary('minimum');
/** The larger of a and b; where equal, each gets half of the gradient (as in PyTorch). */
export const maximum = binary('maximum');

/** −x */
export const neg = unary('neg');
/** eˣ */
export const exp = unary('exp');
/** Natural logarithm; −∞ at 0, NaN below. */
export const log = unary('log');
/** √x; its gradient is infinite at 0. */
export const sqrt = unary('sqrt');
/** x² */
export const square = unary('square');
/** 1 / x */
export const reciprocal = unary('reciprocal');
/** |x|; gradient 0 at 0 */
export const abs = unary('abs');
/** −1, 0 or 1 by the sign of x; its gradient is 0 everywhere. */
export const sign = unary('sign');
/** Sine of an angle in radians. */
export const sin = unary('sin');
/** Cosine of an angle in radians. */
export const cos = unary('cos');
/** Hyperbolic tangent. */
export const tanh = unary('tanh');
/** 1 / (1 + e⁻ˣ) */
export const sigmoid = unary('sigmoid');
/** ln(1 + eˣ), without overflow for large x. −softplus(−x) is ln sigmoid(x). */
export const softplus = unary('softplus');
/** max(x, 0); gradient 0 at 0 */
export const relu = unary('relu');
/** GELU by its tanh approximation, GPT-2's `gelu_new`: x/2 · (1 + tanh(√(2/π)(x + 0.044715 x³))). */
export const gelu = unary('gelu');

/** x · sigmoid(x), the gate's non-linearity in SwiGLU. */
export function silu(x: Tensor): Tensor {
  return mul(x, sigmoid(x));
}

/** ln sigmoid(x), exact for large |x|. */
export function logSigmoid(x: Tensor): Tensor {
  return neg(softplus(neg(x)));
}

/** x held between two numbers; the gradient passes where min ≤ x ≤ max. */
export function clip(x: Tensor, min: number, max: number): Tensor {
  checkDType('clip', x, 'float32');
  if (!(min <= max)) throw new Error(`clip: expected min <= max, got ${min} and ${max}`);
  return node('clip', [x], { min, max }, x.shape, x.dtype);
}

/** a > b, as bool */
export const greater = compare('greater');
/** a ≥ b, as bool */
export const greaterOrEqual = compare('greaterOrEqual');
/** a < b, as bool */
export const less = compare('less');
/** a ≤ b, as bool */
export const lessOrEqual = compare('lessOrEqual');
/** a = b, as bool */
export const equal = compare('equal');
/** Both of two bools. */
export const and = logical('and');
/** At least one of two bools. */
export const or = logical('or');

/** The other bool. */
export function not(x: Tensor): Tensor {
  checkDType('not', x, 'bool');
  return node('not', [x], {}, x.shape, 'bool');
}

/** Elements of a where the condition holds, else of b; all three broadcast. */
export function where(condition: Tensor, a: TensorLike, b: TensorLike): Tensor {
  checkDType('where', condition, 'bool');
  const [left, right] = operands('where', a, b);
  const inner = broadcastShapes('where', left.shape, right.shape);
  const shape = broadcastShapes('where', condition.shape, inner);
  return node('where', [condition, left, right], {}, shape, left.dtype);
}

/** The same elements in another dtype; bool becomes 0 or 1, float32 is truncated towards zero. */
export function cast(x: Tensor, dtype: DType): Tensor {
  return x.dtype === dtype ? x : node('cast', [x], {}, x.shape, dtype);
}

/** The same value, treated as a constant by `gradients`. */
export function stopGradient(x: Tensor): Tensor {
  return node('stopGradient', [x], {}, x.shape, x.dtype);
}
