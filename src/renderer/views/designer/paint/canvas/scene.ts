import type { Lattice } from '../../../../../core/dataset/lattice.ts';
import type { ShapeSpec } from '../../../../../core/dataset/spec.ts';
import { differenceBox, isEmpty, joinBoxes, type Box } from '../raster/box.ts';
import { paintSegment } from '../raster/live-stroke.ts';
import { composeLayer, latticeKey } from '../raster/runs.ts';
import type { LayerId } from '../model/layers.ts';
import { cursorBounds, drawCursor, type CursorState } from './cursor.ts';
import { boxOf, boxRect, drawLines, frameRect, spaceRect, wholePixels, type DeviceRect } from './geometry.ts';
import { LabelImage, Scratch } from './label-image.ts';
import { Patterns } from './patterns.ts';
import { packColor, type CanvasTheme, type LayerStyle } from './theme.ts';
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
  readonly image: LabelImage;
  /** False after a stroke in progress: the bits are no longer those of `shapes`. */
  composed: boolean;
}

/**
 * The drawing itself. Keeps one pixel per label for each layer and redraws only the box of labels that changed,
 * so that a stroke costs what it touches, in the bitmaps and on the screen.
 */
export class Scene {
  private lattice: Lattice | null = null;
  private layers: Layer[] = [];
  private ground: Ground | null = null;
  private groundImage: LabelImage | null = null;
  private dirty: Box | 'all' | null = 'all';
  /** Where the cursor was drawn, in device pixels, and all that decided about it. */
  private pointed: DeviceRect | null = null;
  private shownCursor = '';
  /** For whole drawings, and for the small ones of a stroke, which copy whatever they are made on. */
  private readonly sides = { whole: new Scratch(), part: new Scratch() };
  private readonly tile = new Scratch();
  private readonly patterns = new Patterns(this.tile.context);

  invalidate(): void {
    this.dirty = 'all';
  }

  setLattice(lattice: Lattice): void {
    if (this.lattice !== null && latticeKey(this.lattice) === latticeKey(lattice)) return;
    this.lattice = lattice;
    this.layers = [];
    this.ground = null;
    this.groundImage = new LabelImage(lattice);
    this.dirty = 'all';
  }

