import type { Axis, Lattice } from '../../../../../core/dataset/lattice.ts';

/** Rectangle in CSS pixels of the canvas. */
export interface Rect {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * What part of the label space the canvas shows. A label is drawn as a cell around its value, d wide, so the
 * label space reaches half a spacing beyond its first and last label. Scales are equal in x and y.
 */
export interface Viewport {
  readonly plot: Rect;
  /** CSS pixels for one label unit. */
  readonly scale: number;
  /** Label values at the left and upper edge of the plot. */
  readonly x0: number;
  readonly y0: number;
}

/** CSS pixels around the plot: tick labels left and below, coverage above and right. */
export const GUTTERS = { left: 50, right: 64, top: 62, bottom: 40 } as const;
/** A cell is drawn at most this wide, in CSS pixels. */
const MAX_CELL = 96;

/** The largest square in the canvas beside the gutters, since the label space is one, in the middle. */
export function plotOf(width: number, height: number): Rect {
  const free = { x: width - GUTTERS.left - GUTTERS.right, y: height - GUTTERS.top - GUTTERS.bottom };
  const side = Math.max(1, Math.floor(Math.min(free.x, free.y)));
  return {
    left: GUTTERS.left + Math.max(0, Math.floor((free.x - side) / 2)),
    top: GUTTERS.top + Math.max(0, Math.floor((free.y - side) / 2)),
    width: side,
    height: side,
  };
}

/** CSS pixels around all of the label space, so that its border is seen. */
const PADDING = 3;

/** All of the label space, as large as it fits, in the middle. */
export function fitViewport(lattice: Lattice, plot: Rect): Viewport {
  const [x, y] = [spanOf(lattice.x), spanOf(lattice.y)];
  const room = (length: number) => Math.max(1, length - 2 * PADDING);
  const scale = Math.min(room(plot.width) / (x[1] - x[0]), room(plot.height) / (y[1] - y[0]));
  return {
    plot,
    scale,
    x0: (x[0] + x[1] - plot.width / scale) / 2,
    y0: (y[0] + y[1] - plot.height / scale) / 2,
  };
}

/** Zooms by a factor about a point of the canvas, which keeps its label. */
export function zoomAt(lattice: Lattice, view: Viewport, factor: number, sx: number, sy: number): Viewport {
  const fit = fitViewport(lattice, view.plot).scale;
  const most = Math.max(fit, MAX_CELL / Math.min(lattice.x.spacing, lattice.y.spacing));
  const scale = Math.min(most, Math.max(fit / 2, view.scale * factor));
  const [x, y] = toLabel(view, sx, sy);
  return keepInSight(lattice, {
    ...view,
    scale,
    x0: x - (sx - view.plot.left) / scale,
    y0: y - (sy - view.plot.top) / scale,
  });
}

/** Moves what is shown by CSS pixels. */
export function panBy(lattice: Lattice, view: Viewport, dx: number, dy: number): Viewport {
  return keepInSight(lattice, { ...view, x0: view.x0 - dx / view.scale, y0: view.y0 - dy / view.scale });
}

/** Moves what is shown as little as a label needs to be seen; the same viewport if it is. */
export function panToSee(lattice: Lattice, view: Viewport, x: number, y: number): Viewport {
  const { plot } = view;
  const [sx, sy] = toScreen(view, x, y);
  const over = (at: number, start: number, length: number) =>
    at < start ? start - at : at > start + length ? start + length - at : 0;
  const [dx, dy] = [over(sx, plot.left, plot.width), over(sy, plot.top, plot.height)];
  return dx === 0 && dy === 0 ? view : panBy(lattice, view, dx, dy);
}

/** The same middle in a plot of another size. */
export function resizePlot(lattice: Lattice, view: Viewport, plot: Rect): Viewport {
  const [x, y] = [view.x0 + view.plot.width / view.scale / 2, view.y0 + view.plot.height / view.scale / 2];
  const { scale } = view;
  return keepInSight(lattice, {
    plot,
    scale,
    x0: x - plot.width / scale / 2,
    y0: y - plot.height / scale / 2,
  });
}

export function isFitted(lattice: Lattice, view: Viewport): boolean {
  const fit = fitViewport(lattice, view.plot);
  const near = (a: number, b: number) => Math.abs(a - b) * fit.scale < 0.5;
  return Math.abs(fit.scale / view.scale - 1) < 1e-6 && near(fit.x0, view.x0) && near(fit.y0, view.y0);
}

export function toLabel(view: Viewport, sx: number, sy: number): [x: number, y: number] {
  return [view.x0 + (sx - view.plot.left) / view.scale, view.y0 + (sy - view.plot.top) / view.scale];
}

export function toScreen(view: Viewport, x: number, y: number): [sx: number, sy: number] {
  return [view.plot.left + (x - view.x0) * view.scale, view.plot.top + (y - view.y0) * view.scale];
}

/** Where the cells of an axis begin and end, in label units. */
export function spanOf(axis: Axis): [from: number, to: number] {
  const half = axis.spacing / 2;
  return [axis.values[0]! - half, axis.values[axis.count - 1]! + half];
}

/** The same for the frame's cells. */
export function frameSpanOf(axis: Axis): [from: number, to: number] {
  const half = axis.spacing / 2;
  return [axis.values[axis.frameFrom]! - half, axis.values[axis.frameTo - 1]! + half];
}

/** Index of the label whose cell holds a value; may lie outside the axis. */
export function cellOf(axis: Axis, value: number): number {
  return Math.round(value / axis.spacing) - axis.first;
}

/** Flat index of the cell at a point in label units, or null outside the label space. */
export function labelIndexAt(lattice: Lattice, x: number, y: number): number | null {
  const ix = cellOf(lattice.x, x);
  const iy = cellOf(lattice.y, y);
  if (ix < 0 || ix >= lattice.x.count || iy < 0 || iy >= lattice.y.count) return null;
  return iy * lattice.x.count + ix;
}

/**
 * Round values (1, 2, 5 times a power of ten) in [from, to], at least `gap` apart.
 * @returns the values and how many decimals they need
 */
export function ticksOf(from: number, to: number, gap: number): { values: number[]; decimals: number } {
  const power = 10 ** Math.floor(Math.log10(gap));
  const step = power * [1, 2, 5, 10].find((m) => m * power >= gap * (1 - 1e-9))!;
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const values: number[] = [];
  for (let k = Math.ceil(from / step - 1e-9); k <= Math.floor(to / step + 1e-9); k++) {
    values.push(Number((k * step).toFixed(decimals)));
  }
  return { values, decimals };
}

/** At least a quarter of the plot, or of the label space if that is smaller, stays in sight. */
function keepInSight(lattice: Lattice, view: Viewport): Viewport {
  const clamp = (axis: Axis, start: number, length: number) => {
    const [from, to] = spanOf(axis);
    const part = Math.min(length, to - from) / 4;
    return Math.min(to - part, Math.max(from + part - length, start));
  };
  return {
    ...view,
    x0: clamp(lattice.x, view.x0, view.plot.width / view.scale),
    y0: clamp(lattice.y, view.y0, view.plot.height / view.scale),
  };
}
