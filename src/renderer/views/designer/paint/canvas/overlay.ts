import type { Lattice } from '../../../../../core/dataset/lattice.ts';
import type { ShapeSpec } from '../../../../../core/dataset/spec.ts';
import type { Handle } from '../model/handles.ts';
import { boundsOf } from '../model/transform.ts';
import type { Point } from '../tools/gestures.ts';
import type { CanvasTheme } from './theme.ts';
import { frameSpanOf, spanOf, toScreen, type Viewport } from './viewport.ts';

/** What lies over the drawing and follows the pointer. Everything in label units but `badge.at`. */
export interface OverlayState {
  /** The cell under the pointer or the keyboard's cursor. */
  readonly cell: { readonly ix: number; readonly iy: number } | null;
  readonly cellIsKeyboard: boolean;
  /** The brush where it would paint; drawn with its reflections. */
  readonly brush: { readonly at: Point; readonly radius: number; readonly cut: boolean } | null;
  readonly mirrorX: boolean;
  readonly mirrorY: boolean;
  readonly selected: readonly ShapeSpec[];
  readonly handles: readonly Handle[];
  readonly outline: readonly Point[];
  /** Corners already set, of a polygon. */
  readonly corners: readonly Point[];
  /** Numbers of what is being drawn, beside the pointer. */
  readonly badge: { readonly text: string; readonly at: Point } | null;
}

/** The context is in CSS pixels. */
export function drawOverlay(
  context: CanvasRenderingContext2D,
  width: number,
  height: number,
  lattice: Lattice,
  view: Viewport,
  theme: CanvasTheme,
  state: OverlayState,
): void {
  const { plot } = view;
  context.clearRect(0, 0, width, height);
  context.save();
  context.beginPath();
  context.rect(plot.left, plot.top, plot.width, plot.height);
  context.clip();
  drawMirrorAxes(context, lattice, view, theme, state);
  for (const shape of state.selected) {
    strokeTwice(context, theme, 1.5, [6, 4], () => traceShape(context, lattice, view, shape));
  }
  for (const handle of state.handles) drawHandle(context, view, theme, handle);
  if (state.outline.length > 1) {
    strokeTwice(context, theme, 1.25, [4, 3], () => tracePoints(context, view, state.outline));
  }
  for (const corner of state.corners) drawDot(context, view, theme, corner);
  if (state.cell !== null) drawCell(context, lattice, view, theme, state.cell, state.cellIsKeyboard);
  if (state.brush !== null) drawBrush(context, lattice, view, theme, state, state.brush);
  context.restore();
  if (state.cell !== null) drawAxisMarks(context, lattice, view, theme, state.cell);
  if (state.badge !== null) drawBadge(context, view, theme, state.badge);
}

/** The outline of a shape as it is defined, over which its labels may stick out by half a cell. */
function traceShape(
  context: CanvasRenderingContext2D,
  lattice: Lattice,
  view: Viewport,
  shape: ShapeSpec,
): void {
  const { size } = lattice;
  switch (shape.type) {
    case 'ellipse': {
      const [sx, sy] = toScreen(view, ...shape.center);
      context.ellipse(sx, sy, shape.radii[0] * view.scale, shape.radii[1] * view.scale, 0, 0, 2 * Math.PI);
      return;
    }
    case 'polygon':
      tracePoints(context, view, [...shape.points, shape.points[0]!]);
      return;
    case 'brush':
      traceStroke(context, view, shape);
      return;
    case 'rim':
      traceBox(context, view, [0, size], [0, size]);
      traceBox(context, view, [shape.width, size - shape.width], [shape.width, size - shape.width]);
      return;
    case 'cross': {
      const [x, y] = [spanOf(lattice.x), spanOf(lattice.y)];
      traceBox(context, view, shape.x, y);
      traceBox(context, view, x, shape.y);
      return;
    }
    default: {
      const { x, y } = boundsOf(lattice, shape);
      traceBox(context, view, x ?? spanOf(lattice.x), y ?? spanOf(lattice.y));
    }
  }
}

