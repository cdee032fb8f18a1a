import type { Lattice } from '../../../../../core/dataset/lattice.ts';
import type { ShapeSpec } from '../../../../../core/dataset/spec.ts';
import { differenceBox, joinBoxes, type Box } from '../raster/box.ts';
import { paintSegment } from '../raster/live-stroke.ts';
import { composeLayer, latticeKey } from '../raster/runs.ts';
import type { LayerId } from '../model/layers.ts';
import { LabelImage } from './label-image.ts';
import { Patterns } from './patterns.ts';
import { packColor, type CanvasTheme, type LayerStyle } from './theme.ts';
import { frameSpanOf, spanOf, toScreen, type Viewport } from './viewport.ts';

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
  private scratch = new OffscreenCanvas(1, 1);
  private scratchContext = this.scratch.getContext('2d')!;
  private patterns = new Patterns(this.scratchContext);

  /** True if something changed since the last `draw`. */
  get isDirty(): boolean {
    return this.dirty !== null;
  }

  get needsAll(): boolean {
    return this.dirty === 'all';
  }

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
    groundImage.update(box);
    this.touch(box);
  }

  /** Nothing is known of the training set: the drawing stands on bare ground. */
  clearGround(): void {
    if (this.ground === null || !this.groundImage || !this.lattice) return;
    this.ground = null;
    this.groundImage.pixels.fill(0);
    this.groundImage.update({ x0: 0, y0: 0, x1: this.lattice.x.count, y1: this.lattice.y.count });
    this.dirty = 'all';
  }

  /** Redraws what changed. The context is in CSS pixels, `ratio` device pixels each. */
  draw(context: CanvasRenderingContext2D, view: Viewport, theme: CanvasTheme, ratio: number): void {
    const lattice = this.lattice;
    if (this.dirty === null || lattice === null) return;
    const clip = this.clipOf(view, ratio);
    this.dirty = null;
    if (clip === null) return;
    const { canvas } = context;
    if (this.scratch.width !== canvas.width || this.scratch.height !== canvas.height) {
      this.scratch.width = canvas.width;
      this.scratch.height = canvas.height;
    }
    context.save();
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.beginPath();
    context.rect(clip.x, clip.y, clip.width, clip.height);
    context.clip();
    context.imageSmoothingEnabled = false;
    this.drawGround(context, lattice, view, theme, ratio);
    for (const layer of this.layers) {
      if (layer.visible && layer.shapes.length + Number(!layer.composed) > 0) {
        this.drawLayer(context, lattice, view, layer, ratio, clip);
      }
    }
    drawLines(context, lattice, view, theme, ratio);
    context.restore();
  }

  private drawGround(
    context: CanvasRenderingContext2D,
    lattice: Lattice,
    view: Viewport,
    theme: CanvasTheme,
    ratio: number,
  ): void {
    const { plot } = view;
    context.fillStyle = theme.panel;
    context.fillRect(plot.left * ratio, plot.top * ratio, plot.width * ratio, plot.height * ratio);
    const space = deviceRect(view, ratio, spanOf(lattice.x), spanOf(lattice.y));
    context.fillStyle = theme.paper;
    context.fillRect(space.x, space.y, space.width, space.height);
    if (lattice.margin > 0) {
      const frame = deviceRect(view, ratio, frameSpanOf(lattice.x), frameSpanOf(lattice.y));
      context.fillStyle = this.patterns.fill(
        { color: theme.line, pattern: 'diagonal' },
        ratio,
        space.x,
        space.y,
        0.25,
      );
      context.beginPath();
      context.rect(space.x, space.y, space.width, space.height);
      context.rect(frame.x, frame.y, frame.width, frame.height);
      context.fill('evenodd');
    }
    if (this.ground !== null) {
      context.drawImage(this.groundImage!.canvas, space.x, space.y, space.width, space.height);
    }
  }

  /** The layer's bitmap filled with its pattern, made on the side: patterns keep their size at any zoom. */
  private drawLayer(
    context: CanvasRenderingContext2D,
    lattice: Lattice,
    view: Viewport,
    layer: Layer,
    ratio: number,
    clip: DeviceRect,
  ): void {
    const space = deviceRect(view, ratio, spanOf(lattice.x), spanOf(lattice.y));
    const side = this.scratchContext;
    side.save();
    side.beginPath();
    side.rect(clip.x, clip.y, clip.width, clip.height);
    side.clip();
    side.clearRect(clip.x, clip.y, clip.width, clip.height);
    side.imageSmoothingEnabled = false;
    if (layer.frameOnly && lattice.margin > 0) {
      const frame = deviceRect(view, ratio, frameSpanOf(lattice.x), frameSpanOf(lattice.y));
      side.beginPath();
      side.rect(frame.x, frame.y, frame.width, frame.height);
      side.clip();
    }
    side.drawImage(layer.image.canvas, space.x, space.y, space.width, space.height);
    side.globalCompositeOperation = 'source-in';
    side.fillStyle = this.patterns.fill(layer.style, ratio, space.x, space.y);
    side.fillRect(clip.x, clip.y, clip.width, clip.height);
    side.restore();
    context.drawImage(
      this.scratch,
      clip.x,
      clip.y,
      clip.width,
      clip.height,
      clip.x,
      clip.y,
      clip.width,
      clip.height,
    );
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
    layer.image.update(box);
    if (layer.removes) this.showGround(box);
    if (layer.visible) this.touch(box);
  }

  private touch(box: Box): void {
    if (this.dirty !== 'all') this.dirty = joinBoxes(this.dirty, box);
  }

  /** What is to be redrawn, in whole device pixels, inside the plot. */
  private clipOf(view: Viewport, ratio: number): DeviceRect | null {
    const { plot } = view;
    const lattice = this.lattice!;
    const bounds = {
      x: Math.round(plot.left * ratio),
      y: Math.round(plot.top * ratio),
      right: Math.round((plot.left + plot.width) * ratio),
      bottom: Math.round((plot.top + plot.height) * ratio),
    };
    if (this.dirty === 'all' || this.dirty === null) {
      return { x: bounds.x, y: bounds.y, width: bounds.right - bounds.x, height: bounds.bottom - bounds.y };
    }
    const edge = (axis: Lattice['x'], index: number) => axis.spacing * (axis.first + index - 0.5);
    const box = this.dirty;
    const rect = deviceRect(
      view,
      ratio,
      [edge(lattice.x, box.x0), edge(lattice.x, box.x1)],
      [edge(lattice.y, box.y0), edge(lattice.y, box.y1)],
    );
    const x = Math.max(bounds.x, Math.floor(rect.x) - 1);
    const y = Math.max(bounds.y, Math.floor(rect.y) - 1);
    const right = Math.min(bounds.right, Math.ceil(rect.x + rect.width) + 1);
    const bottom = Math.min(bounds.bottom, Math.ceil(rect.y + rect.height) + 1);
    return right > x && bottom > y ? { x, y, width: right - x, height: bottom - y } : null;
  }
}

