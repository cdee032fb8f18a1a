import type { Lattice } from '../../../../../core/dataset/lattice.ts';
import type { ShapeSpec } from '../../../../../core/dataset/spec.ts';
import { toLattice } from '../model/draft.ts';
import { simplifyStroke } from '../model/simplify.ts';
import { mirrorShape, tidy, type Interval } from '../model/transform.ts';
import type { ToolId } from './tools.ts';

/** A place of the pointer in label units, not yet on the lattice, and the keys held. */
export interface Sample {
  readonly x: number;
  readonly y: number;
  readonly shift: boolean;
  readonly alt: boolean;
}

export interface GestureContext {
  readonly lattice: Lattice;
  readonly snap: boolean;
  readonly mode: ShapeSpec['mode'];
  /** Brush radius in label units. */
  readonly radius: number;
  readonly mirrorX: boolean;
  readonly mirrorY: boolean;
  /** Label units per CSS pixel: finer than this nothing can be meant. */
  readonly pixel: number;
  /** A press and release at one place draws what is there (by keyboard), instead of nothing (a slip of the mouse). */
  readonly clickDraws?: boolean;
}

export type Point = readonly [number, number];

/** One drag (or, for a polygon, one series of clicks) that ends in shapes, or in nothing if it is cancelled. */
export interface Gesture {
  update(sample: Sample): void;
  /** The shapes it would leave if it ended now, without mirrored copies; none while there is nothing to see. */
  shapes(): ShapeSpec[];
  /** The line that is being drawn, for tools whose shape is not yet clear from its labels. */
  outline(): readonly Point[];
}

/** A brush or eraser stroke: the painter asks for the points that came since it last asked. */
export interface StrokeGesture extends Gesture {
  readonly radius: number;
  readonly points: readonly Point[];
}

/** Starts the gesture of a drawing tool. */
export function startGesture(
  tool: Exclude<ToolId, 'select' | 'pan' | 'fill' | 'brush' | 'eraser' | 'polygon'>,
  context: GestureContext,
  first: Sample,
): Gesture {
  switch (tool) {
    case 'lasso':
      return lassoGesture(context, first);
    case 'bandX':
    case 'bandY':
      return boxGesture(context, first, ({ x, y }) =>
        tool === 'bandX'
          ? { type: 'band', axis: 'x', range: x, mode: context.mode }
          : { type: 'band', axis: 'y', range: y, mode: context.mode },
      );
    case 'rectangle':
    case 'cross':
      return boxGesture(context, first, ({ x, y }) => ({ type: tool, x, y, mode: context.mode }));
    case 'ellipse':
      return boxGesture(context, first, ({ x, y }) => {
        const radii: [number, number] = [tidy((x[1] - x[0]) / 2), tidy((y[1] - y[0]) / 2)];
        if (radii.includes(0)) return null;
        return {
          type: 'ellipse',
          center: [tidy((x[0] + x[1]) / 2), tidy((y[0] + y[1]) / 2)],
          radii,
          mode: context.mode,
        };
      });
  }
}

/** Shapes together with their reflections, as mirror painting wants them; no copy of what is its own reflection. */
export function withMirrors(
  shapes: readonly ShapeSpec[],
  { lattice, mirrorX, mirrorY }: Pick<GestureContext, 'lattice' | 'mirrorX' | 'mirrorY'>,
): ShapeSpec[] {
  let all = [...shapes];
  for (const axis of [...(mirrorX ? ['x' as const] : []), ...(mirrorY ? ['y' as const] : [])]) {
    const copies = all.flatMap((shape) => mirrorShape(lattice, shape, axis) ?? []);
    all = [...all, ...copies];
  }
  const seen = new Set<string>();
  return all.filter((shape) => {
    const key = JSON.stringify(shape);
    return !seen.has(key) && seen.add(key);
  });
}

export function strokeGesture(context: GestureContext, first: Sample): StrokeGesture {
  const { lattice, radius, pixel, mode } = context;
  const anchor = place(context, first);
  const points: Point[] = [anchor];
  return {
    radius: tidy(radius),
    points,
    update(sample) {
      const to = place(context, sample.shift ? alongDiagonals(anchor, sample) : sample);
      const last = points.at(-1)!;
      if (to[0] !== last[0] || to[1] !== last[1]) points.push(to);
    },
    shapes() {
      // A tenth of a cell or half a pixel of the screen, whichever is finer, is below what can be meant.
      const cell = Math.min(lattice.x.spacing, lattice.y.spacing);
      let tolerance = Math.min(cell / 10, pixel / 2);
      let kept = simplifyStroke(points, tolerance);
      while (kept.length > MAX_STROKE_POINTS) kept = simplifyStroke(points, (tolerance *= 2));
      return [{ type: 'brush', radius: tidy(radius), points: kept, mode }];
    },
    outline: () => [],
  };
}

