import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import reference from '../testing/reference.json' with { type: 'json' };
import { clustersOfSites } from './clusters.ts';

type Site = [number, number];

/** Sizes of the clusters, by flood fill over all pairs. */
function bruteForce(sites: Site[], linked: (a: Site, b: Site) => boolean): number[] {
  const left = new Set(sites.keys());
  const sizes: number[] = [];
  for (const seed of sites.keys()) {
    if (!left.delete(seed)) continue;
    const cluster = [seed];
    for (const i of cluster) {
      for (const j of left) if (linked(sites[i]!, sites[j]!) && left.delete(j)) cluster.push(j);
    }
    sizes.push(cluster.length);
  }
  return sizes.sort((a, b) => b - a);
}

describe('clustersOfSites', () => {
  // Made with scipy (cKDTree.query_pairs, connected_components); mass ratios are rounded to six digits.
  it.each(reference.percolation)('finds the clusters that scipy finds: $name', (expected) => {
    const found = clustersOfSites(expected.occupied as Site[], expected.cutoff);
    expect(found.components).toBe(expected.components);
    expect(found.largest).toBe(expected.largest);
    expect(found.massRatio).toBeCloseTo(expected.massRatio, 6);
  });

  it('finds the clusters of comparing all pairs, for any whole cutoff², open and around a torus', () => {
    const cases = fc.record({
      sites: fc.uniqueArray(fc.tuple(fc.nat(19), fc.nat(14)), {
        minLength: 1,
        maxLength: 90,
        selector: ([i, j]) => i * 100 + j,
      }),
      square: fc.integer({ min: 0, max: 60 }),
      torus: fc.boolean(),
    });
    fc.assert(
      fc.property(cases, ({ sites, square, torus }) => {
        const along = (a: number, b: number, side: number) => {
          const d = Math.abs(a - b);
          return torus ? Math.min(d, side - d) : d;
        };
        const sizes = bruteForce(
          sites,
          ([a, b], [c, d]) => along(a, c, 20) ** 2 + along(b, d, 15) ** 2 <= square,
        );
        // √square as a double, squared, may be a little less than `square`: it must link all the same.
        const found = clustersOfSites(sites, Math.sqrt(square), { periodic: torus ? [20, 15] : undefined });
        expect([...found.sizes]).toEqual(sizes);
        expect(found.components).toBe(sizes.length);
        const counted = new Int32Array(sizes.length);
        for (const c of found.clusterOf) counted[c]!++;
        expect([...counted]).toEqual(sizes);
      }),
      { numRuns: 500, seed: 3 },
    );
  });

  it('finds them for sites off the lattice, too, negative ones included', () => {
    const place = fc.double({ min: -3, max: 3, noNaN: true });
    const cases = fc.record({
      sites: fc.uniqueArray(fc.tuple(place, place), { minLength: 1, maxLength: 60, selector: String }),
      cutoff: fc.double({ min: 0.01, max: 4, noNaN: true }),
    });
    fc.assert(
      fc.property(cases, ({ sites, cutoff }) => {
        const reach = cutoff * (1 + 1e-9);
        const sizes = bruteForce(sites, ([a, b], [c, d]) => Math.hypot(a - c, b - d) <= reach);
        expect([...clustersOfSites(sites, cutoff).sizes]).toEqual(sizes);
      }),
      { numRuns: 300, seed: 5 },
    );
  });

  it('links at the cutoff itself and not beyond it', () => {
    const pair: Site[] = [
      [0, 0],
      [2, 1],
    ];
    expect(clustersOfSites(pair, Math.sqrt(5)).components).toBe(1);
    expect(clustersOfSites(pair, 2.236).components).toBe(2);
    expect(clustersOfSites(pair, 0).components).toBe(2);
    expect(clustersOfSites([[0.5, 0], [0.5, 1]], 0).components).toBe(2); // prettier-ignore
    expect(clustersOfSites([[7, 7]], 0)).toMatchObject({ components: 1, largest: 1, massRatio: 1 });
  });

  it('takes 40,000 sites with a cutoff of thousands of neighbours in well under a second', () => {
    const sites = Array.from({ length: 40_000 }, (_, k): Site => [k % 200, Math.floor(k / 200)]);
    const start = performance.now();
    expect(clustersOfSites(sites, 46.04).components).toBe(1);
    expect(performance.now() - start).toBeLessThan(3000); // listing 6,640 links a site would take a minute
  });

  it.each([
    [[], 1, /sites: got none/],
    [[[1, NaN]], 1, /sites\[0\]: got \[1,null\], expected two finite numbers/],
    [[[1, 2], [1]], 1, /sites\[1\]: got \[1\]/],
    [[[1, 2, 3]], 1, /sites\[0\]: got \[1,2,3\]/],
    [
      [
        [1, 2],
        [0, 0],
        [1, 2],
      ],
      1,
      /sites\[2\]: got \[1, 2\], which sites\[0\] is already/,
    ],
    [[[1, 2]], -1, /cutoff: got -1/],
    [[[1, 2]], Infinity, /cutoff: got Infinity/],
  ])('refuses %j with cutoff %d', (sites, cutoff, message) => {
    expect(() => clustersOfSites(sites as Site[], cutoff)).toThrow(message);
  });

  it('refuses sites outside the torus', () => {
    expect(() => clustersOfSites([[20, 3]], 1, { periodic: 20 })).toThrow(
      /expected a site of the torus \[0, 20\)/,
    );
  });
});
