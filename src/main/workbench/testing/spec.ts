import { RunSpec, type RunSpecInput } from '../../../shared/run-spec.ts';

/** A valid spec: the scripted engine ignores most of it, the real one trains it in moments. */
export function testSpec(change: { steps?: number; checkpointEvery?: number; seed?: number } = {}): RunSpec {
  const spec: RunSpecInput = {
    version: 1,
    dataset: { size: 8, parts: [{ kind: 'bump2d' }] },
    model: {
      stem: 4,
      widths: [4, 8],
      bottleneck: [8],
      up: [8, 4],
      block: 'residual',
      activation: 'silu',
      normGroups: 1,
      downsample: 'average',
      upsample: 'nearest',
      attention: { after: [], heads: 1, kind: 'projection' },
      embedding: { dim: 8, mix: 'mlp', time: { dim: 8 }, label: { kind: 'sinusoidal', dim: 8 } },
    },
    diffusion: { timesteps: 10, schedule: { kind: 'linear' } },
    training: {
      steps: change.steps ?? 20,
      batchSize: 2,
      optimizer: { learningRate: 1e-3 },
      rate: { kind: 'constant' },
      ema: { decay: 0.9 },
      validation: { count: 0, everySteps: 10 },
      checkpoint: { everySteps: change.checkpointEvery ?? 5 },
    },
    evaluation: {
      sampler: { steps: 3 },
      labelsPerSection: 1,
      samplesPerLabel: 1,
      during: { labelsPerSection: 1, samplesPerLabel: 1 },
      points: 0,
    },
    seed: change.seed ?? 0,
  };
  return RunSpec.parse(spec);
}
