import type { Lattice } from '../../../../../core/dataset/lattice.ts';
import { labelText } from '../labelText.ts';
import type { Point } from '../tools/gestures.ts';
import { toScreen, type Viewport } from './viewport.ts';

/** Elements of the template that stand over the canvases. */
export interface FollowerElements {
  /** Holds the canvases of the plot. */
  readonly plot: HTMLElement;
  /** The label under the pointer, on both axes. */
  readonly markX: HTMLElement;
  readonly markY: HTMLElement;
  /** Numbers of what is being drawn, beside the pointer. */
  readonly badge: HTMLElement;
}

/** Text that follows the pointer: as elements, since the browser writes it sharper and cheaper than a canvas. */
export class Followers {
  private readonly elements: FollowerElements;

  constructor(elements: FollowerElements) {
    this.elements = elements;
  }

  placePlot({ plot }: Viewport): void {
    const { left, top, width, height } = plot;
    for (const [name, value] of Object.entries({ left, top, width, height })) {
      this.elements.plot.style[name as 'left'] = `${value}px`;
    }
  }

  /** @param cell the cell under the pointer, null if there is none */
  showMarks(lattice: Lattice, view: Viewport, cell: { ix: number; iy: number } | null): void {
    const { markX, markY } = this.elements;
    if (cell === null) {
      hide(markX);
      hide(markY);
      return;
    }
    const [x, y] = [lattice.x.values[cell.ix]!, lattice.y.values[cell.iy]!];
    const { left, top, width, height } = view.plot;
    const [sx, sy] = toScreen(view, x, y);
    if (sx < left || sx > left + width) hide(markX);
    else show(markX, `${sx.toFixed(1)}px`, top + height + 4, labelText(x));
    if (sy < top || sy > top + height) hide(markY);
    else show(markY, `${left - 3}px`, sy, labelText(y));
  }

  showBadge(view: Viewport, badge: { readonly at: Point; readonly text: string } | null): void {
    if (badge === null) return hide(this.elements.badge);
    const { left, top, width, height } = view.plot;
    const [sx, sy] = toScreen(view, ...badge.at);
    // On the side with more room, so that it stays in the plot and need not be measured.
    const right = sx < left + width / 2;
    const x = right ? `${(sx - left + 14).toFixed(1)}px` : `calc(${(sx - left - 14).toFixed(1)}px - 100%)`;
    show(this.elements.badge, x, Math.min(height - 28, Math.max(2, sy - top + 14)), badge.text);
  }
}

// What is set is compared first, since even an equal value would be a change to the browser.
const known = new WeakMap<HTMLElement, string>();

function show(element: HTMLElement, x: string, y: number, text: string): void {
  const transform = `translate(${x}, ${y.toFixed(1)}px)`;
  const state = `${transform} ${text}`;
  if (known.get(element) === state) return;
  known.set(element, state);
  element.style.transform = transform;
  element.style.display = 'block';
  const inner = element.firstElementChild ?? element;
  if (inner.textContent !== text) inner.textContent = text;
}

function hide(element: HTMLElement): void {
  if (known.get(element) === '') return;
  known.set(element, '');
  element.style.display = 'none';
}
