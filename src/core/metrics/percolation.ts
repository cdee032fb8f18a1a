import { invalid } from '../base/errors.ts';
import { MEMBER, type Dataset } from '../dataset/dataset.ts';
import type { Lattice } from '../dataset/lattice.ts';
import { effectiveSigma, type RenderSpec } from '../dataset/render.ts';
import { clusterCells, type Clusters } from './percolation-cells.ts';

export interface PercolationOptions {
  /** θ in (0, 1]: images are linked whose overlap is at least this. Default 0.005 (Fig. 6). */
  readonly threshold?: number;
  /**
   * - `2d` (default): labels with both features in the frame
   * - `all`: stripes and blanks too. Overlap is defined between like images only: stripes along x are linked by their
   *   x alone, those along y by their y, blanks are all alike, and no kind is linked to another
   */
  readonly parts?: '2d' | 'all';
  /** How many of the largest clusters' sizes are told. Default 10. */
  readonly most?: number;
}

/** Clusters of the overlap graph of training labels (Fig. 6b, 6d). */
export interface Percolation {
  readonly threshold: number;
  /** Distance of two labels, in units of σ, up to which they are linked: 2√ln(1/θ). */
  readonly cutoffSigmas: number;
  /** Training labels counted, and labels that there could be: all 2D labels of the frame, or all labels. */
  readonly occupied: number;
  readonly sites: number;
  /** Labels of the largest cluster over `occupied`; 1 for a single label, 0 for none. */
  readonly massRatio: number;
  /** Labels of the largest cluster over `sites`. */
  readonly massRatioOfSites: number;
  readonly clusters: number;
  /** Sizes of the largest clusters, descending. */
  readonly sizes: readonly number[];
  // clusterOf: (lattice.count) int32, −1 where there is no label, else the cluster's rank by size, 0 the largest
  readonly clusterOf: Int32Array;
}

/** θ of Fig. 6; Fig. 14 has 0.05. */
export const OVERLAP_THRESHOLD = 0.005;

/**
 * Clusters of the images that a dataset trains on. Two bumps are linked if their overlap
 * exp(−Δx²/4σx² − Δy²/4σy²), the normalized L² product on an unbounded plane, is at least θ: all pairs, not only
 * neighbours of the lattice. On a torus Δ goes the shorter way around. Sums of stripes are linked by the same rule, as
 * the bumps at their labels.
 *
 * Takes a few milliseconds for 440×440 labels, so that it can follow a brush.
 * @throws CliffordError INVALID_INPUT for a threshold outside (0, 1]
 */
export function percolate(dataset: Dataset, options: PercolationOptions = {}): Percolation {
  const { membership, lattice, spec, frameLabels } = dataset;
  const all = options.parts === 'all';
  const occupied = membership.map((bits) => {
    const is2d = (bits & FRAME) === FRAME;
    return (bits & MEMBER.training) !== 0 && (all || is2d) ? 1 : 0;
  });
  return percolateLabels(lattice, spec, occupied, all ? lattice.count : frameLabels, options);
}

/**
 * The same for any set of labels, for regions that are being drawn.
 * @param occupied (lattice.count) uint8, 1 for labels that are trained on; which images they show is told by where they
 *   lie (see `PercolationOptions.parts`, which has no other say here)
 * @param sites what `massRatioOfSites` divides by
 */
export function percolateLabels(
  lattice: Lattice,
  spec: Pick<RenderSpec, 'sigma' | 'exponent'>,
  occupied: Uint8Array,
  sites: number,
  options: PercolationOptions = {},
): Percolation {
  const threshold = options.threshold ?? OVERLAP_THRESHOLD;
  if (!(threshold > 0 && threshold <= 1)) {
    throw invalid(`percolation threshold: got ${threshold}, expected an overlap above 0 and at most 1`);
  }
  if (occupied.length !== lattice.count) {
    throw invalid(`percolation: got ${occupied.length} labels, expected the lattice's ${lattice.count}`);
  }
  const { of, count } = clusterLabels(lattice, occupied, reachOf(lattice, spec, threshold));
  const { sizes, ranks } = rankBySize(of, count);
  for (let i = 0; i < of.length; i++) if (of[i]! >= 0) of[i] = ranks[of[i]!]!;
  const total = sizes.reduce((a, b) => a + b, 0);
  const largest = sizes[0] ?? 0;
  return {
    threshold,
    cutoffSigmas: 2 * Math.sqrt(-Math.log(threshold)),
    occupied: total,
    sites,
    massRatio: total === 0 ? 0 : largest / total,
    massRatioOfSites: sites === 0 ? 0 : largest / sites,
    clusters: count,
    sizes: Array.from(sizes.subarray(0, options.most ?? 10)),
    clusterOf: of,
  };
}

const FRAME = MEMBER.frameX | MEMBER.frameY;

/** Cells within the cutoff: `rows[b]` columns for labels b rows apart, `columns[a]` rows for labels a columns apart. */
interface Reach {
  readonly rows: Int32Array;
  readonly columns: Int32Array;
}

