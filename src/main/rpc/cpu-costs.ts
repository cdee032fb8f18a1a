import type { TrainingCost } from '../../core/diffusion/cost.ts';
import type { GraphCost } from '../../core/nn/cost.ts';

/**
 * What a graph's cost means on the CPU engine: measured on one core of an AMD EPYC (2 cores, AVX-512) with
 * onnxruntime 1.30, single-threaded sessions, and fitted by least squares of relative errors. Other machines differ by
 * a factor, which the speed of an earlier run gives.
 */
export interface CoreSpeed {
  readonly flopsPerSecond: number;
  readonly bytesPerSecond: number;
  readonly secondsPerOp: number;
}

/**
 * Gradient graphs of the presets `tiny`, `quick` (8 to 64 images, without attention, at 32×32, twice as wide) and `paper`,
 * and updates of 0.5 and 23 million parameters: predicted within 20 %.
 */
export const TRAINING_SPEED: CoreSpeed = { flopsPerSecond: 91e9, bytesPerSecond: 12.3e9, secondsPerOp: 2e-6 };

/** Calls of the exported denoiser, which onnxruntime lays out and fuses better: the same networks within 7 %. */
export const SAMPLING_SPEED: CoreSpeed = {
  flopsPerSecond: 134e9,
  bytesPerSecond: 15.4e9,
  secondsPerOp: 4.5e-6,
};

/** Two threads slow each other down: they share caches and memory. `quick` on two idle cores: 790 images/s. */
const CONTENTION = 1.1;

/** Export, start of the threads, pictures. */
export const EVALUATION_OVERHEAD_SECONDS = 0.3;

export function coreSeconds(cost: GraphCost, speed: CoreSpeed): number {
  return (
    cost.flops / speed.flopsPerSecond + cost.bytesMoved / speed.bytesPerSecond + cost.ops * speed.secondsPerOp
  );
}

/** Seconds of jobs of equal length that are spread over threads. */
export function parallelSeconds(jobs: number, seconds: number, threads: number, cores: number): number {
  const used = Math.min(threads, jobs);
  const rounds = Math.ceil(jobs / used);
  return rounds * seconds * Math.max(1, used / cores) * (used > 1 ? CONTENTION : 1);
}

/** Seconds of one training step: the shards spread over threads, then the update on one. */
export function stepSeconds(cost: TrainingCost, shards: number, threads: number, cores: number): number {
  const shard = coreSeconds(cost.shard, TRAINING_SPEED);
  return parallelSeconds(shards, shard, threads, cores) + coreSeconds(cost.update, TRAINING_SPEED);
}

/**
 * Peak resident memory of the engine process. Fitted to the peaks of 17 short runs of 0.26 to 4.7 GB (the same networks, 1
 * and 2 threads, 2 and 8 shards), which it predicts within 16 %, as it does the 6.6 GB of the preset `paper`. The terms are what they are because
 * - a session's memory pool grows by powers of two and keeps what it has: 2.9 times the values alive at a time
 *   while training, which includes pieces of the flat gradient, and 1.7 times while sampling;
 * - flat vectors are held twice (4 of the state each), once for each shard's gradient (up to 8 are in the 20), by the
 *   update's temporaries, by the bytes of the exported model while it is made, and by each sampling thread: its copy of the file,
 *   onnxruntime's, and the weights repacked for convolutions;
 * - building, differentiating and lowering a graph leaves garbage that is not collected while memory is plentiful.
 *
 * @param call of the denoiser for the images that one thread samples together
 * @param training, sampling threads that are used
 */
export function engineBytes(
  cost: TrainingCost,
  call: GraphCost,
  shards: number,
  { training, sampling }: { training: number; sampling: number },
): number {
  const threads = Math.max(training, sampling);
  const vectors = 20 + 6 * sampling + Math.max(0, shards - 8);
  return (
    (120 + 48 * threads) * MIB +
    cost.shard.ops * 0.158 * MIB +
    training * 2.9 * cost.shard.peakBytes +
    sampling * 1.7 * call.peakBytes +
    vectors * 4 * cost.parameters
  );
}

const MIB = 2 ** 20;