const OPAQUE = packColor('#000000', 1);

/** In device pixels. */
interface DeviceRect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

function deviceRect(
  view: Viewport,
  ratio: number,
  x: readonly [number, number],
  y: readonly [number, number],
): DeviceRect {
  const [left, top] = toScreen(view, x[0], y[0]);
  const [right, bottom] = toScreen(view, x[1], y[1]);
  return { x: left * ratio, y: top * ratio, width: (right - left) * ratio, height: (bottom - top) * ratio };
}

/** Lines between cells once they are large enough, and the borders of the frame and of the label space. */
function drawLines(
  context: CanvasRenderingContext2D,
  lattice: Lattice,
  view: Viewport,
  theme: CanvasTheme,
  ratio: number,
): void {
  const { plot, scale } = view;
  const space = deviceRect(view, ratio, spanOf(lattice.x), spanOf(lattice.y));
  const sharp = (v: number) => Math.round(v) + 0.5;
  context.lineWidth = 1;
  for (const name of ['x', 'y'] as const) {
    const axis = lattice[name];
    if (axis.spacing * scale < MIN_GRID_CELL) continue;
    context.beginPath();
    for (let i = 1; i < axis.count; i++) {
      const [sx, sy] = toScreen(view, ...edgeAt(name, axis.spacing * (axis.first + i - 0.5)));
      const at = sharp((name === 'x' ? sx : sy) * ratio);
      if (name === 'x') {
        if (sx < plot.left || sx > plot.left + plot.width) continue;
        context.moveTo(at, space.y);
        context.lineTo(at, space.y + space.height);
      } else {
        if (sy < plot.top || sy > plot.top + plot.height) continue;
        context.moveTo(space.x, at);
        context.lineTo(space.x + space.width, at);
      }
    }
    context.strokeStyle = theme.line;
    context.globalAlpha = 0.6;
    context.stroke();
    context.globalAlpha = 1;
  }
  const border = (rect: DeviceRect, color: string, width: number) => {
    context.strokeStyle = color;
    context.lineWidth = width * ratio;
    context.strokeRect(sharp(rect.x), sharp(rect.y), Math.round(rect.width), Math.round(rect.height));
  };
  if (lattice.margin > 0) border(space, theme.lineStrong, 1);
  border(deviceRect(view, ratio, frameSpanOf(lattice.x), frameSpanOf(lattice.y)), theme.ink, 1.5);
}

/** CSS pixels from which on cells are told apart by lines. */
const MIN_GRID_CELL = 9;

function edgeAt(name: 'x' | 'y', value: number): [number, number] {
  return name === 'x' ? [value, 0] : [0, value];
}
