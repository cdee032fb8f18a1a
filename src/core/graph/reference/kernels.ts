import type { OpAttrs, OpName, TensorType } from '../ops.ts';
import { broadcastShapes } from '../shapes.ts';
import { type NdArray, broadcastAt, forEachIndex, nd, offset, zeros } from './ndarray.ts';

/**
 * What each op means, by plain loops in float64: the definition that the ONNX lowering is tested against.
 * Written for being obviously right, not fast.
 */
export type Kernel<A> = (attrs: A, inputs: readonly NdArray[], outputs: readonly TensorType[]) => NdArray[];

function binary(f: (a: number, b: number) => number): Kernel<unknown> {
  return (_, [a, b]) => {
    const y = zeros(broadcastShapes(a!.shape, b!.shape)!);
    forEachIndex(y.shape, (i, at) => {
      y.data[at] = f(broadcastAt(a!, i), broadcastAt(b!, i));
    });
    return [y];
  };
}

function unary(f: (x: number) => number): Kernel<unknown> {
  return (_, [x]) => [{ shape: x!.shape, data: x!.data.map(f) }];
}

/** Abramowitz and Stegun 7.1.6 (series) below 3, and the continued fraction of erfc (7.1.14) above: 1e-15. */
export function erf(x: number): number {
  const a = Math.abs(x);
  if (a < 3) {
    let term = a;
    let total = a;
    for (let n = 1; n < 100; n++) {
      term *= (2 * a * a) / (2 * n + 1);
      total += term;
    }
    return (Math.sign(x) * 2 * Math.exp(-a * a) * total) / Math.sqrt(Math.PI);
  }
  let fraction = 0;
  for (let k = 60; k > 0; k--) fraction = k / 2 / (a + fraction);
  return Math.sign(x) * (1 - Math.exp(-a * a) / (Math.sqrt(Math.PI) * (a + fraction)));
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

function reduce(scale: (n: number) => number): Kernel<OpAttrs['sum']> {
  return ({ axes }, [x], [out]) => {
    const kept = x!.shape.map((d, i) => (axes.includes(i) ? 1 : d));
    const y = zeros(kept);
    const count = axes.reduce((n, a) => n * x!.shape[a]!, 1);
    forEachIndex(x!.shape, (i, at) => {
      const to = offset(
        kept,
        i.map((v, a) => (axes.includes(a) ? 0 : v)),
      );
      y.data[to]! += x!.data[at]! * scale(count);
    });
    return [{ shape: out!.shape, data: y.data }];
  };
}

/** Copies by index: `from` says where in the input each output element comes from, or null for zero. */
function gather(
  from: (index: readonly number[]) => readonly number[] | null,
  x: NdArray,
  type: TensorType,
): NdArray {
  const y = zeros(type.shape);
  forEachIndex(y.shape, (i, at) => {
    const source = from(i);
    y.data[at] = source === null ? 0 : x.data[offset(x.shape, source)]!;
  });
  return y;
}

function window2(f: (values: number[]) => number): Kernel<unknown> {
  return (_, [x], [out]) => {
    const y = zeros(out!.shape);
    forEachIndex(y.shape, ([b, c, i, j], at) => {
      const values: number[] = [];
      for (const di of [0, 1]) {
        for (const dj of [0, 1]) values.push(x!.data[offset(x!.shape, [b!, c!, 2 * i! + di, 2 * j! + dj])]!);
      }
      y.data[at] = f(values);
    });
    return [y];
  };
}

function isInside(i: number, n: number): boolean {
  return i >= 0 && i < n;
}

export const kernels: { readonly [K in OpName]: Kernel<OpAttrs[K]> } = {
  input: () => {
    throw new Error('inputs are fed, not computed');
  },
  constant: ({ data, type }) => [nd(type.shape, data)],

  add: binary((a, b) => a + b),
  sub: binary((a, b) => a - b),
  mul: binary((a, b) => a * b),
  div: binary((a, b) => a / b),
  minimum: binary(Math.min),
  maximum: binary(Math.max),
  equal: binary((a, b) => (a === b ? 1 : 0)),
  greater: binary((a, b) => (a > b ? 1 : 0)),

  neg: unary((x) => -x),
  exp: unary(Math.exp),
  log: unary(Math.log),
  sqrt: unary(Math.sqrt),
  sigmoid: unary(sigmoid),
  tanh: unary(Math.tanh),
  erf: unary(erf),
  sin: unary(Math.sin),
  cos: unary(Math.cos),
  silu: unary((x) => x * sigmoid(x)),

  sum: reduce(() => 1),
  mean: reduce((n) => 1 / n),

  reshape: (_, [x], [out]) => [{ shape: out!.shape, data: x!.data }],
  transpose: ({ perm }, [x], [out]) => {
    const back = perm.map((_, axis) => perm.indexOf(axis));
    return [gather((i) => back.map((p) => i[p]!), x!, out!)];
  },
  broadcastTo: (_, [x], [out]) => {
    const y = zeros(out!.shape);
    forEachIndex(y.shape, (i, at) => {
      y.data[at] = broadcastAt(x!, i);
    });
    return [y];
  },
  slice: ({ axis, start }, [x], [out]) => [
    gather((i) => i.map((v, a) => (a === axis ? v + start : v)), x!, out!),
  ],
  flip: ({ axes }, [x], [out]) => [
    gather((i) => i.map((v, a) => (axes.includes(a) ? x!.shape[a]! - 1 - v : v)), x!, out!),
  ],
  concat: ({ axis }, inputs, [out]) => {
    const y = zeros(out!.shape);
    let start = 0;
    for (const x of inputs) {
      const from = start;
      forEachIndex(x.shape, (i, at) => {
        y.data[
          offset(
            y.shape,
            i.map((v, a) => (a === axis ? v + from : v)),
          )
        ] = x.data[at]!;
      });
      start += x.shape[axis]!;
    }
    return [y];
  },
  pad: ({ before }, [x], [out]) => [
    gather(
      (i) => {
        const source = i.map((v, a) => v - before[a]!);
        return source.every((v, a) => isInside(v, x!.shape[a]!)) ? source : null;
      },
      x!,
      out!,
    ),
  ],
  split: ({ axis, sizes }, [x], outputs) => {
    let start = 0;
    return outputs.map((type, k) => {
      const from = start;
      start += sizes[k]!;
      return gather((i) => i.map((v, a) => (a === axis ? v + from : v)), x!, type);
    });
  },

  matmul: ({ transA, transB, alpha }, [a, b], [out]) => {
    const y = zeros(out!.shape);
    const inner = a!.shape.at(transA ? -2 : -1)!;
    const rank = y.shape.length;
    forEachIndex(y.shape, (index, at) => {
      const batch = index.slice(0, rank - 2);
      const [i, j] = [index[rank - 2]!, index[rank - 1]!];
      let total = 0;
      for (let k = 0; k < inner; k++) {
        const p = broadcastAt(a!, [...batch, ...(transA ? [k, i] : [i, k])]);
        const q = broadcastAt(b!, [...batch, ...(transB ? [j, k] : [k, j])]);
        total += p * q;
      }
      y.data[at] = alpha * total;
    });
    return [y];
  },
  conv2d: ({ pads }, [x, w, bias], [out]) => {
    const y = zeros(out!.shape);
    const [, channels, height, width] = x!.shape as [number, number, number, number];
    const [, , kh, kw] = w!.shape as [number, number, number, number];
    forEachIndex(y.shape, ([b, o, i, j], at) => {
      let total = bias ? bias.data[o!]! : 0;
      for (let c = 0; c < channels; c++) {
        for (let di = 0; di < kh; di++) {
          for (let dj = 0; dj < kw; dj++) {
            const r = i! + di - pads[0];
            const s = j! + dj - pads[1];
            if (!isInside(r, height) || !isInside(s, width)) continue;
            total += x!.data[offset(x!.shape, [b!, c, r, s])]! * w!.data[offset(w!.shape, [o!, c, di, dj])]!;
          }
        }
      }
      y.data[at] = total;
    });
    return [y];
  },
  convGradWeight: ({ pads }, [x, dy], [out]) => {
    const y = zeros(out!.shape);
    const [batch, , height, width] = x!.shape as [number, number, number, number];
    const [, , oh, ow] = dy!.shape as [number, number, number, number];
    forEachIndex(y.shape, ([o, c, di, dj], at) => {
      let total = 0;
      for (let b = 0; b < batch; b++) {
        for (let i = 0; i < oh; i++) {
          for (let j = 0; j < ow; j++) {
            const r = i + di! - pads[0];
            const s = j + dj! - pads[1];
            if (!isInside(r, height) || !isInside(s, width)) continue;
            total += x!.data[offset(x!.shape, [b, c!, r, s])]! * dy!.data[offset(dy!.shape, [b, o!, i, j])]!;
          }
        }
      }
      y.data[at] = total;
    });
    return [y];
  },

  avgPool: window2((v) => v.reduce((a, b) => a + b) / 4),
  maxPool: window2((v) => Math.max(...v)),
  upsampleNearest: (_, [x], [out]) => [
    gather(([b, c, i, j]) => [b!, c!, Math.floor(i! / 2), Math.floor(j! / 2)], x!, out!),
  ],

  softmax: (_, [x]) => {
    const y = zeros(x!.shape);
    const n = x!.shape.at(-1)!;
    for (let at = 0; at < y.data.length; at += n) {
      const row = x!.data.subarray(at, at + n);
      const top = Math.max(...row);
      const total = row.reduce((s, v) => s + Math.exp(v - top), 0);
      for (let k = 0; k < n; k++) y.data[at + k] = Math.exp(row[k]! - top) / total;
    }
    return [y];
  },
  normalize: ({ epsilon }, [x], [, inverse]) => {
    const y = zeros(x!.shape);
    const inv = zeros(inverse!.shape);
    const n = x!.shape.at(-1)!;
    for (let r = 0; r < inv.data.length; r++) {
      const row = x!.data.subarray(r * n, (r + 1) * n);
      const mean = row.reduce((s, v) => s + v, 0) / n;
      const variance = row.reduce((s, v) => s + (v - mean) ** 2, 0) / n;
      inv.data[r] = 1 / Math.sqrt(variance + epsilon);
      for (let k = 0; k < n; k++) y.data[r * n + k] = (row[k]! - mean) * inv.data[r]!;
    }
    return [y, inv];
  },
  groupNorm: ({ groups, epsilon }, [x, scale, shift], [, , inverse]) => {
    const [b, c, h, w] = x!.shape as [number, number, number, number];
    const rows = nd([b, groups, (c / groups) * h * w], x!.data);
    const [normal, inv] = kernels.normalize(
      { epsilon },
      [rows],
      [{ dtype: 'float32', shape: rows.shape }, inverse!],
    ) as [NdArray, NdArray];
    const y = zeros(x!.shape);
    forEachIndex(y.shape, ([, channel], at) => {
      y.data[at] = normal.data[at]! * scale!.data[channel!]! + shift!.data[channel!]!;
    });
    return [y, { shape: x!.shape, data: normal.data }, inv];
  },

  cast: (_, [x]) => [x!],
  oneHot: ({ depth }, [x], [out]) => {
    const y = zeros(out!.shape);
    x!.data.forEach((v, i) => {
      if (isInside(v, depth)) y.data[i * depth + v] = 1;
    });
    return [y];
  },
};
