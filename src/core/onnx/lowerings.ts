import type { Node, Value } from '../graph/graph.ts';
import type { OpAttrs, OpName, Shape } from '../graph/ops.ts';
import { lowerConvGradWeight } from './conv-grad-weight.ts';
import type { OnnxWriter } from './writer.ts';

/** Turns one node into ONNX nodes (opset 20) whose results carry the node's output names. */
export interface LoweringContext<A> {
  readonly attrs: A;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  /** ONNX names. */
  readonly in: readonly string[];
  readonly out: readonly string[];
  readonly w: OnnxWriter;
}
export type Lowering<A> = (c: LoweringContext<A>) => void;

export const OPSET = 20;

/** Ends every axis of a reversed slice: ONNX clamps it to "before the first". */
const BEFORE_FIRST = -(2 ** 31);

function direct(
  opType: string,
  attributes: Readonly<Record<string, number | readonly number[] | string>> = {},
): Lowering<unknown> {
  return ({ w, in: i, out }) => void w.emit(opType, [...i], out[0]!, attributes);
}

/** Comparisons give bool in ONNX; our masks are float32. */
function comparison(opType: string): Lowering<unknown> {
  return ({ w, in: i, out }) => void w.emit('Cast', [w.temp(opType, [...i])], out[0]!, { to: 1 });
}

function reduction(opType: string): Lowering<OpAttrs['sum']> {
  return ({ w, attrs, in: i, out }) =>
    void w.emit(opType, [i[0]!, w.ints(attrs.axes)], out[0]!, { keepdims: attrs.keepDims ? 1 : 0 });
}

/** Reshape target that copies a leading dimension that stays (0 in ONNX), so that the batch can be dynamic. */
export function reshapeTarget(from: Shape, to: Shape): number[] {
  return to.map((d, i) => (i === 0 && from.length > 0 && from[0] === d ? 0 : d));
}

const pool2 = { kernel_shape: [2, 2], strides: [2, 2] };

