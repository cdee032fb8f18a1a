import { fileURLToPath } from 'node:url';
import type * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import {
  denoiserGraph,
  denoiserLayout,
  gradientGraph,
  lossGraph,
  stepGraph,
  updateGraph,
} from '../core/diffusion/graphs.ts';
import type { Graph } from '../core/graph/graph.ts';
import { interpret } from '../core/graph/reference/interpret.ts';
import { nd } from '../core/graph/reference/ndarray.ts';
import { HYPER, hyperAt } from '../core/nn/adamw.ts';
import { cpuWeightGrad } from '../core/onnx/conv-grad-weight.ts';
import { type LowerOptions, lowerToOnnx } from '../core/onnx/lower.ts';
import { readSafetensors } from '../files/safetensors.ts';
import { STATE_VECTORS } from './backend.ts';
import { designDenoiser } from '../shared/check-run.ts';
import { float32, int64, openSession } from './onnxruntime/session.ts';
import { GOLDEN_FOLDER, goldenSpecs } from './testing/golden-specs.ts';

/**
 * Our graphs against PyTorch in float64 (bench/golden.ts makes the files, bench/golden.py says what is in them):
 * one forward pass, loss and gradient, and ten optimizer steps, by the reference interpreter in float64 and by
 * onnxruntime in float32. The max pooling of `doubleConv` meets no equal values, where the two would share the
 * gradient differently (golden.py refuses such inputs).
 */

interface Values {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}
type Arrays = Readonly<Record<string, Values>>;
type Runner = (feeds: Arrays) => Promise<Record<string, Values>>;

interface Executor {
  readonly name: string;
  open(graph: Graph): Promise<{ run: Runner; close(): Promise<void> }>;
  /**
   * Largest differences from PyTorch, absolute for ε and losses (all of order 1), relative for norms. Of the
   * gradient: each parameter's largest difference against `gradient` of that parameter's largest value, plus
   * `gradientFloor` of the whole gradient's, because biases before a normalization and keys' biases of
   * attention have gradients that are zero in exact arithmetic.
   */
  readonly tolerance: {
    readonly epsilon: number;
    readonly loss: number;
    readonly gradient: number;
    readonly gradientFloor: number;
    readonly losses: number;
    readonly norms: number;
  };
}

const reference: Executor = {
  name: 'the reference interpreter (float64)',
  open: (graph) =>
    Promise.resolve({
      run: (feeds) =>
        Promise.resolve(
          interpret(
            graph,
            Object.fromEntries(Object.entries(feeds).map(([k, v]) => [k, nd(v.shape, v.data)])),
          ),
        ),
      close: () => Promise.resolve(),
    }),
  // The graph's constants (frequencies, √ᾱ, β₁ …) are rounded to float32, PyTorch's here are not: 6e-8 of each.
  tolerance: { epsilon: 1e-6, loss: 1e-7, gradient: 1e-6, gradientFloor: 1e-7, losses: 1e-6, norms: 1e-5 },
};

function onnxruntime(name: string, options: LowerOptions): Executor {
  return {
    name,
    async open(graph) {
      const session = await openSession(lowerToOnnx(graph, options));
      const integers = new Set(graph.inputs.filter((v) => v.dtype === 'int64').map((v) => feedName(v)));
      const tensor = (k: string, { shape, data }: Values): ort.Tensor =>
        integers.has(k)
          ? int64(BigInt64Array.from(data as never, BigInt as never), shape)
          : float32(Float32Array.from(data), shape);
      return {
        async run(feeds) {
          const out = await session.run(
            Object.fromEntries(Object.entries(feeds).map(([k, v]) => [k, tensor(k, v)])),
          );
          return Object.fromEntries(
            Object.entries(out).map(([k, v]) => [k, { shape: v.dims, data: v.data as Float32Array }]),
          );
        },
        close: () => session.release(),
      };
    },
    // Sums of up to a few thousand float32 products (6e-8 each) through some thirty layers; ten steps of AdamW,
    // whose first ones follow the sign of small gradients, carry it further.
    tolerance: { epsilon: 1e-5, loss: 1e-6, gradient: 1e-4, gradientFloor: 1e-6, losses: 1e-5, norms: 1e-4 },
  };
}

function feedName(v: Graph['inputs'][number]): string {
  return (v.node.attrs as { name: string }).name;
}

const executors = [
  reference,
  onnxruntime('onnxruntime as it trains', { target: 'onnxruntime', weightGrad: cpuWeightGrad }),
  onnxruntime('onnxruntime with standard ops', { target: 'standard', weightGrad: () => 'conv' }),
];

function load(name: string) {
  const file = readSafetensors(fileURLToPath(new URL(`${name}.safetensors`, GOLDEN_FOLDER)));
  const array = (key: string): Values => file.tensors.get(key) as Values;
  const batches = [0, 1, 2].map((k) => ({
    images: array(`images${k}`),
    noise: array(`noise${k}`),
    t: array(`t${k}`),
    label: array(`label${k}`),
  }));
  return { array, batches, metadata: file.metadata };
}

function largest(values: ArrayLike<number>, others?: ArrayLike<number>): number {
  let max = 0;
  for (let i = 0; i < values.length; i++) max = Math.max(max, Math.abs(values[i]! - (others?.[i] ?? 0)));
  return max;
}

/** Images i … i + n − 1 of a batch. */
function rows(batch: Arrays, from: number, n: number): Arrays {
  return Object.fromEntries(
    Object.entries(batch).map(([key, { shape, data }]) => {
      const size = data.length / shape[0]!;
      const part = Float64Array.from(data).subarray(from * size, (from + n) * size);
      return [key, { shape: [n, ...shape.slice(1)], data: part }];
    }),
  );
}

