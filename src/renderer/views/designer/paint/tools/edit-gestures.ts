import type { ShapeSpec } from '../../../../../core/dataset/spec.ts';
import type { Lattice } from '../../../../../core/dataset/lattice.ts';
import { handlesOf, type Handle } from '../model/handles.ts';
import { moveShape, tidy } from '../model/transform.ts';
import { runsOf } from '../../../../../core/dataset/region.ts';
import { runsInclude } from '../../../../../core/dataset/runs.ts';
import { place, type GestureContext, type Sample } from './gestures.ts';
import { toLattice } from '../model/draft.ts';

/** A drag that changes shapes that are there: their places in the layer, and what they would become. */
export interface EditGesture {
  update(sample: Sample): void;
  changed(): ReadonlyMap<number, ShapeSpec>;
}

/** Moves shapes by whole cells (by tenths of a cell without the lattice); Shift keeps to a row or column. */
export function moveGesture(
  context: GestureContext,
  shapes: readonly ShapeSpec[],
  indices: readonly number[],
  first: Sample,
): EditGesture {
  let [dx, dy] = [0, 0];
  return {
    update(sample) {
      const part = context.snap ? 1 : 10;
      const { x, y } = context.lattice;
      [dx, dy] = [sample.x - first.x, sample.y - first.y];
      if (sample.shift) {
        if (Math.abs(dx) >= Math.abs(dy)) dy = 0;
        else dx = 0;
      }
      dx = toLattice(dx, x.spacing / part);
      dy = toLattice(dy, y.spacing / part);
    },
    changed() {
      const moved = new Map<number, ShapeSpec>();
      for (const i of indices) {
        const next = shapes[i] && moveShape(context.lattice, shapes[i], dx, dy);
        if (next) moved.set(i, next);
      }
      return moved;
    },
  };
}

/** Drags a handle of one shape; Alt keeps the centre. */
export function handleGesture(
  context: GestureContext,
  shape: ShapeSpec,
  index: number,
  handle: Handle,
  first: Sample,
): EditGesture {
  // What the pointer missed the handle by stays, so that a press alone moves nothing.
  const [ox, oy] = [handle.at[0] - first.x, handle.at[1] - first.y];
  let result = shape;
  let moved = false;
  return {
    update(sample) {
      moved ||= Math.hypot(sample.x - first.x, sample.y - first.y) > context.pixel;
      if (!moved) return;
      const to = place(context, { x: tidy(sample.x + ox), y: tidy(sample.y + oy) });
      result = handle.drag(to, sample.alt) ?? result;
    },
    changed: () => new Map([[index, result]]),
  };
}

/** The handle within reach of a point, of the first shape that has one there. */
export function handleAt(
  lattice: Lattice,
  shapes: readonly ShapeSpec[],
  indices: readonly number[],
  point: { readonly x: number; readonly y: number },
  reach: number,
): { index: number; handle: Handle } | null {
  for (const index of indices) {
    const shape = shapes[index];
    if (!shape) continue;
    for (const handle of handlesOf(lattice, shape)) {
      if (Math.abs(handle.at[0] - point.x) <= reach && Math.abs(handle.at[1] - point.y) <= reach) {
        return { index, handle };
      }
    }
  }
  return null;
}

/** The uppermost shape that covers a label. */
export function shapeAt(lattice: Lattice, shapes: readonly ShapeSpec[], index: number): number | null {
  for (let i = shapes.length - 1; i >= 0; i--) if (runsInclude(runsOf(lattice, shapes[i]!), index)) return i;
  return null;
}
