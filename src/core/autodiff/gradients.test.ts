import { describe, expect, it } from 'vitest';
import {
  add,
  conv2d,
  convGradWeight,
  matmul,
  maxPool,
  mul,
  reshape,
  softmax,
  split,
  sum,
} from '../graph/build.ts';
import { GraphBuilder, type Value } from '../graph/graph.ts';
import { type OpName, sizeOf } from '../graph/ops.ts';
import { drawInputs, type OpCase, opCases } from '../graph/reference/cases.ts';
import { interpret } from '../graph/reference/interpret.ts';
import { nd } from '../graph/reference/ndarray.ts';
import { verifyGraph } from '../graph/verify.ts';
import { Rng } from '../base/rng.ts';
import { gradients } from './gradients.ts';
import { gradientRules } from './rules.ts';

const differentiable = (Object.keys(opCases) as OpName[]).filter(
  (op) => gradientRules[op] !== gradientRules.input,
);

/** Ops whose further outputs only serve their own rule and take no gradient. */
const AUXILIARY = new Set<OpName>(['groupNorm']);

/** A scalar that weighs every output element differently, so that no gradient component can hide. */
function weighted(outputs: readonly Value[]): Value {
  return outputs
    .map((y, k) => {
      const rng = new Rng(99, 'noise', k);
      const weights = Float32Array.from({ length: sizeOf(y.shape) }, () => rng.normal());
      const w = y.node.builder.constant(weights, y.shape);
      return sum(
        mul(y, w),
        y.shape.map((_, i) => i),
      );
    })
    .reduce((a, b) => add(a, b));
}

describe.each(differentiable)('gradient of %s', (op) => {
  it.each(opCases[op].map((c, i) => [i, c.inputs, c] as const))(
    'case %i %j: equals central differences of the reference',
    (_, __, c: OpCase) => {
      const b = new GraphBuilder();
      const xs = c.inputs.map((shape, i) => b.input(`x${i}`, shape));
      const outputs = b.op(op, xs, c.attrs as never);
      const loss = weighted(AUXILIARY.has(op) ? outputs.slice(0, 1) : outputs);
      const grads = gradients(loss, xs);
      const graph = b.finish({ loss, ...Object.fromEntries(grads.map((g, i) => [`g${i}`, g])) });
      verifyGraph(graph);
      const values = drawInputs(c, 5);
      const feeds = () => Object.fromEntries(values.map((v, i) => [`x${i}`, nd(c.inputs[i]!, v)]));
      const exact = interpret(graph, feeds());
      const h = 1e-6;
      values.forEach((v, i) => {
        v.forEach((x, k) => {
          v[k] = x + h;
          const up = interpret(graph, feeds()).loss!.data[0]!;
          v[k] = x - h;
          const down = interpret(graph, feeds()).loss!.data[0]!;
          v[k] = x;
          const slope = (up - down) / (2 * h);
          // Central differences in float64: truncation ~h² and rounding ~1e-16/h, so 1e-6 relative is generous.
          expect(Math.abs(exact[`g${i}`]!.data[k]! - slope)).toBeLessThan(1e-6 * (1 + Math.abs(slope)));
        });
      });
    },
  );
});

