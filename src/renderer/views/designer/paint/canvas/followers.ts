import type { Lattice } from '../../../../../core/dataset/lattice.ts';
import { labelText } from '../labelText.ts';
import type { Point } from '../tools/gestures.ts';
import { toScreen, type Viewport } from './viewport.ts';

/** Elements of the template, placed over the canvases. */
export interface FollowerElements {
  /** Clips what lies in it to the plot. */
  readonly plot: HTMLElement;
  /** The brush and its reflections. */
  readonly rings: readonly HTMLElement[];
  readonly cell: HTMLElement;
  readonly badge: HTMLElement;
  readonly markX: HTMLElement;
  readonly markY: HTMLElement;
}

/** What follows the pointer, in label units. */
export interface FollowerState {
  /** The cell under the pointer or the keyboard's cursor. */
  readonly cell: { readonly ix: number; readonly iy: number } | null;
  readonly keyboard: boolean;
  /** The brush where it would paint; shown with its reflections. */
  readonly brush: { readonly at: Point; readonly radius: number; readonly cut: boolean } | null;
  readonly mirrorX: boolean;
  readonly mirrorY: boolean;
  /** Numbers of what is being drawn, beside the pointer. */
  readonly badge: { readonly at: Point; readonly text: string | null } | null;
  /** Numbers on the axes are to be written anew; else they stay as they are. */
  readonly reading: boolean;
}

/**
 * The brush, the cell and the numbers at the pointer, as elements that are only moved: the compositor does that
 * alone, while a canvas as large as the plot would have to be drawn and blended anew at each move.
 */
export class Followers {
  private readonly elements: FollowerElements;

  constructor(elements: FollowerElements) {
    this.elements = elements;
  }

  show(lattice: Lattice, view: Viewport, state: FollowerState): void {
    const { plot, rings, cell, badge, markX, markY } = this.elements;
    const { left, top, width, height } = view.plot;
    placeBox(plot, left, top, width, height);
    this.showBrush(lattice, view, state, rings);

    const marked =
      state.cell && ([lattice.x.values[state.cell.ix]!, lattice.y.values[state.cell.iy]!] as const);
    if (marked === null) {
      for (const element of [cell, markX, markY]) hide(element);
    } else {
      const [sx, sy] = toScreen(view, ...marked);
      const [w, h] = [lattice.x.spacing * view.scale, lattice.y.spacing * view.scale];
      // Cells of a pixel or two get a frame around them.
      const grow = Math.max(1, 3 - Math.min(w, h) / 4);
      place(cell, sx - left - w / 2 - grow, sy - top - h / 2 - grow, w + 2 * grow, h + 2 * grow);
      cell.classList.toggle('keyboard', state.keyboard);
      if (state.reading) {
        mark(markX, sx >= left && sx <= left + width, sx, top + height + 4, labelText(marked[0]));
        mark(markY, sy >= top && sy <= top + height, left - 3, sy, labelText(marked[1]));
      }
    }
    if (state.badge?.text == null) hide(badge);
    else {
      const [sx, sy] = toScreen(view, ...state.badge.at);
      write(badge, state.badge.text);
      // On the side with more room, so that it stays in the plot and need not be measured.
      const right = sx < left + width / 2;
      const x = right ? `${(sx - left + 14).toFixed(1)}px` : `calc(${(sx - left - 14).toFixed(1)}px - 100%)`;
      const y = Math.min(height - 28, Math.max(2, sy - top + 14));
      set(badge, 'transform', `translate(${x}, ${y.toFixed(1)}px)`);
      set(badge, 'visibility', 'visible');
    }
  }

  private showBrush(
    lattice: Lattice,
    view: Viewport,
    { brush, mirrorX, mirrorY }: FollowerState,
    rings: readonly HTMLElement[],
  ): void {
    const places: Point[] = [];
    if (brush !== null) {
      const [x, y] = brush.at;
      for (const px of mirrorX ? [x, lattice.size - x] : [x]) {
        for (const py of mirrorY ? [y, lattice.size - y] : [y]) places.push([px, py]);
      }
    }
    rings.forEach((ring, i) => {
      const at = places[i];
      if (!at || brush === null) return hide(ring);
      const [sx, sy] = toScreen(view, ...at);
      const radius = Math.max(2, brush.radius * view.scale);
      place(ring, sx - view.plot.left - radius, sy - view.plot.top - radius, 2 * radius, 2 * radius);
      ring.classList.toggle('cut', brush.cut);
    });
  }
}

/** The label under the pointer, on one axis. */
function mark(element: HTMLElement, seen: boolean, x: number, y: number, text: string): void {
  if (!seen) return hide(element);
  write(element, text);
  move(element, x, y);
}

// Styles are compared with what they were set to, since even an equal value would be a change to the browser.
const known = new WeakMap<HTMLElement, Map<string, string>>();

function set(
  element: HTMLElement,
  name: 'transform' | 'left' | 'top' | 'width' | 'height' | 'visibility',
  value: string,
): void {
  let values = known.get(element);
  if (!values) known.set(element, (values = new Map()));
  if (values.get(name) === value) return;
  values.set(name, value);
  element.style[name] = value;
}

function move(element: HTMLElement, x: number, y: number): void {
  set(element, 'transform', `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`);
  set(element, 'visibility', 'visible');
}

function place(element: HTMLElement, x: number, y: number, width: number, height: number): void {
  set(element, 'width', `${width.toFixed(1)}px`);
  set(element, 'height', `${height.toFixed(1)}px`);
  move(element, x, y);
}

/** Where nothing moves: canvases stay sharp on whole pixels. */
function placeBox(element: HTMLElement, left: number, top: number, width: number, height: number): void {
  for (const [name, value] of Object.entries({ left, top, width, height })) {
    set(element, name as 'left', `${value}px`);
  }
  set(element, 'visibility', 'visible');
}

function hide(element: HTMLElement): void {
  set(element, 'visibility', 'hidden');
}

function write(element: HTMLElement, text: string): void {
  const span = element.firstElementChild ?? element;
  if (span.textContent !== text) span.textContent = text;
}
