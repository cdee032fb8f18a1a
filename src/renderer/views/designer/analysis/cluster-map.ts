import type { Lattice } from '../../../../core/dataset/lattice.ts';
import { effectiveSigma, type RenderSpec } from '../../../../core/dataset/render.ts';
import type { Percolation } from '../../../../core/metrics/percolation.ts';

/**
 * Clusters as areas: around each 2D training label all labels up to half the distance at which images are linked.
 * Areas of linked images meet, so one sees why a cluster hangs together even where its images are far apart.
 *
 * Each label gets the nearest training label by spreading from all of them at once, as distance transforms do
 * (Danielsson 1980); a label in a thousand may get the second nearest, which shows in no picture.
 * @returns (lattice.count) int32: 2·rank for training labels of the cluster of that rank, 2·rank + 1 for the labels
 *   around them, −1 elsewhere
 */
export function clusterMap(
  lattice: Lattice,
  spec: Pick<RenderSpec, 'sigma' | 'exponent'>,
  { clusterOf, cutoffSigmas }: Pick<Percolation, 'clusterOf' | 'cutoffSigmas'>,
): Int32Array {
  const nx = lattice.x.count;
  const ny = lattice.y.count;
  const ux = lattice.x.spacing / effectiveSigma(spec, 'x');
  const uy = lattice.y.spacing / effectiveSigma(spec, 'y');
  // Squares of distances are in units of σ², as the cutoff is.
  const limit = (cutoffSigmas / 2) ** 2 * (1 + 1e-9);
  const between = (a: number, b: number, n: number) => {
    const d = Math.abs(a - b);
    return lattice.periodic ? Math.min(d, n - d) : d;
  };
  const best = new Float64Array(lattice.count).fill(Infinity);
  const site = new Int32Array(lattice.count).fill(-1);
  let front: number[] = [];
  for (let i = 0; i < clusterOf.length; i++) {
    if (clusterOf[i]! < 0) continue;
    best[i] = 0;
    site[i] = i;
    front.push(i);
  }
  while (front.length > 0) {
    const next: number[] = [];
    for (const i of front) {
      const s = site[i]!;
      const ix = i % nx;
      const iy = (i - ix) / nx;
      const sx = s % nx;
      const sy = (s - sx) / nx;
      for (let dy = -1; dy <= 1; dy++) {
        for (let dx = -1; dx <= 1; dx++) {
          let jx = ix + dx;
          let jy = iy + dy;
          if (lattice.periodic) {
            jx = (jx + nx) % nx;
            jy = (jy + ny) % ny;
          } else if (jx < 0 || jx >= nx || jy < 0 || jy >= ny) continue;
          const d = (ux * between(jx, sx, nx)) ** 2 + (uy * between(jy, sy, ny)) ** 2;
          const j = jy * nx + jx;
          if (d > limit || d >= best[j]!) continue;
          best[j] = d;
          site[j] = s;
          next.push(j);
        }
      }
    }
    front = next;
  }
  return site.map((s, i) => (s < 0 ? -1 : 2 * clusterOf[s]! + (s === i ? 0 : 1)));
}