describe('gradients', () => {
  it('of values the loss does not use are zero', () => {
    const b = new GraphBuilder();
    const [x, y] = [b.input('x', [2]), b.input('y', [3])];
    const loss = sum(mul(x, x), [0]);
    const [, gy] = gradients(loss, [x, y]);
    expect([
      ...interpret(b.finish({ gy: gy! }), { x: nd([2], [1, 2]), y: nd([3], [1, 2, 3]) }).gy!.data,
    ]).toEqual([0, 0, 0]);
  });

  it('flow through a split with an unused piece, giving zeros there', () => {
    const b = new GraphBuilder();
    const x = b.input('x', [5]);
    const [first, , third] = split(x, 0, [2, 1, 2]);
    const loss = sum(add(mul(first!, 2), mul(third!, third!)), [0]);
    const [g] = gradients(loss, [x]);
    const got = interpret(b.finish({ g: g! }), { x: nd([5], [1, 2, 3, 4, 5]) }).g!;
    expect([...got.data]).toEqual([2, 2, 0, 8, 10]);
  });

  it('of a shared subexpression add up', () => {
    const b = new GraphBuilder();
    const x = b.input('x', [1]);
    const s = mul(x, x);
    const [g] = gradients(sum(mul(s, s), [0]), [x]);
    expect(interpret(b.finish({ g: g! }), { x: nd([1], [3]) }).g!.data[0]).toBeCloseTo(4 * 27, 10);
  });

  it('of a max over ties share equally, so a flat image keeps its symmetry', () => {
    const b = new GraphBuilder();
    const x = b.input('x', [1, 1, 2, 2]);
    const [g] = gradients(sum(maxPool(x), [0, 1, 2, 3]), [x]);
    expect([...interpret(b.finish({ g: g! }), { x: nd([1, 1, 2, 2], [7, 7, 7, 1]) }).g!.data]).toEqual([
      1 / 3,
      1 / 3,
      1 / 3,
      0,
    ]);
  });

  it('refuse one for an output that only serves its own rule', () => {
    const b = new GraphBuilder();
    const inputs = [
      b.input('x', [1, 2, 2, 2]),
      b.input('scale', [1, 2, 1, 1]),
      b.input('shift', [1, 2, 1, 1]),
    ];
    const [, xhat] = b.op('groupNorm', inputs, { groups: 1, epsilon: 1e-5 });
    expect(() => gradients(sum(mul(xhat!, xhat!), [0, 1, 2, 3]), inputs)).toThrow('its first output only');
  });

  it('refuse a loss that is not a scalar, naming its shape', () => {
    const b = new GraphBuilder();
    const x = b.input('x', [2, 3]);
    expect(() => gradients(x, [x])).toThrow('expected a scalar loss, got shape [2,3]');
  });

  it('of gradients: second derivatives of an attention-like composition agree with differences', () => {
    const b = new GraphBuilder();
    const x = b.input('x', [3, 3]);
    const y = matmul(softmax(matmul(x, x, { transB: true, alpha: 0.5 })), x);
    const loss = sum(mul(y, y), [0, 1]);
    const [g] = gradients(loss, [x]);
    const probe = sum(
      mul(g!, b.constant(Float32Array.from([1, -2, 3, -1, 2, 0.5, 1, 1, -1]), [3, 3])),
      [0, 1],
    );
    const [gg] = gradients(probe, [x]);
    const graph = b.finish({ probe, gg: gg! });
    const v = new Rng(3, 'noise');
    const data = Float64Array.from({ length: 9 }, () => 0.5 * v.normal());
    const exact = interpret(graph, { x: nd([3, 3], data) }).gg!;
    const h = 1e-5;
    for (let k = 0; k < 9; k++) {
      const at = (d: number) =>
        interpret(graph, {
          x: nd(
            [3, 3],
            data.map((q, i) => (i === k ? q + d : q)),
          ),
        }).probe!.data[0]!;
      const slope = (at(h) - at(-h)) / (2 * h);
      expect(Math.abs(exact.data[k]! - slope)).toBeLessThan(1e-5 * (1 + Math.abs(slope)));
    }
  });

  it('of convolution weights are linear: ⟨dW(x, dy), G⟩ = ⟨dy, conv(x, G)⟩', () => {
    const b = new GraphBuilder();
    const x = b.input('x', [2, 2, 4, 3]);
    const dy = b.input('dy', [2, 3, 4, 3]);
    const g = b.input('g', [3, 2, 3, 3]);
    const all = (v: Value) => sum(reshape(v, [sizeOf(v.shape)]), [0]);
    const left = all(mul(convGradWeight(x, dy, [1, 1, 1, 1], [3, 3]), g));
    const right = all(mul(dy, conv2d(x, g, null, [1, 1, 1, 1])));
    const draw = (n: number, k: number) => {
      const r = new Rng(1, 'noise', k);
      return Float64Array.from({ length: n }, () => r.normal());
    };
    const out = interpret(b.finish({ left, right }), {
      x: nd(x.shape, draw(48, 0)),
      dy: nd(dy.shape, draw(72, 1)),
      g: nd(g.shape, draw(54, 2)),
    });
    expect(out.left!.data[0]).toBeCloseTo(out.right!.data[0]!, 10);
  });
});
