import { describe, expect, it } from 'vitest';
import { createLattice } from '../../dataset/lattice.ts';
import { subsample } from '../../dataset/subsample.ts';
import { specOf } from '../../dataset/testing.ts';
import { keptSites, linkLimit, linksPerSite, siteLattice, siteOrder } from './lattice.ts';

describe('lattice of bump centres', () => {
  it.each([
    [32, 0.1, 102_400],
    [32, 1, 1024],
    [16, 0.3, 54 * 54],
  ])('has the labels that a dataset of N = %d, d = %d has', (size, spacing, sites) => {
    expect(siteLattice(size, spacing).sites).toBe(sites);
    expect(createLattice(specOf({ size, spacing: { x: spacing, y: spacing } })).count).toBe(sites);
  });

  it('keeps the very labels that a dataset of that λ and seed trains on', () => {
    const spec = specOf({ size: 12, spacing: { x: 0.5, y: 0.5 } });
    const lattice = createLattice(spec);
    const sites = siteLattice(12, 0.5);
    const all = Uint32Array.from({ length: lattice.count }, (_, i) => i);
    for (const [lambda, seed] of [
      [0.0001, 0],
      [0.03, 5],
      [0.5, 2 ** 40],
      [1, 7],
    ] as const) {
      const kept = siteOrder(sites, seed).slice(0, keptSites(sites, lambda)).sort();
      expect(kept).toEqual(subsample(lattice, all, 2, lambda, seed));
    }
  });

  it('counts 6,640 neighbours at σ = 1, d = 0.1, θ = 0.005', () => {
    // From paper.md; 20 and 68 are counted by hand on squared paper: a² + b² ≤ 5, and ≤ 21.
    const links = (spacing: number, sigma: number) =>
      linksPerSite(linkLimit(siteLattice(32, spacing), sigma, 0.005));
    expect(links(0.1, 1)).toBe(6640);
    expect(links(1, 0.5)).toBe(20);
    expect(links(1, 1)).toBe(68);
    expect(links(1, 0.1)).toBe(0);
  });

  it('counts no more links than a lattice has sites, and each site of a torus once', () => {
    for (const side of [5, 6]) {
      const lattice = siteLattice(side, 1, true);
      for (let limit = 0; limit <= 2 * side * side; limit++) {
        let expected = -1; // the site itself
        for (let i = 0; i < side; i++) {
          for (let j = 0; j < side; j++) {
            if (Math.min(i, side - i) ** 2 + Math.min(j, side - j) ** 2 <= limit) expected++;
          }
        }
        expect(linksPerSite(limit, lattice)).toBe(expected);
      }
      expect(linksPerSite(2 * side * side, siteLattice(side, 1))).toBe(side * side - 1);
    }
  });

  it('reaches lattice distances that the cutoff equals but for rounding', () => {
    for (let square = 0; square <= 60; square++) {
      const threshold = Math.exp(-square / 4);
      expect(linkLimit(siteLattice(32, 1), 1, threshold)).toBe(square);
    }
  });

  it.each([
    [() => siteLattice(32, 0), /spacing: got 0, expected a distance above 0/],
    [() => siteLattice(32, 33), /spacing: got 33, expected .* at most the size 32/],
    [() => siteLattice(2.5, 1), /size: got 2.5/],
    [() => siteLattice(32, 0.3, true), /goes 106.667 times around .* such as 0.299065/],
    [
      () => siteLattice(256, 0.01),
      /gives 655,360,000 sites .* at most 16,777,216, as with a spacing of 0.063/,
    ],
    [() => keptSites(siteLattice(32, 1), 0), /lambda: got 0/],
    [() => keptSites(siteLattice(32, 1), 1.01), /lambda: got 1.01/],
  ])('refuses bad input: %s', (make, message) => {
    expect(make).toThrow(message);
  });

  it('accepts the spacing that it recommends', () => {
    expect(siteLattice(256, 0.063).sites).toBeLessThanOrEqual(2 ** 24);
    expect(siteLattice(32, 0.299065 + 4.2056e-7, true).side).toBe(107);
  });
});