/** Middle line and end caps: the whole outline of a stroke would hide what it covers. */
function traceStroke(
  context: CanvasRenderingContext2D,
  view: Viewport,
  shape: Extract<ShapeSpec, { type: 'brush' }>,
): void {
  tracePoints(context, view, shape.points);
  for (const end of [shape.points[0]!, shape.points.at(-1)!]) {
    const [sx, sy] = toScreen(view, ...end);
    context.moveTo(sx + shape.radius * view.scale, sy);
    context.arc(sx, sy, shape.radius * view.scale, 0, 2 * Math.PI);
  }
}

function traceBox(
  context: CanvasRenderingContext2D,
  view: Viewport,
  x: readonly [number, number],
  y: readonly [number, number],
): void {
  const [left, top] = toScreen(view, x[0], y[0]);
  const [right, bottom] = toScreen(view, x[1], y[1]);
  context.rect(left, top, right - left, bottom - top);
}

function tracePoints(context: CanvasRenderingContext2D, view: Viewport, points: readonly Point[]): void {
  points.forEach((point, i) => {
    const at = toScreen(view, ...point);
    if (i === 0) context.moveTo(...at);
    else context.lineTo(...at);
  });
}

/** Dark and light one over the other, so that a line shows on any colour. */
function strokeTwice(
  context: CanvasRenderingContext2D,
  theme: CanvasTheme,
  width: number,
  dash: number[],
  trace: () => void,
): void {
  context.beginPath();
  trace();
  context.setLineDash([]);
  context.lineWidth = width + 2;
  context.strokeStyle = theme.paper;
  context.globalAlpha = 0.8;
  context.stroke();
  context.globalAlpha = 1;
  context.setLineDash(dash);
  context.lineWidth = width;
  context.strokeStyle = theme.ink;
  context.stroke();
  context.setLineDash([]);
}

function drawHandle(
  context: CanvasRenderingContext2D,
  view: Viewport,
  theme: CanvasTheme,
  handle: Handle,
): void {
  const [sx, sy] = toScreen(view, ...handle.at);
  context.fillStyle = theme.paper;
  context.strokeStyle = theme.accent;
  context.lineWidth = 1.5;
  context.beginPath();
  context.rect(sx - 4, sy - 4, 8, 8);
  context.fill();
  context.stroke();
}

function drawDot(context: CanvasRenderingContext2D, view: Viewport, theme: CanvasTheme, at: Point): void {
  const [sx, sy] = toScreen(view, ...at);
  context.fillStyle = theme.paper;
  context.strokeStyle = theme.accent;
  context.lineWidth = 1.5;
  context.beginPath();
  context.arc(sx, sy, 3.5, 0, 2 * Math.PI);
  context.fill();
  context.stroke();
}

function drawCell(
  context: CanvasRenderingContext2D,
  lattice: Lattice,
  view: Viewport,
  theme: CanvasTheme,
  { ix, iy }: { ix: number; iy: number },
  keyboard: boolean,
): void {
  const [dx, dy] = [lattice.x.spacing, lattice.y.spacing];
  const [left, top] = toScreen(view, lattice.x.values[ix]! - dx / 2, lattice.y.values[iy]! - dy / 2);
  const [width, height] = [dx * view.scale, dy * view.scale];
  // Cells of a pixel or two get a frame around them.
  const grow = Math.max(0, 3 - Math.min(width, height) / 4);
  const trace = () => context.rect(left - grow, top - grow, width + 2 * grow, height + 2 * grow);
  strokeTwice(context, theme, keyboard ? 2 : 1, [], trace);
  if (!keyboard) return;
  const [sx, sy] = [left + width / 2, top + height / 2];
  const { plot } = view;
  context.strokeStyle = theme.ink;
  context.globalAlpha = 0.45;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(plot.left, sy);
  context.lineTo(plot.left + plot.width, sy);
  context.moveTo(sx, plot.top);
  context.lineTo(sx, plot.top + plot.height);
  context.stroke();
  context.globalAlpha = 1;
}

