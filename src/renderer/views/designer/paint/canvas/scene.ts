import type { Lattice } from '../../../../../core/dataset/lattice.ts';
import type { ShapeSpec } from '../../../../../core/dataset/spec.ts';
import { differenceBox, joinBoxes, type Box } from '../raster/box.ts';
import { paintSegment } from '../raster/live-stroke.ts';
import { composeLayer, latticeKey } from '../raster/runs.ts';
import type { LayerId } from '../model/layers.ts';
import { cursorBounds, drawCursor, type CursorState } from './cursor.ts';
import { boxRect, drawLines, wholePixels, type DeviceRect } from './geometry.ts';
import { Mosaic } from './mosaic.ts';
import type { CanvasTheme, LayerStyle } from './theme.ts';
import type { Viewport } from './viewport.ts';

/** A layer as the scene shows it, in the order of drawing. */
export interface SceneLayer {
  readonly id: LayerId;
  readonly shapes: readonly ShapeSpec[];
  readonly visible: boolean;
  readonly style: LayerStyle;
  /** It acts on 2D labels only, so that nothing of it is shown in the margin. */
  readonly frameOnly: boolean;
  /** It takes labels out of training, so that no training label is shown below it. */
  readonly removes: boolean;
}

/** Colours of labels below the layers: one of `colors` (packed) for each label by its code, 0 for none. */
export interface Ground {
  // codes: (lattice.count) uint8 or int32; code c shows colors(c)
  readonly codes: Uint8Array | Int32Array;
  readonly color: (code: number) => number;
  /** These are training labels, of which none stand where a layer removes them. */
  readonly training: boolean;
}

interface Layer extends SceneLayer {
  // bits: (lattice.count) uint8, what is shown, a stroke in progress included
  bits: Uint8Array;
  spare: Uint8Array;
  /** False after a stroke in progress: the bits are no longer those of `shapes`. */
  composed: boolean;
}

/**
 * The drawing itself. Keeps a bitmap of labels for each layer and redraws only the box of labels that changed, so
 * that a stroke costs what it touches, in the bitmaps and on the screen.
 */
export class Scene {
  private lattice: Lattice | null = null;
  private layers: Layer[] = [];
  private ground: Ground | null = null;
  private mosaic: Mosaic | null = null;
  /** Labels whose look has changed. */
  private stale: Box | null = null;
  /** What of the screen no longer shows the drawing, in labels. */
  private dirty: Box | 'all' | null = 'all';
  /** Where the cursor was drawn, in device pixels, and all that decided about it. */
  private pointed: DeviceRect | null = null;
  private shownCursor = '';

  invalidate(): void {
    this.dirty = 'all';
  }

  setLattice(lattice: Lattice): void {
    if (this.lattice !== null && latticeKey(this.lattice) === latticeKey(lattice)) return;
    this.lattice = lattice;
    this.layers = [];
    this.ground = null;
    this.mosaic = new Mosaic(lattice);
    this.stale = null;
    this.dirty = 'all';
    this.touch(this.everything());
  }

  setLayers(layers: readonly SceneLayer[]): void {
    const lattice = this.lattice!;
    const known = new Map(this.layers.map((layer) => [layer.id, layer]));
    const order = layers.map((layer) => layer.id).join();
    if (order !== this.layers.map((layer) => layer.id).join()) this.touch(this.everything());
    this.layers = layers.map((next) => {
      const layer = known.get(next.id);
      if (!layer) {
        const made: Layer = {
          ...next,
          bits: new Uint8Array(lattice.count),
          spare: new Uint8Array(lattice.count),
          composed: false,
        };
        this.compose(made);
        return made;
      }
      if (next.visible !== layer.visible) this.touch(this.everything());
      const changed = next.shapes !== layer.shapes || !layer.composed;
      Object.assign(layer, next);
      if (changed) this.compose(layer);
      return layer;
    });
  }

  /** Paints one segment of a stroke; `setLayers` puts the finished (or cancelled) drawing in its place. */
  paint(id: LayerId, points: readonly (readonly [number, number])[], radius: number, value: 0 | 1): void {
    const layer = this.layers.find((l) => l.id === id);
    if (!layer) return;
    const box = paintSegment(this.lattice!, layer.bits, points, radius, value);
    layer.composed = false;
    if (box) this.touch(box);
  }

  /** Whether the layer, a stroke in progress included, has a label. */
  has(id: LayerId, index: number): boolean {
    return this.layers.find((l) => l.id === id)?.bits[index] === 1;
  }

