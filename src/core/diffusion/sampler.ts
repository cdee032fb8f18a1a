import { CliffordError, invalid } from '../base/errors.ts';
import { Rng } from '../base/rng.ts';
import { samplingPlan } from './plan.ts';
import type { Schedule } from './schedule.ts';
import type { DiffusionSpec, SamplerSpec } from './spec.ts';

/**
 * Calls the network: `x` (B, 1, N, N) float32 and one timestep for the whole batch give ε (or v) of the same
 * shape. `x` is the sampler's own buffer: it must not be kept or changed. The array returned is read before the
 * next call, so the same one may be returned each time.
 */
export type Denoiser = (x: Float32Array, t: number) => Promise<Float32Array>;

export interface SampleRequest {
  readonly schedule: Schedule;
  readonly prediction: DiffusionSpec['prediction'];
  /** `guidance` is not applied here: wrap the denoiser by `guidedDenoiser`. */
  readonly sampler: SamplerSpec;
  readonly denoise: Denoiser;
  /** Values of one image, N·N. */
  readonly pixels: number;
  readonly seed: number;
  /**
   * (B) One uint32 for each image. All noise of an image is a function of (seed, key) alone, so an image comes
   * out the same in any batch, at any place, on any number of workers.
   */
  readonly keys: Uint32Array;
  /** (B, 1, N, N) x_T instead of noise drawn by key; it is not changed. */
  readonly initial?: Float32Array;
  /** After each step, for trajectories and progress. To cancel, throw. */
  readonly onStep?: (state: SamplerState) => void;
}

/** The arrays are the sampler's buffers: copy what is to be kept. */
export interface SamplerState {
  /** 0 … steps − 1. */
  readonly index: number;
  readonly steps: number;
  /** The timestep that the network has just seen. */
  readonly t: number;
  /** The timestep of `x`; −1 is the clean image. */
  readonly tPrevious: number;
  /** (B, 1, N, N) */
  readonly x: Float32Array;
  /** (B, 1, N, N) the clean image as predicted at t, clipped if the sampler clips. */
  readonly x0: Float32Array;
}

/**
 * Draws B images by DDPM (Ho et al. 2020, algorithm 2) or DDIM (Song, Meng, Ermon, ICLR 2021, eq. 12).
 * @returns (B, 1, N, N) float32; in [-1, 1] if the sampler clips
 * @throws CliffordError INVALID_INPUT for sizes that do not fit, NON_FINITE when the network gives NaN or Infinity
 */
export async function sample(request: SampleRequest): Promise<Float32Array> {
  const { schedule, sampler, prediction, denoise, pixels, seed, keys, initial, onStep } = request;
  const plan = samplingPlan(schedule, sampler);
  const steps = plan.length;
  const size = keys.length * pixels;

  const x = initial ? Float32Array.from(initial) : initialNoise(seed, keys, pixels);
  if (x.length !== size) {
    throw invalid(`sample: got ${x.length} initial values, expected ${keys.length}×${pixels} = ${size}`);
  }
  const x0 = new Float32Array(size);
  const noise = Array.from(keys, (key) => new Rng(seed, 'samplerNoise', key));
  const recompute = sampler.clip && sampler.epsilonAfterClip === 'recompute';

  for (let index = 0; index < steps; index++) {
    const { t, tPrevious, fromX0, fromEpsilon, fromX, sigma } = plan[index]!;
    const output = await denoise(x, t);
    if (output.length !== size) {
      throw invalid(`sample: the denoiser gave ${output.length} values, expected ${size}`);
    }
    const c = schedule.sqrtAlphaBar[t]!;
    const s = schedule.sqrtOneMinusAlphaBar[t]!;

    let checksum = 0; // NaN and Infinity, once in, stay in
    for (let image = 0, k = 0; image < keys.length; image++) {
      const rng = noise[image]!;
      for (const end = k + pixels; k < end; k++) {
        const xt = x[k]!;
        const out = output[k]!;
        checksum += out * 0;
        // Both follow from x_t = c x₀ + s ε and v = c ε − s x₀.
        let epsilon = prediction === 'v' ? c * out + s * xt : out;
        let clean = prediction === 'v' ? c * xt - s * out : (xt - s * epsilon) / c;
        if (sampler.clip && (clean > 1 || clean < -1)) {
          clean = clean > 1 ? 1 : -1;
          if (recompute) epsilon = (xt - c * clean) / s;
        }
        x0[k] = clean;
        const mean = fromX0 * clean + fromEpsilon * epsilon + fromX * xt;
        x[k] = sigma === 0 ? mean : mean + sigma * rng.normal();
      }
    }
    if (checksum !== 0) {
      throw new CliffordError(
        'NON_FINITE',
        `sampling step ${index + 1} of ${steps} (t = ${t}): the network gave NaN or Infinity, expected finite values`,
      );
    }
    onStep?.({ index, steps, t, tPrevious, x, x0 });
  }
  return x;
}

/** x_T (B, 1, N, N): standard normals, each image's a function of (seed, key). */
export function initialNoise(seed: number, keys: Uint32Array, pixels: number): Float32Array {
  const x = new Float32Array(keys.length * pixels);
  keys.forEach((key, i) => {
    new Rng(seed, 'samplerInit', key).fillNormal(x, i * pixels, (i + 1) * pixels);
  });
  return x;
}

/**
 * Classifier-free guidance (Ho, Salimans 2022): ε = ε(no label) + w·(ε(label) − ε(no label)); likewise for v.
 * w = 1 is the conditional model itself and makes one call a step instead of two.
 * @param conditional the network with each image's label
 * @param unconditional the network with "no label"
 */
export function guidedDenoiser(conditional: Denoiser, unconditional: Denoiser, weight: number): Denoiser {
  if (weight === 1) return conditional;
  let buffer = new Float32Array(0);
  return async (x, t) => {
    const without = await unconditional(x, t);
    if (buffer.length !== without.length) buffer = new Float32Array(without.length);
    buffer.set(without); // both calls may return the same array
    const withLabel = await conditional(x, t);
    for (let i = 0; i < buffer.length; i++) buffer[i] = buffer[i]! + weight * (withLabel[i]! - buffer[i]!);
    return buffer;
  };
}
