import { ModelSpec } from '../../core/nn/spec.ts';
import type { RunSpec } from '../../shared/run-spec.ts';
import { doubleConvModel, tinySpec } from './tiny-spec.ts';

/** Where the golden files lie (made by bench/golden.ts). */
export const GOLDEN_FOLDER = new URL('./golden/', import.meta.url);

/** Ten steps with a warm-up, a clipping that binds in some steps only, and an average that starts on the way. */
const training = {
  steps: 10,
  batchSize: 4,
  optimizer: { learningRate: 3e-3 },
  rate: { kind: 'cosine', warmupSteps: 3, final: 0.1 },
  ema: { decay: 0.9, startStep: 2, warmup: true },
} as const;

/** The networks that are compared with PyTorch: between them, every kind of layer. */
export const goldenSpecs: Readonly<Record<string, RunSpec>> = {
  residual: tinySpec({ training, seed: 3 }),
  doubleConv: tinySpec({
    model: ModelSpec.parse(doubleConvModel),
    diffusion: { timesteps: 1000, schedule: { kind: 'linear' } },
    training: { ...training, optimizer: { ...training.optimizer, clipNorm: 1.4 } },
    seed: 4,
  }),
  periodic: tinySpec({
    dataset: { boundary: 'periodic' },
    model: {
      widths: [4, 4],
      up: [4, 4],
      padding: 'circular',
      embedding: { label: { kind: 'bump', sigma: 1.5 } },
    },
    diffusion: { prediction: 'v' },
    training,
    seed: 5,
  }),
};