function drawBrush(
  context: CanvasRenderingContext2D,
  lattice: Lattice,
  view: Viewport,
  theme: CanvasTheme,
  state: OverlayState,
  brush: NonNullable<OverlayState['brush']>,
): void {
  const { size } = lattice;
  const [x, y] = brush.at;
  const xs = state.mirrorX ? [x, size - x] : [x];
  const ys = state.mirrorY ? [y, size - y] : [y];
  const radius = Math.max(1.5, brush.radius * view.scale);
  for (const px of xs) {
    for (const py of ys) {
      const [sx, sy] = toScreen(view, px, py);
      context.globalAlpha = px === x && py === y ? 1 : 0.6;
      strokeTwice(context, theme, 1.25, brush.cut ? [3, 3] : [], () => {
        context.moveTo(sx + radius, sy);
        context.arc(sx, sy, radius, 0, 2 * Math.PI);
      });
      context.globalAlpha = 1;
    }
  }
}

function drawMirrorAxes(
  context: CanvasRenderingContext2D,
  lattice: Lattice,
  view: Viewport,
  theme: CanvasTheme,
  { mirrorX, mirrorY }: OverlayState,
): void {
  if (!mirrorX && !mirrorY) return;
  const middle = lattice.size / 2;
  const [left, top] = toScreen(view, frameSpanOf(lattice.x)[0], frameSpanOf(lattice.y)[0]);
  const [right, bottom] = toScreen(view, frameSpanOf(lattice.x)[1], frameSpanOf(lattice.y)[1]);
  const [sx, sy] = toScreen(view, middle, middle);
  strokeTwice(context, theme, 1, [10, 5], () => {
    if (mirrorX) {
      context.moveTo(sx, top);
      context.lineTo(sx, bottom);
    }
    if (mirrorY) {
      context.moveTo(left, sy);
      context.lineTo(right, sy);
    }
  });
}

/** The label under the pointer, on both axes. */
function drawAxisMarks(
  context: CanvasRenderingContext2D,
  lattice: Lattice,
  view: Viewport,
  theme: CanvasTheme,
  { ix, iy }: { ix: number; iy: number },
): void {
  const { plot } = view;
  const [x, y] = [lattice.x.values[ix]!, lattice.y.values[iy]!];
  const [sx, sy] = toScreen(view, x, y);
  context.font = '11px system-ui, sans-serif';
  const mark = (text: string, cx: number, cy: number, align: 'center' | 'right') => {
    const width = context.measureText(text).width + 8;
    const left = align === 'center' ? cx - width / 2 : cx - width;
    context.fillStyle = theme.ink;
    context.beginPath();
    context.roundRect(left, cy - 8, width, 16, 3);
    context.fill();
    context.fillStyle = theme.paper;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.fillText(text, left + width / 2, cy + 0.5);
  };
  if (sx >= plot.left && sx <= plot.left + plot.width) {
    mark(labelText(x), sx, plot.top + plot.height + 12, 'center');
  }
  if (sy >= plot.top && sy <= plot.top + plot.height) mark(labelText(y), plot.left - 3, sy, 'right');
}

function drawBadge(
  context: CanvasRenderingContext2D,
  view: Viewport,
  theme: CanvasTheme,
  { text, at }: NonNullable<OverlayState['badge']>,
): void {
  const [sx, sy] = toScreen(view, ...at);
  const { plot } = view;
  context.font = '12px system-ui, sans-serif';
  const width = context.measureText(text).width + 12;
  const left = Math.min(plot.left + plot.width - width - 2, Math.max(plot.left + 2, sx + 14));
  const top = Math.min(plot.top + plot.height - 24, Math.max(plot.top + 2, sy + 14));
  context.fillStyle = theme.ink;
  context.globalAlpha = 0.88;
  context.beginPath();
  context.roundRect(left, top, width, 22, 4);
  context.fill();
  context.globalAlpha = 1;
  context.fillStyle = theme.paper;
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  context.fillText(text, left + 6, top + 11.5);
}

/** A label value as people write it: no more decimals than it has, with a typographic minus. */
export function labelText(value: number): string {
  return String(Number(value.toFixed(4))).replace('-', '−');
}
