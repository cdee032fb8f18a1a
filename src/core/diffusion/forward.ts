import { Rng } from '../base/rng.ts';

/**
 * The random draws of the forward process q(x_t | x₀) (DDPM eq. 4) for one training shard; x_t itself is made
 * in the training graph. They write into given arrays, because a training loop calls them thousands of times.
 */

/** Which draws: equal values give equal numbers, on any machine and with any number of cores. */
export interface DrawKey {
  readonly seed: number;
  /** Optimizer step. */
  readonly step: number;
  /** Index of the shard within the batch, below 2²⁴. */
  readonly shard: number;
}

/** Fills `out` (B) with timesteps, uniform over the integers in [0, T). */
export function drawTimesteps(key: DrawKey, timesteps: number, out: Int32Array): void {
  const rng = new Rng(key.seed, 'timesteps', key.step, key.shard);
  for (let i = 0; i < out.length; i++) out[i] = rng.int(timesteps);
}

/** Fills `out` (B, 1, N, N) with ε: independent standard normals. */
export function drawNoise(key: DrawKey, out: Float32Array): void {
  new Rng(key.seed, 'noise', key.step, key.shard).fillNormal(out);
}
