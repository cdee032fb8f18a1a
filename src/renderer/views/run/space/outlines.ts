import type { Axis, Lattice } from '../../../../core/dataset/lattice.ts';

/** A straight piece of border in label units: half-way between labels inside and outside. */
export type Segment = readonly [x0: number, y0: number, x1: number, y1: number];

/**
 * The border of a region over the frame. Cells reach half a spacing to either side of their label; the frame's own
 * border counts as outside, so that every outline is closed.
 * @param bitmap (y.count, x.count), not 0 inside
 */
export function outlineOf(lattice: Lattice, bitmap: ArrayLike<number>): Segment[] {
  const { x, y } = lattice;
  const inside = (ix: number, iy: number): boolean =>
    ix >= x.frameFrom &&
    ix < x.frameTo &&
    iy >= y.frameFrom &&
    iy < y.frameTo &&
    bitmap[iy * x.count + ix] !== 0;
  const segments: Segment[] = [];
  for (let iy = y.frameFrom; iy <= y.frameTo; iy++) {
    runs(x.frameFrom, x.frameTo, (ix) => inside(ix, iy) !== inside(ix, iy - 1)).forEach(([from, to]) => {
      const at = edge(y, iy);
      segments.push([edge(x, from), at, edge(x, to), at]);
    });
  }
  for (let ix = x.frameFrom; ix <= x.frameTo; ix++) {
    runs(y.frameFrom, y.frameTo, (iy) => inside(ix, iy) !== inside(ix - 1, iy)).forEach(([from, to]) => {
      const at = edge(x, ix);
      segments.push([at, edge(y, from), at, edge(y, to)]);
    });
  }
  return segments;
}

/** Lower border of the cell with this index. */
export function edge(axis: Axis, index: number): number {
  return (axis.first + index - 0.5) * axis.spacing;
}

/** Half-open stretches of [from, to) in which the test holds. */
function runs(from: number, to: number, test: (i: number) => boolean): [number, number][] {
  const found: [number, number][] = [];
  let start: number | null = null;
  for (let i = from; i <= to; i++) {
    const on = i < to && test(i);
    if (on && start === null) start = i;
    else if (!on && start !== null) {
      found.push([start, i]);
      start = null;
    }
  }
  return found;
}
