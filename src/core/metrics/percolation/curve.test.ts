import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLattice } from '../../dataset/lattice.ts';
import { specOf } from '../../dataset/testing.ts';
import { percolateLabels } from '../percolation.ts';
import { growOnce, percolationCurve, percolationSteps, type CurveOptions } from './curve.ts';
import { createGrowth } from './growth.ts';
import { keptSites, linksPerSite, siteLattice, siteOrder, type SiteLattice } from './lattice.ts';
import { spread } from './spread.ts';

/** Sizes of the clusters of these sites, flood filled over all pairs. */
function bruteForce({ side, periodic }: SiteLattice, sites: Uint32Array, limit: number): number[] {
  const along = (a: number, b: number) => {
    const d = Math.abs(a - b);
    return (periodic ? Math.min(d, side - d) : d) ** 2;
  };
  const linked = (p: number, q: number) =>
    along(p % side, q % side) + along(Math.floor(p / side), Math.floor(q / side)) <= limit;
  const left = new Set(sites);
  const sizes: number[] = [];
  for (const first of sites) {
    if (!left.delete(first)) continue;
    const cluster = [first];
    for (const p of cluster) for (const q of left) if (linked(p, q) && left.delete(q)) cluster.push(q);
    sizes.push(cluster.length);
  }
  return sizes;
}

const anyCase = fc.record({
  side: fc.integer({ min: 1, max: 13 }),
  periodic: fc.boolean(),
  limit: fc.integer({ min: 0, max: 90 }),
  seed: fc.nat(),
});

describe('Newman–Ziff growth', () => {
  it('has, after every single site, the clusters that comparing all pairs finds', () => {
    fc.assert(
      fc.property(anyCase, ({ side, periodic, limit, seed }) => {
        const lattice = siteLattice(side, 1, periodic);
        const order = siteOrder(lattice, seed);
        const growth = createGrowth(lattice, limit);
        for (let k = 1; k <= order.length; k++) {
          growth.occupy(order[k - 1]!);
          // Early on all is compared, later every seventh: flood filling is quadratic.
          if (k > 12 && k % 7 !== 0) continue;
          const sizes = bruteForce(lattice, order.subarray(0, k), limit);
          expect(growth.clusters).toBe(sizes.length);
          expect(growth.largest).toBe(Math.max(...sizes));
          expect(growth.squares).toBe(sizes.reduce((sum, s) => sum + s * s, 0));
        }
      }),
      { numRuns: 150, seed: 11 },
    );
  });

  it('stops where nothing changes any more: the curve without stopping is the same', () => {
    fc.assert(
      fc.property(anyCase, ({ side, periodic, limit, seed }) => {
        const lattice = siteLattice(side, 1, periodic);
        const order = siteOrder(lattice, seed);
        const every = Array.from(order, (_, k) => k + 1);
        expect(growOnce(lattice, limit, order, every)).toEqual(growOnce(lattice, limit, order, every, false));
      }),
      { numRuns: 300, seed: 13 },
    );
  });

  it('does stop early: σ = 1 at d = 0.1 settles within a fiftieth of the lattice', () => {
    const lattice = siteLattice(32, 0.1);
    const growth = createGrowth(lattice, 2119); // (4.6036 / 0.1)²
    const order = siteOrder(lattice, 1);
    let k = 0;
    while (!growth.settled) growth.occupy(order[k++]!);
    expect(k).toBeLessThan(1024 * 2);
    expect(growth.largest).toBe(k);
  });
});

