import type { Lattice } from '../../../../../core/dataset/lattice.ts';
import { strokeBrush, type SpanRaster } from '../../../../../core/dataset/spans.ts';
import { joinBoxes, type Box } from './box.ts';

/**
 * Paints one segment of a stroke straight into a bitmap, with the rule by which the finished stroke will be
 * rasterized: a pointer's move costs its own few labels, whatever has been painted before.
 * @param bitmap (lattice.count) uint8, changed in place
 * @returns the box around the labels touched
 */
export function paintSegment(
  lattice: Lattice,
  bitmap: Uint8Array,
  points: readonly (readonly [number, number])[],
  radius: number,
  value: 0 | 1,
): Box | null {
  const nx = lattice.x.count;
  const ny = lattice.y.count;
  let touched: Box | null = null;
  const raster: SpanRaster = {
    span(iy, from, to) {
      const lo = Math.max(0, from);
      const hi = Math.min(nx - 1, to);
      if (iy < 0 || iy >= ny || lo > hi) return;
      bitmap.fill(value, iy * nx + lo, iy * nx + hi + 1);
      touched = joinBoxes(touched, { x0: lo, y0: iy, x1: hi + 1, y1: iy + 1 });
    },
    finish: () => bitmap,
  };
  strokeBrush(lattice, raster, points, radius);
  return touched;
}