function reachOf(lattice: Lattice, spec: Pick<RenderSpec, 'sigma' | 'exponent'>, threshold: number): Reach {
  // Edges of the ellipse lie within by 1e-9, as edges of regions do: rounding must not decide about lattice distances.
  const limit = -4 * Math.log(threshold) * (1 + 1e-9);
  const ux = (lattice.x.spacing / effectiveSigma(spec, 'x')) ** 2;
  const uy = (lattice.y.spacing / effectiveSigma(spec, 'y')) ** 2;
  return {
    rows: halfWidths(limit, ux, uy, lattice.x.count, lattice.y.count),
    columns: halfWidths(limit, uy, ux, lattice.y.count, lattice.x.count),
  };
}

/** For b = 0, 1, … < mostB the greatest a ≤ mostA with a²·u + b²·v ≤ limit, as long as there is one. */
function halfWidths(limit: number, u: number, v: number, mostA: number, mostB: number): Int32Array {
  const out: number[] = [];
  for (let b = 0; b < mostB && b * b * v <= limit; b++) {
    let a = Math.min(mostA, Math.floor(Math.sqrt((limit - b * b * v) / u)));
    while (a > 0 && a * a * u + b * b * v > limit) a--;
    while (a < mostA && (a + 1) ** 2 * u + b * b * v <= limit) a++;
    out.push(a);
  }
  return Int32Array.from(out);
}

function clusterLabels(lattice: Lattice, occupied: Uint8Array, reach: Reach): Clusters {
  const { x, y, periodic } = lattice;
  const wide = { width: x.count, height: y.count, wrapX: periodic, wrapY: periodic };
  const inFrame = x.frameTo - x.frameFrom === x.count && y.frameTo - y.frameFrom === y.count;
  if (inFrame) return clusterCells(occupied, wide, reach.rows);

  const kinds = splitKinds(lattice, occupied);
  const found = clusterCells(kinds.plane, wide, reach.rows);
  const { of } = found;
  let count = found.count;
  const line = (cells: Uint8Array, reachOnAxis: number): Int32Array => {
    const row = { width: cells.length, height: 1, wrapX: false, wrapY: false };
    const clusters = clusterCells(cells, row, Int32Array.of(reachOnAxis));
    const numbers = clusters.of.map((c) => (c < 0 ? -1 : c + count));
    count += clusters.count;
    return numbers;
  };
  const alongX = line(kinds.alongX, reach.rows[0]!);
  const alongY = line(kinds.alongY, reach.columns[0]!);
  const blank = kinds.blanks > 0 ? count++ : -1;
  forEachOutside(lattice, occupied, (index, ix, iy, inX, inY) => {
    of[index] = inX ? alongX[ix]! : inY ? alongY[iy]! : blank;
  });
  return { of, count };
}

/** 2D labels as they lie, stripes by the one feature that they show, blanks counted. */
function splitKinds(lattice: Lattice, occupied: Uint8Array) {
  const plane = occupied.slice();
  const alongX = new Uint8Array(lattice.x.count);
  const alongY = new Uint8Array(lattice.y.count);
  let blanks = 0;
  forEachOutside(lattice, occupied, (index, ix, iy, inX, inY) => {
    plane[index] = 0;
    if (inX) alongX[ix] = 1;
    else if (inY) alongY[iy] = 1;
    else blanks++;
  });
  return { plane, alongX, alongY, blanks };
}

/** Calls back for each occupied label that is not 2D, and whether its x (y) lies in the frame. */
function forEachOutside(
  { x, y }: Lattice,
  occupied: Uint8Array,
  visit: (index: number, ix: number, iy: number, inX: boolean, inY: boolean) => void,
): void {
  for (let iy = 0, index = 0; iy < y.count; iy++) {
    const inY = iy >= y.frameFrom && iy < y.frameTo;
    for (let ix = 0; ix < x.count; ix++, index++) {
      if (occupied[index] === 0) continue;
      const inX = ix >= x.frameFrom && ix < x.frameTo;
      if (!(inX && inY)) visit(index, ix, iy, inX, inY);
    }
  }
}

/** Sizes descending; ranks[c]: place of cluster c among them. Equal sizes keep the order of their first labels. */
function rankBySize(of: Int32Array, count: number): { sizes: Int32Array; ranks: Int32Array } {
  const counts = new Int32Array(count);
  for (const c of of) if (c >= 0) counts[c]!++;
  // Both are at most 2²⁴ (MAX_LABELS), so their combination is an exact key that sorts natively.
  const keys = Float64Array.from(counts, (size, c) => (2 ** 24 - size) * 2 ** 25 + c).sort();
  const ranks = new Int32Array(count);
  const sizes = new Int32Array(count);
  keys.forEach((key, rank) => {
    const c = key % 2 ** 25;
    ranks[c] = rank;
    sizes[rank] = counts[c]!;
  });
  return { sizes, ranks };
}
