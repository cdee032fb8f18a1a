import { Rng } from '../../base/rng.ts';
import { type OpAttrs, type OpName, type Shape, sizeOf } from '../ops.ts';

/**
 * Exercises for every op: shapes with broadcasting, axes of size 1 and odd sizes. Used against the reference
 * interpreter, by central differences, and by each engine's conformance suite. A total table, so that a new
 * op comes with its cases.
 */
export interface OpCase<A = unknown> {
  readonly attrs: A;
  readonly inputs: readonly Shape[];
  /** How input values are drawn; default: standard normal. */
  readonly draw?: 'normal' | 'positive' | 'index' | 'ties';
}

const shapesBinary: readonly (readonly [Shape, Shape])[] = [
  [
    [3, 5],
    [3, 5],
  ],
  [[2, 3, 4, 5], [5]],
  [
    [2, 3, 1, 5],
    [1, 3, 4, 1],
  ],
  [[7], []],
  [
    [1, 1],
    [4, 3],
  ],
];
const binary = (draw?: OpCase['draw']): OpCase<Record<never, never>>[] =>
  shapesBinary.map((inputs) => (draw ? { attrs: {}, inputs, draw } : { attrs: {}, inputs }));
const unary = (draw?: OpCase['draw']): OpCase<Record<never, never>>[] =>
  [[7], [2, 1, 5], [3, 4]].map((s) => (draw ? { attrs: {}, inputs: [s], draw } : { attrs: {}, inputs: [s] }));
const reductions: OpCase<OpAttrs['sum']>[] = [
  { attrs: { axes: [0], keepDims: false }, inputs: [[5, 3]] },
  { attrs: { axes: [1], keepDims: true }, inputs: [[5, 3]] },
  { attrs: { axes: [0, 2, 3], keepDims: false }, inputs: [[2, 3, 4, 5]] },
  { attrs: { axes: [0, 1], keepDims: false }, inputs: [[3, 1]] },
];
const images: OpCase<Record<never, never>>[] = [
  { attrs: {}, inputs: [[1, 1, 2, 2]] },
  { attrs: {}, inputs: [[2, 3, 4, 6]] },
];