  setGround(ground: Ground): void {
    const { codes, color } = ground;
    const old = this.ground;
    if (old !== null && old.codes === codes && old.color === color) return;
    this.ground = ground;
    const { count: nx } = this.lattice!.x;
    // Only where codes changed: the answer to each stroke arrives while the next one is being painted.
    const box =
      old !== null && old.color === color && old.codes instanceof Uint8Array && codes instanceof Uint8Array
        ? differenceBox(old.codes, codes, nx)
        : this.everything();
    if (box !== null) this.touch(box);
  }

  /** Nothing is known of the training set: the drawing stands on bare ground. */
  clearGround(): void {
    if (this.ground === null) return;
    this.ground = null;
    this.touch(this.everything());
  }

  /**
   * Redraws what changed, and the cursor where it is now.
   * @param ratio device pixels per CSS pixel
   */
  draw(
    context: CanvasRenderingContext2D,
    view: Viewport,
    theme: CanvasTheme,
    ratio: number,
    cursor: CursorState,
  ): void {
    const { lattice, mosaic } = this;
    if (lattice === null || mosaic === null) return;
    const { panel, paper, line: hatch } = theme;
    const layers = this.layers.map((layer) => layer.style);
    if (mosaic.setStyle({ panel, paper, hatch, layers, ratio })) this.touch(this.everything());
    const { dirty } = this;
    const bounds = cursorBounds(lattice, view, cursor);
    const pointed = bounds && {
      x: bounds.left * ratio,
      y: bounds.top * ratio,
      width: bounds.width * ratio,
      height: bounds.height * ratio,
    };
    const shownCursor = JSON.stringify([pointed, cursor]);
    if (dirty === null && shownCursor === this.shownCursor) return;
    const changed = dirty === null || dirty === 'all' ? [] : [boxRect(lattice, view, ratio, dirty)];
    const cursors = [this.pointed, pointed].flatMap((rect) => rect ?? []);
    const clip = wholePixels(view, ratio, dirty === 'all' ? null : [...changed, ...cursors]);
    this.dirty = null;
    this.pointed = pointed;
    this.shownCursor = shownCursor;
    this.update(mosaic);
    if (clip === null) return;
    mosaic.draw(context, view, clip);
    context.save();
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.beginPath();
    context.rect(clip.x, clip.y, clip.width, clip.height);
    context.clip();
    drawLines(context, lattice, view, theme, ratio);
    context.scale(ratio, ratio);
    drawCursor(context, lattice, view, theme, cursor);
    context.restore();
  }

  /**
   * Says anew what the stale labels show. Training labels that the layers take out are left out at once, a stroke in
   * progress included, and not when the next analysis says so.
   */
  private update(mosaic: Mosaic): void {
    if (this.stale === null) return;
    const { x0, y0, x1, y1 } = this.stale;
    this.stale = null;
    const { x, y } = this.lattice!;
    const { layers, ground } = this;
    for (let iy = y0; iy < y1; iy++) {
      const inY = iy >= y.frameFrom && iy < y.frameTo;
      for (let ix = x0, i = iy * x.count + x0; ix < x1; ix++, i++) {
        const inFrame = inY && ix >= x.frameFrom && ix < x.frameTo;
        let over = inFrame ? 0 : 1;
        let removed = false;
        for (let k = 0; k < layers.length; k++) {
          const layer = layers[k]!;
          if (layer.bits[i] !== 1 || (layer.frameOnly && !inFrame)) continue;
          if (layer.visible) over |= 2 << k;
          removed ||= layer.removes;
        }
        const below = ground === null || (removed && ground.training) ? 0 : ground.color(ground.codes[i]!);
        mosaic.set(i, below, over);
      }
    }
  }

  private compose(layer: Layer): void {
    composeLayer(this.lattice!, layer.shapes, layer.spare);
    const box = differenceBox(layer.bits, layer.spare, this.lattice!.x.count);
    [layer.bits, layer.spare] = [layer.spare, layer.bits];
    layer.composed = true;
    if (box) this.touch(box);
  }

  private everything(): Box {
    return { x0: 0, y0: 0, x1: this.lattice!.x.count, y1: this.lattice!.y.count };
  }

  private touch(box: Box): void {
    this.stale = joinBoxes(this.stale, box);
    if (this.dirty !== 'all') this.dirty = joinBoxes(this.dirty, box);
  }
}
