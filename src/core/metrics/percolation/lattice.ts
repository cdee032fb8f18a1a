import { invalid } from '../../base/errors.ts';
import { Rng } from '../../base/rng.ts';
import { MAX_LABELS, snap } from '../../dataset/lattice.ts';
import { checkThreshold, overlapCutoff } from './overlap.ts';

/** A square lattice of bump centres j·d in the frame [0, N)². */
export interface SiteLattice {
  /** N, in pixels. */
  readonly size: number;
  /** d, in pixels. */
  readonly spacing: number;
  /** Opposite borders are neighbours. */
  readonly periodic: boolean;
  /** Sites on a side: ⌈N/d⌉. */
  readonly side: number;
  /** side²; the site in column i and row j has the number j · side + i. */
  readonly sites: number;
}

/**
 * @throws CliffordError INVALID_INPUT for a size or spacing not above 0, a spacing above the size, a torus whose size is no
 *   multiple of the spacing, and more sites than memory allows
 */
export function siteLattice(size: number, spacing: number, periodic = false): SiteLattice {
  if (!(Number.isInteger(size) && size >= 1)) {
    throw invalid(`size: got ${size}, expected a whole number of pixels of at least 1`);
  }
  if (!(Number.isFinite(spacing) && spacing > 0 && spacing <= size)) {
    throw invalid(`spacing: got ${spacing}, expected a distance above 0 and at most the size ${size}`);
  }
  const steps = snap(size / spacing);
  const side = Math.ceil(steps);
  if (periodic && steps !== side) {
    throw invalid(
      `spacing: got ${spacing}, which goes ${steps.toFixed(3)} times around a periodic lattice of ${size}, expected one ` +
        `that goes a whole number of times, such as ${Number((size / side).toPrecision(6))}`,
    );
  }
  if (side * side > MAX_LABELS) {
    throw invalid(
      `spacing: got ${spacing}, which gives ${(side * side).toLocaleString('en')} sites at size ${size}, expected at most ` +
        `${MAX_LABELS.toLocaleString('en')}, as with a spacing of ${roundUp(size / Math.sqrt(MAX_LABELS))} or more`,
    );
  }
  return { size, spacing, periodic, side, sites: side * side };
}

/**
 * The square of the greatest distance, in lattice steps, at which bumps overlap by at least θ. Whole, since squares of
 * lattice distances are; what misses it by rounding only (1e-9) counts as reaching it, as in `percolate`.
 */
export function linkLimit({ spacing, side }: SiteLattice, sigma: number, threshold: number): number {
  checkThreshold(threshold);
  const square = (overlapCutoff(sigma, threshold) / spacing) ** 2;
  return Math.min(2 * side * side, Math.floor(square * (1 + 1e-9)));
}

/**
 * Sites within the cutoff of a site far from any border: 6,640 at σ = 1, d = 0.1, θ = 0.005.
 * @param lattice if given, no more than it has: on a torus a site that is near both ways around counts once
 */
export function linksPerSite(
  limit: number,
  lattice?: Pick<SiteLattice, 'side' | 'sites' | 'periodic'>,
): number {
  const { side, sites, periodic } = lattice ?? { side: Infinity, sites: Infinity, periodic: false };
  // Of a column of the torus, the steps from −⌊(side − 1)/2⌋ to ⌊side/2⌋.
  const around = periodic ? side : Infinity;
  const reach = Math.floor(Math.sqrt(limit));
  let count = 0;
  for (
    let b = Math.max(-reach, -Math.floor((around - 1) / 2));
    b <= Math.min(reach, Math.floor(around / 2));
    b++
  ) {
    count += Math.min(around, 2 * Math.floor(Math.sqrt(limit - b * b)) + 1);
  }
  return Math.min(sites, count) - 1;
}

/** Sites kept at a fraction λ: round(λ · sites), at least one, as datasets are subsampled. */
export function keptSites({ sites }: SiteLattice, lambda: number): number {
  if (!(lambda > 0 && lambda <= 1)) {
    throw invalid(`lambda: got ${lambda}, expected a fraction above 0 and at most 1`);
  }
  return Math.max(1, Math.round(lambda * sites));
}

/**
 * All sites in a random order. The first k are exactly the labels that a dataset with `lambdaSeed` = seed keeps of its 2D
 * images when it keeps k: percolation is told of the very sets that models are trained on.
 * @returns (sites) uint32
 */
export function siteOrder({ sites }: SiteLattice, seed: number): Uint32Array {
  const rng = new Rng(seed, 'subsample');
  const keys = new Uint32Array(sites);
  for (let i = 0; i < sites; i++) keys[i] = rng.uint32();
  return sortedIndices(keys);
}

/** Indices by ascending key, equal keys by index: radix sort by 16 bits at a time. */
function sortedIndices(keys: Uint32Array): Uint32Array {
  let order = Uint32Array.from(keys, (_, i) => i);
  for (const shift of [0, 16]) {
    const starts = new Uint32Array(65537);
    for (const key of keys) starts[((key >>> shift) & 0xffff) + 1]!++;
    for (let d = 0; d < 65536; d++) starts[d + 1]! += starts[d]!;
    const next = new Uint32Array(keys.length);
    for (const i of order) next[starts[(keys[i]! >>> shift) & 0xffff]!++] = i;
    order = next;
  }
  return order;
}

/** To two digits, upwards. */
function roundUp(value: number): number {
  const unit = 10 ** (Math.floor(Math.log10(value)) - 1);
  return Number((Math.ceil(value / unit) * unit).toPrecision(3));
}
