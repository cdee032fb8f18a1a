import { describe, expect, it } from 'vitest';
import { doubleConvModel, tinySpec } from './testing/tiny-spec.ts';
import { designDenoiser } from '../shared/check-run.ts';
import { Rng } from '../core/base/rng.ts';
import { interpret } from '../core/graph/reference/interpret.ts';
import { nd } from '../core/graph/reference/ndarray.ts';
import { printGraph } from '../core/graph/print.ts';
import { verifyGraph } from '../core/graph/verify.ts';
import { initialParameters } from '../core/nn/parameters.ts';
import { ModelSpec as ModelSpecSchema, type ModelSpec } from '../core/nn/spec.ts';
import { lowerToOnnx } from '../core/onnx/lower.ts';
import {
  denoiserGraph,
  denoiserLayout,
  gradientGraph,
  lossGraph,
  tapNames,
} from '../core/diffusion/graphs.ts';

const plain = tinySpec().model;
const circular: ModelSpec = {
  ...plain,
  padding: 'circular',
  embedding: { ...plain.embedding, label: { kind: 'harmonics', count: 2 } },
};
const models: [string, ModelSpec][] = [
  ['residual', tinySpec().model],
  ['residual, circular, with harmonics', circular],
  ['doubleConv', ModelSpecSchema.parse(doubleConvModel)],
];

function draw(n: number, k: number): Float64Array {
  const rng = new Rng(4, 'noise', k);
  return Float64Array.from({ length: n }, () => rng.normal());
}

describe.each(models)('training graphs of a %s network', (_, model) => {
  const design = designDenoiser({ ...tinySpec(), model });
  const layout = denoiserLayout(design);
  const images = 2;
  const feeds = {
    images: nd([images, 1, 8, 8], draw(images * 64, 1)),
    noise: nd([images, 1, 8, 8], draw(images * 64, 2)),
    t: nd([images], [3, 40]),
    label: nd([images, 2], [1, 6, 4, 2]),
  };
  const weights = Float64Array.from(initialParameters(layout, 7));

  it('gives the slope of the loss along random directions (reference in float64)', () => {
    const graph = gradientGraph(design, layout, images, images);
    verifyGraph(graph);
    const gradient = interpret(graph, { ...feeds, parameters: nd([layout.size], weights) }).gradient!.data;
    const loss = lossGraph(design, layout, images, images);
    const at = (direction: Float64Array, h: number) =>
      interpret(loss, {
        ...feeds,
        parameters: nd(
          [layout.size],
          weights.map((w, i) => w + h * direction[i]!),
        ),
      }).loss!.data[0]!;
    for (let k = 0; k < 2; k++) {
      const direction = draw(layout.size, 10 + k);
      const h = 1e-6;
      const slope = (at(direction, h) - at(direction, -h)) / (2 * h);
      const expected = gradient.reduce((s, g, i) => s + g * direction[i]!, 0);
      // Central differences in float64 over a few thousand parameters.
      expect(Math.abs(slope - expected)).toBeLessThan(1e-5 * (1 + Math.abs(expected)));
    }
  });

  it('reaches every parameter', () => {
    const gradient = interpret(gradientGraph(design, layout, images, images), {
      ...feeds,
      parameters: nd([layout.size], weights),
    }).gradient!.data;
    const dead = layout.parameters.filter((p) => {
      const part = gradient.subarray(p.offset, p.offset + p.size);
      return part.every((g) => Math.abs(g) < 1e-12);
    });
    expect(dead.map((p) => p.name)).toEqual([]);
  });

  it('exports the same bytes whatever the batch size, so that the batch is truly symbolic', () => {
    const flat = Float32Array.from(weights);
    const bytes = (batch: number) =>
      lowerToOnnx(denoiserGraph(design, layout, flat, batch, tapNames(design)), { batchName: 'B' });
    expect(Buffer.from(bytes(2)).equals(Buffer.from(bytes(3)))).toBe(true);
    expect(Buffer.from(bytes(1)).equals(Buffer.from(bytes(5)))).toBe(true);
  });
});

