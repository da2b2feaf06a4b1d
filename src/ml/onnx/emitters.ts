/**
 * How every op of the graph is written as ONNX nodes. The table is total: an op without an entry
 * does not compile.
 */
import type { Op, Tensor } from '../graph/index.ts';
import { microsoftDomain, onnxDataType } from './schema.ts';
import type { Emission, EmitOptions } from './emission.ts';
import type { Attribute } from './schema.ts';
import { emitLogSoftmax, emitMatMul, emitRmsNorm } from './webGpuEmitters.ts';

/** Writes a node whose value others read under `emission.result`. */
export type Emitter<O extends Op> = (tensor: Tensor<O>, emission: Emission) => void;

/** The total table; null for what is no node: leaves, parts of other nodes, plain aliases. */
export type Emitters = { readonly [O in Op]: Emitter<O> | null };

/** An op that is one ONNX node with the same inputs. */
function direct(
  opType: string,
  attributes: Readonly<Record<string, Attribute>> = {},
  options: Pick<EmitOptions, 'onProcessor'> = {},
): Emitter<Op> {
  return (_, { inputs, result, emit }) => {
    emit(opType, inputs, { ...options, result, attributes });
  };
}

function reduction(opType: string): Emitter<'reduceSum' | 'reduceMean' | 'reduceMax'> {
  return ({ attributes: { axes, keepDims } }, { inputs, result, emit, ints }) => {
    const attributes = { keepdims: { int: keepDims ? 1 : 0 } };
    emit(opType, [...inputs, ints(axes)], { result, attributes });
  };
}

function isSumOfRows({ attributes: { axes }, inputs: [x] }: Tensor<'reduceSum'>): boolean {
  return x.dtype === 'float32' && x.shape.length === 2 && axes.length === 1 && axes[0] === 0;
}

/** As the product with a row of ones: the gradient of every bias and gain; a reduction takes twice as long. */
function emitSumOfRows(
  { inputs: [x], shape }: Tensor<'reduceSum'>,
  { inputs, result, emit, ints, float }: Emission,
): void {
  const ones = emit('Expand', [float(1), ints([1, x.shape[0]])]);
  emit('Reshape', [emit('MatMul', [ones, inputs[0]]), ints(shape)], { result });
}

const lastAxis = { axis: { int: -1 } } as const;

