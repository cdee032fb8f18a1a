import type { Lattice } from '../../../../../core/dataset/lattice.ts';
import { bandRanges } from '../../../../../core/dataset/region.ts';
import type { ShapeSpec } from '../../../../../core/dataset/spec.ts';

/** Moves and reflections of shapes, in label units. Coordinates come out rounded to 1e-9 (`tidy`). */

export type Interval = [lo: number, hi: number];
type Point = [number, number];
type AxisName = 'x' | 'y';

/** Moves a shape; null for a rim, which is tied to the frame. */
export function moveShape(lattice: Lattice, shape: ShapeSpec, dx: number, dy: number): ShapeSpec | null {
  if (dx === 0 && dy === 0) return shape;
  return mapCoordinates(lattice, shape, { x: (v) => tidy(v + dx), y: (v) => tidy(v + dy) });
}

/**
 * Reflects a shape along one axis about the value `about`; about the frame's centre N/2, shapes that the frame
 * defines stay what they are. Null for a rim about any other value.
 */
export function mirrorShape(
  lattice: Lattice,
  shape: ShapeSpec,
  axis: AxisName,
  about = lattice.size / 2,
): ShapeSpec | null {
  if (about === lattice.size / 2) {
    if (shape.type === 'interior' || shape.type === 'rim' || shape.type === 'lesion') return shape;
    if (shape.type === 'exterior') {
      const [vertical, horizontal] = shape.corner.split('-') as ['top' | 'bottom', 'left' | 'right'];
      const corner =
        axis === 'x'
          ? (`${vertical}-${horizontal === 'left' ? 'right' : 'left'}` as const)
          : (`${vertical === 'top' ? 'bottom' : 'top'}-${horizontal}` as const);
      return { ...shape, corner };
    }
  }
  const reflect = (v: number) => tidy(2 * about - v);
  const keep = (v: number) => v;
  return mapCoordinates(lattice, shape, axis === 'x' ? { x: reflect, y: keep } : { x: keep, y: reflect });
}

/** A shape that the frame defines, by its own coordinates: the same labels, free to move. Null for a rim. */
export function placedShape(
  lattice: Lattice,
  shape: ShapeSpec,
): Exclude<ShapeSpec, { type: 'interior' | 'exterior' | 'lesion' | 'rim' }> | null {
  const { size } = lattice;
  switch (shape.type) {
    case 'interior': {
      const { width, type: _, ...base } = shape;
      const range = (axis: AxisName): Interval => [
        tidy((size - width) / 2),
        Math.min(tidy((size + width) / 2), lastLabel(lattice, axis)),
      ];
      return { ...base, type: 'rectangle', x: range('x'), y: range('y') };
    }
    case 'exterior': {
      const { width, corner, type: _, ...base } = shape;
      // The far corners end at the last label, since the edge N would wrap onto label 0 of a torus.
      const range = (axis: AxisName, far: boolean): Interval => {
        const last = lastLabel(lattice, axis);
        const near = tidy(size - width);
        // A width below the spacing covers no label at the far end, but stays an interval.
        return far ? [near, Math.max(near, last)] : [0, Math.min(width, last)];
      };
      return {
        ...base,
        type: 'rectangle',
        x: range('x', corner.endsWith('right')),
        y: range('y', corner.startsWith('bottom')),
      };
    }
    case 'lesion': {
      const { width: _w, type: _t, axis, ...base } = shape;
      return { ...base, type: 'band', axis, range: bandRanges(shape, size)![axis]! };
    }
    case 'rim':
      return null;
    default:
      return shape;
  }
}

/** The closed box around a shape; null on an axis along which the shape has no ends. */
export function boundsOf(lattice: Lattice, shape: ShapeSpec): { x: Interval | null; y: Interval | null } {
  const { size } = lattice;
  const bands = bandRanges(shape, size);
  // A cross reaches over everything; its box is that of its intersection, about which it is moved and flipped.
  if (bands) return bands;
  switch (shape.type) {
    case 'rim':
      return { x: [0, size], y: [0, size] };
    case 'ellipse': {
      const [[cx, cy], [rx, ry]] = [shape.center, shape.radii];
      return { x: [cx - rx, cx + rx], y: [cy - ry, cy + ry] };
    }
    case 'polygon':
      return { x: extent(shape.points, 0, 0), y: extent(shape.points, 1, 0) };
    case 'brush':
      return { x: extent(shape.points, 0, shape.radius), y: extent(shape.points, 1, shape.radius) };
    default: {
      const { x, y } = placedShape(lattice, shape) as Extract<ShapeSpec, { type: 'rectangle' }>;
      return { x, y };
    }
  }
}

/** The box around several shapes. */
export function unionBounds(
  lattice: Lattice,
  shapes: readonly ShapeSpec[],
): { x: Interval | null; y: Interval | null } {
  const boxes = shapes.map((shape) => boundsOf(lattice, shape));
  const join = (axis: AxisName): Interval | null => {
    const ranges = boxes.flatMap((box) => (box[axis] ? [box[axis]] : []));
    if (ranges.length === 0) return null;
    return [Math.min(...ranges.map((r) => r[0])), Math.max(...ranges.map((r) => r[1]))];
  };
  return { x: join('x'), y: join('y') };
}

/** Rounds away what sums of decimal steps leave behind (13.700000000000001), and negative zero. */
export function tidy(value: number): number {
  return Math.round(value * 1e9) / 1e9 + 0;
}

function mapCoordinates(
  lattice: Lattice,
  shape: ShapeSpec,
  map: Readonly<Record<AxisName, (v: number) => number>>,
): ShapeSpec | null {
  const placed = placedShape(lattice, shape);
  if (placed === null) return null;
  const interval = (axis: AxisName, [lo, hi]: readonly [number, number]): Interval => {
    const [a, b] = [map[axis](lo), map[axis](hi)];
    return a <= b ? [a, b] : [b, a];
  };
  const point = ([x, y]: readonly [number, number]): Point => [map.x(x), map.y(y)];
  switch (placed.type) {
    case 'band':
      return { ...placed, range: interval(placed.axis, placed.range) };
    case 'rectangle':
    case 'cross':
      return { ...placed, x: interval('x', placed.x), y: interval('y', placed.y) };
    case 'ellipse':
      return { ...placed, center: point(placed.center) };
    case 'polygon':
    case 'brush':
      return { ...placed, points: placed.points.map(point) };
  }
}

function lastLabel(lattice: Lattice, axis: AxisName): number {
  const { values, frameTo } = lattice[axis];
  return values[frameTo - 1]!;
}

function extent(points: readonly Point[], axis: 0 | 1, grow: number): Interval {
  let lo = Infinity;
  let hi = -Infinity;
  for (const p of points) {
    lo = Math.min(lo, p[axis]);
    hi = Math.max(hi, p[axis]);
  }
  return [lo - grow, hi + grow];
}