export const lowerings: { readonly [K in OpName]: Lowering<OpAttrs[K]> } = {
  input: () => {},
  constant: ({ w, attrs, out }) => void w.initializer(out[0]!, attrs.type, attrs.data),

  add: direct('Add'),
  sub: direct('Sub'),
  mul: direct('Mul'),
  div: direct('Div'),
  minimum: direct('Min'),
  maximum: direct('Max'),
  equal: comparison('Equal'),
  greater: comparison('Greater'),

  neg: direct('Neg'),
  exp: direct('Exp'),
  log: direct('Log'),
  sqrt: direct('Sqrt'),
  sigmoid: direct('Sigmoid'),
  tanh: direct('Tanh'),
  erf: direct('Erf'),
  sin: direct('Sin'),
  cos: direct('Cos'),
  silu: ({ w, in: [x], out }) => {
    if (w.options.target === 'onnxruntime') {
      w.emit('QuickGelu', [x!], out[0]!, { alpha: { float: 1 } }, 'com.microsoft');
    } else {
      w.emit('Mul', [x!, w.temp('Sigmoid', [x!])], out[0]!);
    }
  },

  sum: reduction('ReduceSum'),
  mean: reduction('ReduceMean'),

  reshape: ({ w, attrs, inputs, in: [x], out }) =>
    void w.emit('Reshape', [x!, w.ints(reshapeTarget(inputs[0]!.shape, attrs.shape))], out[0]!),
  transpose: ({ w, attrs, in: [x], out }) => void w.emit('Transpose', [x!], out[0]!, { perm: attrs.perm }),
  broadcastTo: ({ w, attrs, inputs, in: [x], out }) => {
    const from = inputs[0]!.shape;
    const lead = attrs.shape.length - from.length;
    // 1 keeps the operand's own size, so a batch that is already there need not be stated.
    const target = attrs.shape.map((d, i) => (i >= lead && from[i - lead] === d ? 1 : d));
    w.emit('Expand', [x!, w.ints(target)], out[0]!);
  },
  slice: ({ w, attrs: { axis, start, end }, in: [x], out }) =>
    void w.emit('Slice', [x!, w.ints([start]), w.ints([end]), w.ints([axis])], out[0]!),
  flip: ({ w, attrs: { axes }, in: [x], out }) => {
    const all = (v: number) => w.ints(axes.map(() => v));
    w.emit('Slice', [x!, all(-1), all(BEFORE_FIRST), w.ints(axes), all(-1)], out[0]!);
  },
  concat: ({ w, attrs: { axis }, in: i, out }) => void w.emit('Concat', [...i], out[0]!, { axis }),
  pad: ({ w, attrs: { before, after }, in: [x], out }) =>
    void w.emit('Pad', [x!, w.ints([...before, ...after])], out[0]!),
  split: ({ w, attrs: { axis, sizes }, in: [x], out }) =>
    void w.emit('Split', [x!, w.ints(sizes)], out, { axis }),

  matmul: ({ w, attrs: { transA, transB, alpha }, inputs, in: [a, b], out }) => {
    if (!transA && !transB && alpha === 1) {
      w.emit('MatMul', [a!, b!], out[0]!);
      return;
    }
    if (w.options.target === 'onnxruntime') {
      const flags = { transA: transA ? 1 : 0, transB: transB ? 1 : 0, alpha: { float: alpha } };
      w.emit('FusedMatMul', [a!, b!], out[0]!, flags, 'com.microsoft');
      return;
    }
    const turn = (name: string, v: Value) => {
      const rank = v.shape.length;
      const perm = v.shape.map((_, i) => (i === rank - 1 ? rank - 2 : i === rank - 2 ? rank - 1 : i));
      return w.temp('Transpose', [name], { perm });
    };
    const p = transA ? turn(a!, inputs[0]!) : a!;
    const q = transB ? turn(b!, inputs[1]!) : b!;
    if (alpha === 1) w.emit('MatMul', [p, q], out[0]!);
    else w.emit('Mul', [w.temp('MatMul', [p, q]), w.floats([alpha], [])], out[0]!);
  },
  conv2d: ({ w, attrs: { pads }, inputs, in: i, out }) => {
    const kernel = inputs[1]!.shape.slice(2);
    w.emit('Conv', [...i], out[0]!, { kernel_shape: kernel, pads });
  },
  convGradWeight: lowerConvGradWeight,

  avgPool: direct('AveragePool', pool2),
  maxPool: direct('MaxPool', pool2),
  upsampleNearest: ({ w, in: [x], out }) =>
    void w.emit('Resize', [x!, '', w.floats([1, 1, 2, 2])], out[0]!, {
      mode: 'nearest',
      coordinate_transformation_mode: 'asymmetric',
      nearest_mode: 'floor',
    }),

  softmax: direct('Softmax', { axis: -1 }),
  normalize: ({ w, attrs, inputs, in: [x], out }) => {
    const ones = w.ones(inputs[0]!.shape.at(-1)!);
    w.emit('LayerNormalization', [x!, ones], [out[0]!, w.temporary(), out[1]!], {
      axis: -1,
      epsilon: { float: attrs.epsilon },
    });
  },
  groupNorm: ({ w, attrs: { groups, epsilon }, inputs, in: [x, scale, shift], out: [y, xhat, inv] }) => {
    const [, c, h, width] = inputs[0]!.shape as unknown as [number, number, number, number];
    const length = (c / groups) * h * width;
    const rows = w.temp('Reshape', [x!, w.ints([0, groups, length])]);
    const normal = w.temporary();
    w.emit('LayerNormalization', [rows, w.ones(length)], [normal, w.temporary(), inv!], {
      axis: -1,
      epsilon: { float: epsilon },
    });
    w.emit('Reshape', [normal, w.ints([0, c, h, width])], xhat!);
    w.emit('Add', [w.temp('Mul', [xhat!, scale!]), shift!], y!);
  },

  cast: direct('Cast', { to: 1 }),
  oneHot: ({ w, attrs, in: [x], out }) =>
    void w.emit('OneHot', [x!, w.int(attrs.depth), w.floats([0, 1])], out[0]!, { axis: -1 }),
};

export function lowerNode(node: Node, w: OnnxWriter): void {
  const lower = lowerings[node.op] as Lowering<unknown>;
  lower({
    attrs: node.attrs,
    inputs: node.inputs,
    outputs: node.outputs,
    in: node.inputs.map((v) => w.name(v)),
    out: node.outputs.map((v) => w.name(v)),
    w,
  });
}
