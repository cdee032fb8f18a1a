import type { Lattice } from '../../../../../core/dataset/lattice.ts';
import type { Point } from '../tools/gestures.ts';
import type { CanvasTheme } from './theme.ts';
import { toScreen, type Rect, type Viewport } from './viewport.ts';

/**
 * The cell and the brush under the pointer, in label units. They are part of the drawing itself: where a brush paints,
 * the drawing changes anyway, and a second canvas (or elements) over it would have to be blended at each move.
 */
export interface CursorState {
  readonly cell: { readonly ix: number; readonly iy: number } | null;
  /** The cell is the keyboard's cursor. */
  readonly keyboard: boolean;
  /** The brush where it would paint; shown with its reflections. */
  readonly brush: { readonly at: Point; readonly radius: number; readonly cut: boolean } | null;
  readonly mirrorX: boolean;
  readonly mirrorY: boolean;
}

/** The box around all of the cursor, in CSS pixels; null if there is nothing of it. */
export function cursorBounds(lattice: Lattice, view: Viewport, state: CursorState): Rect | null {
  const parts: Rect[] = brushCircles(lattice, view, state).map(([x, y, r]) => ({
    left: x - r,
    top: y - r,
    width: 2 * r,
    height: 2 * r,
  }));
  const cell = cellBox(lattice, view, state);
  if (cell) parts.push(cell);
  if (parts.length === 0) return null;
  const left = Math.min(...parts.map((p) => p.left)) - LINE;
  const top = Math.min(...parts.map((p) => p.top)) - LINE;
  const right = Math.max(...parts.map((p) => p.left + p.width)) + LINE;
  const bottom = Math.max(...parts.map((p) => p.top + p.height)) + LINE;
  return { left, top, width: right - left, height: bottom - top };
}

/** The context is in CSS pixels. */
export function drawCursor(
  context: CanvasRenderingContext2D,
  lattice: Lattice,
  view: Viewport,
  theme: CanvasTheme,
  state: CursorState,
): void {
  const cell = cellBox(lattice, view, state);
  if (cell) {
    context.beginPath();
    context.rect(cell.left, cell.top, cell.width, cell.height);
    strokeTwice(context, theme, state.keyboard ? 2 : 1, []);
  }
  const circles = brushCircles(lattice, view, state);
  if (circles.length === 0) return;
  context.beginPath();
  for (const [x, y, r] of circles) {
    context.moveTo(x + r, y);
    context.arc(x, y, r, 0, 2 * Math.PI);
  }
  strokeTwice(context, theme, 1.25, state.brush!.cut ? [4, 3] : []);
}

/** Strokes the current path dark over light, so that it shows on any colour. */
export function strokeTwice(
  context: CanvasRenderingContext2D,
  theme: CanvasTheme,
  width: number,
  dash: number[],
): void {
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

/** CSS pixels that lines reach beyond what they surround. */
const LINE = 3;

function brushCircles(
  lattice: Lattice,
  view: Viewport,
  { brush, mirrorX, mirrorY }: CursorState,
): [x: number, y: number, radius: number][] {
  if (brush === null) return [];
  const [x, y] = brush.at;
  const radius = Math.max(2, brush.radius * view.scale);
  return (mirrorX ? [x, lattice.size - x] : [x]).flatMap((px) =>
    (mirrorY ? [y, lattice.size - y] : [y]).map((py): [number, number, number] => [
      ...toScreen(view, px, py),
      radius,
    ]),
  );
}

function cellBox(lattice: Lattice, view: Viewport, { cell }: CursorState): Rect | null {
  if (cell === null) return null;
  const [sx, sy] = toScreen(view, lattice.x.values[cell.ix]!, lattice.y.values[cell.iy]!);
  const [w, h] = [lattice.x.spacing * view.scale, lattice.y.spacing * view.scale];
  // Cells of a pixel or two get a frame around them.
  const grow = Math.max(0, 3 - Math.min(w, h) / 4);
  return { left: sx - w / 2 - grow, top: sy - h / 2 - grow, width: w + 2 * grow, height: h + 2 * grow };
}
