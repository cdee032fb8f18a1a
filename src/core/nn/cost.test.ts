import { describe, expect, it } from 'vitest';
import { gradients } from '../autodiff/gradients.ts';
import { add, conv2d, matmul, mul, reshape, sum, transpose } from '../graph/build.ts';
import { GraphBuilder } from '../graph/graph.ts';
import { type OpName, sizeOf } from '../graph/ops.ts';
import { opCases } from '../graph/reference/cases.ts';
import { graphCost, opFlops } from './cost.ts';

describe('flops', () => {
  it('of a matrix product are 2·M·N·K for each matrix, whichever operand is transposed', () => {
    for (const [transA, transB] of [
      [false, false],
      [true, false],
      [false, true],
      [true, true],
    ] as const) {
      const b = new GraphBuilder();
      const x = b.input('x', transA ? [4, 5, 3] : [4, 3, 5]); // 4 × (3×5)
      const y = b.input('y', transB ? [7, 5] : [5, 7]);
      const graph = b.finish({ z: matmul(x, y, { transA, transB }) });
      expect(graphCost(graph).flops).toBe(4 * 2 * 3 * 5 * 7);
    }
  });

  it('of a convolution count padded pixels too; its two gradients take as much again, each', () => {
    const b = new GraphBuilder();
    const x = b.input('x', [2, 3, 8, 6]);
    const w = b.input('w', [5, 3, 3, 3]);
    const bias = b.input('b', [5]);
    const products = 2 * (2 * 5 * 8 * 6) * (3 * 3 * 3);
    const y = conv2d(x, w, bias, [1, 1, 1, 1]);
    expect(graphCost(b.finish({ y })).flops).toBe(products + 2 * 5 * 8 * 6);
    const plain = sum(conv2d(x, w, null, [1, 1, 1, 1]), [0, 1, 2, 3]);
    const [dx, dw] = gradients(plain, [x, w]);
    const both = graphCost(b.finish({ dx: dx!, dw: dw! })).flops;
    // Besides, only the ones that start the backward pass are spread, and kernels turned: no arithmetic.
    expect(both).toBe(2 * products);
  });

  it('are those of elements for the rest, and none for moving them', () => {
    const moving: OpName[] = [
      'reshape',
      'transpose',
      'broadcastTo',
      'slice',
      'flip',
      'concat',
      'pad',
      'split',
    ];
    for (const [op, cases] of Object.entries(opCases) as [OpName, (typeof opCases)[OpName]][]) {
      if (op === 'input') continue;
      for (const c of cases) {
        const b = new GraphBuilder();
        const dtype = c.draw === 'index' ? 'int64' : 'float32';
        const inputs = c.inputs.map((shape, i) => b.input(`x${i}`, shape, dtype));
        const outputs = b.op(op, inputs, c.attrs as never);
        const flops = (opFlops[op] as (...args: unknown[]) => number)(c.attrs, inputs, outputs);
        const largest = Math.max(...[...inputs, ...outputs].map((v) => sizeOf(v.shape)));
        if (moving.includes(op)) expect(flops, op).toBe(0);
        else expect(Number.isInteger(flops) && flops >= 0, op).toBe(true);
        if (!['matmul', 'conv2d', 'convGradWeight'].includes(op))
          expect(flops, op).toBeLessThanOrEqual(7 * largest);
      }
    }
  });
});

describe('memory', () => {
  const MIB = 2 ** 20;
  const vector = [MIB / 4]; // 1 MiB

  it('holds a value until its last use, and neither inputs nor outputs', () => {
    const b = new GraphBuilder();
    const x = b.input('x', vector);
    // Three products in a row: the second is alive with the first or the third, never all three.
    const chain = mul(mul(mul(mul(x, 2), 3), 4), 5);
    expect(graphCost(b.finish({ chain })).peakBytes).toBe(2 * MIB);
    // `early` waits for the end of the chain.
    const early = mul(x, 7);
    const late = add(chain, early);
    expect(graphCost(b.finish({ late })).peakBytes).toBe(2 * MIB);
    const c = new GraphBuilder();
    const y = c.input('x', vector);
    const waits = mul(y, 7);
    const other = mul(mul(mul(y, 2), 3), 4);
    expect(graphCost(c.finish({ out: add(other, waits) })).peakBytes).toBe(3 * MIB);
    expect(graphCost(c.finish({ waits })).peakBytes).toBe(0);
  });

  it('does not count a new shape as a new value, but keeps the old one for it', () => {
    const b = new GraphBuilder();
    const x = b.input('x', [512, 512]);
    const square = mul(x, x);
    const flat = reshape(square, [512 * 512]);
    const turned = transpose(x, [1, 0]);
    const out = mul(reshape(mul(turned, 3), [512 * 512]), flat);
    const cost = graphCost(b.finish({ out }));
    // square (by `flat`), turned and its triple.
    expect(cost.peakBytes).toBe(3 * MIB);
    // square: 3 MiB with its operands; transpose 2; triple 2 and the scalar; product 3.
    expect(cost.bytesMoved).toBe(10 * MIB + 4);
    expect(cost.ops).toBe(4);
  });
});
