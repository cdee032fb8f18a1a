import { invalid } from '../base/errors.ts';
import {
  type OpAttrs,
  type OpName,
  type Shape,
  type TensorType,
  sameShape,
  showType,
  sizeOf,
} from './ops.ts';

/** Shape and dtype of each op's outputs from its inputs' types and attributes; throws on misuse. */
export type ShapeRule<A> = (attrs: A, inputs: readonly TensorType[]) => TensorType[];

const f32 = (shape: Shape): TensorType => ({ dtype: 'float32', shape });

function fail(op: string, why: string, inputs: readonly TensorType[]): never {
  throw invalid(`${op}: ${why}, got ${inputs.map(showType).join(' · ') || 'no inputs'}`);
}

function arity(op: string, inputs: readonly TensorType[], ...allowed: number[]): void {
  if (!allowed.includes(inputs.length)) {
    fail(op, `expected ${allowed.join(' or ')} input${allowed.at(-1) === 1 ? '' : 's'}`, inputs);
  }
}

function floats(op: string, inputs: readonly TensorType[]): void {
  if (inputs.some((t) => t.dtype !== 'float32')) fail(op, 'expected float32 inputs', inputs);
}

/** NumPy broadcasting of two shapes; null where they do not fit. */
export function broadcastShapes(a: Shape, b: Shape): Shape | null {
  const rank = Math.max(a.length, b.length);
  const out = new Array<number>(rank);
  for (let i = 1; i <= rank; i++) {
    const p = a[a.length - i] ?? 1;
    const q = b[b.length - i] ?? 1;
    if (p !== q && p !== 1 && q !== 1) return null;
    out[rank - i] = p === 1 ? q : p;
  }
  return out;
}

function binary(op: string): ShapeRule<unknown> {
  return (_, inputs) => {
    arity(op, inputs, 2);
    floats(op, inputs);
    const shape = broadcastShapes(inputs[0]!.shape, inputs[1]!.shape);
    if (!shape) fail(op, 'shapes do not broadcast', inputs);
    return [f32(shape)];
  };
}

function unary(op: string): ShapeRule<unknown> {
  return (_, inputs) => {
    arity(op, inputs, 1);
    floats(op, inputs);
    return [inputs[0]!];
  };
}

function axesOk(op: string, axes: readonly number[], inputs: readonly TensorType[]): void {
  const rank = inputs[0]!.shape.length;
  const bad =
    axes.some((a) => !Number.isInteger(a) || a < 0 || a >= rank) || new Set(axes).size !== axes.length;
  if (bad) fail(op, `axes [${axes.join(',')}] do not fit rank ${rank}`, inputs);
}

function reduction(op: string): ShapeRule<OpAttrs['sum']> {
  return ({ axes, keepDims }, inputs) => {
    arity(op, inputs, 1);
    floats(op, inputs);
    axesOk(op, axes, inputs);
    const s = inputs[0]!.shape;
    const shape = keepDims
      ? s.map((d, i) => (axes.includes(i) ? 1 : d))
      : s.filter((_, i) => !axes.includes(i));
    return [f32(shape)];
  };
}

function image(op: string, t: TensorType, inputs: readonly TensorType[]): [number, number, number, number] {
  if (t.shape.length !== 4) fail(op, 'expected an image batch (B, C, H, W)', inputs);
  return t.shape as unknown as [number, number, number, number];
}

function pool(op: string): ShapeRule<unknown> {
  return (_, inputs) => {
    arity(op, inputs, 1);
    floats(op, inputs);
    const [b, c, h, w] = image(op, inputs[0]!, inputs);
    if (h % 2 || w % 2) fail(op, 'expected even height and width', inputs);
    return [f32([b, c, h / 2, w / 2])];
  };
}

