import type { Lattice } from '../../../../../core/dataset/lattice.ts';
import { runsOf } from '../../../../../core/dataset/region.ts';
import { fillRuns } from '../../../../../core/dataset/runs.ts';
import type { ShapeSpec } from '../../../../../core/dataset/spec.ts';

/**
 * The labels of a layer: shapes apply in order, `add` puts in and `cut` takes out.
 * @param out (lattice.count) uint8, overwritten with 1 inside and 0 outside
 */
export function composeLayer(lattice: Lattice, shapes: readonly ShapeSpec[], out: Uint8Array): void {
  out.fill(0);
  for (const shape of shapes) fillRuns(out, runsOf(lattice, shape), shape.mode === 'add' ? 1 : 0);
}

/** Two lattices with the same key have the same labels. */
export function latticeKey(lattice: Lattice): string {
  const { size, margin, periodic, x, y } = lattice;
  return `${size} ${margin} ${periodic} ${x.spacing} ${y.spacing}`;
}
