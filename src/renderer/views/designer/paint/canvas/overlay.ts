import type { Lattice } from '../../../../../core/dataset/lattice.ts';
import type { ShapeSpec } from '../../../../../core/dataset/spec.ts';
import type { Handle } from '../model/handles.ts';
import { boundsOf } from '../model/transform.ts';
import type { Point } from '../tools/gestures.ts';
import { strokeTwice } from './cursor.ts';
import type { CanvasTheme } from './theme.ts';
import { frameSpanOf, spanOf, toScreen, type Viewport } from './viewport.ts';

/** What lies over the drawing and changes with the selection and the gesture. Everything in label units. */
export interface OverlayState {
  /** The keyboard's cursor. */
  readonly crosshair: Point | null;
  readonly mirrorX: boolean;
  readonly mirrorY: boolean;
  readonly selected: readonly ShapeSpec[];
  readonly handles: readonly Handle[];
  readonly outline: readonly Point[];
  /** Corners already set, of a polygon. */
  readonly corners: readonly Point[];
}

export function isEmpty({ crosshair, mirrorX, mirrorY, selected, outline }: OverlayState): boolean {
  return crosshair === null && !mirrorX && !mirrorY && selected.length === 0 && outline.length < 2;
}

/** The context is in CSS pixels of the plot. What follows the pointer at each move is not here (`cursor.ts`). */
export function drawOverlay(
  context: CanvasRenderingContext2D,
  lattice: Lattice,
  view: Viewport,
  theme: CanvasTheme,
  state: OverlayState,
): void {
  const { plot } = view;
  context.clearRect(plot.left, plot.top, plot.width + 1, plot.height + 1);
  drawMirrorAxes(context, lattice, view, theme, state);
  for (const shape of state.selected) {
    context.beginPath();
    traceShape(context, lattice, view, shape);
    strokeTwice(context, theme, 1.5, [6, 4]);
  }
  for (const handle of state.handles) drawHandle(context, view, theme, handle);
  if (state.outline.length > 1) {
    context.beginPath();
    tracePoints(context, view, state.outline);
    strokeTwice(context, theme, 1.25, [4, 3]);
  }
  for (const corner of state.corners) drawDot(context, view, theme, corner);
  if (state.crosshair !== null) drawCrosshair(context, view, theme, state.crosshair);
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

function drawCrosshair(
  context: CanvasRenderingContext2D,
  view: Viewport,
  theme: CanvasTheme,
  at: Point,
): void {
  const [sx, sy] = toScreen(view, ...at);
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
  context.beginPath();
  if (mirrorX) {
    context.moveTo(sx, top);
    context.lineTo(sx, bottom);
  }
  if (mirrorY) {
    context.moveTo(left, sy);
    context.lineTo(right, sy);
  }
  strokeTwice(context, theme, 1, [10, 5]);
}
