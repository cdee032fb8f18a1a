import type { Lattice } from '../../../../../core/dataset/lattice.ts';
import type { CursorState } from './cursor.ts';
import { Followers, type FollowerElements } from './followers.ts';
import { drawGutters, type Coverage } from './gutters.ts';
import { drawOverlay, isEmpty, type OverlayState } from './overlay.ts';
import { Scene } from './scene.ts';
import type { CanvasTheme } from './theme.ts';
import type { Viewport } from './viewport.ts';

export interface StageElements {
  /** Axes and coverage, behind the plot and around it. */
  readonly gutters: HTMLCanvasElement;
  /** The drawing, and what is selected over it: both as large as the plot. */
  readonly base: HTMLCanvasElement;
  readonly over: HTMLCanvasElement;
  readonly followers: FollowerElements;
}

/**
 * The canvases of the painter, apart by how often they change: a browser without a GPU blends each canvas that has
 * changed as a whole, so painting touches only the plot's own.
 */
export class Stage {
  readonly scene = new Scene();
  private readonly gutters: CanvasRenderingContext2D;
  private readonly base: CanvasRenderingContext2D;
  private readonly over: CanvasRenderingContext2D;
  readonly followers: Followers;
  private width = 0;
  private height = 0;
  private ratio = 1;
  private guttersDirty = true;

  constructor({ gutters, base, over, followers }: StageElements) {
    this.gutters = gutters.getContext('2d', { alpha: false })!;
    this.base = base.getContext('2d', { alpha: false })!;
    this.over = over.getContext('2d')!;
    this.followers = new Followers(followers);
  }

  /** @param width, height CSS pixels @param ratio device pixels per CSS pixel */
  resize(width: number, height: number, ratio: number, view: Viewport): void {
    const { plot } = view;
    [this.width, this.height, this.ratio] = [width, height, ratio];
    const fit = ({ canvas }: CanvasRenderingContext2D, w: number, h: number) => {
      canvas.width = Math.ceil(w * ratio);
      canvas.height = Math.ceil(h * ratio);
      canvas.style.width = `${canvas.width / ratio}px`;
      canvas.style.height = `${canvas.height / ratio}px`;
    };
    fit(this.gutters, width, height);
    fit(this.base, plot.width, plot.height);
    fit(this.over, plot.width, plot.height);
    this.followers.placePlot(view);
    this.redrawAll();
  }

  redrawAll(): void {
    this.scene.invalidate();
    this.guttersDirty = true;
  }

  redrawGutters(): void {
    this.guttersDirty = true;
  }

  draw(
    lattice: Lattice,
    view: Viewport,
    theme: CanvasTheme,
    coverage: Coverage,
    overlay: OverlayState,
    cursor: CursorState,
  ): void {
    if (this.width === 0) return;
    const { ratio, gutters, over } = this;
    if (this.guttersDirty) {
      this.guttersDirty = false;
      gutters.setTransform(ratio, 0, 0, ratio, 0, 0);
      drawGutters(gutters, this.width + 1, this.height + 1, lattice, view, theme, coverage);
    }
    const local = { ...view, plot: { ...view.plot, left: 0, top: 0 } };
    this.scene.draw(this.base, local, theme, ratio, cursor);
    // A canvas that is not shown costs the compositor nothing, and while painting there is nothing on this one.
    const empty = isEmpty(overlay);
    over.canvas.style.visibility = empty ? 'hidden' : 'visible';
    if (empty) return;
    over.setTransform(ratio, 0, 0, ratio, 0, 0);
    drawOverlay(over, lattice, local, theme, overlay);
  }
}
