import type { Value } from './graph.ts';
import { type OpAttrs, type OpName, type Shape, sameShape } from './ops.ts';

/** Sugar over `GraphBuilder.op`: each function adds one op (or a short composition) to its operands' graph. */

type Operand = Value | number;

function binary(op: 'add' | 'sub' | 'mul' | 'div' | 'minimum' | 'maximum' | 'equal' | 'greater') {
  return (a: Operand, b: Operand): Value => {
    const builder = (typeof a === 'number' ? (b as Value) : a).node.builder;
    const lift = (v: Operand) => (typeof v === 'number' ? builder.scalar(v) : v);
    return builder.one(op, [lift(a), lift(b)], {});
  };
}

function unary<K extends OpName>(op: K) {
  return (x: Value): Value => x.node.builder.one(op, [x], {} as never);
}

export const add = binary('add');
export const sub = binary('sub');
export const mul = binary('mul');
export const div = binary('div');
export const minimum = binary('minimum');
export const maximum = binary('maximum');
export const equal = binary('equal');
export const greater = binary('greater');

export const neg = unary('neg');
export const exp = unary('exp');
export const log = unary('log');
export const sqrt = unary('sqrt');
export const sigmoid = unary('sigmoid');
export const tanh = unary('tanh');
export const erf = unary('erf');
export const sin = unary('sin');
export const cos = unary('cos');
export const silu = unary('silu');
export const avgPool = unary('avgPool');
export const maxPool = unary('maxPool');
export const upsampleNearest = unary('upsampleNearest');
export const softmax = unary('softmax');
export const cast = unary('cast');

export function sum(x: Value, axes: readonly number[], keepDims = false): Value {
  return axes.length === 0 ? x : x.node.builder.one('sum', [x], { axes, keepDims });
}

export function mean(x: Value, axes: readonly number[], keepDims = false): Value {
  return axes.length === 0 ? x : x.node.builder.one('mean', [x], { axes, keepDims });
}

export function reshape(x: Value, shape: Shape): Value {
  return sameShape(x.shape, shape) ? x : x.node.builder.one('reshape', [x], { shape });
}

export function transpose(x: Value, perm: readonly number[]): Value {
  if (x.node.op === 'transpose') {
    const before = (x.node.attrs as OpAttrs['transpose']).perm;
    return transpose(
      x.node.inputs[0]!,
      perm.map((p) => before[p]!),
    );
  }
  return perm.every((p, i) => p === i) ? x : x.node.builder.one('transpose', [x], { perm });
}

export function broadcastTo(x: Value, shape: Shape): Value {
  return sameShape(x.shape, shape) ? x : x.node.builder.one('broadcastTo', [x], { shape });
}

export function slice(x: Value, axis: number, start: number, end: number): Value {
  return start === 0 && end === x.shape[axis] ? x : x.node.builder.one('slice', [x], { axis, start, end });
}

export function flip(x: Value, axes: readonly number[]): Value {
  const needed = axes.filter((a) => x.shape[a] !== 1);
  return needed.length === 0 ? x : x.node.builder.one('flip', [x], { axes: needed });
}

export function concat(xs: readonly Value[], axis: number): Value {
  return xs.length === 1 ? xs[0]! : xs[0]!.node.builder.one('concat', xs, { axis });
}

export function pad(x: Value, before: readonly number[], after: readonly number[]): Value {
  const empty = before.every((v) => v === 0) && after.every((v) => v === 0);
  return empty ? x : x.node.builder.one('pad', [x], { before, after });
}

export function split(x: Value, axis: number, sizes: readonly number[]): readonly Value[] {
  return sizes.length === 1 && sizes[0] === x.shape[axis]
    ? [x]
    : x.node.builder.op('split', [x], { axis, sizes });
}

export function matmul(
  a: Value,
  b: Value,
  { transA = false, transB = false, alpha = 1 }: { transA?: boolean; transB?: boolean; alpha?: number } = {},
): Value {
  return a.node.builder.one('matmul', [a, b], { transA, transB, alpha });
}

type Pads = readonly [number, number, number, number];

export function conv2d(x: Value, w: Value, bias: Value | null, pads: Pads): Value {
  return x.node.builder.one('conv2d', bias ? [x, w, bias] : [x, w], { pads });
}

export function convGradWeight(x: Value, dy: Value, pads: Pads, kernel: readonly [number, number]): Value {
  return x.node.builder.one('convGradWeight', [x, dy], { pads, kernel });
}

/** Input gradient of conv2d: correlation of dy with the flipped kernel, in and out channels swapped. */
export function convGradInput(dy: Value, w: Value, pads: Pads): Value {
  const [, , kh, kw] = w.shape as unknown as [number, number, number, number];
  const flipped = flip(transpose(w, [1, 0, 2, 3]), [2, 3]);
  const [top, left, bottom, right] = pads;
  return conv2d(dy, flipped, null, [kh - 1 - top, kw - 1 - left, kh - 1 - bottom, kw - 1 - right]);
}

/** Over the last axis: [(x − mean)/√(var + ε), 1/√(var + ε)]. */
export function normalize(x: Value, epsilon: number): [Value, Value] {
  const [y, inv] = x.node.builder.op('normalize', [x], { epsilon });
  return [y!, inv!];
}

/** Group normalization with scale and shift (1, C, 1, 1) for each channel. */
export function groupNorm(x: Value, scale: Value, shift: Value, groups: number, epsilon: number): Value {
  return x.node.builder.one('groupNorm', [x, scale, shift], { groups, epsilon });
}

export function oneHot(x: Value, depth: number): Value {
  return x.node.builder.one('oneHot', [x], { depth });
}

/** Sums a gradient over the axes along which its operand was broadcast. */
export function sumTo(x: Value, shape: Shape): Value {
  if (sameShape(x.shape, shape)) return x;
  const lead = x.shape.length - shape.length;
  const axes = x.shape
    .map((_, i) => i)
    .filter((i) => i < lead || (shape[i - lead] === 1 && x.shape[i] !== 1));
  return reshape(sum(x, axes, false), shape);
}
