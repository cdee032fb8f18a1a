import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Rng } from '../base/rng.ts';
import { buildDataset } from '../dataset/dataset.ts';
import { createLattice, type Lattice } from '../dataset/lattice.ts';
import { effectiveSigma } from '../dataset/render.ts';
import type { DatasetSpec } from '../dataset/spec.ts';
import { datasetOf, PAPER, paperCross, specOf } from '../dataset/testing.ts';
import { percolate, percolateLabels, type Percolation } from './percolation.ts';
import { percolationReference } from './testing/percolation-reference.ts';

/** θ at which bumps of σ = 1 on the unit lattice are linked up to this distance. */
const thresholdAt = (distance: number) => Math.exp(-(distance ** 2) / 4);

function square(size: number, occupied: Uint8Array, cutoff: number): Percolation {
  const spec = specOf({ size });
  return percolateLabels(createLattice(spec), spec, occupied, size * size, {
    threshold: thresholdAt(cutoff),
  });
}

/** Clusters by comparing all pairs, flood filled; as a list of label lists. */
function bruteForce(
  lattice: Lattice,
  spec: DatasetSpec,
  occupied: Uint8Array,
  threshold: number,
): number[][] {
  const labels = [...occupied.keys()].filter((i) => occupied[i] === 1);
  const period = lattice.periodic ? lattice.size : null;
  const along = (a: number, b: number, sigma: number) => {
    const d = Math.abs(a - b);
    return (period === null ? d : Math.min(d, period - d)) ** 2 / (4 * sigma ** 2);
  };
  const place = (i: number): [number, number] => [
    lattice.x.values[i % lattice.x.count]!,
    lattice.y.values[Math.floor(i / lattice.x.count)]!,
  ];
  const linked = (i: number, j: number) => {
    const [[xi, yi], [xj, yj]] = [place(i), place(j)];
    const exponent = along(xi, xj, effectiveSigma(spec, 'x')) + along(yi, yj, effectiveSigma(spec, 'y'));
    return Math.exp(-exponent) >= threshold * (1 - 1e-7);
  };
  const left = new Set(labels);
  const clusters: number[][] = [];
  for (const seed of labels) {
    if (!left.delete(seed)) continue;
    const cluster = [seed];
    for (const i of cluster) {
      for (const j of left) {
        if (!linked(i, j)) continue;
        left.delete(j);
        cluster.push(j);
      }
    }
    clusters.push(cluster.sort((a, b) => a - b));
  }
  return clusters;
}

function clustersOf({ clusterOf }: Percolation): number[][] {
  const clusters: number[][] = [];
  clusterOf.forEach((c, i) => {
    if (c >= 0) (clusters[c] ??= []).push(i);
  });
  return clusters;
}

const bySize = (a: number[], b: number[]) => b.length - a.length || a[0]! - b[0]!;