/** As many as the schema of a stroke allows. */
const MAX_STROKE_POINTS = 100_000;
const MAX_POLYGON_POINTS = 4096;

/** Shapes between two corners: Shift makes both sides equal, Alt takes the first corner as the centre. */
function boxGesture(
  context: GestureContext,
  first: Sample,
  make: (box: { x: Interval; y: Interval }) => ShapeSpec | null,
): Gesture {
  let last = first;
  let moved = context.clickDraws ?? false;
  return {
    update(sample) {
      last = sample;
      // A click that slips by a pixel is no drag.
      moved ||= Math.hypot(sample.x - first.x, sample.y - first.y) > 3 * context.pixel;
    },
    shapes() {
      if (!moved) return [];
      let [dx, dy] = [last.x - first.x, last.y - first.y];
      if (last.shift) {
        const side = Math.max(Math.abs(dx), Math.abs(dy));
        [dx, dy] = [Math.sign(dx || 1) * side, Math.sign(dy || 1) * side];
      }
      const from = last.alt ? { x: first.x - dx, y: first.y - dy } : first;
      const a = place(context, from);
      const b = place(context, { x: first.x + dx, y: first.y + dy });
      const shape = make({ x: ordered(a[0], b[0]), y: ordered(a[1], b[1]) });
      return shape === null ? [] : [shape];
    },
    outline: () => [],
  };
}

function lassoGesture(context: GestureContext, first: Sample): Gesture {
  const points: Point[] = [place({ ...context, snap: false }, first)];
  const polygon = (): [number, number][] => {
    let tolerance = Math.min(
      Math.min(context.lattice.x.spacing, context.lattice.y.spacing) / 10,
      context.pixel / 2,
    );
    let kept = simplifyStroke(points, tolerance);
    while (kept.length > MAX_POLYGON_POINTS) kept = simplifyStroke(points, (tolerance *= 2));
    return kept;
  };
  return {
    update(sample) {
      const to = place({ ...context, snap: false }, sample);
      const last = points.at(-1)!;
      if (to[0] !== last[0] || to[1] !== last[1]) points.push(to);
    },
    shapes() {
      const kept = polygon();
      return kept.length < 3 ? [] : [{ type: 'polygon', points: kept, mode: context.mode }];
    },
    outline: () => [...points, points[0]!],
  };
}

export interface PolygonGesture extends Gesture {
  /** Puts a corner where the pointer is. True if that closes the polygon: it is the first corner again. */
  click(sample: Sample): boolean;
  /** Takes the last corner back; false if there is none left. */
  back(): boolean;
  readonly corners: readonly Point[];
}

export function polygonGesture(context: GestureContext, first: Sample): PolygonGesture {
  const corners: Point[] = [place(context, first)];
  let cursor: Point = corners[0]!;
  const constrained = (sample: Sample): Point => {
    const last = corners.at(-1);
    return place(context, sample.shift && last ? alongDiagonals(last, sample) : sample);
  };
  const equal = (a: Point, b: Point) => a[0] === b[0] && a[1] === b[1];
  const shape = (points: readonly Point[]): ShapeSpec[] =>
    points.length < 3
      ? []
      : [{ type: 'polygon', points: points.map(([x, y]) => [x, y]), mode: context.mode }];
  return {
    corners,
    update(sample) {
      cursor = constrained(sample);
    },
    click(sample) {
      const at = constrained(sample);
      const near = Math.hypot(at[0] - corners[0]![0], at[1] - corners[0]![1]) <= 6 * context.pixel;
      if (corners.length >= 3 && near) return true;
      if (!equal(at, corners.at(-1)!) && corners.length < MAX_POLYGON_POINTS) corners.push(at);
      cursor = at;
      return false;
    },
    back() {
      if (corners.length <= 1) return false;
      corners.pop();
      return true;
    },
    shapes: () => shape(corners),
    outline: () => [...corners, cursor, corners[0]!],
  };
}

/** The label of the lattice nearest to the pointer, or the place itself to a tenth of a cell. */
export function place(
  { lattice, snap }: Pick<GestureContext, 'lattice' | 'snap'>,
  { x, y }: { readonly x: number; readonly y: number },
): Point {
  const part = snap ? 1 : 10;
  return [toLattice(x, lattice.x.spacing / part), toLattice(y, lattice.y.spacing / part)];
}

function ordered(a: number, b: number): Interval {
  return a <= b ? [a, b] : [b, a];
}

/** The nearest point on the row, column or diagonal through `from`. */
function alongDiagonals(from: Point, { x, y }: Sample): { x: number; y: number } {
  const [dx, dy] = [x - from[0], y - from[1]];
  const angle = (Math.round(Math.atan2(dy, dx) / (Math.PI / 4)) * Math.PI) / 4;
  const [ux, uy] = [Math.cos(angle), Math.sin(angle)];
  const length = dx * ux + dy * uy;
  return { x: from[0] + length * ux, y: from[1] + length * uy };
}
