import { invalid } from '../base/errors.ts';
import type { Node, Value } from '../graph/graph.ts';
import type { OpAttrs, OpName } from '../graph/ops.ts';
import {
  add,
  avgPool,
  broadcastTo,
  concat,
  conv2d,
  convGradInput,
  convGradWeight,
  cos,
  div,
  equal,
  exp,
  flip,
  greater,
  matmul,
  mul,
  neg,
  pad,
  reshape,
  sigmoid,
  sin,
  slice,
  sub,
  sum,
  sumTo,
  transpose,
  upsampleNearest,
} from '../graph/build.ts';

/**
 * Reverse-mode rules. Given the gradients of a node's outputs (null where nothing flows), each returns the
 * gradient of every input (null: none flows). Notation: y = f(x), g = ∂L/∂y.
 */
export interface RuleContext<A> {
  readonly attrs: A;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly grads: readonly (Value | null)[];
  /** Whether the gradient of input i is wanted; rules may skip the others. */
  readonly wants: (i: number) => boolean;
}
export type GradientRule<A> = (c: RuleContext<A>) => readonly (Value | null)[];

const none: GradientRule<unknown> = ({ inputs }) => inputs.map(() => null);

/** Elementwise with broadcasting: per-operand local gradients, summed back to each operand's shape. */
function binary(
  da: (g: Value, a: Value, b: Value, y: Value) => Value,
  db: (g: Value, a: Value, b: Value, y: Value) => Value,
): GradientRule<unknown> {
  return ({ inputs: [a, b], outputs: [y], grads: [g], wants }) => [
    wants(0) ? sumTo(da(g!, a!, b!, y!), a!.shape) : null,
    wants(1) ? sumTo(db(g!, a!, b!, y!), b!.shape) : null,
  ];
}

function unary(dx: (g: Value, x: Value, y: Value) => Value): GradientRule<unknown> {
  return ({ inputs: [x], outputs: [y], grads: [g] }) => [dx(g!, x!, y!)];
}

/** Half of the gradient to each operand at ties, so that minimum and maximum stay symmetric. */
function choice(first: (a: Value, b: Value) => Value): GradientRule<unknown> {
  const share = (g: Value, a: Value, b: Value): Value => mul(g, add(first(a, b), mul(equal(a, b), 0.5)));
  return binary(
    (g, a, b) => share(g, a, b),
    (g, a, b) => share(g, b, a),
  );
}

/** Puts the reduced axes back with size 1, so that the gradient broadcasts. */
function withAxes(g: Value, shape: readonly number[], axes: readonly number[]): Value {
  return reshape(
    g,
    shape.map((d, i) => (axes.includes(i) ? 1 : d)),
  );
}

function last(x: Value): number {
  return x.shape.length - 1;
}