  setLayers(layers: readonly SceneLayer[]): void {
    const lattice = this.lattice!;
    const known = new Map(this.layers.map((layer) => [layer.id, layer]));
    const order = layers.map((layer) => layer.id).join();
    if (order !== this.layers.map((layer) => layer.id).join()) this.dirty = 'all';
    this.layers = layers.map((next) => {
      const layer = known.get(next.id);
      if (!layer) {
        const made: Layer = {
          ...next,
          bits: new Uint8Array(lattice.count),
          spare: new Uint8Array(lattice.count),
          image: new LabelImage(lattice),
          composed: false,
        };
        this.compose(made);
        return made;
      }
      const { visible, style } = layer;
      if (
        next.visible !== visible ||
        next.style.color !== style.color ||
        next.style.pattern !== style.pattern
      ) {
        this.dirty = 'all';
      }
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
    if (box) this.showBits(layer, box);
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
    const nx = this.lattice!.x.count;
    // Only where codes changed: the answer to each stroke arrives while the next one is being painted.
    const box =
      old !== null && old.color === color && old.codes instanceof Uint8Array && codes instanceof Uint8Array
        ? differenceBox(old.codes, codes, nx)
        : { x0: 0, y0: 0, x1: nx, y1: this.lattice!.y.count };
    if (box !== null) this.showGround(box);
  }

  /**
   * Writes the ground's pixels. What the layers remove is left out at once, a stroke in progress included, and not
   * when the next analysis says so.
   */
  private showGround(box: Box): void {
    const { lattice, ground, groundImage } = this;
    if (lattice === null || ground === null || groundImage === null) return;
    const { x, y } = lattice;
    const { codes, color } = ground;
    const removing = ground.training ? this.layers.filter((layer) => layer.removes) : [];
    for (let iy = box.y0; iy < box.y1; iy++) {
      const inY = iy >= y.frameFrom && iy < y.frameTo;
      for (let ix = box.x0, i = iy * x.count + box.x0; ix < box.x1; ix++, i++) {
        const inFrame = inY && ix >= x.frameFrom && ix < x.frameTo;
        let removed = false;
        for (const layer of removing) removed ||= layer.bits[i] === 1 && (inFrame || !layer.frameOnly);
        groundImage.pixels[i] = removed ? 0 : color(codes[i]!);
      }
    }
    groundImage.changed(box);
    this.touch(box);
  }

  /** Nothing is known of the training set: the drawing stands on bare ground. */
  clearGround(): void {
    if (this.ground === null || !this.groundImage || !this.lattice) return;
    this.ground = null;
    this.groundImage.pixels.fill(0);
    this.groundImage.changed({ x0: 0, y0: 0, x1: this.lattice.x.count, y1: this.lattice.y.count });
    this.dirty = 'all';
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
    const { dirty, lattice } = this;
    if (lattice === null) return;
    const bounds = cursorBounds(lattice, view, cursor);
    const pointed = bounds && {
      x: bounds.left * ratio,
      y: bounds.top * ratio,
      width: bounds.width * ratio,
      height: bounds.height * ratio,
    };
    const moved = JSON.stringify([pointed, cursor]) !== this.shownCursor;
    if (dirty === null && !moved) return;
    const changed = dirty === null || dirty === 'all' ? [] : [boxRect(lattice, view, ratio, dirty)];
    const cursors = [this.pointed, pointed].flatMap((rect) => rect ?? []);
    const clip = wholePixels(view, ratio, dirty === 'all' ? null : [...changed, ...cursors]);
    this.dirty = null;
    this.pointed = pointed;
    this.shownCursor = JSON.stringify([pointed, cursor]);
    if (clip === null) return;
    // Pixels are redrawn whole, with the labels around that share them.
    const part = dirty === 'all' ? null : boxOf(lattice, view, ratio, clip, AROUND);
    context.save();
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.beginPath();
    context.rect(clip.x, clip.y, clip.width, clip.height);
    context.clip();
    this.drawGround(context, lattice, view, theme, ratio, part);
    for (const layer of this.layers) {
      if (layer.visible && hasLabels(layer.bits, lattice.x.count, part)) {
        this.drawLayer(context, lattice, view, layer, ratio, part, clip);
      }
    }
    drawLines(context, lattice, view, theme, ratio);
    context.scale(ratio, ratio);
    drawCursor(context, lattice, view, theme, cursor);
    context.restore();
  }

  private drawGround(
    context: CanvasRenderingContext2D,
    lattice: Lattice,
    view: Viewport,
    theme: CanvasTheme,
    ratio: number,
    part: Box | null,
  ): void {
    const { plot } = view;
    context.fillStyle = theme.panel;
    context.fillRect(plot.left * ratio, plot.top * ratio, plot.width * ratio, plot.height * ratio);
    const space = spaceRect(lattice, view, ratio);
    context.fillStyle = theme.paper;
    context.fillRect(space.x, space.y, space.width, space.height);
    if (lattice.margin > 0) {
      const frame = frameRect(lattice, view, ratio);
      const style = { color: theme.line, pattern: 'diagonal' } as const;
      context.fillStyle = this.patterns.fill(style, ratio, space.x, space.y, 0.25);
      context.beginPath();
      context.rect(space.x, space.y, space.width, space.height);
      context.rect(frame.x, frame.y, frame.width, frame.height);
      context.fill('evenodd');
    }
    if (this.ground !== null && !isEmpty(part)) this.groundImage!.draw(context, view, ratio, part, this.tile);
  }

  /** The layer's bitmap filled with its pattern, made on the side: patterns keep their size at any zoom. */
  private drawLayer(
    context: CanvasRenderingContext2D,
    lattice: Lattice,
    view: Viewport,
    layer: Layer,
    ratio: number,
    part: Box | null,
    clip: DeviceRect,
  ): void {
    const { x, y, width, height } = clip;
    const scratch = (part === null ? this.sides.whole : this.sides.part).fit(width, height);
    const side = scratch.context;
    side.save();
    side.clearRect(0, 0, width, height);
    if (layer.frameOnly && lattice.margin > 0) {
      const frame = frameRect(lattice, view, ratio);
      side.beginPath();
      side.rect(frame.x - x, frame.y - y, frame.width, frame.height);
      side.clip();
    }
    layer.image.draw(side, view, ratio, part, this.tile, clip);
    side.globalCompositeOperation = 'source-in';
    const space = spaceRect(lattice, view, ratio);
    side.fillStyle = this.patterns.fill(layer.style, ratio, Math.round(space.x) - x, Math.round(space.y) - y);
    side.fillRect(0, 0, width, height);
    side.restore();
    context.drawImage(scratch.canvas, 0, 0, width, height, x, y, width, height);
  }

  private compose(layer: Layer): void {
    composeLayer(this.lattice!, layer.shapes, layer.spare);
    const box = differenceBox(layer.bits, layer.spare, this.lattice!.x.count);
    [layer.bits, layer.spare] = [layer.spare, layer.bits];
    layer.composed = true;
    if (box) this.showBits(layer, box);
  }

  private showBits(layer: Layer, box: Box): void {
    const nx = this.lattice!.x.count;
    for (let iy = box.y0; iy < box.y1; iy++) {
      for (let i = iy * nx + box.x0; i < iy * nx + box.x1; i++) {
        layer.image.pixels[i] = layer.bits[i] === 1 ? OPAQUE : 0;
      }
    }
    layer.image.changed(box);
    if (layer.removes) this.showGround(box);
    if (layer.visible) this.touch(box);
  }

  private touch(box: Box): void {
    if (this.dirty !== 'all') this.dirty = joinBoxes(this.dirty, box);
  }
}

/** As many labels as may share a pixel. */
const AROUND = 3;
const OPAQUE = packColor('#000000', 1);

/** Whether a bitmap has labels in a box; anywhere if that is null. */
function hasLabels(bits: Uint8Array, nx: number, box: Box | null): boolean {
  if (box === null) return bits.includes(1);
  for (let iy = box.y0; iy < box.y1; iy++) {
    if (bits.subarray(iy * nx + box.x0, iy * nx + box.x1).includes(1)) return true;
  }
  return false;
}
