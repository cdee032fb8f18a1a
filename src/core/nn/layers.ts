import {
  add,
  concat,
  conv2d,
  erf,
  groupNorm as groupNormOp,
  matmul,
  mul,
  normalize,
  reshape,
  silu,
  slice,
  softmax,
  split,
  transpose,
} from '../graph/build.ts';
import type { Value } from '../graph/graph.ts';
import type { Init, ParameterSource } from './parameters.ts';

/**
 * Layers over image batches (B, C, H, W) or token batches (B, L, C). Reshapes keep the leading batch axis, so
 * that the same graph exports with a dynamic batch. Initial values follow PyTorch's defaults.
 */

/** PyTorch's default for convolutions and linear layers: U(±1/√fanIn). */
function fanIn(n: number): Init {
  return { kind: 'uniform', bound: 1 / Math.sqrt(n) };
}

const constant = (value: number): Init => ({ kind: 'constant', value });

export type Padding = 'zero' | 'circular';

/** Image with its opposite edges wrapped around, `n` pixels on every side. */
function wrapPad(x: Value, n: number): Value {
  let out = x;
  for (const axis of [2, 3]) {
    const size = x.shape[axis]!;
    out = concat([slice(out, axis, size - n, size), out, slice(out, axis, 0, n)], axis);
  }
  return out;
}

/** Convolution that keeps the image size; odd square kernel. */
export function convolution(
  p: ParameterSource,
  name: string,
  x: Value,
  out: number,
  { kernel = 3, bias = true, padding = 'zero' as Padding } = {},
): Value {
  const channels = x.shape[1]!;
  const init = fanIn(channels * kernel * kernel);
  const w = p({ name: `${name}.weight`, shape: [out, channels, kernel, kernel], init });
  const b = bias ? p({ name: `${name}.bias`, shape: [out], init }) : null;
  const n = (kernel - 1) / 2;
  if (padding === 'circular' && n > 0) return conv2d(wrapPad(x, n), w, b, [0, 0, 0, 0]);
  return conv2d(x, w, b, [n, n, n, n]);
}

/** x: (…, I) → (…, out). */
export function linear(
  p: ParameterSource,
  name: string,
  x: Value,
  out: number,
  init?: Init,
  biasInit?: Init,
): Value {
  const width = x.shape.at(-1)!;
  const w = p({ name: `${name}.weight`, shape: [width, out], init: init ?? fanIn(width) });
  const b = p({ name: `${name}.bias`, shape: [out], init: biasInit ?? fanIn(width) });
  return add(matmul(x, w), b);
}

const EPSILON = 1e-5;

/** Group normalization with a scale and shift for each channel. */
export function groupNorm(p: ParameterSource, name: string, x: Value, groups: number): Value {
  const c = x.shape[1]!;
  const scale = p({ name: `${name}.scale`, shape: [1, c, 1, 1], init: constant(1) });
  const shift = p({ name: `${name}.shift`, shape: [1, c, 1, 1], init: constant(0) });
  return groupNormOp(x, scale, shift, groups, EPSILON);
}

/** Layer normalization over the last axis. */
export function layerNorm(p: ParameterSource, name: string, x: Value): Value {
  const c = x.shape.at(-1)!;
  const scale = p({ name: `${name}.scale`, shape: [c], init: constant(1) });
  const shift = p({ name: `${name}.shift`, shape: [c], init: constant(0) });
  const [normal] = normalize(x, EPSILON);
  return add(mul(normal, scale), shift);
}

/** x Φ(x), with the exact Gaussian distribution function. */
export function gelu(x: Value): Value {
  return mul(mul(x, 0.5), add(erf(mul(x, Math.SQRT1_2)), 1));
}

export function activate(kind: 'silu' | 'gelu', x: Value): Value {
  return kind === 'silu' ? silu(x) : gelu(x);
}

/**
 * softmax(QᵀK/√D) over positions; q, k, v: (B, heads, D, L) → (B, heads, D, L). Written so that no product, here or in
 * the backward pass, has the transposed (L, L) matrix as its right operand, which would be packed first.
 */