export const gradientRules: { readonly [K in OpName]: GradientRule<OpAttrs[K]> } = {
  input: none,
  constant: none,

  add: binary(
    (g) => g,
    (g) => g,
  ),
  sub: binary(
    (g) => g,
    (g) => neg(g),
  ),
  mul: binary(
    (g, _, b) => mul(g, b),
    (g, a) => mul(g, a),
  ),
  // ∂(a/b)/∂b = −y/b
  div: binary(
    (g, _, b) => div(g, b),
    (g, _, b, y) => neg(div(mul(g, y), b)),
  ),
  minimum: choice((a, b) => greater(b, a)),
  maximum: choice((a, b) => greater(a, b)),
  equal: none,
  greater: none,

  neg: unary((g) => neg(g)),
  exp: unary((g, _, y) => mul(g, y)),
  log: unary((g, x) => div(g, x)),
  sqrt: unary((g, _, y) => div(mul(g, 0.5), y)),
  // σ' = σ(1 − σ)
  sigmoid: unary((g, _, y) => mul(g, sub(y, mul(y, y)))),
  tanh: unary((g, _, y) => mul(g, sub(1, mul(y, y)))),
  erf: unary((g, x) => mul(g, mul(exp(neg(mul(x, x))), 2 / Math.sqrt(Math.PI)))),
  sin: unary((g, x) => mul(g, cos(x))),
  cos: unary((g, x) => neg(mul(g, sin(x)))),
  // (x σ)' = y + σ(1 − y), with y = xσ saved by the forward pass
  silu: unary((g, x, y) => {
    const s = sigmoid(x);
    return mul(g, add(y, sub(s, mul(s, y))));
  }),

  sum: ({ attrs: { axes }, inputs: [x], grads: [g] }) => [
    broadcastTo(withAxes(g!, x!.shape, axes), x!.shape),
  ],
  mean: ({ attrs: { axes }, inputs: [x], grads: [g] }) => {
    const count = axes.reduce((n, a) => n * x!.shape[a]!, 1);
    return [broadcastTo(withAxes(mul(g!, 1 / count), x!.shape, axes), x!.shape)];
  },

  reshape: ({ inputs: [x], grads: [g] }) => [reshape(g!, x!.shape)],
  transpose: ({ attrs: { perm }, grads: [g] }) => [
    transpose(
      g!,
      perm.map((_, axis) => perm.indexOf(axis)),
    ),
  ],
  broadcastTo: ({ inputs: [x], grads: [g] }) => [sumTo(g!, x!.shape)],
  slice: ({ attrs: { axis, start, end }, inputs: [x], grads: [g] }) => {
    const at = (v: number) => x!.shape.map((_, i) => (i === axis ? v : 0));
    return [pad(g!, at(start), at(x!.shape[axis]! - end))];
  },
  flip: ({ attrs: { axes }, grads: [g] }) => [flip(g!, axes)],
  concat: ({ attrs: { axis }, inputs, grads: [g], wants }) => {
    let start = 0;
    return inputs.map((x, i) => {
      const from = start;
      start += x.shape[axis]!;
      return wants(i) ? slice(g!, axis, from, start) : null;
    });
  },
  pad: ({ attrs: { before }, inputs: [x], grads: [g] }) => {
    let out = g!;
    x!.shape.forEach((d, i) => {
      out = slice(out, i, before[i]!, before[i]! + d);
    });
    return [out];
  },
  split: ({ attrs: { axis }, inputs: [x], outputs, grads }) => {
    const zero = (like: Value) => broadcastTo(x!.node.builder.scalar(0), like.shape);
    return [
      concat(
        outputs.map((y, i) => grads[i] ?? zero(y)),
        axis,
      ),
    ];
  },

  // Y = α op(A) op(B):  dA = α g op(B)ᵀ (transposed again if A was), dB = α op(A)ᵀ g
  matmul: ({ attrs: { transA, transB, alpha }, inputs: [a, b], grads: [g], wants }) => {
    const dA = () =>
      transA
        ? matmul(b!, g!, { transA: transB, transB: true, alpha })
        : matmul(g!, b!, { transB: !transB, alpha });
    const dB = () =>
      transB
        ? matmul(g!, a!, { transA: true, transB: transA, alpha })
        : matmul(a!, g!, { transA: !transA, alpha });
    return [wants(0) ? sumTo(dA(), a!.shape) : null, wants(1) ? sumTo(dB(), b!.shape) : null];
  },
  conv2d: ({ attrs: { pads }, inputs: [x, w, bias], grads: [g], wants }) => {
    const kernel = [w!.shape[2]!, w!.shape[3]!] as const;
    const out: (Value | null)[] = [
      wants(0) ? convGradInput(g!, w!, pads) : null,
      wants(1) ? convGradWeight(x!, g!, pads, kernel) : null,
    ];
    // In two steps: the sums over pixels are often wanted elsewhere too.
    if (bias) out.push(wants(2) ? sum(sum(g!, [2, 3]), [0]) : null);
    return out;
  },
  // Linear in both operands: with G the gradient of dW, dx = correlation adjoint of dy by G, d(dy) = conv2d(x, G).
  convGradWeight: ({ attrs: { pads }, inputs: [x, dy], grads: [g], wants }) => [
    wants(0) ? convGradInput(dy!, g!, pads) : null,
    wants(1) ? conv2d(x!, g!, null, pads) : null,
  ],

  avgPool: unary((g) => mul(upsampleNearest(g), 0.25)),
  // Ties (frequent on flat backgrounds) share the gradient equally: a subgradient that keeps symmetry.
  maxPool: unary((g, x, y) => {
    const mask = equal(x, upsampleNearest(y));
    const count = mul(avgPool(mask), 4);
    return mul(mask, upsampleNearest(div(g, count)));
  }),
  upsampleNearest: unary((g) => mul(avgPool(g), 4)),

  // dx = y (g − Σ g y)
  softmax: unary((g, x, y) => mul(y, sub(g, sum(mul(g, y), [last(x)], true)))),
  // x̂ = (x − μ) s:  dx = s (g − mean g − x̂ mean(g x̂)); through s alone: ds/dx = −s² x̂ / n.
  normalize: ({ inputs: [x], outputs: [xhat, inv], grads: [g, gInv] }) => {
    const axis = [last(x!)];
    const n = x!.shape.at(-1)!;
    const avg = (v: Value) => mul(sum(v, axis, true), 1 / n);
    let dx: Value | null = null;
    if (g) {
      const centred = sub(sub(g, avg(g)), mul(xhat!, avg(mul(g, xhat!))));
      dx = mul(centred, inv!);
    }
    if (gInv) {
      const through = mul(mul(xhat!, mul(inv!, inv!)), mul(gInv, -1 / n));
      dx = dx ? add(dx, through) : through;
    }
    return [dx];
  },
  // y = x̂ γ + β,  x̂ = (x − μ) s per group:  with h = γ g,  dx = s (h − mean h − x̂ mean(h x̂)).
  // Both means follow from the sums of g and of g x̂ over pixels, which dβ and dγ need anyway, so only four passes
  // over the image remain:  dx = g (s γ) − x̂ (s mean(h x̂)) − s mean h.
  groupNorm: ({ attrs: { groups }, inputs: [x, scale], outputs: [, xhat, inv], grads: [g, gHat, gInv] }) => {
    if (!g || gHat || gInv) throw invalid('groupNorm: expected a gradient of its first output only');
    const [b, c, h, w] = x!.shape as unknown as [number, number, number, number];
    const size = c / groups;
    const overPixels = (v: Value) => sum(v, [2, 3]); // (B, C)
    const sumG = overPixels(g);
    const sumGHat = overPixels(mul(g, xhat!));
    const gamma = reshape(scale!, [1, c]);
    const mean = (sums: Value) =>
      mul(sum(reshape(mul(sums, gamma), [b, groups, size]), [2], true), 1 / (size * h * w));
    const perChannel = (v: Value) => reshape(broadcastTo(v, [b, groups, size]), [b, c, 1, 1]);
    const s = perChannel(inv!);
    const dx = sub(
      sub(mul(g, mul(s, scale!)), mul(xhat!, perChannel(mul(inv!, mean(sumGHat))))),
      perChannel(mul(inv!, mean(sumG))),
    );
    const perParameter = (v: Value) => reshape(sum(v, [0]), scale!.shape);
    return [dx, perParameter(sumGHat), perParameter(sumG)];
  },

  cast: none,
  oneHot: none,
};

/** Whether any gradient can flow through the node at all. */
export function isDifferentiable(node: Node): boolean {
  return gradientRules[node.op] !== (none as unknown);
}
