import type { Lattice } from '../../../../../core/dataset/lattice.ts';
import type { Box } from '../raster/box.ts';
import type { CanvasTheme } from './theme.ts';
import { frameSpanOf, spanOf, toScreen, type Viewport } from './viewport.ts';

/** In device pixels. */
export interface DeviceRect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** @param x, y ranges in label units @param ratio device pixels per CSS pixel */
export function deviceRect(
  view: Viewport,
  ratio: number,
  x: readonly [number, number],
  y: readonly [number, number],
): DeviceRect {
  const [left, top] = toScreen(view, x[0], y[0]);
  const [right, bottom] = toScreen(view, x[1], y[1]);
  return { x: left * ratio, y: top * ratio, width: (right - left) * ratio, height: (bottom - top) * ratio };
}

/** All of the label space. */
export function spaceRect(lattice: Lattice, view: Viewport, ratio: number): DeviceRect {
  return deviceRect(view, ratio, spanOf(lattice.x), spanOf(lattice.y));
}

export function frameRect(lattice: Lattice, view: Viewport, ratio: number): DeviceRect {
  return deviceRect(view, ratio, frameSpanOf(lattice.x), frameSpanOf(lattice.y));
}

/** The cells of a box of labels. */
export function boxRect(lattice: Lattice, view: Viewport, ratio: number, box: Box): DeviceRect {
  const edge = (axis: Lattice['x'], index: number) => axis.spacing * (axis.first + index - 0.5);
  return deviceRect(
    view,
    ratio,
    [edge(lattice.x, box.x0), edge(lattice.x, box.x1)],
    [edge(lattice.y, box.y0), edge(lattice.y, box.y1)],
  );
}

/** The smallest rectangle of whole pixels in the plot around all of these; all of the plot for null. */
export function wholePixels(
  view: Viewport,
  ratio: number,
  rects: readonly DeviceRect[] | null,
): DeviceRect | null {
  const { plot } = view;
  let [x, y] = [Math.round(plot.left * ratio), Math.round(plot.top * ratio)];
  let right = Math.round((plot.left + plot.width) * ratio);
  let bottom = Math.round((plot.top + plot.height) * ratio);
  if (rects !== null) {
    if (rects.length === 0) return null;
    x = Math.max(x, Math.floor(Math.min(...rects.map((r) => r.x))) - 1);
    y = Math.max(y, Math.floor(Math.min(...rects.map((r) => r.y))) - 1);
    right = Math.min(right, Math.ceil(Math.max(...rects.map((r) => r.x + r.width))) + 1);
    bottom = Math.min(bottom, Math.ceil(Math.max(...rects.map((r) => r.y + r.height))) + 1);
  }
  return right > x && bottom > y ? { x, y, width: right - x, height: bottom - y } : null;
}

/** CSS pixels from which on cells are told apart by lines. */
const MIN_GRID_CELL = 9;

/** Lines between cells once they are large enough, and the borders of the frame and of the label space. */
export function drawLines(
  context: CanvasRenderingContext2D,
  lattice: Lattice,
  view: Viewport,
  theme: CanvasTheme,
  ratio: number,
): void {
  const space = spaceRect(lattice, view, ratio);
  const sharp = (v: number) => Math.round(v) + 0.5;
  context.lineWidth = 1;
  for (const name of ['x', 'y'] as const) {
    if (lattice[name].spacing * view.scale < MIN_GRID_CELL) continue;
    context.beginPath();
    for (const at of gridLines(lattice, view, name)) {
      if (name === 'x') {
        context.moveTo(sharp(at * ratio), space.y);
        context.lineTo(sharp(at * ratio), space.y + space.height);
      } else {
        context.moveTo(space.x, sharp(at * ratio));
        context.lineTo(space.x + space.width, sharp(at * ratio));
      }
    }
    context.strokeStyle = theme.line;
    context.globalAlpha = 0.6;
    context.stroke();
    context.globalAlpha = 1;
  }
  const border = (rect: DeviceRect, color: string, width: number) => {
    context.strokeStyle = color;
    context.lineWidth = width * ratio;
    context.strokeRect(sharp(rect.x), sharp(rect.y), Math.round(rect.width), Math.round(rect.height));
  };
  if (lattice.margin > 0) border(space, theme.lineStrong, 1);
  border(frameRect(lattice, view, ratio), theme.ink, 1.5);
}

/** Where lines between cells cross the plot, in CSS pixels along the axis. */
function gridLines(lattice: Lattice, { plot, scale, x0, y0 }: Viewport, name: 'x' | 'y'): number[] {
  const axis = lattice[name];
  const [start, length, from] = name === 'x' ? [plot.left, plot.width, x0] : [plot.top, plot.height, y0];
  const lines: number[] = [];
  for (let i = 1; i < axis.count; i++) {
    const at = start + (axis.spacing * (axis.first + i - 0.5) - from) * scale;
    if (at >= start && at <= start + length) lines.push(at);
  }
  return lines;
}
