import { invalid } from '../base/errors.ts';
import { samplingPlan } from './plan.ts';
import { initialNoise, sample, type SampleRequest } from './sampler.ts';
import type { Schedule } from './schedule.ts';
import type { SamplerSpec } from './spec.ts';

/** How images came out of noise. K is the number of the network's calls (twice as many with guidance count once). */
export interface Trajectory {
  // frames: (K + 1, B, 1, N, N) float32, x before each call, then the images themselves
  readonly frames: Float32Array;
  // predictions: (K, B, 1, N, N) float32, the clean image as predicted at each call, clipped if the sampler clips
  readonly predictions: Float32Array;
}

/** Values that a trajectory's frames may have: 128 MiB in float32. */
export const MOST_TRAJECTORY_VALUES = 2 ** 25;

/**
 * Refuses a trajectory that would not fit into memory.
 * @throws CliffordError INVALID_INPUT naming images × (steps + 1) × N²
 */
export function checkTrajectorySize(images: number, steps: number, size: number): void {
  const values = images * (steps + 1) * size * size;
  if (values <= MOST_TRAJECTORY_VALUES) return;
  const fitting = Math.floor(MOST_TRAJECTORY_VALUES / ((steps + 1) * size * size));
  throw invalid(
    `trajectory: got ${images} images × ${steps + 1} frames × ${size}×${size} pixels = ${values} values, ` +
      `expected at most ${MOST_TRAJECTORY_VALUES}; ` +
      (fitting > 0 ? `${fitting} images or fewer steps fit` : 'fewer steps fit'),
  );
}

/** The timesteps of the network's calls, noisiest first. */
export function trajectoryTimesteps(schedule: Schedule, sampler: SamplerSpec): number[] {
  return samplingPlan(schedule, sampler).map((step) => step.t);
}

/**
 * Samples and keeps everything on the way. The last frame is what `sample` returns for the same request, bit for bit.
 * @throws CliffordError as `sample`
 */
export async function sampleTrajectory(request: SampleRequest): Promise<Trajectory> {
  const { keys, pixels, seed, schedule, sampler } = request;
  const initial = request.initial ?? initialNoise(seed, keys, pixels);
  const steps = samplingPlan(schedule, sampler).length;
  const count = keys.length * pixels;
  const frames = new Float32Array((steps + 1) * count);
  const predictions = new Float32Array(steps * count);
  frames.set(initial);
  await sample({
    ...request,
    initial,
    onStep(state) {
      frames.set(state.x, (state.index + 1) * count);
      predictions.set(state.x0, state.index * count);
      request.onStep?.(state);
    },
  });
  return { frames, predictions };
}