export const opCases: { readonly [K in OpName]: readonly OpCase<OpAttrs[K]>[] } = {
  input: [],
  constant: [
    { attrs: { data: [1, -2, 0.5], type: { dtype: 'float32', shape: [3] } }, inputs: [] },
    { attrs: { data: [4], type: { dtype: 'float32', shape: [] } }, inputs: [] },
  ],
  add: binary(),
  sub: binary(),
  mul: binary(),
  div: binary('positive'),
  minimum: binary(),
  maximum: binary(),
  equal: [
    { attrs: {}, inputs: [[4, 6], [6]], draw: 'ties' },
    { attrs: {}, inputs: [[5], []], draw: 'ties' },
  ],
  greater: [{ attrs: {}, inputs: [[4, 6], [6]], draw: 'ties' }, ...binary()],
  neg: unary(),
  exp: unary(),
  log: unary('positive'),
  sqrt: unary('positive'),
  sigmoid: unary(),
  tanh: unary(),
  erf: unary(),
  sin: unary(),
  cos: unary(),
  silu: unary(),
  sum: reductions,
  mean: reductions,
  reshape: [
    { attrs: { shape: [2, 12] }, inputs: [[2, 3, 4]] },
    { attrs: { shape: [6, 1, 4] }, inputs: [[2, 3, 4]] },
    { attrs: { shape: [] }, inputs: [[1, 1]] },
  ],
  transpose: [
    { attrs: { perm: [1, 0] }, inputs: [[3, 5]] },
    { attrs: { perm: [0, 2, 3, 1] }, inputs: [[2, 3, 1, 5]] },
    { attrs: { perm: [2, 0, 1] }, inputs: [[2, 3, 4]] },
  ],
  broadcastTo: [
    { attrs: { shape: [3, 5] }, inputs: [[5]] },
    { attrs: { shape: [2, 3, 4] }, inputs: [[2, 1, 4]] },
    { attrs: { shape: [2, 1, 3] }, inputs: [[]] },
  ],
  slice: [
    { attrs: { axis: 0, start: 1, end: 3 }, inputs: [[5]] },
    { attrs: { axis: 1, start: 2, end: 3 }, inputs: [[2, 3, 4]] },
  ],
  flip: [
    { attrs: { axes: [0] }, inputs: [[5]] },
    { attrs: { axes: [2, 3] }, inputs: [[2, 1, 3, 3]] },
  ],
  concat: [
    {
      attrs: { axis: 1 },
      inputs: [
        [2, 3, 2],
        [2, 1, 2],
        [2, 2, 2],
      ],
    },
    { attrs: { axis: 0 }, inputs: [[3], [1]] },
  ],
  pad: [
    { attrs: { before: [1], after: [2] }, inputs: [[3]] },
    { attrs: { before: [0, 0, 1, 0], after: [0, 0, 2, 1] }, inputs: [[2, 1, 3, 2]] },
  ],
  split: [
    { attrs: { axis: 0, sizes: [3, 1, 5] }, inputs: [[9]] },
    { attrs: { axis: 1, sizes: [1, 2] }, inputs: [[2, 3, 2]] },
  ],
  matmul: [
    {
      attrs: { transA: false, transB: false, alpha: 1 },
      inputs: [
        [3, 5],
        [5, 2],
      ],
    },
    {
      attrs: { transA: true, transB: false, alpha: 0.5 },
      inputs: [
        [2, 5, 3],
        [2, 5, 4],
      ],
    },
    {
      attrs: { transA: false, transB: true, alpha: 1 },
      inputs: [
        [2, 3, 4, 5],
        [2, 3, 1, 5],
      ],
    },
    {
      attrs: { transA: true, transB: true, alpha: -2 },
      inputs: [
        [5, 3],
        [4, 5],
      ],
    },
    {
      attrs: { transA: false, transB: false, alpha: 1 },
      inputs: [
        [2, 3, 5],
        [5, 4],
      ],
    },
    {
      attrs: { transA: false, transB: false, alpha: 3 },
      inputs: [
        [4, 4],
        [2, 3, 4, 5],
      ],
    },
  ],
  conv2d: [
    {
      attrs: { pads: [1, 1, 1, 1] },
      inputs: [
        [2, 3, 4, 5],
        [2, 3, 3, 3],
      ],
    },
    { attrs: { pads: [1, 1, 1, 1] }, inputs: [[1, 1, 3, 3], [2, 1, 3, 3], [2]] },
    { attrs: { pads: [0, 0, 0, 0] }, inputs: [[2, 2, 3, 5], [3, 2, 1, 1], [3]] },
    {
      attrs: { pads: [0, 0, 0, 0] },
      inputs: [
        [2, 2, 5, 5],
        [1, 2, 3, 3],
      ],
    },
    {
      attrs: { pads: [2, 1, 0, 1] },
      inputs: [
        [1, 2, 4, 4],
        [2, 2, 3, 2],
      ],
    },
  ],
  convGradWeight: [
    {
      attrs: { pads: [1, 1, 1, 1], kernel: [3, 3] },
      inputs: [
        [2, 3, 4, 5],
        [2, 2, 4, 5],
      ],
    },
    {
      attrs: { pads: [0, 0, 0, 0], kernel: [1, 1] },
      inputs: [
        [2, 3, 4, 5],
        [2, 2, 4, 5],
      ],
    },
    {
      attrs: { pads: [0, 0, 0, 0], kernel: [3, 3] },
      inputs: [
        [2, 1, 5, 5],
        [2, 2, 3, 3],
      ],
    },
    {
      attrs: { pads: [2, 1, 0, 1], kernel: [3, 2] },
      inputs: [
        [1, 2, 4, 4],
        [1, 3, 4, 5],
      ],
    },
  ],
  avgPool: images,
  maxPool: [...images, { attrs: {}, inputs: [[2, 1, 4, 4]] }],
  upsampleNearest: images,
  softmax: [
    { attrs: {}, inputs: [[3, 5]] },
    { attrs: {}, inputs: [[2, 2, 3, 1]] },
    { attrs: {}, inputs: [[2, 2, 3, 4]] },
  ],
  normalize: [
    { attrs: { epsilon: 1e-5 }, inputs: [[3, 7]] },
    { attrs: { epsilon: 1e-2 }, inputs: [[2, 3, 4]] },
  ],
  groupNorm: [
    {
      attrs: { groups: 1, epsilon: 1e-5 },
      inputs: [
        [2, 3, 2, 2],
        [1, 3, 1, 1],
        [1, 3, 1, 1],
      ],
    },
    {
      attrs: { groups: 2, epsilon: 1e-2 },
      inputs: [
        [2, 4, 3, 1],
        [1, 4, 1, 1],
        [1, 4, 1, 1],
      ],
    },
    {
      attrs: { groups: 3, epsilon: 1e-5 },
      inputs: [
        [1, 3, 2, 3],
        [1, 3, 1, 1],
        [1, 3, 1, 1],
      ],
    },
  ],
  cast: [{ attrs: {}, inputs: [[4]], draw: 'index' }],
  oneHot: [
    { attrs: { depth: 5 }, inputs: [[4]], draw: 'index' },
    { attrs: { depth: 4 }, inputs: [[2, 3]], draw: 'index' },
  ],
};

/** Seeded input values of a case. */
export function drawInputs(c: OpCase, seed: number): Float64Array[] {
  return c.inputs.map((shape, k) => {
    const rng = new Rng(seed, 'noise', k);
    return Float64Array.from({ length: sizeOf(shape) }, () => {
      const draw = c.draw ?? 'normal';
      if (draw === 'index') return rng.int(4);
      if (draw === 'ties') return rng.int(3) - 1;
      return draw === 'positive' ? 0.5 + 2 * rng.uniform() : rng.normal();
    });
  });
}