/** The emitter of every op. */
export const emitters = {
  input: null,
  constant: null,
  part: null,
  stopGradient: null,
  logPartition: null,

  add: direct('Add'),
  sub: direct('Sub'),
  mul: direct('Mul'),
  div: direct('Div'),
  minimum: direct('Min'),
  maximum: direct('Max'),

  neg: direct('Neg'),
  exp: direct('Exp'),
  log: direct('Log'),
  sqrt: direct('Sqrt'),
  square: (_, { inputs: [x], result, emit }) => {
    emit('Mul', [x, x], { result });
  },
  reciprocal: direct('Reciprocal'),
  abs: direct('Abs'),
  sign: direct('Sign'),
  // WebGPU promises eleven bits of both, and those only from −π to π.
  sin: direct('Sin', {}, { onProcessor: true }),
  cos: direct('Cos', {}, { onProcessor: true }),
  tanh: direct('Tanh'),
  sigmoid: direct('Sigmoid'),
  softplus: direct('Softplus'),
  relu: direct('Relu'),
  gelu: direct('Gelu', { approximate: { string: 'tanh' } }),
  clip: ({ attributes: { min, max } }, { inputs, result, emit, float }) => {
    emit('Clip', [...inputs, float(min), float(max)], { result });
  },

  softmax: direct('Softmax', lastAxis),
  logSoftmax: (_, emission) => {
    const { inputs, result, forWebGpu, emit } = emission;
    if (forWebGpu) emitLogSoftmax(emission);
    else emit('LogSoftmax', inputs, { result, attributes: lastAxis });
  },
  layerNorm: ({ attributes: { epsilon } }, { inputs, result, parts, readsParts, emit }) => {
    emit('LayerNormalization', inputs, {
      result,
      attributes: { ...lastAxis, epsilon: { float: epsilon } },
      parts: readsParts ? parts : [],
    });
  },
  rmsNorm: ({ attributes: { epsilon } }, emission) => {
    const { inputs, result, parts, readsParts, forWebGpu, emit } = emission;
    if (readsParts && forWebGpu) {
      emitRmsNorm(epsilon, emission);
      return;
    }
    // One of ONNX Runtime's own operators, though it stands in ONNX's domain.
    emit('SimplifiedLayerNormalization', inputs, {
      result,
      attributes: { ...lastAxis, epsilon: { float: epsilon } },
      parts: readsParts ? parts.slice(0, 1) : [],
    });
  },
  groupQueryAttention: ({ attributes }, { inputs, result, parts, emit }) => {
    // Left out, keys and values are read behind the queries.
    const given = inputs.length === 5 ? inputs.toSpliced(1, 0, '', '') : inputs;
    // Without its present caches the operator does not read the past ones.
    emit('GroupQueryAttention', given, {
      result,
      domain: microsoftDomain,
      attributes: {
        num_heads: { int: attributes.nHead },
        kv_num_heads: { int: attributes.nKvHead },
        scale: { float: attributes.scale },
      },
      parts,
    });
  },

  matMul: (tensor, emission) => {
    const { transposeA, transposeB, alpha } = tensor.attributes;
    const { inputs, result, forWebGpu, emit } = emission;
    if (!transposeA && !transposeB && alpha === 1) {
      emit('MatMul', inputs, { result });
      return;
    }
    if (forWebGpu) {
      emitMatMul(tensor, emission);
      return;
    }
    emit('FusedMatMul', inputs, {
      result,
      domain: microsoftDomain,
      attributes: {
        transA: { int: transposeA ? 1 : 0 },
        transB: { int: transposeB ? 1 : 0 },
        alpha: { float: alpha },
      },
    });
  },

  reduceSum: (tensor, emission) => {
    if (isSumOfRows(tensor) && !emission.forWebGpu) emitSumOfRows(tensor, emission);
    else reduction('ReduceSum')(tensor, emission);
  },
  reduceMean: reduction('ReduceMean'),
  reduceMax: reduction('ReduceMax'),
  argMax: direct('ArgMax', { ...lastAxis, keepdims: { int: 0 } }),

  reshape: ({ shape }, { inputs, result, emit, ints }) => {
    emit('Reshape', [...inputs, ints(shape)], { result });
  },
  transpose: ({ attributes: { permutation } }, { inputs, result, emit }) => {
    emit('Transpose', inputs, { result, attributes: { perm: { ints: permutation } } });
  },
  slice: ({ attributes: { starts, ends } }, { inputs, result, emit, ints }) => {
    emit('Slice', [...inputs, ints(starts), ints(ends)], { result });
  },
  concat: ({ attributes: { axis } }, { inputs, result, emit }) => {
    emit('Concat', inputs, { result, attributes: { axis: { int: axis } } });
  },
  pad: ({ attributes: { before, after } }, { inputs, result, emit, ints }) => {
    emit('Pad', [...inputs, ints([...before, ...after])], { result });
  },
  expand: ({ shape }, { inputs, result, emit, ints }) => {
    emit('Expand', [...inputs, ints(shape)], { result });
  },

  gather: direct('Gather'),
  scatterRows: ({ inputs: [base, indices] }, { inputs, result, emit, ints }) => {
    const row = base.shape.slice(1);
    const column = emit('Reshape', [inputs[1], ints([...indices.shape, ...row.map(() => 1)])]);
    const flat = [-1, ...row];
    const expanded = emit('Expand', [column, ints([...indices.shape, ...row])]);
    emit(
      'ScatterElements',
      [
        inputs[0],
        emit('Reshape', [expanded, ints(flat)]),
        emit('Reshape', [inputs[2], ints(flat)]),
      ],
      { result, attributes: { axis: { int: 0 }, reduction: { string: 'add' } } },
    );
  },
  pick: ({ shape }, { inputs: [x, indices], result, emit, ints }) => {
    const column = emit('Reshape', [indices, ints([...shape, 1])]);
    const picked = emit('GatherElements', [x, column], { attributes: lastAxis });
    emit('Reshape', [picked, ints(shape)], { result });
  },
  scatterPick: ({ inputs: [, { shape }] }, { inputs, result, emit, ints }) => {
    const [base, indices, updates] = inputs;
    const column = ints([...shape, 1]);
    emit(
      'ScatterElements',
      [base, emit('Reshape', [indices, column]), emit('Reshape', [updates, column])],
      { result, attributes: { ...lastAxis, reduction: { string: 'add' } } },
    );
  },

  where: direct('Where'),
  greater: direct('Greater'),
  greaterOrEqual: direct('GreaterOrEqual'),
  less: direct('Less'),
  lessOrEqual: direct('LessOrEqual'),
  equal: direct('Equal'),
  not: direct('Not'),
  and: direct('And'),
  or: direct('Or'),
  cast: ({ dtype }, { inputs, result, emit }) => {
    emit('Cast', inputs, { result, attributes: { to: { int: onnxDataType[dtype] } } });
  },
} satisfies Emitters;