export const shapeRules: { readonly [K in OpName]: ShapeRule<OpAttrs[K]> } = {
  input: ({ type }, inputs) => {
    arity('input', inputs, 0);
    return [type];
  },
  constant: ({ type, data }, inputs) => {
    arity('constant', inputs, 0);
    if (data.length !== sizeOf(type.shape)) {
      throw invalid(`constant: ${showType(type)} needs ${sizeOf(type.shape)} values, got ${data.length}`);
    }
    return [type];
  },

  add: binary('add'),
  sub: binary('sub'),
  mul: binary('mul'),
  div: binary('div'),
  minimum: binary('minimum'),
  maximum: binary('maximum'),
  equal: binary('equal'),
  greater: binary('greater'),

  neg: unary('neg'),
  exp: unary('exp'),
  log: unary('log'),
  sqrt: unary('sqrt'),
  sigmoid: unary('sigmoid'),
  tanh: unary('tanh'),
  erf: unary('erf'),
  sin: unary('sin'),
  cos: unary('cos'),
  silu: unary('silu'),

  sum: reduction('sum'),
  mean: reduction('mean'),

  reshape: ({ shape }, inputs) => {
    arity('reshape', inputs, 1);
    if (sizeOf(shape) !== sizeOf(inputs[0]!.shape))
      fail('reshape', `sizes differ for [${shape.join(',')}]`, inputs);
    return [{ dtype: inputs[0]!.dtype, shape }];
  },
  transpose: ({ perm }, inputs) => {
    arity('transpose', inputs, 1);
    axesOk('transpose', perm, inputs);
    const s = inputs[0]!.shape;
    if (perm.length !== s.length)
      fail('transpose', `permutation [${perm.join(',')}] has another rank`, inputs);
    return [{ dtype: inputs[0]!.dtype, shape: perm.map((p) => s[p]!) }];
  },
  broadcastTo: ({ shape }, inputs) => {
    arity('broadcastTo', inputs, 1);
    floats('broadcastTo', inputs);
    const both = broadcastShapes(inputs[0]!.shape, shape);
    if (!both || !sameShape(both, shape)) fail('broadcastTo', `cannot become [${shape.join(',')}]`, inputs);
    return [f32(shape)];
  },
  slice: ({ axis, start, end }, inputs) => {
    arity('slice', inputs, 1);
    axesOk('slice', [axis], inputs);
    const s = inputs[0]!.shape;
    if (start < 0 || end <= start || end > s[axis]!)
      fail('slice', `[${start}, ${end}) outside axis ${axis}`, inputs);
    return [{ dtype: inputs[0]!.dtype, shape: s.map((d, i) => (i === axis ? end - start : d)) }];
  },
  flip: ({ axes }, inputs) => {
    arity('flip', inputs, 1);
    axesOk('flip', axes, inputs);
    return [inputs[0]!];
  },
  concat: ({ axis }, inputs) => {
    if (inputs.length === 0) fail('concat', 'expected at least one input', inputs);
    axesOk('concat', [axis], inputs);
    const first = inputs[0]!;
    for (const t of inputs) {
      const fits = t.dtype === first.dtype && t.shape.length === first.shape.length;
      if (!fits || !t.shape.every((d, i) => i === axis || d === first.shape[i])) {
        fail('concat', `shapes differ off axis ${axis}`, inputs);
      }
    }
    const total = inputs.reduce((n, t) => n + t.shape[axis]!, 0);
    return [{ dtype: first.dtype, shape: first.shape.map((d, i) => (i === axis ? total : d)) }];
  },
  pad: ({ before, after }, inputs) => {
    arity('pad', inputs, 1);
    floats('pad', inputs);
    const s = inputs[0]!.shape;
    if (before.length !== s.length || after.length !== s.length || [...before, ...after].some((v) => v < 0)) {
      fail('pad', `paddings [${before.join(',')}] and [${after.join(',')}] do not fit`, inputs);
    }
    return [f32(s.map((d, i) => d + before[i]! + after[i]!))];
  },
  split: ({ axis, sizes }, inputs) => {
    arity('split', inputs, 1);
    axesOk('split', [axis], inputs);
    const { shape, dtype } = inputs[0]!;
    if (sizes.some((n) => n < 1) || sizes.reduce((a, n) => a + n, 0) !== shape[axis]) {
      fail('split', `sizes [${sizes.join(',')}] do not add up to axis ${axis}`, inputs);
    }
    return sizes.map((n) => ({ dtype, shape: shape.map((d, i) => (i === axis ? n : d)) }));
  },

  matmul: ({ transA, transB }, inputs) => {
    arity('matmul', inputs, 2);
    floats('matmul', inputs);
    const a = inputs[0]!.shape;
    const b = inputs[1]!.shape;
    if (a.length < 2 || b.length < 2) fail('matmul', 'expected matrices', inputs);
    const [m, k] = transA ? [a.at(-1)!, a.at(-2)!] : [a.at(-2)!, a.at(-1)!];
    const [k2, n] = transB ? [b.at(-1)!, b.at(-2)!] : [b.at(-2)!, b.at(-1)!];
    const batch = broadcastShapes(a.slice(0, -2), b.slice(0, -2));
    if (k !== k2) fail('matmul', 'inner dims differ', inputs);
    if (!batch) fail('matmul', 'batch dims do not broadcast', inputs);
    return [f32([...batch, m, n])];
  },
  conv2d: ({ pads }, inputs) => {
    arity('conv2d', inputs, 2, 3);
    floats('conv2d', inputs);
    const [b, c, h, w] = image('conv2d', inputs[0]!, inputs);
    const [o, c2, kh, kw] = image('conv2d', inputs[1]!, inputs);
    if (c !== c2) fail('conv2d', 'channels differ', inputs);
    if (inputs[2] && !sameShape(inputs[2].shape, [o])) fail('conv2d', `expected a bias of ${o}`, inputs);
    const oh = h + pads[0] + pads[2] - kh + 1;
    const ow = w + pads[1] + pads[3] - kw + 1;
    if (oh < 1 || ow < 1) fail('conv2d', 'kernel larger than the padded image', inputs);
    return [f32([b, o, oh, ow])];
  },
  convGradWeight: ({ pads, kernel }, inputs) => {
    arity('convGradWeight', inputs, 2);
    floats('convGradWeight', inputs);
    const [b, c, h, w] = image('convGradWeight', inputs[0]!, inputs);
    const [b2, o, oh, ow] = image('convGradWeight', inputs[1]!, inputs);
    const fits = h + pads[0] + pads[2] - kernel[0] + 1 === oh && w + pads[1] + pads[3] - kernel[1] + 1 === ow;
    if (b !== b2 || !fits) fail('convGradWeight', 'image and output gradient do not fit', inputs);
    return [f32([o, c, kernel[0], kernel[1]])];
  },

  avgPool: pool('avgPool'),
  maxPool: pool('maxPool'),
  upsampleNearest: (_, inputs) => {
    arity('upsampleNearest', inputs, 1);
    floats('upsampleNearest', inputs);
    const [b, c, h, w] = image('upsampleNearest', inputs[0]!, inputs);
    return [f32([b, c, 2 * h, 2 * w])];
  },

  softmax: (_, inputs) => {
    if (inputs[0]?.shape.length === 0) fail('softmax', 'expected at least one axis', inputs);
    return unary('softmax')({}, inputs);
  },
  normalize: (_, inputs) => {
    arity('normalize', inputs, 1);
    floats('normalize', inputs);
    const s = inputs[0]!.shape;
    if (s.length === 0) fail('normalize', 'expected at least one axis', inputs);
    return [f32(s), f32([...s.slice(0, -1), 1])];
  },
  groupNorm: ({ groups }, inputs) => {
    arity('groupNorm', inputs, 3);
    floats('groupNorm', inputs);
    const [b, c] = image('groupNorm', inputs[0]!, inputs);
    if (c % groups !== 0) fail('groupNorm', `${groups} groups do not divide the channels`, inputs);
    if (!inputs.slice(1).every((t) => sameShape(t.shape, [1, c, 1, 1]))) {
      fail('groupNorm', `expected scale and shift of shape (1, ${c}, 1, 1)`, inputs);
    }
    return [inputs[0]!, inputs[0]!, f32([b, groups, 1])];
  },

  cast: (_, inputs) => {
    arity('cast', inputs, 1);
    if (inputs[0]!.dtype !== 'int64') fail('cast', 'expected int64', inputs);
    return [f32(inputs[0]!.shape)];
  },
  oneHot: ({ depth }, inputs) => {
    arity('oneHot', inputs, 1);
    if (inputs[0]!.dtype !== 'int64') fail('oneHot', 'expected int64', inputs);
    return [f32([...inputs[0]!.shape, depth])];
  },
};
