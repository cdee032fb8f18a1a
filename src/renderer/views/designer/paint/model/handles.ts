import type { Lattice } from '../../../../../core/dataset/lattice.ts';
import { bandRanges } from '../../../../../core/dataset/region.ts';
import type { ShapeSpec } from '../../../../../core/dataset/spec.ts';
import { tidy, type Interval } from './transform.ts';

type Point = readonly [number, number];

/** A point of a shape that can be dragged. */
export interface Handle {
  readonly at: Point;
  readonly cursor: 'ew-resize' | 'ns-resize' | 'nwse-resize' | 'nesw-resize' | 'move';
  /**
   * The shape with this point moved to `to`, in label units. With `fromCentre` the opposite side moves too.
   * Null where the move would leave nothing of the shape.
   */
  readonly drag: (to: Point, fromCentre: boolean) => ShapeSpec | null;
}

/** Handles of a shape, in label units. Strokes have none: they are moved whole, and their radius is a number. */
export function handlesOf(lattice: Lattice, shape: ShapeSpec): Handle[] {
  const { size } = lattice;
  const middle = size / 2;
  switch (shape.type) {
    case 'band': {
      const set = (range: Interval): ShapeSpec => ({ ...shape, range });
      return edgeHandles(shape.axis, shape.range, middle, set);
    }
    case 'lesion': {
      const range = bandRanges(shape, size)![shape.axis]!;
      return [0, 1].map((k) => {
        const at: Point = shape.axis === 'x' ? [range[k]!, middle] : [middle, range[k]!];
        return {
          at,
          cursor: shape.axis === 'x' ? 'ew-resize' : 'ns-resize',
          drag: (to) => withWidth(shape, 2 * Math.abs(to[shape.axis === 'x' ? 0 : 1] - middle), size),
        };
      });
    }
    case 'rectangle':
      return boxHandles(shape.x, shape.y, (x, y) => ({ ...shape, x, y }));
    case 'cross':
      return boxHandles(shape.x, shape.y, (x, y) => ({ ...shape, x, y }));
    case 'ellipse': {
      const [[cx, cy], [rx, ry]] = [shape.center, shape.radii];
      return boxHandles([cx - rx, cx + rx], [cy - ry, cy + ry], (x, y) => {
        const radii: [number, number] = [tidy((x[1] - x[0]) / 2), tidy((y[1] - y[0]) / 2)];
        if (radii.includes(0)) return null;
        return { ...shape, center: [tidy((x[0] + x[1]) / 2), tidy((y[0] + y[1]) / 2)], radii };
      });
    }
    case 'interior': {
      const half = shape.width / 2;
      const drag: Handle['drag'] = (to) =>
        withWidth(shape, 2 * Math.max(Math.abs(to[0] - middle), Math.abs(to[1] - middle)), size);
      return corners([middle - half, middle + half], [middle - half, middle + half], () => drag);
    }
    case 'exterior': {
      const right = shape.corner.endsWith('right');
      const bottom = shape.corner.startsWith('bottom');
      const at: Point = [right ? size - shape.width : shape.width, bottom ? size - shape.width : shape.width];
      const drag: Handle['drag'] = ([x, y]) =>
        withWidth(shape, Math.max(right ? size - x : x, bottom ? size - y : y), size);
      return [{ at, cursor: right === bottom ? 'nwse-resize' : 'nesw-resize', drag }];
    }
    case 'rim': {
      const drag: Handle['drag'] = (to) => withWidth(shape, Math.min(to[0], to[1]), size / 2);
      return [{ at: [shape.width, shape.width], cursor: 'nwse-resize', drag }];
    }
    case 'polygon':
      // A lasso has hundreds of points: it is moved whole.
      if (shape.points.length > MAX_VERTEX_HANDLES) return [];
      return shape.points.map((at, k) => ({
        at,
        cursor: 'move',
        drag: (to) => ({ ...shape, points: shape.points.with(k, [tidy(to[0]), tidy(to[1])]) }),
      }));
    case 'brush':
      return [];
  }
}

const MAX_VERTEX_HANDLES = 64;

function withWidth<T extends ShapeSpec & { width: number }>(shape: T, width: number, most: number): T | null {
  const rounded = tidy(Math.min(width, most));
  return rounded > 0 ? { ...shape, width: rounded } : null;
}

/** Four corners and four sides of a box. */
function boxHandles(x: Interval, y: Interval, set: (x: Interval, y: Interval) => ShapeSpec | null): Handle[] {
  const sides = [
    ...edgeHandles('x', x, (y[0] + y[1]) / 2, (to) => set(to, y)),
    ...edgeHandles('y', y, (x[0] + x[1]) / 2, (to) => set(x, to)),
  ];
  return [
    ...sides,
    ...corners(
      x,
      y,
      (i, k) => (to, fromCentre) => set(moveEnd(x, i, to[0], fromCentre), moveEnd(y, k, to[1], fromCentre)),
    ),
  ];
}

/** Two handles, on the two ends of a range, at `middle` of the other axis. */
function edgeHandles(
  axis: 'x' | 'y',
  range: Interval,
  middle: number,
  set: (range: Interval) => ShapeSpec | null,
): Handle[] {
  return [0, 1].map((side) => ({
    at: axis === 'x' ? [range[side]!, middle] : [middle, range[side]!],
    cursor: axis === 'x' ? 'ew-resize' : 'ns-resize',
    drag: (to, fromCentre) => set(moveEnd(range, side, to[axis === 'x' ? 0 : 1], fromCentre)),
  }));
}

function corners(x: Interval, y: Interval, drag: (i: 0 | 1, k: 0 | 1) => Handle['drag']): Handle[] {
  return ([0, 1] as const).flatMap((i) =>
    ([0, 1] as const).map((k): Handle => ({
      at: [x[i], y[k]],
      cursor: i === k ? 'nwse-resize' : 'nesw-resize',
      drag: drag(i, k),
    })),
  );
}

/** Moves one end of an interval; ends that cross change places. */
function moveEnd(range: Interval, side: number, value: number, fromCentre: boolean): Interval {
  const other = fromCentre ? range[0] + range[1] - value : range[1 - side]!;
  return value <= other ? [tidy(value), tidy(other)] : [tidy(other), tidy(value)];
}