function attend(q: Value, k: Value, v: Value): Value {
  const turn = (x: Value) => transpose(x, [0, 1, 3, 2]);
  const scores = matmul(turn(q), k, { alpha: 1 / Math.sqrt(q.shape[2]!) }); // (B, heads, L, L)
  return turn(matmul(softmax(scores), v, { transB: true }));
}

/** Residual self-attention over pixels: norm, 1×1 projections, attention, 1×1 projection. */
export function projectionAttention(
  p: ParameterSource,
  name: string,
  x: Value,
  heads: number,
  groups: number,
): Value {
  const [b, c, h, w] = x.shape as unknown as [number, number, number, number];
  const qkv = convolution(p, `${name}.qkv`, groupNorm(p, `${name}.norm`, x, groups), 3 * c, { kernel: 1 });
  const parts = split(reshape(qkv, [b, 3, c, h * w]), 1, [1, 1, 1]);
  const [q, k, v] = parts.map((part) => reshape(part, [b, heads, c / heads, h * w]));
  const out = reshape(attend(q!, k!, v!), x.shape);
  return add(x, convolution(p, `${name}.projection`, out, c, { kernel: 1 }));
}

/** Pre-norm transformer block over pixels: attention and a feed-forward of the same width, both residual. */
export function transformerAttention(p: ParameterSource, name: string, x: Value, heads: number): Value {
  const [b, c, h, w] = x.shape as unknown as [number, number, number, number];
  const length = h * w;
  const tokens = transpose(reshape(x, [b, c, length]), [0, 2, 1]); // (B, L, C)
  const normal = layerNorm(p, `${name}.norm`, tokens);
  // Xavier over the stacked projection (C → 3C), as PyTorch's multi-head attention starts.
  const xavier: Init = { kind: 'uniform', bound: Math.sqrt(6 / (c + 3 * c)) };
  const qkv = linear(p, `${name}.qkv`, normal, 3 * c, xavier, constant(0)); // (B, L, 3C)
  const [q, k, v] = split(qkv, 2, [c, c, c]).map((part) =>
    transpose(reshape(part, [b, length, heads, c / heads]), [0, 2, 3, 1]),
  );
  const mixed = reshape(transpose(attend(q!, k!, v!), [0, 3, 1, 2]), [b, length, c]);
  const attended = add(linear(p, `${name}.projection`, mixed, c, undefined, constant(0)), tokens);
  const inner = gelu(linear(p, `${name}.forward1`, layerNorm(p, `${name}.forwardNorm`, attended), c));
  const out = add(linear(p, `${name}.forward2`, inner, c), attended);
  return reshape(transpose(out, [0, 2, 1]), x.shape);
}

/** Bilinear upsampling by two with aligned corners, as two matrix products with fixed weights. */
export function upsampleBilinear(x: Value): Value {
  const [, , h, w] = x.shape as unknown as [number, number, number, number];
  const builder = x.node.builder;
  const rows = builder.constant(interpolation(h), [2 * h, h]);
  const columns = builder.constant(interpolation(w), [2 * w, w]);
  return matmul(rows, matmul(x, columns, { transB: true }));
}

/** (2n, n): row i holds the weights of output pixel i, at source position i (n − 1)/(2n − 1). */
function interpolation(n: number): Float32Array {
  const m = new Float32Array(2 * n * n);
  for (let i = 0; i < 2 * n; i++) {
    const at = (i * (n - 1)) / (2 * n - 1);
    const lo = Math.min(Math.floor(at), n - 1);
    const hi = Math.min(lo + 1, n - 1);
    m[i * n + lo]! += 1 - (at - lo);
    m[i * n + hi]! += at - lo;
  }
  return m;
}

/** (B, C) → (B, C, 1, 1), to add to every pixel. */
export function perChannel(x: Value): Value {
  return reshape(x, [...x.shape, 1, 1]);
}
