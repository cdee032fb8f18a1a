import type { Lattice } from '../../../../../core/dataset/lattice.ts';
import type { DeviceRect } from './geometry.ts';
import { patternTile, tileSide } from './patterns.ts';
import { packColor, type LayerStyle } from './theme.ts';
import { cellOf, spanOf, toScreen, type Viewport } from './viewport.ts';

/** What decides about colours apart from what lies at each label. */
export interface MosaicStyle {
  /** Around the label space, and below all in it. */
  readonly panel: string;
  readonly paper: string;
  /** Over the margin. */
  readonly hatch: string;
  /** From the lowest layer to the uppermost. */
  readonly layers: readonly LayerStyle[];
  /** Device pixels per CSS pixel. */
  readonly ratio: number;
}

/** Opacity between the lines of a layer's pattern, and of the margin's. */
const TINT = 0.34;
const HATCH_TINT = 0.25;
/** Different things that labels can show at once; far more than a drawing has. */
const MOST = 0xffff;

/**
 * The label space as pixels. Labels show few different things (a colour below, some layers over it), so each of these
 * is blended once into a tile with its patterns, and drawing copies one number per pixel: on machines without a GPU
 * that is a fraction of what filling the same with canvas patterns takes, and a stroke has to be on the screen with
 * the next frame.
 */
export class Mosaic {
  private readonly lattice: Lattice;
  /** Which tile each label shows: (y.count, x.count) uint16. */
  private readonly shown: Uint16Array;
  private style: MosaicStyle | null = null;
  private side = 1;
  private under = 0;
  private outside = 0;
  private patterns: Uint8ClampedArray[] = [];
  private known = new Map<number, number>();
  private lastKey = -1;
  private lastTile = 0;
  /** The tiles one after another: (tiles, side, side) uint32, as ImageData holds pixels. */
  private tiles = new Uint32Array(0);
  private image = new ImageData(1, 1);
  private pixels = new Uint32Array(1);

  constructor(lattice: Lattice) {
    this.lattice = lattice;
    this.shown = new Uint16Array(lattice.count);
  }

  /** @returns whether anything of it is new; then all labels have to be set again. */
  setStyle(style: MosaicStyle): boolean {
    if (this.style !== null && JSON.stringify(style) === JSON.stringify(this.style)) return false;
    this.style = style;
    this.side = tileSide(style.ratio);
    this.under = packColor(style.paper, 1);
    this.outside = packColor(style.panel, 1);
    const hatch = { color: style.hatch, pattern: 'diagonal' } as const;
    this.patterns = [
      patternTile(hatch, style.ratio, HATCH_TINT),
      ...style.layers.map((layer) => patternTile(layer, style.ratio, TINT)),
    ];
    this.known = new Map();
    this.lastKey = -1;
    return true;
  }

  /**
   * @param color below the layers, packed; 0 for none
   * @param over a bit for each layer that covers the label, and the lowest bit for the margin
   */
  set(index: number, color: number, over: number): void {
    const key = color * 0x10000 + over;
    if (key !== this.lastKey) {
      this.lastTile = this.known.get(key) ?? this.makeTile(key, color, over);
      this.lastKey = key;
    }
    this.shown[index] = this.lastTile;
  }

  /** Draws a rectangle of the context's pixels. */
  draw(context: CanvasRenderingContext2D, view: Viewport, clip: DeviceRect): void {
    const { lattice, side, tiles, shown, outside } = this;
    const { ratio } = this.style!;
    const { x, y, width, height } = clip;
    const stride = this.fit(width, height);
    const { pixels } = this;
    const columns = cellsOf(
      lattice.x,
      x,
      width,
      (at) => view.x0 + (at / ratio - view.plot.left) / view.scale,
    );
    const rows = cellsOf(lattice.y, y, height, (at) => view.y0 + (at / ratio - view.plot.top) / view.scale);
    // Patterns stay with the drawing when it is moved.
    const [left, top] = toScreen(view, spanOf(lattice.x)[0], spanOf(lattice.y)[0]);
    const phase = (at: number, origin: number) => (((at - Math.round(origin * ratio)) % side) + side) % side;
    const firstColumn = phase(x, left);
    let row = phase(y, top);
    for (let py = 0; py < height; py++) {
      const iy = rows[py]!;
      const to = py * stride;
      if (iy < 0) pixels.fill(outside, to, to + width);
      else {
        const labels = iy * lattice.x.count;
        const within = row * side;
        let column = firstColumn;
        for (let px = 0; px < width; px++) {
          const ix = columns[px]!;
          pixels[to + px] = ix < 0 ? outside : tiles[shown[labels + ix]! * side * side + within + column]!;
          if (++column === side) column = 0;
        }
      }
      if (++row === side) row = 0;
    }
    context.putImageData(this.image, x, y, 0, 0, width, height);
  }

  /** Makes room in the image. @returns pixels from one of its rows to the next */
  private fit(width: number, height: number): number {
    if (this.image.width < width || this.image.height < height) {
      this.image = new ImageData(Math.max(width, this.image.width), Math.max(height, this.image.height));
      this.pixels = new Uint32Array(this.image.data.buffer);
    }
    return this.image.width;
  }

  private makeTile(key: number, color: number, over: number): number {
    const size = this.side * this.side;
    const tile = this.known.size;
    if (tile > MOST) throw new RangeError(`got more than ${MOST} different labels to draw, expected fewer`);
    if (this.tiles.length < (tile + 1) * size) {
      const grown = new Uint32Array(Math.max(16, 2 * tile) * size);
      grown.set(this.tiles);
      this.tiles = grown;
    }
    const into = this.tiles.subarray(tile * size, (tile + 1) * size);
    into.fill(over & 1 ? this.under : blend(this.under, color));
    for (const [k, pattern] of this.patterns.entries()) {
      if (!((over >> k) & 1)) continue;
      const packed = new Uint32Array(pattern.buffer);
      for (let i = 0; i < size; i++) into[i] = blend(into[i]!, packed[i]!);
      // The margin's hatch lies below the labels in it.
      if (k === 0) for (let i = 0; i < size; i++) into[i] = blend(into[i]!, color);
    }
    this.known.set(key, tile);
    return tile;
  }
}

/** The cell of an axis at the middle of each pixel, −1 outside the label space. */
function cellsOf(
  axis: Lattice['x'],
  start: number,
  length: number,
  label: (at: number) => number,
): Int32Array {
  const cells = new Int32Array(length);
  for (let i = 0; i < length; i++) {
    const cell = cellOf(axis, label(start + i + 0.5));
    cells[i] = cell < axis.count ? Math.max(-1, cell) : -1;
  }
  return cells;
}

/** One packed colour over another that is opaque. */
function blend(below: number, above: number): number {
  const alpha = (above >>> 24) / 255;
  const channel = (shift: number) => {
    const from = (below >>> shift) & 255;
    return Math.round(from + alpha * (((above >>> shift) & 255) - from)) << shift;
  };
  return (0xff000000 | channel(16) | channel(8) | channel(0)) >>> 0;
}
