import { describe, expect, it } from 'vitest';
import { ModelSpec } from '../nn/spec.ts';
import { TrainingSpec } from '../nn/training-spec.ts';
import { graphCost } from '../nn/cost.ts';
import { denoiserCost, lossCost, trainingCost } from './cost.ts';
import { type DenoiserDesign, denoiserGraph, denoiserLayout } from './graphs.ts';
import { DiffusionSpec } from './spec.ts';

const design: DenoiserDesign = {
  model: ModelSpec.parse({
    stem: 8,
    widths: [8, 16],
    bottleneck: [16],
    up: [16, 8],
    block: 'residual',
    activation: 'silu',
    normGroups: 4,
    downsample: 'average',
    upsample: 'nearest',
    attention: { after: ['down2'], heads: 2, kind: 'projection' },
    embedding: { dim: 16, mix: 'mlp', time: { dim: 8 }, label: { kind: 'sinusoidal', dim: 8 } },
  }),
  diffusion: DiffusionSpec.parse({ timesteps: 100, schedule: { kind: 'linear' } }),
  space: { size: 16, margin: 0, periodic: false },
  withNoLabel: false,
};

const training = (batchSize: number, shards: number) =>
  TrainingSpec.parse({
    steps: 1,
    batchSize,
    shards,
    optimizer: { learningRate: 1e-3 },
    rate: { kind: 'constant' },
    ema: { decay: 0.9 },
    validation: { count: 0, everySteps: 1 },
    checkpoint: { everySteps: 1 },
  });

describe('costs of a run', () => {
  it('grow with the batch, image by image, and hardly with the way it is cut into shards', () => {
    const at = (batch: number, shards: number) => trainingCost(design, training(batch, shards)).stepFlops;
    expect(at(24, 1) - at(16, 1)).toBe(at(16, 1) - at(8, 1));
    // Each shard adds what does not depend on images: one more sum of gradients, a few operations a parameter.
    const { parameters } = trainingCost(design, training(16, 1));
    expect(at(16, 4) - at(16, 1)).toBeGreaterThan(0);
    expect(at(16, 4) - at(16, 1)).toBeLessThan(3 * 10 * parameters);
  });

  it('of a gradient are about three times those of the network’s call, which are those of the exported graph', () => {
    const call = denoiserCost(design, 4);
    const layout = denoiserLayout(design);
    const exported = graphCost(denoiserGraph(design, layout, new Float32Array(layout.size), 4));
    expect([call.flops, call.peakBytes]).toEqual([exported.flops, exported.peakBytes]);
    const { shard, parameters } = trainingCost(design, training(4, 1));
    expect(parameters).toBe(layout.size);
    // Forward, and a product of the same size for either operand's gradient; elementwise rules vary a little.
    expect(shard.flops / call.flops).toBeGreaterThan(2.7);
    expect(shard.flops / call.flops).toBeLessThan(3.2);
    const loss = lossCost(design, 4);
    expect(loss.flops / call.flops).toBeGreaterThan(1);
    expect(loss.flops / call.flops).toBeLessThan(1.01);
    // A gradient keeps what the forward pass made, where a call forgets it.
    expect(shard.peakBytes).toBeGreaterThan(3 * call.peakBytes);
  });

  it('are four times as many for twice as wide a network, as far as its products go', () => {
    const { model } = design;
    const wide: DenoiserDesign = {
      ...design,
      model: { ...model, stem: 16, widths: [16, 32], bottleneck: [32], up: [32, 16] },
    };
    const ratio = denoiserCost(wide, 1).flops / denoiserCost(design, 1).flops;
    expect(ratio).toBeGreaterThan(3.3);
    expect(ratio).toBeLessThan(4);
  });

  it('names what does not fit', () => {
    const bad = { ...design, space: { ...design.space, size: 10 } };
    expect(() => trainingCost(bad, training(4, 1))).toThrow('dataset.size must be divisible by 4, got 10');
  });
});
