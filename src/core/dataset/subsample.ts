import { Rng } from '../base/rng.ts';
import type { Lattice } from './lattice.ts';

/**
 * Keeps round(λ·n) of n candidate labels, at least one. Each label of the lattice has a random key that
 * depends on the seed and its own coordinates only, and the smallest keys are kept. So the set for a smaller
 * λ is contained in that for a larger one, and for 2D labels the margin around the frame changes nothing:
 * runs with and without stripes share their 2D images.
 *
 * @param candidates flat label indices, ascending
 * @param dimension how many features of these labels lie in the frame
 * @returns flat label indices, ascending
 */
export function subsample(
  lattice: Lattice,
  candidates: Uint32Array,
  dimension: 0 | 1 | 2,
  lambda: number,
  seed: number,
): Uint32Array {
  const keep = Math.min(candidates.length, Math.max(1, Math.round(lambda * candidates.length)));
  if (keep === candidates.length) return candidates;
  const keys = candidateKeys(lattice, candidates, dimension, seed);
  const threshold = keys.slice().sort()[keep - 1]!;
  const out = new Uint32Array(keep);
  let ties = keep;
  for (const key of keys) if (key < threshold) ties--;
  let n = 0;
  for (let i = 0; i < candidates.length; i++) {
    const key = keys[i]!;
    if (key < threshold || (key === threshold && ties-- > 0)) out[n++] = candidates[i]!;
  }
  return out;
}

/** One uint32 for each candidate: the draw of stream `subsample` whose number is the label's place. */
function candidateKeys(
  lattice: Lattice,
  candidates: Uint32Array,
  dimension: 0 | 1 | 2,
  seed: number,
): Uint32Array {
  const { x, y } = lattice;
  const width = x.frameTo - x.frameFrom;
  // 2D labels are numbered within the frame, so that the margin does not shift them; others in the lattice.
  const place =
    dimension === 2
      ? (index: number) =>
          (Math.floor(index / x.count) - y.frameFrom) * width + (index % x.count) - x.frameFrom
      : (index: number) => index;
  const rng = new Rng(seed, 'subsample', 0, 2 - dimension);
  const keys = new Uint32Array(candidates.length);
  let drawn = 0;
  for (let i = 0; i < candidates.length; i++) {
    // Candidates ascend, and so do their places: skip the draws of the labels between.
    for (const target = place(candidates[i]!); drawn < target; drawn++) rng.uint32();
    keys[i] = rng.uint32();
    drawn++;
  }
  return keys;
}
