import { invalid } from '../base/errors.ts';
import { Rng } from '../base/rng.ts';
import type { Schedule } from './schedule.ts';

/**
 * The forward process q(x_t | x₀) (DDPM eq. 4) and the random draws of one training shard. All functions write
 * into given arrays, because a training loop calls them thousands of times with the same sizes.
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

/**
 * Per-image coefficients of x_t = √ᾱ_t x₀ + √(1−ᾱ_t) ε.
 * @param t (B) timesteps in [0, T)
 * @param signal (B) receives √ᾱ_t
 * @param noise (B) receives √(1−ᾱ_t)
 */
export function qSampleCoefficients(
  schedule: Schedule,
  t: Int32Array,
  signal: Float32Array,
  noise: Float32Array,
): void {
  if (signal.length !== t.length || noise.length !== t.length) {
    throw invalid(
      `qSampleCoefficients: got lengths ${t.length}, ${signal.length}, ${noise.length}, expected equal ones`,
    );
  }
  for (let i = 0; i < t.length; i++) {
    signal[i] = schedule.sqrtAlphaBar[checked(schedule, t[i]!)]!;
    noise[i] = schedule.sqrtOneMinusAlphaBar[t[i]!]!;
  }
}

/**
 * x_t = √ᾱ_t x₀ + √(1−ᾱ_t) ε (DDPM eq. 4).
 * @param x0 (B, 1, N, N) clean images in [-1, 1]
 * @param t (B) timesteps in [0, T)
 * @param epsilon (B, 1, N, N) standard normals
 * @param out (B, 1, N, N) receives x_t; may be `x0` or `epsilon` itself
 */
export function qSample(
  schedule: Schedule,
  x0: Float32Array,
  t: Int32Array,
  epsilon: Float32Array,
  out: Float32Array,
): void {
  combine(schedule, 'qSample', x0, t, epsilon, out, false);
}

/**
 * v = √ᾱ_t ε − √(1−ᾱ_t) x₀ (Salimans, Ho, "Progressive distillation", ICLR 2022), the target of v-prediction.
 * Shapes as in `qSample`.
 */
export function vTarget(
  schedule: Schedule,
  x0: Float32Array,
  t: Int32Array,
  epsilon: Float32Array,
  out: Float32Array,
): void {
  combine(schedule, 'vTarget', x0, t, epsilon, out, true);
}

/** Either rotation of (x₀, ε) by the angle whose cosine is √ᾱ. */
function combine(
  schedule: Schedule,
  name: string,
  x0: Float32Array,
  t: Int32Array,
  epsilon: Float32Array,
  out: Float32Array,
  v: boolean,
): void {
  const pixels = x0.length / t.length;
  if (!Number.isInteger(pixels) || epsilon.length !== x0.length || out.length !== x0.length) {
    throw invalid(
      `${name}: got ${x0.length} x₀, ${epsilon.length} ε and ${out.length} output values for ${t.length} timesteps, ` +
        'expected equal multiples of the number of timesteps',
    );
  }
  for (let i = 0, k = 0; i < t.length; i++) {
    const cosine = schedule.sqrtAlphaBar[checked(schedule, t[i]!)]!;
    const sine = schedule.sqrtOneMinusAlphaBar[t[i]!]!;
    const a = v ? -sine : cosine; // of x₀
    const b = v ? cosine : sine; // of ε
    for (const end = k + pixels; k < end; k++) out[k] = a * x0[k]! + b * epsilon[k]!;
  }
}

function checked(schedule: Schedule, t: number): number {
  if (t < 0 || t >= schedule.timesteps) {
    throw invalid(`timestep: got ${t}, expected an integer from 0 to ${schedule.timesteps - 1}`);
  }
  return t;
}