describe('gradientGraph', () => {
  it('splits a batch: two shards add up to the whole', () => {
    const spec = tinySpec();
    const design = designDenoiser(spec);
    const layout = denoiserLayout(design);
    const weights = nd([layout.size], initialParameters(layout, 7));
    const all = { images: draw(4 * 64, 1), noise: draw(4 * 64, 2), t: [3, 40, 11, 0], label: draw(8, 3) };
    const part = (from: number, n: number) => ({
      images: nd([n, 1, 8, 8], all.images.slice(64 * from, 64 * (from + n))),
      noise: nd([n, 1, 8, 8], all.noise.slice(64 * from, 64 * (from + n))),
      t: nd([n], all.t.slice(from, from + n)),
      label: nd([n, 2], all.label.slice(2 * from, 2 * (from + n))),
      parameters: weights,
    });
    const whole = interpret(gradientGraph(design, layout, 4, 4), part(0, 4));
    const shard = gradientGraph(design, layout, 2, 4);
    const [a, b] = [interpret(shard, part(0, 2)), interpret(shard, part(2, 2))];
    expect(a.loss!.data[0]! + b.loss!.data[0]!).toBeCloseTo(whole.loss!.data[0]!, 12);
    whole.gradient!.data.forEach((g, i) => {
      expect(Math.abs(a.gradient!.data[i]! + b.gradient!.data[i]! - g)).toBeLessThan(1e-12);
    });
  });

  it('is stable: the printed graph of the tiny network', () => {
    const design = designDenoiser(tinySpec());
    const text = printGraph(lossGraph(design, denoiserLayout(design), 2, 2));
    expect(text).toMatchSnapshot();
  });

  it('makes v-prediction learn v and export ε', () => {
    // With all weights 0 the network gives 0, so the loss is the mean square of the target, v = √ᾱ ε − √(1−ᾱ) x₀.
    const spec = tinySpec({ diffusion: { prediction: 'v' } });
    const design = designDenoiser(spec);
    const layout = denoiserLayout(design);
    const zero = nd([layout.size], new Float64Array(layout.size));
    const [x0, eps] = [draw(64, 1), draw(64, 2)];
    const loss = interpret(lossGraph(design, layout, 1, 1), {
      images: nd([1, 1, 8, 8], x0),
      noise: nd([1, 1, 8, 8], eps),
      t: nd([1], [0]),
      label: nd([1, 2], [1, 1]),
      parameters: zero,
    }).loss!.data[0]!;
    // Cosine schedule, T = 50, s = 0.008: ᾱ(0) = 1 − β(0) with β(0) = 1 − f(1/50)/f(0).
    const f = (u: number) => Math.cos(((u + 0.008) / 1.008) * (Math.PI / 2)) ** 2;
    const bar = f(1 / 50) / f(0);
    const v = eps.map((e, i) => Math.sqrt(bar) * e - Math.sqrt(1 - bar) * x0[i]!);
    expect(loss).toBeCloseTo(v.reduce((s, q) => s + q * q, 0) / 64, 5);
  });
});

describe('validation of models', () => {
  it.each([
    [{ dataset: { size: 10 } }, 'must be divisible by 4, got 10'],
    [{ model: { up: [8, 4, 4] } }, 'expects one width for each of the 2 entries of model.widths, got 3'],
    [{ model: { attention: { after: ['down9'] } } }, 'names the block "down9", expected one of down1'],
    [{ model: { normGroups: 3 } }, 'model.normGroups (3) must divide'],
    [
      { model: { attention: { heads: 3 } } },
      'model.attention.heads (3) must divide the 8 channels of bottleneck1',
    ],
    [{ model: { embedding: { mix: 'none' } } }, '(24) when mix is "none", got 8'],
    [{ model: { embedding: { time: { dim: 7 } } } }, 'must be even'],
  ])('%j says what was got and expected', (changes, message) => {
    expect(() => denoiserLayout(designDenoiser(tinySpec(changes as never)))).toThrow(message);
  });
});
