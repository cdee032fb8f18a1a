import { expect, it } from 'vitest';
import { createLattice } from '../../../../core/dataset/lattice.ts';
import { DatasetSpec, type DatasetSpecInput } from '../../../../core/dataset/spec.ts';
import { buildDataset } from '../../../../core/dataset/dataset.ts';
import { percolate } from '../../../../core/metrics/percolation.ts';
import { clusterMap } from './cluster-map.ts';

function mapOf(fields: Partial<DatasetSpecInput>, threshold = 0.005) {
  const spec = DatasetSpec.parse({ size: 24, parts: [{ kind: 'bump2d' }], ...fields });
  const percolation = percolate(buildDataset(spec), { threshold });
  const lattice = createLattice(spec);
  return { lattice, percolation, spec, map: clusterMap(lattice, spec, percolation) };
}

const sparse = [{ kind: 'bump2d', lambda: 0.03 }] as const;

it.each([
  ['open', { parts: [...sparse] }],
  ['periodic', { parts: [...sparse], boundary: 'periodic' }],
  ['longer in x', { parts: [...sparse], sigma: { x: 1.5, y: 0.7 }, spacing: { x: 0.5, y: 1 } }],
] as const)('reaches half the cutoff around each training label, and no further: %s', (_, fields) => {
  const { lattice, percolation, spec, map } = mapOf(fields as Partial<DatasetSpecInput>);
  const { clusterOf, cutoffSigmas } = percolation;
  const nx = lattice.x.count;
  const sites = [...clusterOf.keys()].filter((i) => clusterOf[i]! >= 0);
  const apart = (a: number, b: number, n: number) =>
    lattice.periodic ? Math.min(Math.abs(a - b), n - Math.abs(a - b)) : Math.abs(a - b);
  let seconds = 0;
  for (let i = 0; i < map.length; i++) {
    const distances = sites.map((s) => {
      const dx = apart(i % nx, s % nx, nx) * (lattice.x.spacing / spec.sigma.x);
      const dy =
        apart(Math.floor(i / nx), Math.floor(s / nx), lattice.y.count) * (lattice.y.spacing / spec.sigma.y);
      return Math.hypot(dx, dy);
    });
    const nearest = Math.min(...distances);
    // On the circle itself rounding decides.
    if (Math.abs(nearest - cutoffSigmas / 2) < 1e-6) continue;
    expect(map[i]! >= 0, `label ${i}`).toBe(nearest < cutoffSigmas / 2);
    if (map[i]! < 0) continue;
    expect(map[i]! % 2 === 0).toBe(nearest === 0);
    const owners = sites.filter((_s, k) => distances[k]! <= nearest + 1e-9).map((s) => clusterOf[s]!);
    if (!owners.includes(map[i]! >> 1)) seconds++;
  }
  expect(seconds).toBeLessThanOrEqual(map.length / 1000);
});

it('gives the ranks of two clusters beside a held-out band', () => {
  const band = { type: 'band', axis: 'x', range: [4, 9] } as const;
  const { map } = mapOf({ heldOut: [band] });
  // 14 columns right of the band, 4 left of it; half the cutoff is 2.3, so the middle of the band is free.
  const row = [...map.subarray(0, 24)];
  expect(row).toEqual([2, 2, 2, 2, 3, 3, -1, -1, 1, 1, ...Array<number>(14).fill(0)]);
});