describe('percolationCurve', () => {
  it('agrees with the clusters that the designer shows, at the sizes of the paper', () => {
    // Another algorithm (segments of rows), which scipy's clusters check in turn.
    for (const [spacing, sigma, periodic] of [
      [0.25, 0.25, false],
      [0.5, 1, true],
      [0.2, 0.1, true],
    ] as const) {
      const lattice = siteLattice(32, spacing, periodic);
      const spec = specOf({
        size: 32,
        spacing: { x: spacing, y: spacing },
        sigma: { x: sigma, y: sigma },
        boundary: periodic ? 'periodic' : 'open',
      });
      const lambdas = [0.001, 0.01, 0.03, 0.1, 0.2, 0.5, 1];
      const { points } = percolationCurve(lattice, { sigma, threshold: 0.05, lambdas, seeds: 1, seed: 9 });
      const order = siteOrder(lattice, 9);
      for (const { lambda, massRatio, massRatioOfSites, occupied } of points) {
        const labels = new Uint8Array(lattice.sites);
        for (const site of order.subarray(0, keptSites(lattice, lambda))) labels[site] = 1;
        const found = percolateLabels(createLattice(spec), spec, labels, lattice.sites, { threshold: 0.05 });
        expect(occupied).toBe(found.occupied);
        expect(massRatio.mean).toBe(found.massRatio);
        expect(massRatioOfSites).toBeCloseTo(found.massRatioOfSites, 12);
      }
    }
  });

  // Newman & Ziff 2000 for 4 neighbours, Malarz & Galam 2005 for 8; both in paper.md.
  it.each([
    [1, 4, 0.592746],
    [1.5, 8, 0.407254],
  ])('finds the threshold of the square lattice, cutoff %d: %d neighbours', (cutoff, neighbours, known) => {
    const at = (side: number, seeds: number) => {
      const { critical, links } = percolationCurve(siteLattice(side, 1, true), {
        sigma: 1,
        threshold: Math.exp(-(cutoff ** 2) / 4),
        lambdas: [1],
        seeds,
      });
      expect(links).toBe(neighbours);
      return critical.half!;
    };
    const [small, large] = [at(48, 60), at(96, 60)];
    // On a torus of L sites half is reached early, by a·L^(−1/ν) with ν = 4/3; two sizes eliminate a.
    const w = 2 ** 0.75;
    const limit = (w * large.mean - small.mean) / (w - 1);
    // Standard error of that estimate: 0.005; what is left of corrections of higher order: another 0.005.
    const error = Math.hypot(w * large.sd!, small.sd!) / Math.sqrt(60) / (w - 1);
    expect(error).toBeLessThan(0.006);
    expect(Math.abs(limit - known)).toBeLessThan(0.015);
    expect(large.mean).toBeLessThan(known);
    expect(large.mean).toBeGreaterThan(small.mean);
  });

  it('rises where mean field says: near 0.07 % at σ = 1, d = 0.1, near 0.23 and 0.07 at d = 1', () => {
    // Discs percolate at 4.512 neighbours each (Mertens & Moore 2012); small lattices and few neighbours blur that.
    for (const [spacing, sigma, expected] of [
      [0.1, 1, 0.0007],
      [1, 0.5, 0.23],
      [1, 1, 0.07],
    ] as const) {
      const lattice = siteLattice(32, spacing);
      const { critical, links } = curve(lattice, { sigma, seeds: 12 });
      expect(Math.abs(4.512 / links / expected - 1)).toBeLessThan(0.06);
      for (const { mean } of [critical.half!, critical.susceptibility!]) {
        expect(mean / expected).toBeGreaterThan(0.65);
        expect(mean / expected).toBeLessThan(1.1);
      }
    }
  });

  it('varies most between seeds where it rises, by all three definitions', () => {
    const lambdas = Array.from({ length: 40 }, (_, i) => (i + 1) / 40);
    const { critical } = curve(siteLattice(32, 1, true), { sigma: 0.5, threshold: 0.05, seeds: 20, lambdas });
    expect(critical.half!.mean).toBeCloseTo(critical.susceptibility!.mean, 1);
    expect(critical.variance).toBeGreaterThan(critical.half!.mean - 0.05);
    expect(critical.variance).toBeLessThan(critical.half!.mean + 0.05);
  });

  it('summarizes seeds by mean, deviation over n − 1 and interpolated quantiles', () => {
    // By hand: deviations ±1.5, ±0.5 from 2.5 give √(5/3); ranks 0.15 and 2.85 of 0 … 3.
    const { mean, sd, median, low, high } = spread([4, 1, 3, 2]);
    expect([mean, median]).toEqual([2.5, 2.5]);
    expect(sd).toBeCloseTo(Math.sqrt(5 / 3), 12);
    expect([low, high]).toEqual([expect.closeTo(1.15, 12), expect.closeTo(3.85, 12)]);
    expect(spread([7]).sd).toBeNull();
  });

  it('is 1 for one site, falls, and ends at 1 where the whole lattice hangs together', () => {
    const lattice = siteLattice(32, 0.25);
    const { points, critical } = curve(lattice, { sigma: 0.25, seeds: 5, lambdas: [1e-6, 0.001, 1] });
    expect(points[0]).toMatchObject({ occupied: 1, massRatio: { mean: 1, sd: 0 } });
    expect(points[1]!.massRatio.mean).toBeLessThan(0.5);
    expect(points[2]).toMatchObject({
      massRatio: { mean: 1, low: 1, high: 1 },
      massRatioOfSites: 1,
      susceptibility: 0,
    });
    expect(critical.half!.low).toBeLessThanOrEqual(critical.half!.median);
  });

  it('has half of the sites in one cluster from λ_c on and not just before', () => {
    const lattice = siteLattice(32, 0.5, true);
    const { half } = curve(lattice, { sigma: 0.5, seeds: 1, seed: 4 }).critical;
    const k = Math.round(half!.mean * lattice.sites);
    const from = Array.from({ length: lattice.sites - k + 2 }, (_, i) => (k - 1 + i) / lattice.sites);
    const ratios = curve(lattice, { sigma: 0.5, seeds: 1, seed: 4, lambdas: from }).points.map(
      (p) => p.massRatio.mean,
    );
    expect(ratios[0]).toBeLessThan(0.5);
    expect(Math.min(...ratios.slice(1))).toBeGreaterThanOrEqual(0.5);
  });

  it('has no threshold where no two sites are linked', () => {
    const { critical, points } = curve(siteLattice(32, 1), { sigma: 0.1, seeds: 3, lambdas: [0.5] });
    expect(critical).toEqual({ half: null, susceptibility: null, variance: null });
    expect(points[0]!.massRatio.mean).toBe(1 / 512);
    expect(linksPerSite(0)).toBe(0);
  });

  it('is computed seed by seed, with the same result', () => {
    const lattice = siteLattice(16, 1);
    const options = { sigma: 1, threshold: 0.05, lambdas: [0.02, 0.1], seeds: 3 };
    const steps = percolationSteps(lattice, options);
    expect([steps.next(), steps.next(), steps.next()].map(({ value }) => value)).toEqual([1, 2, 3]);
    expect(steps.next()).toEqual({ done: true, value: percolationCurve(lattice, options) });
  });

  it.each([
    [{ sigma: -1 }, /sigma: got -1/],
    [{ threshold: 2 }, /threshold: got 2/],
    [{ lambdas: [0.5, 1.5] }, /lambda: got 1.5/],
    [{ lambdas: [0.5, 0.5] }, /lambda: got 0.5 after 0.5/],
    [{ seeds: 0 }, /seeds: got 0/],
    [{ seed: -1 }, /seed: got -1/],
  ])('refuses %j', (options, message) => {
    expect(() => curve(siteLattice(8, 1), options)).toThrow(message);
  });
});

function curve(lattice: SiteLattice, options: Partial<CurveOptions>) {
  return percolationCurve(lattice, { sigma: 1, threshold: 0.005, lambdas: [1], seeds: 2, ...options });
}