describe.each(Object.entries(goldenSpecs))('%s network', (name, spec) => {
  const design = designDenoiser(spec);
  const layout = denoiserLayout(design);
  const { array, batches, metadata } = load(name);
  const images = batches[0]!.t.data.length;
  const parameters = array('parameters');

  it('is still the one that the golden file was made for', () => {
    expect(JSON.parse(metadata['layout']!)).toEqual(
      layout.parameters.map(({ name, shape, offset }) => ({ name, shape, offset })),
    );
    expect(JSON.parse(metadata['spec']!)).toEqual(spec);
    // A file that tells nothing would pass everything else.
    expect(largest(array('gradient').data)).toBeGreaterThan(0.1);
    const { clipNorm } = spec.training.optimizer;
    const clipped = Array.from(array('gradientNorms').data, (n) => n > clipNorm!);
    expect(new Set(clipped).size).toBe(2);
  });

  describe.each(executors)('by $name', ({ open, tolerance }) => {
    it('predicts the same ε', async () => {
      const graph = denoiserGraph(design, layout, Float32Array.from(parameters.data), images);
      const model = await open(graph);
      const { t, label } = batches[0]!;
      const { eps } = await model.run({ x: array('x'), t, label });
      expect(largest(eps!.data, array('epsilon').data)).toBeLessThan(tolerance.epsilon);
      await model.close();
    });

    it('has the same loss and the same gradient of every parameter', async () => {
      const model = await open(gradientGraph(design, layout, images, images));
      const { loss, gradient } = await model.run({ ...batches[0]!, parameters });
      expect(Math.abs(loss!.data[0]! - array('loss').data[0]!)).toBeLessThan(tolerance.loss);
      const ours = Float64Array.from(gradient!.data);
      const theirs = Float64Array.from(array('gradient').data);
      const floor = tolerance.gradientFloor * largest(theirs);
      const off = layout.parameters.filter(({ offset, size }) => {
        const expected = theirs.subarray(offset, offset + size);
        const difference = largest(ours.subarray(offset, offset + size), expected);
        return difference > floor + tolerance.gradient * largest(expected);
      });
      expect(off.map((p) => p.name)).toEqual([]);
      await model.close();
    });
  });

  /** Ten steps by `step`, which gives loss, norm and next state; then the loss of the averaged weights. */
  async function train(
    { open, tolerance }: Executor,
    step: (state: Arrays, batch: Arrays, hyper: Values) => Promise<Record<string, Values>>,
  ): Promise<void> {
    const zero = { shape: [layout.size], data: new Float64Array(layout.size) };
    let state: Arrays = { parameters, average: parameters, moment1: zero, moment2: zero };
    const losses: number[] = [];
    const norms: number[] = [];
    for (let k = 0; k < spec.training.steps; k++) {
      const hyper = new Float32Array(HYPER.length);
      hyperAt(spec.training, k, hyper);
      const out = await step(state, batches[k % batches.length]!, { shape: [HYPER.length], data: hyper });
      losses.push(out.loss!.data[0]!);
      norms.push(out.gradientNorm!.data[0]! / array('gradientNorms').data[k]!);
      const next = ['nextParameters', 'nextMoment1', 'nextMoment2', 'nextAverage'];
      state = Object.fromEntries(STATE_VECTORS.map((key, i) => [key, out[next[i]!]!]));
    }
    expect(largest(losses, array('losses').data)).toBeLessThan(tolerance.losses);
    expect(largest(norms.map((ratio) => ratio - 1))).toBeLessThan(tolerance.norms);
    const model = await open(lossGraph(design, layout, images, images));
    const { loss } = await model.run({ ...batches[0]!, parameters: state['average']! });
    expect(Math.abs(loss!.data[0]! - array('averageLoss').data[0]!)).toBeLessThan(tolerance.losses);
    await model.close();
  }

  it.each([reference, executors[2]!])('takes the same ten steps as one graph, by $name', async (executor) => {
    const step = await executor.open(stepGraph(design, layout, images, spec.training.optimizer));
    await train(executor, (state, batch, hyper) => step.run({ ...state, ...batch, hyper }));
    await step.close();
  });

  it('takes the same ten steps by two shards and an update, as the engine does', async () => {
    const executor = executors[1]!;
    const shard = await executor.open(gradientGraph(design, layout, images / 2, images));
    const update = await executor.open(updateGraph(layout.size, 2, spec.training.optimizer));
    await train(executor, async (state, batch, hyper) => {
      const half = (from: number) =>
        shard.run({ ...rows(batch, from, images / 2), parameters: state['parameters']! });
      const [a, b] = [await half(0), await half(images / 2)];
      const out = await update.run({ ...state, gradient0: a.gradient!, gradient1: b.gradient!, hyper });
      return { ...out, loss: { shape: [], data: [a.loss!.data[0]! + b.loss!.data[0]!] } };
    });
    await shard.close();
    await update.close();
  });
});

describe('learning rates', () => {
  it('are those of PyTorch’s LinearLR followed by CosineAnnealingLR', () => {
    const { training } = goldenSpecs['residual']!;
    const hyper = new Float32Array(HYPER.length);
    const ours = Array.from({ length: training.steps }, (_, k) => {
      hyperAt(training, k, hyper);
      return hyper[0]!;
    });
    expect(ours).toHaveLength(10);
    // Rates are fed as float32.
    expect(largest(ours, load('residual').array('rates').data)).toBeLessThan(
      1e-7 * training.optimizer.learningRate,
    );
  });
});
