import type { Lattice } from '../../../../../core/dataset/lattice.ts';
import { rasterizeShape } from '../../../../../core/dataset/region.ts';
import type { ShapeSpec } from '../../../../../core/dataset/spec.ts';

/**
 * Rasterized shapes as runs of flat label indices, by the same code that builds the training set. A stroke
 * takes a few hundred runs where a bitmap takes 190,000 bytes, so the runs of every shape are kept, and a layer
 * of hundreds of shapes is put together again at each frame of a drag.
 */

// runs: (2·R) uint32, start and end (exclusive) of each run of flat indices, ascending
export type Runs = Uint32Array;

const cache = new WeakMap<ShapeSpec, { key: string; runs: Runs }>();

/** The labels of a shape, whatever its mode. Kept for as long as the shape object lives. */
export function runsOf(lattice: Lattice, shape: ShapeSpec): Runs {
  const key = latticeKey(lattice);
  const known = cache.get(shape);
  if (known?.key === key) return known.runs;
  const runs = runsOfBitmap(rasterizeShape(lattice, shape), lattice.x.count);
  cache.set(shape, { key, runs });
  return runs;
}

/**
 * The labels of a layer: shapes apply in order, `add` puts in and `cut` takes out.
 * @param out (lattice.count) uint8, overwritten with 1 inside and 0 outside
 */
export function composeLayer(lattice: Lattice, shapes: readonly ShapeSpec[], out: Uint8Array): void {
  out.fill(0);
  for (const shape of shapes) applyRuns(out, runsOf(lattice, shape), shape.mode === 'add' ? 1 : 0);
}

export function applyRuns(bitmap: Uint8Array, runs: Runs, value: 0 | 1): void {
  for (let k = 0; k < runs.length; k += 2) bitmap.fill(value, runs[k]!, runs[k + 1]!);
}

/** Whether a label is in a shape. */
export function runsInclude(runs: Runs, index: number): boolean {
  // The first run that ends after the index: runs ascend.
  let [lo, hi] = [0, runs.length / 2];
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if (runs[2 * mid + 1]! <= index) lo = mid + 1;
    else hi = mid;
  }
  return lo < runs.length / 2 && runs[2 * lo]! <= index;
}

/** Runs never cross a row's end, so that each says where it lies. */
function runsOfBitmap(bitmap: Uint8Array, nx: number): Runs {
  const out: number[] = [];
  let at = bitmap.indexOf(1);
  while (at >= 0) {
    const rowEnd = at - (at % nx) + nx;
    let to = at + 1;
    while (to < rowEnd && bitmap[to] === 1) to++;
    out.push(at, to);
    at = bitmap.indexOf(1, to);
  }
  return Uint32Array.from(out);
}

/** Two lattices with the same key have the same labels. */
export function latticeKey(lattice: Lattice): string {
  const { size, margin, periodic, x, y } = lattice;
  return `${size} ${margin} ${periodic} ${x.spacing} ${y.spacing}`;
}
