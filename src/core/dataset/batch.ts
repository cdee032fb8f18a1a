import { invariant } from '../base/errors.ts';
import { Rng } from '../base/rng.ts';
import type { Dataset } from './dataset.ts';
import { createRenderer } from './render.ts';

/** Arrays that one shard of a batch is written into, from their start. */
export interface Batch {
  // images: (B, 1, N, N) float32 in [-1, 1]
  readonly images: Float32Array;
  // labels: (B, 2) float32, x then y, frame coordinates
  readonly labels: Float32Array;
  // parts: (B) uint8, place of the image's part in dataset.parts
  readonly parts: Uint8Array;
}

export interface BatchRequest {
  readonly seed: number;
  /** Optimizer step, from 0. */
  readonly step: number;
  /** Which shard of the step's batch. */
  readonly shard: number;
  /** Images in this shard. */
  readonly size: number;
}

export type BatchSampler = (request: BatchRequest, out?: Batch) => Batch;

/**
 * Draws training images with replacement: a part by its share, then one of its labels uniformly. The draws are
 * those of stream `batchLabels` at (step, shard), so they do not depend on how many threads share the work.
 * The sampler reuses its rendering buffers: one for each thread.
 */
export function createBatchSampler(dataset: Dataset): BatchSampler {
  const render = createRenderer(dataset.spec);
  const { parts } = dataset;
  const { x, y } = dataset.lattice;
  const pixels = dataset.spec.size ** 2;
  const upTo = parts.map((_, i) => parts.slice(0, i + 1).reduce((sum, p) => sum + p.share, 0));
  // Rounding must not leave a gap below 1 into which a draw could fall.
  upTo[parts.length - 1] = 1;
  return ({ seed, step, shard, size }, out = allocate(size, pixels)) => {
    invariant(
      out.images.length >= size * pixels && out.labels.length >= 2 * size && out.parts.length >= size,
      `batch: arrays too small for ${size} images of ${pixels} pixels`,
    );
    const rng = new Rng(seed, 'batchLabels', step, shard);
    for (let i = 0; i < size; i++) {
      const u = rng.uniform();
      const place = upTo.findIndex((edge) => u < edge);
      const part = parts[place]!;
      const index = part.labels[rng.int(part.labels.length)]!;
      const lx = x.values[index % x.count]!;
      const ly = y.values[Math.floor(index / x.count)]!;
      render(part.kind, lx, ly, out.images, i * pixels);
      out.labels[2 * i] = lx;
      out.labels[2 * i + 1] = ly;
      out.parts[i] = place;
    }
    return out;
  };
}

function allocate(size: number, pixels: number): Batch {
  return {
    images: new Float32Array(size * pixels),
    labels: new Float32Array(size * 2),
    parts: new Uint8Array(size),
  };
}
