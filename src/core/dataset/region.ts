import { coverInterval, indexFrom, type Lattice } from './lattice.ts';
import { fillRuns, runsOfBitmap, type Runs } from './runs.ts';
import { spanRaster, strokeBrush, fillEllipse, fillPolygon } from './spans.ts';
import type { ShapeSpec } from './spec.ts';

/**
 * Rasterizes a list of shapes in order: `add` puts labels in, `cut` takes them out again.
 * @returns (y.count, x.count) uint8, 1 inside, at flat label indices
 */
export function rasterizeShapes(lattice: Lattice, shapes: readonly ShapeSpec[]): Uint8Array {
  const layer = new Uint8Array(lattice.count);
  for (const shape of shapes) fillRuns(layer, runsOf(lattice, shape), shape.mode === 'add' ? 1 : 0);
  return layer;
}

const known = new WeakMap<ShapeSpec, { key: string; runs: Runs }>();

/**
 * The labels of one shape, whatever its mode, as runs. Kept for as long as the shape object lives: checks, layers and
 * sections all ask for them, and a drawing of hundreds of strokes is enumerated again whenever one is added.
 */
export function runsOf(lattice: Lattice, shape: ShapeSpec): Runs {
  const { size, margin, periodic, x, y } = lattice;
  const key = [size, margin, periodic, x.spacing, y.spacing].join();
  const found = known.get(shape);
  if (found?.key === key) return found.runs;
  const runs = runsOfBitmap(rasterizeShape(lattice, shape), x.count);
  known.set(shape, { key, runs });
  return runs;
}

/**
 * The labels of one shape, whatever its mode. Every edge is closed. On periodic boundaries bands, rectangles,
 * ellipses, polygons and strokes wrap; shapes defined by the frame (interior, exterior, rim) stay in it.
 * Polygons follow the non-zero winding rule, so that a lasso which crosses itself has no holes.
 * @returns (y.count, x.count) uint8, 1 inside, at flat label indices
 */
export function rasterizeShape(lattice: Lattice, shape: ShapeSpec): Uint8Array {
  const { size } = lattice;
  const bandX = (lo: number, hi: number) => coverInterval(lattice.x, lo, hi);
  const bandY = (lo: number, hi: number) => coverInterval(lattice.y, lo, hi);
  switch (shape.type) {
    case 'band':
    case 'cross':
    case 'lesion': {
      const { x, y } = bandRanges(shape, size)!;
      return union(lattice, x && bandX(...x), y && bandY(...y));
    }
    case 'rectangle':
      return product(bandX(...shape.x), bandY(...shape.y));
    case 'interior': {
      const [lo, hi] = [(size - shape.width) / 2, (size + shape.width) / 2];
      return inFrame(lattice, product(bandX(lo, hi), bandY(lo, hi)));
    }
    case 'exterior': {
      // A half-open frame: [N - W, N] would wrap onto label 0 of a torus, so the far corners end at the frame.
      const near: [number, number] = [0, shape.width];
      const x = shape.corner.endsWith('left') ? bandX(...near) : farEdge(lattice, 'x', shape.width);
      const y = shape.corner.startsWith('top') ? bandY(...near) : farEdge(lattice, 'y', shape.width);
      return inFrame(lattice, product(x, y));
    }
    case 'rim': {
      const [x, y] = (['x', 'y'] as const).map((axis) => {
        const near = coverInterval(lattice[axis], 0, shape.width);
        const far = farEdge(lattice, axis, shape.width);
        return near.map((v, i) => v | far[i]!);
      });
      return inFrame(lattice, union(lattice, x!, y!));
    }
    case 'ellipse': {
      const raster = spanRaster(lattice);
      fillEllipse(lattice, raster, shape.center, shape.radii);
      return raster.finish();
    }
    case 'polygon': {
      const raster = spanRaster(lattice);
      fillPolygon(lattice, raster, shape.points);
      return raster.finish();
    }
    case 'brush': {
      const raster = spanRaster(lattice);
      strokeBrush(lattice, raster, shape.points, shape.radius);
      return raster.finish();
    }
  }
}

/**
 * The closed intervals of values that a band-like shape (band, cross, lesion) takes out whole, in x and in y;
 * null for all other shapes.
 */
export function bandRanges(
  shape: ShapeSpec,
  size: number,
): { x: [number, number] | null; y: [number, number] | null } | null {
  switch (shape.type) {
    case 'band':
      return shape.axis === 'x' ? { x: shape.range, y: null } : { x: null, y: shape.range };
    case 'lesion': {
      const range: [number, number] = [(size - shape.width) / 2, (size + shape.width) / 2];
      return shape.axis === 'x' ? { x: range, y: null } : { x: null, y: range };
    }
    case 'cross':
      return { x: shape.x, y: shape.y };
    default:
      return null;
  }
}

/** Labels of the frame with value ≥ N - width, on one axis. */
function farEdge(lattice: Lattice, name: 'x' | 'y', width: number): Uint8Array {
  const axis = lattice[name];
  const mask = new Uint8Array(axis.count);
  return mask.fill(1, Math.max(axis.frameFrom, indexFrom(axis, lattice.size - width)), axis.frameTo);
}

function product(x: Uint8Array, y: Uint8Array): Uint8Array {
  const nx = x.length;
  const out = new Uint8Array(nx * y.length);
  for (let iy = 0; iy < y.length; iy++) if (y[iy] === 1) out.set(x, iy * nx);
  return out;
}

function union(lattice: Lattice, x: Uint8Array | null, y: Uint8Array | null): Uint8Array {
  const nx = lattice.x.count;
  const out = new Uint8Array(lattice.count);
  for (let iy = 0; iy < lattice.y.count; iy++) {
    if (y?.[iy] === 1) out.fill(1, iy * nx, (iy + 1) * nx);
    else if (x !== null) out.set(x, iy * nx);
  }
  return out;
}

/** Clears what lies in the margin. */
function inFrame(lattice: Lattice, bitmap: Uint8Array): Uint8Array {
  const { x, y } = lattice;
  for (let iy = 0; iy < y.count; iy++) {
    const row = iy * x.count;
    if (iy < y.frameFrom || iy >= y.frameTo) {
      bitmap.fill(0, row, row + x.count);
    } else {
      bitmap.fill(0, row, row + x.frameFrom);
      bitmap.fill(0, row + x.frameTo, row + x.count);
    }
  }
  return bitmap;
}
