import type { SampleResult } from '../../../../shared/contract/sampling.ts';
import { bytesOf, imageAt } from '../images/pixels.ts';

/** The way from noise to the images, for the player. */
export interface Trajectory {
  /** Frames 0 … calls: before each call of the network, and the result. */
  readonly frames: number;
  /** Timestep of the call that frame k goes into; null for the result. */
  timestep(frame: number): number | null;
  /** x_t of image i: (N, N) uint8. Noise goes beyond [-1, 1], so its frames stand for [-2, 2]. */
  noisy(frame: number, i: number): Uint8Array;
  /** The clean image that the network predicts from frame k; for the result, what it predicted last. */
  predicted(frame: number, i: number): Uint8Array;
}

export function trajectoryOf({ trajectory, size, labels, count, pixels }: SampleResult): Trajectory | null {
  if (!trajectory) return null;
  const { timesteps } = trajectory;
  const [noisy, predicted, results] = [
    bytesOf(trajectory.frames),
    bytesOf(trajectory.predictions),
    bytesOf(pixels),
  ];
  const images = labels.length * count;
  const last = timesteps.length;
  return {
    frames: last + 1,
    timestep: (frame) => timesteps[frame] ?? null,
    // The result is shown as all results are, over [-1, 1].
    noisy: (frame, i) =>
      frame === last ? imageAt(results, size, i) : imageAt(noisy, size, frame * images + i),
    predicted: (frame, i) => imageAt(predicted, size, Math.min(frame, last - 1) * images + i),
  };
}
