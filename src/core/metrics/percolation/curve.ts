import { invalid } from '../../base/errors.ts';
import { createGrowth } from './growth.ts';
import { keptSites, linkLimit, linksPerSite, siteOrder, type SiteLattice } from './lattice.ts';
import { overlapCutoff } from './overlap.ts';
import { spread, type Spread } from './spread.ts';

export interface CurveOptions {
  /** Width of the bumps, in pixels. */
  readonly sigma: number;
  /** θ in (0, 1]: bumps are linked whose overlap is at least this. */
  readonly threshold: number;
  /** Fractions kept, in (0, 1], ascending. */
  readonly lambdas: readonly number[];
  /** Orders of the sites: seed, seed + 1, … */
  readonly seeds: number;
  readonly seed?: number;
}

/** Largest cluster against the fraction of sites that is kept (Fig. 6c, 13, 14b). */
export interface PercolationCurve {
  readonly sigma: number;
  readonly threshold: number;
  /** Greatest distance of two linked bumps, in pixels. */
  readonly cutoff: number;
  /** Sites linked to a site far from borders, were all occupied; at most all others. */
  readonly links: number;
  readonly seeds: number;
  readonly points: readonly CurvePoint[];
  readonly critical: Critical;
}

export interface CurvePoint {
  /** As asked for; `occupied` is what it comes to. */
  readonly lambda: number;
  /** round(λ · sites), at least one. */
  readonly occupied: number;
  /** Largest cluster over occupied sites, over seeds; 1 for a single site. */
  readonly massRatio: Spread;
  /** Largest cluster over all sites of the lattice, mean over seeds. */
  readonly massRatioOfSites: number;
  /** Mean over seeds of (Σs² − largest²) / occupied: the mean cluster of an occupied site, the largest left out. */
  readonly susceptibility: number;
}

/** Where the curve rises, by three definitions; fractions λ. All are null where the cutoff links no two sites. */
export interface Critical {
  /**
   * λ_c: the least fraction from which on the largest cluster holds at least half of the occupied sites. Exact for each
   * seed, not bound to the λ asked for. The ratio of few sites is 1 before any of them meet, hence "from which on".
   */
  readonly half: Spread | null;
  /** Where the susceptibility of a seed is greatest; exact for each seed. */
  readonly susceptibility: Spread | null;
  /** Of the λ asked for, where largest cluster over all sites varies most between seeds; null for one seed. */
  readonly variance: number | null;
}

/**
 * The whole curve at the price of one pass for each seed.
 * @throws CliffordError INVALID_INPUT for σ, θ or λ out of range, λ not ascending, or no seed
 */
export function percolationCurve(lattice: SiteLattice, options: CurveOptions): PercolationCurve {
  const steps = percolationSteps(lattice, options);
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

/**
 * The same, seed by seed, so that whoever drives it can show how far it is, let others work, or give up. Yields how many
 * seeds are done.
 */
export function* percolationSteps(
  lattice: SiteLattice,
  options: CurveOptions,
): Generator<number, PercolationCurve, void> {
  const { sigma, threshold, lambdas, seeds, seed = 0 } = options;
  const limit = linkLimit(lattice, sigma, threshold);
  checkSeeds(seed, seeds);
  const occupied = lambdas.map((lambda) => keptSites(lattice, lambda));
  lambdas.forEach((lambda, i) => {
    if (i > 0 && !(lambda > lambdas[i - 1]!)) {
      throw invalid(`lambda: got ${lambda} after ${lambdas[i - 1]}, expected fractions that ascend`);
    }
  });
  const passes: Pass[] = [];
  for (let k = 0; k < seeds; k++) {
    passes.push(growOnce(lattice, limit, siteOrder(lattice, seed + k), occupied));
    yield k + 1;
  }
  const links = linksPerSite(limit, lattice);
  return {
    ...{ sigma, threshold, cutoff: overlapCutoff(sigma, threshold), links, seeds },
    ...summary(lattice, passes, lambdas, occupied, limit > 0),
  };
}

function summary(
  { sites }: SiteLattice,
  passes: readonly Pass[],
  lambdas: readonly number[],
  occupied: readonly number[],
  linked: boolean,
): Pick<PercolationCurve, 'points' | 'critical'> {
  const points = lambdas.map((lambda, i): CurvePoint => {
    const massRatio = spread(passes.map(({ largest }) => largest[i]! / occupied[i]!));
    return {
      lambda,
      occupied: occupied[i]!,
      massRatio,
      massRatioOfSites: (massRatio.mean * occupied[i]!) / sites,
      susceptibility: passes.reduce((sum, { susceptibility }) => sum + susceptibility[i]!, 0) / passes.length,
    };
  });
  if (!linked) return { points, critical: { half: null, susceptibility: null, variance: null } };
  return {
    points,
    critical: {
      half: spread(passes.map(({ halfAt }) => halfAt / sites)),
      susceptibility: spread(passes.map(({ peakAt }) => peakAt / sites)),
      variance: mostVaried(points),
    },
  };
}

interface Pass {
  // largest, susceptibility: (λ) at the occupations asked for
  readonly largest: Float64Array;
  readonly susceptibility: Float64Array;
  /** Occupied sites from which on the largest cluster holds at least half of them. */
  readonly halfAt: number;
  readonly peakAt: number;
}

/**
 * @param occupied ascending
 * @param stops false goes on after the growth has settled, which changes nothing but the time
 */
export function growOnce(
  lattice: SiteLattice,
  limit: number,
  order: Uint32Array,
  occupied: readonly number[],
  stops = true,
): Pass {
  const growth = createGrowth(lattice, limit);
  const largest = new Float64Array(occupied.length);
  const susceptibility = new Float64Array(occupied.length);
  let [halfAt, peakAt, peak, point] = [1, 1, 0, 0];
  for (let k = 1; k <= order.length; k++) {
    if (stops && growth.settled) break;
    growth.occupy(order[k - 1]!);
    const most = growth.largest;
    if (2 * most < k) halfAt = k + 1;
    const others = (growth.squares - most * most) / k;
    if (others > peak) [peak, peakAt] = [others, k];
    for (; point < occupied.length && occupied[point] === k; point++) {
      largest[point] = most;
      susceptibility[point] = others;
    }
  }
  // Settled: all that is occupied is one cluster.
  for (; point < occupied.length; point++) largest[point] = occupied[point]!;
  return { largest, susceptibility, halfAt, peakAt };
}

function checkSeeds(seed: number, seeds: number): void {
  if (!(Number.isInteger(seeds) && seeds >= 1)) {
    throw invalid(`seeds: got ${seeds}, expected a whole number of at least 1`);
  }
  if (!(Number.isSafeInteger(seed + seeds) && seed >= 0)) {
    throw invalid(`seed: got ${seed}, expected a whole number of at least 0`);
  }
}

function mostVaried(points: readonly CurvePoint[]): number | null {
  let [best, most] = [null as number | null, 0];
  for (const { lambda, occupied, massRatio } of points) {
    // Over all sites: the ratio of a handful of occupied ones varies more than anywhere else, and means nothing.
    const sd = (massRatio.sd ?? 0) * occupied;
    if (sd > most) [best, most] = [lambda, sd];
  }
  return best;
}
