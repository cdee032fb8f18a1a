import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { Rng } from '../../core/base/rng.ts';
import { createBatchSampler } from '../../core/dataset/batch.ts';
import { labelAt } from '../../core/dataset/lattice.ts';
import { createRenderer } from '../../core/dataset/render.ts';
import { selectValidationLabels } from '../../core/dataset/validation-labels.ts';
import { type DrawKey, drawNoise, drawTimesteps } from '../../core/diffusion/forward.ts';
import { NO_LABEL } from '../../core/nn/embedding.ts';
import type { RunDesign } from '../design.ts';
import { float32, int64 } from './session.ts';

/** Fixed inputs of the loss graph for a number of images, reused from step to step. */
interface LossFeeds {
  readonly images: Float32Array;
  readonly label: Float32Array;
  /** Draws timesteps in [0, T) and noise. */
  draw(key: DrawKey, T: number): void;
  readonly feeds: Record<string, Tensor>;
}

function lossFeeds(count: number, size: number): LossFeeds {
  const images = new Float32Array(count * size * size);
  const noise = new Float32Array(count * size * size);
  const t = new BigInt64Array(count);
  const label = new Float32Array(2 * count);
  const shape = [count, 1, size, size];
  const feeds = {
    images: float32(images, shape),
    noise: float32(noise, shape),
    t: int64(t, [count]),
    label: float32(label, [count, 2]),
  };
  const timesteps = new Int32Array(count);
  const draw = (key: DrawKey, T: number): void => {
    drawTimesteps(key, T, timesteps);
    for (let i = 0; i < count; i++) t[i] = BigInt(timesteps[i]!);
    drawNoise(key, noise);
  };
  return { images, label, draw, feeds };
}

/**
 * Prepares the inputs of one shard of a training step: images and labels from the dataset, timesteps, noise and
 * dropped labels, each from its own stream at (step, shard).
 */
export function createShardFeeder(
  design: RunDesign,
): (step: number, shard: number) => Record<string, Tensor> {
  const { spec, dataset, shardSize } = design;
  const sampleBatch = createBatchSampler(dataset);
  const buffers = lossFeeds(shardSize, spec.dataset.size);
  const parts = new Uint8Array(shardSize);
  const { seed } = spec;
  return (step, shard) => {
    const key = { seed, step, shard };
    sampleBatch({ ...key, size: shardSize }, { images: buffers.images, labels: buffers.label, parts });
    buffers.draw(key, spec.diffusion.timesteps);
    if (spec.training.labelDrop > 0) {
      const rng = new Rng(seed, 'labelDrop', step, shard);
      for (let i = 0; i < shardSize; i++) {
        if (rng.uniform() < spec.training.labelDrop) buffers.label.fill(NO_LABEL, 2 * i, 2 * i + 2);
      }
    }
    return buffers.feeds;
  };
}

/** Images at a time when computing the validation loss. */
export const VALIDATION_CHUNK = 32;

/** Timesteps and noise of the validation images are fixed: they are drawn as this step's. */
const VALIDATION_STEP = 0xffffffff;

/**
 * The validation loss (paper figure 14c): fixed unselected labels outside all regions, fixed t and ε.
 * `session` computes the mean loss of VALIDATION_CHUNK images; only whole chunks are used, and fewer labels than
 * one chunk are repeated to fill it.
 */
export function createValidation(
  design: RunDesign,
): ((session: InferenceSession, parameters: Tensor) => Promise<number>) | null {
  const { spec, dataset } = design;
  const chosen = selectValidationLabels(dataset, spec.training.validation.count, spec.seed);
  if (chosen.labels === null) return null;
  const count = chosen.labels.length - (chosen.labels.length % VALIDATION_CHUNK);
  const total = count === 0 ? VALIDATION_CHUNK : count;
  const render = createRenderer(spec.dataset);
  const pixels = spec.dataset.size ** 2;
  const buffers = lossFeeds(VALIDATION_CHUNK, spec.dataset.size);
  return async (session, parameters) => {
    let mean = 0;
    for (let chunk = 0; chunk < total / VALIDATION_CHUNK; chunk++) {
      const key = { seed: spec.seed, step: VALIDATION_STEP, shard: chunk };
      for (let i = 0; i < VALIDATION_CHUNK; i++) {
        const k = (chunk * VALIDATION_CHUNK + i) % chosen.labels.length;
        const [x, y] = labelAt(dataset.lattice, chosen.labels[k]!);
        render(dataset.parts[chosen.parts[k]!]!.kind, x, y, buffers.images, i * pixels);
        buffers.label[2 * i] = x;
        buffers.label[2 * i + 1] = y;
      }
      buffers.draw(key, spec.diffusion.timesteps);
      const out = await session.run({ ...buffers.feeds, parameters });
      mean += ((out.loss!.data as Float32Array)[0]! * VALIDATION_CHUNK) / total;
    }
    return mean;
  };
}
