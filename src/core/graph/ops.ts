/**
 * The closed list of operations. Each op is one entry of `OpAttrs`; the shape rules, reverse-mode rules, ONNX
 * lowerings and the reference interpreter are total tables over this list, so that the compiler names every
 * rule that a new op owes.
 */

export type DType = 'float32' | 'int64';
export type Shape = readonly number[];

export interface TensorType {
  readonly dtype: DType;
  readonly shape: Shape;
}

type None = Record<never, never>;

export interface OpAttrs {
  // Sources
  input: { readonly name: string; readonly type: TensorType };
  /** `data` row-major; int64 values as plain numbers (safe integers). */
  constant: {
    readonly data: Float32Array | readonly number[];
    readonly type: TensorType;
    /** Kept in exported files, so that weights can be found there. */
    readonly name?: string;
  };

  // Elementwise, two operands, NumPy broadcasting
  add: None;
  sub: None;
  mul: None;
  div: None;
  minimum: None;
  maximum: None;
  /** 1 where equal, else 0 (float32). No gradient. */
  equal: None;
  /** 1 where a > b, else 0 (float32). No gradient. */
  greater: None;

  // Elementwise, one operand
  neg: None;
  exp: None;
  log: None;
  sqrt: None;
  sigmoid: None;
  tanh: None;
  erf: None;
  sin: None;
  cos: None;
  /** x·sigmoid(x) */
  silu: None;

  // Reductions
  sum: { readonly axes: readonly number[]; readonly keepDims: boolean };
  mean: { readonly axes: readonly number[]; readonly keepDims: boolean };

  // Layout
  reshape: { readonly shape: Shape };
  transpose: { readonly perm: readonly number[] };
  broadcastTo: { readonly shape: Shape };
  /** [start, end) along one axis. */
  slice: { readonly axis: number; readonly start: number; readonly end: number };
  /** Reverses the order along the axes. */
  flip: { readonly axes: readonly number[] };
  concat: { readonly axis: number };
  /** Zeros before and after along each axis. */
  pad: { readonly before: readonly number[]; readonly after: readonly number[] };
  /** Several outputs: consecutive pieces along the axis. */
  split: { readonly axis: number; readonly sizes: readonly number[] };

  // Linear algebra
  /** alpha · op(A) op(B) over the last two axes, batched with broadcasting over the others. */
  matmul: { readonly transA: boolean; readonly transB: boolean; readonly alpha: number };
  /** Cross-correlation, stride 1. x: (B, C, H, W), w: (O, C, kh, kw)[, bias: (O)]; pads: top, left, bottom, right. */
  conv2d: { readonly pads: readonly [number, number, number, number] };
  /** Weight gradient of conv2d: x: (B, C, H, W), dy: (B, O, H', W') → (O, C, kh, kw). */
  convGradWeight: {
    readonly pads: readonly [number, number, number, number];
    readonly kernel: readonly [number, number];
  };

  // Images (B, C, H, W)
  /** Mean of non-overlapping 2×2 windows. */
  avgPool: None;
  /** Maximum of non-overlapping 2×2 windows. */
  maxPool: None;
  /** Each pixel becomes a 2×2 block. */
  upsampleNearest: None;

  // Normalization
  /** Over the last axis. */
  softmax: None;
  /** Over the last axis: outputs (x − mean)/√(var + ε) and 1/√(var + ε) with a last axis of size 1. */
  normalize: { readonly epsilon: number };
  /**
   * Group normalization of x: (B, C, H, W) with scale and shift (1, C, 1, 1). Outputs: y; the normalized x̂ before
   * scale and shift; 1/√(var + ε) as (B, groups, 1).
   */
  groupNorm: { readonly groups: number; readonly epsilon: number };

  // Integers
  /** int64 → float32. */
  cast: None;
  /** int64 (…) → float32 (…, depth). */
  oneHot: { readonly depth: number };
}

export type OpName = keyof OpAttrs;

export function sizeOf(shape: Shape): number {
  let n = 1;
  for (const d of shape) n *= d;
  return n;
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((d, i) => d === b[i]);
}

export function showType(t: TensorType): string {
  return `${t.dtype === 'float32' ? 'f32' : 'i64'}[${t.shape.join(',')}]`;
}

/** Row-major strides in elements. */
export function stridesOf(shape: Shape): number[] {
  const s = new Array<number>(shape.length);
  let n = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    s[i] = n;
    n *= shape[i]!;
  }
  return s;
}
