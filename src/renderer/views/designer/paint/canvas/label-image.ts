import type { Lattice } from '../../../../../core/dataset/lattice.ts';
import { joinBoxes, type Box } from '../raster/box.ts';
import { boxRect, spaceRect } from './geometry.ts';
import type { Viewport } from './viewport.ts';

/** A canvas on the side, kept at the largest size that was asked for. */
export class Scratch {
  readonly canvas: HTMLCanvasElement;
  readonly context: CanvasRenderingContext2D;

  constructor(width = 1, height = 1) {
    // Not an OffscreenCanvas: browsers finish a frame of each that was drawn on, 1.7 ms at each move of a brush.
    this.canvas = document.createElement('canvas');
    this.canvas.width = width;
    this.canvas.height = height;
    this.context = this.canvas.getContext('2d', { willReadFrequently: true })!;
  }

  /** Makes room; what was there is lost when it grows. */
  fit(width: number, height: number): this {
    if (this.canvas.width < width) this.canvas.width = width;
    if (this.canvas.height < height) this.canvas.height = height;
    return this;
  }
}

/**
 * An image with one pixel for each label. A canvas that is drawn elsewhere is copied whole at its next change, so
 * small changes go through a tile of their own and the canvas of all labels waits for the next whole drawing.
 */
export class LabelImage {
  // pixels: (y.count, x.count) uint32, see `packColor`
  readonly pixels: Uint32Array;
  private readonly lattice: Lattice;
  private readonly data: ImageData;
  private readonly whole: Scratch;
  private stale: Box | null = null;

  constructor(lattice: Lattice) {
    const [nx, ny] = [lattice.x.count, lattice.y.count];
    this.lattice = lattice;
    this.whole = new Scratch(nx, ny);
    this.data = new ImageData(nx, ny);
    this.pixels = new Uint32Array(this.data.data.buffer);
  }

  /** Says which pixels were written. */
  changed(box: Box): void {
    this.stale = joinBoxes(this.stale, box);
  }

  /**
   * Draws the image over the label space, in device pixels less `origin`.
   * @param part only these labels; null for all
   */
  draw(
    context: CanvasRenderingContext2D,
    view: Viewport,
    ratio: number,
    part: Box | null,
    tile: Scratch,
    origin: { readonly x: number; readonly y: number } = { x: 0, y: 0 },
  ): void {
    context.imageSmoothingEnabled = false;
    if (part === null) {
      const { stale } = this;
      if (stale) put(this.whole.context, this.data, 0, 0, stale);
      this.stale = null;
      const rect = spaceRect(this.lattice, view, ratio);
      context.drawImage(this.whole.canvas, rect.x - origin.x, rect.y - origin.y, rect.width, rect.height);
      return;
    }
    const [width, height] = [part.x1 - part.x0, part.y1 - part.y0];
    put(tile.fit(width, height).context, this.data, -part.x0, -part.y0, part);
    const rect = boxRect(this.lattice, view, ratio, part);
    const [left, top] = [rect.x - origin.x, rect.y - origin.y];
    context.drawImage(tile.canvas, 0, 0, width, height, left, top, rect.width, rect.height);
  }
}

function put(context: CanvasRenderingContext2D, data: ImageData, dx: number, dy: number, box: Box): void {
  context.putImageData(data, dx, dy, box.x0, box.y0, box.x1 - box.x0, box.y1 - box.y0);
}
