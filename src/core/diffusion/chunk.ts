import type { ModelSpec } from '../nn/spec.ts';
import { widestValue } from '../nn/validate.ts';

const LARGEST_CHUNK = 32;
/** Values of the network's widest tensor that one chunk may hold: 64 MiB. */
const WIDEST = 2 ** 24;

/**
 * Images that one thread denoises together, at most 32 and fewer for networks whose attention is wide. A function
 * of network and image side alone, so that results do not depend on the number of threads.
 */
export function samplingChunk(model: ModelSpec, size: number): number {
  return Math.max(1, Math.min(LARGEST_CHUNK, Math.floor(WIDEST / widestValue(model, size))));
}
