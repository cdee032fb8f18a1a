import type { Lattice } from '../../../../../core/dataset/lattice.ts';
import type { Box } from '../raster/box.ts';

/** An image with one pixel for each label, of which parts can be written anew. */
export class LabelImage {
  readonly canvas: OffscreenCanvas;
  // pixels: (y.count, x.count) uint32, see `packColor`
  readonly pixels: Uint32Array;
  private readonly data: ImageData;
  private readonly context: OffscreenCanvasRenderingContext2D;

  constructor(lattice: Lattice) {
    const [nx, ny] = [lattice.x.count, lattice.y.count];
    this.canvas = new OffscreenCanvas(nx, ny);
    this.context = this.canvas.getContext('2d')!;
    this.data = new ImageData(nx, ny);
    this.pixels = new Uint32Array(this.data.data.buffer);
  }

  /** Brings pixels that were written to the canvas. */
  update(box: Box): void {
    this.context.putImageData(this.data, 0, 0, box.x0, box.y0, box.x1 - box.x0, box.y1 - box.y0);
  }
}
