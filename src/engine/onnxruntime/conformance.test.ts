import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../core/graph/graph.ts';
import { type OpName, sizeOf } from '../../core/graph/ops.ts';
import { drawInputs, type OpCase, opCases } from '../../core/graph/reference/cases.ts';
import { interpret } from '../../core/graph/reference/interpret.ts';
import { nd } from '../../core/graph/reference/ndarray.ts';
import { lowerToOnnx } from '../../core/onnx/lower.ts';
import type { Target, WeightGradStrategy } from '../../core/onnx/writer.ts';

const strategies: WeightGradStrategy[] = ['conv', 'windows', 'im2col'];

async function check(op: OpName, c: OpCase, target: Target, strategy: WeightGradStrategy): Promise<void> {
  const b = new GraphBuilder();
  const dtype = c.draw === 'index' ? 'int64' : 'float32';
  const xs = c.inputs.map((shape, i) => b.input(`x${i}`, shape, dtype));
  const ys = b.op(op, xs, c.attrs as never);
  const graph = b.finish(Object.fromEntries(ys.map((y, i) => [`y${i}`, y])));
  const values = drawInputs(c, 11);
  // The reference sees the same float32-rounded inputs.
  const rounded = values.map((v) => Float64Array.from(Float32Array.from(v)));
  const expected = interpret(
    graph,
    Object.fromEntries(rounded.map((v, i) => [`x${i}`, nd(c.inputs[i]!, v)])),
  );

  const session = await ort.InferenceSession.create(
    lowerToOnnx(graph, { target, weightGrad: () => strategy }),
    {
      intraOpNumThreads: 1,
      logSeverityLevel: 3,
    },
  );
  const tensor = (v: Float64Array, i: number) =>
    dtype === 'int64'
      ? new ort.Tensor('int64', BigInt64Array.from([...v].map(BigInt)), c.inputs[i])
      : new ort.Tensor('float32', Float32Array.from(v), c.inputs[i]);
  const got = await session.run(Object.fromEntries(values.map((v, i) => [`x${i}`, tensor(v, i)])));
  ys.forEach((y, i) => {
    const out = got[`y${i}`]!;
    const want = expected[`y${i}`]!.data;
    expect(out.dims).toEqual([...y.shape]);
    expect(out.data.length).toBe(sizeOf(y.shape));
    (out.data as Float32Array).forEach((v, k) => {
      // float32 sums of at most a few dozen terms of order 1, and ORT's polynomial erf/exp (about 1e-6).
      expect(Math.abs(v - want[k]!), `element ${k}: ${v} against ${want[k]}`).toBeLessThan(
        5e-6 * (1 + Math.abs(want[k]!)),
      );
    });
  });
  await session.release();
}

describe.each(Object.keys(opCases) as OpName[])('onnxruntime-cpu: %s', (op) => {
  if (op === 'input') {
    it('is fed under its own name', async () => {
      const b = new GraphBuilder();
      const graph = b.finish({ y: b.input('some_name', [2]) });
      const session = await ort.InferenceSession.create(lowerToOnnx(graph));
      expect(session.inputNames).toEqual(['some_name']);
      const out = await session.run({ some_name: new ort.Tensor('float32', [1, 2], [2]) });
      expect([...(out.y!.data as Float32Array)]).toEqual([1, 2]);
    });
    return;
  }
  it.each(opCases[op].map((c, i) => [i, c.inputs, c] as const))(
    'case %i %j agrees with the reference, in standard and onnxruntime ops',
    async (_, __, c: OpCase) => {
      for (const target of ['standard', 'onnxruntime'] as const) {
        for (const s of op === 'convGradWeight' ? strategies : strategies.slice(0, 1))
          await check(op, c, target, s);
      }
    },
  );
});