describe('percolate', () => {
  it.each(percolationReference)('finds the clusters that scipy finds: $name', (reference) => {
    const occupied = Uint8Array.from(reference.rows.join(''), (c) => (c === '#' ? 1 : 0));
    const found = square(reference.rows.length, occupied, reference.cutoff);
    expect(found.clusters).toBe(reference.components);
    expect(found.sizes[0]).toBe(reference.largest);
    expect(found.massRatio).toBeCloseTo(reference.massRatio, 6);
    expect(found.massRatioOfSites).toBeCloseTo(reference.largest / reference.rows.length ** 2, 12);
  });

  it('finds the clusters of comparing all pairs, for any spacing, width, exponent and boundary', () => {
    const cases = fc.record({
      size: fc.integer({ min: 4, max: 12 }),
      perPixel: fc.record({ x: fc.integer({ min: 1, max: 3 }), y: fc.integer({ min: 1, max: 3 }) }),
      sigma: fc.record({
        x: fc.double({ min: 0.1, max: 3, noNaN: true }),
        y: fc.double({ min: 0.1, max: 3, noNaN: true }),
      }),
      boundary: fc.constantFrom('open' as const, 'periodic' as const),
      exponent: fc.constantFrom('2sigma2' as const, '4sigma2' as const),
      threshold: fc.constantFrom(0.9, 0.5, 0.05, 0.005, 1e-6),
      density: fc.double({ min: 0.01, max: 1, noNaN: true }),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(cases, ({ perPixel, threshold, density, seed, ...fields }) => {
        const spec = specOf({ ...fields, spacing: { x: 1 / perPixel.x, y: 1 / perPixel.y } });
        const lattice = createLattice(spec);
        const rng = new Rng(seed, 'percolation');
        const occupied = Uint8Array.from({ length: lattice.count }, () => (rng.uniform() < density ? 1 : 0));
        const found = percolateLabels(lattice, spec, occupied, lattice.count, { threshold, most: Infinity });
        const expected = bruteForce(lattice, spec, occupied, threshold).sort(bySize);
        expect(clustersOf(found)).toEqual(expected);
        expect(found.sizes).toEqual(expected.map((c) => c.length));
        expect(found.clusters).toBe(expected.length);
      }),
      { numRuns: 300, seed: 7 },
    );
  });

  it('links across a long gap of sparse labels only within the cutoff', () => {
    // θ = 0.005 reaches 4.6036 σ (paper.md): 46 steps of d = 0.1 are linked, 47 are not.
    for (const [steps, clusters] of [
      [46, 1],
      [47, 2],
    ] as const) {
      for (const axis of ['x', 'y'] as const) {
        const spec = specOf(PAPER);
        const lattice = createLattice(spec);
        const occupied = new Uint8Array(lattice.count);
        const stride = axis === 'x' ? 1 : lattice.x.count;
        const origin = 100 * lattice.x.count + 100;
        occupied[origin] = 1;
        occupied[origin + steps * stride] = 1;
        const found = percolateLabels(lattice, spec, occupied, lattice.count);
        expect(found.clusters).toBe(clusters);
        expect(found.cutoffSigmas).toBeCloseTo(4.6036, 4);
      }
    }
  });

  it('is cut into four by the cross of the paper at σ = 1, and by no narrower one', () => {
    const full = percolate(datasetOf(PAPER));
    expect([full.occupied, full.clusters, full.massRatio]).toEqual([102_400, 1, 1]);
    // The band 13–19 leaves 6.2 px between its neighbours, more than 4.6036 σ; 15–17 leaves 2.2.
    const cross = percolate(datasetOf({ ...PAPER, heldOut: [paperCross(32)] }));
    expect([cross.occupied, cross.clusters]).toEqual([67_081, 4]);
    // 130 values below 13, 129 above 19.
    expect(cross.sizes).toEqual([130 * 130, 130 * 129, 129 * 130, 129 * 129]);
    const narrow = percolate(datasetOf({ ...PAPER, heldOut: [{ type: 'cross', x: [15, 17], y: [15, 17] }] }));
    expect(narrow.clusters).toBe(1);
  });

  it('only ever joins clusters when the threshold falls, and goes around a torus', () => {
    const thin = datasetOf({ size: 32, boundary: 'periodic', parts: [{ kind: 'bump2d', lambda: 0.1 }] });
    const found = [0.9, 0.5, 0.2, 0.05, 0.01].map((threshold) => percolate(thin, { threshold }));
    found.slice(1).forEach((lower, i) => {
      const higher = found[i]!;
      const into = new Map<number, number>();
      higher.clusterOf.forEach((c, label) => {
        if (c < 0) return;
        const joined = lower.clusterOf[label]!;
        expect(into.get(c) ?? joined).toBe(joined);
        into.set(c, joined);
      });
      expect(lower.clusters).toBeLessThanOrEqual(higher.clusters);
    });
    // Labels 0 and 31 of one row are neighbours there, and 31 apart on an open lattice.
    for (const [boundary, clusters] of [
      ['periodic', 1],
      ['open', 2],
    ] as const) {
      const spec = specOf({ size: 32, boundary });
      const lattice = createLattice(spec);
      const occupied = new Uint8Array(lattice.count);
      occupied[0] = occupied[31] = 1;
      expect(percolateLabels(lattice, spec, occupied, 2).clusters).toBe(clusters);
    }
  });

  it('counts 2D labels, or links stripes by the feature that they show', () => {
    const dataset = buildDataset(
      specOf({
        size: 32,
        margin: 3,
        sigma: { x: 0.5, y: 2 },
        parts: [{ kind: 'bump2d' }, { kind: 'stripes1d' }, { kind: 'blank0d' }],
        lesion: [{ type: 'band', axis: 'x', range: [10, 13] }],
      }),
    );
    const plane = percolate(dataset);
    // σ = 0.5 along x reaches 2.3 px; the gap of four values is 5 px wide.
    expect([plane.sites, plane.occupied, plane.sizes]).toEqual([1024, 28 * 32, [18 * 32, 10 * 32]]);
    const all = percolate(dataset, { parts: 'all' });
    // Both halves of the plane; stripes along x cut by the lesion too, stripes along y in one, blanks in one.
    const sizes = [18 * 32, 10 * 32, 6 * 18, 6 * 10, 6 * 32, 36];
    expect([all.sites, all.occupied, all.sizes]).toEqual([
      38 ** 2,
      sizes.reduce((a, b) => a + b),
      sizes.sort((a, b) => b - a),
    ]);
    const { lattice } = dataset;
    expect(plane.clusterOf[0]).toBe(-1);
    expect(all.clusterOf[0]).toBe(all.clusterOf[lattice.count - 1]);
  });

  it.each([1, 0.1, 0.03])('follows a brush over 440×440 labels, dense or sparse, at σ = %d', (sigma) => {
    for (const lambda of [1, 0.5, 0.1, 0.01, 0.0007]) {
      const parts = [{ kind: 'bump2d' as const, lambda }];
      const dataset = datasetOf({ ...PAPER, size: 44, sigma: { x: sigma, y: sigma }, parts });
      const times = Array.from({ length: 5 }, () => {
        const began = performance.now();
        percolate(dataset);
        return performance.now() - began;
      });
      // 2 to 18 ms on an idle machine, ten times that where others share its cores; comparing pairs takes seconds.
      expect(Math.min(...times)).toBeLessThan(200);
    }
  });

  it('says 1 for a single label and 0 for none, and refuses a threshold that is no overlap', () => {
    const one = new Uint8Array(16).fill(1, 5, 6);
    expect(square(4, one, 1)).toMatchObject({ massRatio: 1, massRatioOfSites: 1 / 16, clusters: 1 });
    expect(square(4, new Uint8Array(16), 1)).toMatchObject({ massRatio: 0, clusters: 0, sizes: [] });
    for (const threshold of [0, -1, 1.01, Number.NaN]) {
      expect(() => percolate(datasetOf(), { threshold })).toThrow(
        `percolation threshold: got ${threshold}, expected an overlap above 0 and at most 1`,
      );
    }
    expect(() => square(4, new Uint8Array(15), 1)).toThrow("got 15 labels, expected the lattice's 16");
  });
});

describe('site percolation on the square lattice', () => {
  /** The fraction of occupied sites at which a path from the top to the bottom appears, by bisection. */
  function crossingAt(L: number, seed: number, cutoff: number): number {
    const rng = new Rng(seed, 'percolation');
    const heights = Float64Array.from({ length: L * L }, () => rng.uniform());
    const crosses = (p: number) => {
      const { clusterOf } = square(
        L,
        Uint8Array.from(heights, (h) => (h < p ? 1 : 0)),
        cutoff,
      );
      const top = new Set(clusterOf.subarray(0, L).filter((c) => c >= 0));
      return clusterOf.subarray(L * (L - 1)).some((c) => top.has(c));
    };
    let [low, high] = [0, 1];
    while (high - low > 1e-3) {
      const middle = (low + high) / 2;
      if (crosses(middle)) high = middle;
      else low = middle;
    }
    return (low + high) / 2;
  }

  it.each([
    // Values of the literature (Newman, Ziff 2000; 8 neighbours are the matching lattice: 1 − 0.592746).
    ['4 neighbours', 1, 0.592746],
    ['8 neighbours', Math.SQRT2, 0.407254],
  ])('percolates at the known threshold with %s', (_, cutoff, expected) => {
    const crossings = Array.from({ length: 60 }, (_, seed) => crossingAt(64, seed, cutoff));
    const mean = crossings.reduce((a, b) => a + b) / crossings.length;
    // One crossing at L = 64 spreads by about 0.03, so the mean of 60 by 0.004; four of that, and the finite size.
    expect(Math.abs(mean - expected)).toBeLessThan(0.016);
  });
});
