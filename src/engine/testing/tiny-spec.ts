import { RunSpec, type RunSpecInput } from '../../shared/run-spec.ts';

type Deep<T> = T extends readonly (infer E)[]
  ? readonly E[]
  : T extends object
    ? { [K in keyof T]?: Deep<T[K]> }
    : T;

/** The smallest run that has every part: 8×8 bumps, two levels, attention, an average, validation, two shards. */
export function tinySpec(changes: Deep<RunSpecInput> = {}): RunSpec {
  const base: RunSpecInput = {
    version: 1,
    dataset: {
      size: 8,
      parts: [{ kind: 'bump2d', lambda: 0.7 }],
      heldOut: [{ type: 'cross', x: [3, 4], y: [3, 4] }],
    },
    model: {
      stem: 4,
      widths: [4, 8],
      bottleneck: [8],
      up: [8, 4],
      block: 'residual',
      activation: 'silu',
      normGroups: 2,
      downsample: 'average',
      upsample: 'nearest',
      attention: { after: ['bottleneck1'], heads: 2, kind: 'projection' },
      embedding: { dim: 8, mix: 'mlp', time: { dim: 8 }, label: { kind: 'sinusoidal', dim: 8 } },
    },
    diffusion: { timesteps: 50, schedule: { kind: 'cosine' } },
    training: {
      steps: 12,
      batchSize: 8,
      shards: 2,
      optimizer: { learningRate: 3e-3 },
      rate: { kind: 'cosine', warmupSteps: 3, final: 0.1 },
      ema: { decay: 0.99, startStep: 4 },
      validation: { count: 6, everySteps: 4 },
      checkpoint: { everySteps: 5, milestones: 2 },
    },
    evaluation: {
      sampler: { kind: 'ddim', steps: 3 },
      labelsPerSection: 3,
      samplesPerLabel: 2,
      during: { labelsPerSection: 2, samplesPerLabel: 1 },
      points: 1,
    },
    seed: 1,
  };
  return RunSpec.parse(merge(base, changes));
}

function merge(a: unknown, b: unknown): unknown {
  if (!isRecord(a) || !isRecord(b)) return b === undefined ? a : b;
  const out: Record<string, unknown> = { ...a };
  for (const [k, v] of Object.entries(b)) out[k] = merge(a[k], v);
  return out;
}

function isRecord(v: unknown): v is Record<string, unknown> {
  return typeof v === 'object' && v !== null && !Array.isArray(v);
}

/** A small network of the paper's block design. */
export const doubleConvModel = {
  stem: 4,
  widths: [8, 8],
  bottleneck: [16, 8],
  up: [4, 4],
  block: 'doubleConv',
  activation: 'gelu',
  normGroups: 1,
  downsample: 'max',
  upsample: 'bilinear',
  attention: { after: ['down1', 'down2', 'up1', 'up2'], heads: 2, kind: 'transformer' },
  embedding: {
    dim: 24,
    mix: 'none',
    time: { dim: 8, maxPeriod: 10_000 },
    label: { kind: 'sinusoidal', dim: 8, maxPeriod: 10_000, scale: 1 },
  },
} as const;
