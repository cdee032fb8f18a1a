import type { Lattice } from '../../../../../core/dataset/lattice.ts';
import type { DatasetSpec } from '../../../../../core/dataset/spec.ts';
import type { Analysis } from '../../analysis/analyze.ts';
import type { KeyCommand } from '../tools/keyboard.ts';
import { HANDLE_REACH, Interaction, type InteractionHost } from '../tools/interaction.ts';
import { place, type Sample } from '../tools/gestures.ts';
import { brushRadius } from '../tools/tools.ts';
import { badgeText, groundOf, sceneLayers } from './content.ts';
import { drawGutters } from './gutters.ts';
import { Followers, type FollowerElements } from './followers.ts';
import { drawOverlay, isEmpty, type OverlayState } from './overlay.ts';
import { Scene } from './scene.ts';
import type { CanvasTheme } from './theme.ts';
import {
  cellOf,
  fitViewport,
  isFitted,
  panBy,
  panToSee,
  plotOf,
  resizePlot,
  toLabel,
  zoomAt,
  type Viewport,
} from './viewport.ts';

export interface SurfaceHost extends Omit<InteractionHost, 'lattice' | 'sectionCodes'> {
  readonly analysis: () => Analysis | null;
  /** The dataset with the gesture in progress, now and then; null once there is none. */
  readonly preview: (spec: DatasetSpec | null) => void;
  /** Label index under the pointer or the keyboard's cursor, null outside. */
  readonly hover: (index: number | null, byKeyboard: boolean) => void;
}

/** How often the dataset is analysed while a gesture goes on. */
const PREVIEW_MS = 200;

/**
 * The two canvases of the painter and the pointer over them: the lower one holds the drawing and its axes, the upper
 * one what follows the pointer. Everything is drawn in animation frames, at most once each.
 */
export class Surface {
  private readonly host: SurfaceHost;
  private readonly base: CanvasRenderingContext2D;
  private readonly over: CanvasRenderingContext2D;
  private readonly followers: Followers;
  private readonly scene = new Scene();
  readonly interaction: Interaction;
  private lattice: Lattice;
  private view: Viewport;
  private theme: CanvasTheme;
  private width = 1;
  private height = 1;
  private ratio = 1;
  private frame = 0;
  private guttersDirty = true;
  private pending: Sample[] = [];
  /** Where the pointer is, null when it is elsewhere. */
  private pointer: Sample | null = null;
  private keyboardCell: { ix: number; iy: number } | null = null;
  private panning: { x: number; y: number } | null = null;
  private panHeld = false;
  private shownCell: number | null = null;
  private previewedAt = 0;

  constructor(
    elements: { base: HTMLCanvasElement; over: HTMLCanvasElement; followers: FollowerElements },
    lattice: Lattice,
    theme: CanvasTheme,
    host: SurfaceHost,
  ) {
    this.host = host;
    this.base = elements.base.getContext('2d', { alpha: false })!;
    this.over = elements.over.getContext('2d')!;
    this.followers = new Followers(elements.followers);
    this.lattice = lattice;
    this.theme = theme;
    this.view = fitViewport(lattice, plotOf(1, 1));
    this.scene.setLattice(lattice);
    this.interaction = new Interaction({
      ...host,
      lattice: () => this.lattice,
      sectionCodes: () => this.analysisNow()?.sectionCodes ?? null,
    });
  }

  dispose(): void {
    cancelAnimationFrame(this.frame);
    this.frame = -1;
  }

  /** @param width, height CSS pixels @param ratio device pixels per CSS pixel */
  resize(width: number, height: number, ratio: number): void {
    const fitted = this.width === 1 || isFitted(this.lattice, this.view);
    [this.width, this.height, this.ratio] = [width, height, ratio];
    for (const { canvas } of [this.base, this.over]) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    const plot = plotOf(width, height);
    this.view = fitted ? fitViewport(this.lattice, plot) : resizePlot(this.lattice, this.view, plot);
    this.redrawAll();
    // A canvas of a new size is empty: draw before the browser shows it.
    this.drawNow();
  }

  setTheme(theme: CanvasTheme): void {
    this.theme = theme;
    this.sync(this.lattice);
    this.redrawAll();
  }

  /** Takes over what the editor, the settings and the analysis say now. */
  sync(lattice: Lattice): void {
    if (lattice !== this.lattice) {
      this.interaction.cancel();
      this.lattice = lattice;
      this.scene.setLattice(lattice);
      this.keyboardCell = null;
      this.view = fitViewport(lattice, this.view.plot);
      this.redrawAll();
    }
    this.syncLayers();
    const analysis = this.analysisNow();
    if (analysis === null) this.scene.clearGround();
    else this.scene.setGround(groundOf(analysis, this.host.state(), this.host.settings(), this.theme));
    this.guttersDirty = true;
    this.schedule();
  }

  fit(): void {
    this.setView(fitViewport(this.lattice, this.view.plot));
  }

  /** Zooms about the middle of the plot. */
  zoom(direction: 1 | -1): void {
    const { plot } = this.view;
    const factor = direction > 0 ? 1.4 : 1 / 1.4;
    this.setView(
      zoomAt(this.lattice, this.view, factor, plot.left + plot.width / 2, plot.top + plot.height / 2),
    );
  }

  wheel(sx: number, sy: number, deltaY: number): void {
    this.setView(zoomAt(this.lattice, this.view, Math.exp(-deltaY * 0.0015), sx, sy));
  }

  // Pointer: coordinates are CSS pixels of the canvas.

  down(sx: number, sy: number, keys: { shift: boolean; alt: boolean }, button: number): void {
    if (button === 1 || (button === 0 && (this.panHeld || this.host.settings().tool === 'pan'))) {
      this.panning = { x: sx, y: sy };
    } else if (button === 0) {
      this.keyboardCell = null;
      this.pointer = this.sample(sx, sy, keys);
      this.interaction.press(this.pointer, 1 / this.view.scale, false);
    }
    this.schedule();
  }

  moveTo(
    places: readonly (readonly [sx: number, sy: number])[],
    keys: { shift: boolean; alt: boolean },
  ): void {
    const last = places.at(-1);
    if (!last) return;
    if (this.panning) {
      this.setView(panBy(this.lattice, this.view, last[0] - this.panning.x, last[1] - this.panning.y));
      this.panning = { x: last[0], y: last[1] };
    }
    for (const [sx, sy] of places) this.pending.push(this.sample(sx, sy, keys));
    this.pointer = this.pending.at(-1)!;
    this.keyboardCell = null;
    this.schedule();
  }

  up(): void {
    if (this.panning) this.panning = null;
    else {
      this.takePending();
      this.interaction.release();
    }
    this.afterGesture();
  }

  /** The browser took the pointer away (a touch became a scroll, the window lost it). */
  abort(): void {
    this.panning = null;
    this.pending = [];
    this.interaction.cancel();
    this.afterGesture();
  }

  leave(): void {
    this.pointer = null;
    this.schedule();
  }

  doubleClick(): void {
    if (this.interaction.corners().length > 0) this.interaction.finish();
    this.afterGesture();
  }

  holdPan(held: boolean): void {
    this.panHeld = held;
    this.schedule();
  }

  /** Moves the keyboard's cell and draws with it if it is pressed. */
  arrow({ dx, dy, ten }: Extract<KeyCommand, { do: 'arrow' }>): void {
    const { x, y } = this.lattice;
    const from = this.keyboardCell ??
      this.cellOfPointer() ?? { ix: (x.frameFrom + x.frameTo) >> 1, iy: (y.frameFrom + y.frameTo) >> 1 };
    const step = ten ? 10 : 1;
    const clamp = (v: number, count: number) => Math.min(count - 1, Math.max(0, v));
    const cell = { ix: clamp(from.ix + dx * step, x.count), iy: clamp(from.iy + dy * step, y.count) };
    this.keyboardCell = cell;
    this.pointer = null;
    this.interaction.move(this.sampleOfCell(cell));
    this.setView(panToSee(this.lattice, this.view, x.values[cell.ix]!, y.values[cell.iy]!));
    this.schedule();
  }

  /** Enter: presses or releases at the keyboard's cell; closes a polygon. */
  press(): void {
    const { interaction } = this;
    const cell = this.keyboardCell;
    if (!cell) {
      if (interaction.corners().length > 0) interaction.finish();
      else if (!interaction.busy) this.arrow({ do: 'arrow', dx: 0, dy: 0, ten: false });
      return this.afterGesture();
    }
    const sample = this.sampleOfCell(cell);
    const last = interaction.corners().at(-1);
    if (last) {
      const [x, y] = place({ lattice: this.lattice, snap: true }, sample);
      if (last[0] === x && last[1] === y) interaction.finish();
      else interaction.press(sample, 0, true);
    } else if (interaction.busy) interaction.release();
    else interaction.press(sample, 0, true);
    this.afterGesture();
  }

  cancel(): void {
    this.pending = [];
    this.interaction.cancel();
    this.afterGesture();
  }

  back(): void {
    this.interaction.back();
    this.schedule();
  }

  /** Ends a gesture that goes on, before something else changes the drawing. */
  settle(): void {
    if (!this.interaction.busy) return;
    this.takePending();
    this.interaction.finish();
    this.afterGesture();
  }

  /** The CSS cursor for where the pointer is. */
  cursor(): string {
    if (this.panning) return 'grabbing';
    const { tool } = this.host.settings();
    if (this.panHeld || tool === 'pan') return 'grab';
    if (tool !== 'select') return 'crosshair';
    return this.pointer ? this.interaction.cursorAt(this.pointer, HANDLE_REACH / this.view.scale) : 'default';
  }

  private afterGesture(): void {
    this.syncLayers();
    if (!this.interaction.busy) {
      this.previewedAt = 0;
      this.host.preview(null);
    }
    this.schedule();
  }

  private syncLayers(): void {
    const preview = this.interaction.stroke ? null : this.interaction.preview();
    // A stroke in progress is in the bitmaps already; composing its layer would be the work of the whole drawing.
    if (this.interaction.stroke === null) {
      this.scene.setLayers(sceneLayers(this.host.state(), this.theme, preview));
    }
  }

  private takePending(): void {
    for (const sample of this.pending) this.interaction.move(sample);
    this.pending = [];
    const { stroke } = this.interaction;
    if (stroke === null) return;
    const { size } = this.lattice;
    const { mirrorX, mirrorY, tool } = this.host.settings();
    for (const segment of this.interaction.freshSegments()) {
      for (const flipX of mirrorX ? [false, true] : [false]) {
        for (const flipY of mirrorY ? [false, true] : [false]) {
          const points = segment.map(([x, y]) => [flipX ? size - x : x, flipY ? size - y : y] as const);
          this.scene.paint(stroke.layer, points, stroke.gesture.radius, tool === 'eraser' ? 0 : 1);
        }
      }
    }
  }

  private schedule(): void {
    if (this.frame !== 0) return;
    this.frame = requestAnimationFrame((now) => {
      this.frame = 0;
      const moved = this.pending.length > 0;
      this.takePending();
      if (this.interaction.busy && this.interaction.stroke === null) this.syncLayers();
      this.drawNow();
      if (moved || this.keyboardCell) this.previewNow(now);
    });
  }

  private previewNow(now: number): void {
    if (!this.interaction.busy || now - this.previewedAt < PREVIEW_MS) return;
    this.previewedAt = now;
    this.host.preview(this.interaction.previewSpec());
  }

  private drawNow(): void {
    const { base, over, ratio, view, theme, lattice, width, height } = this;
    if (width <= 1) return;
    this.scene.draw(base, view, theme, ratio);
    if (this.guttersDirty) {
      base.setTransform(ratio, 0, 0, ratio, 0, 0);
      drawGutters(base, width, height, lattice, view, theme, this.analysisNow()?.facts.coverage ?? null);
      this.guttersDirty = false;
    }
    const overlay = this.overlay();
    // A canvas that is not shown costs the compositor nothing, and while painting there is nothing on this one.
    const empty = isEmpty(overlay);
    over.canvas.style.visibility = empty ? 'hidden' : 'visible';
    if (!empty) {
      over.setTransform(ratio, 0, 0, ratio, 0, 0);
      drawOverlay(over, width, height, lattice, view, theme, overlay);
    }
    this.followPointer();
  }

  private followPointer(): void {
    const { lattice, view, keyboardCell } = this;
    const { brushCells, mirrorX, mirrorY, tool, snap } = this.host.settings();
    const cell = keyboardCell ?? this.cellOfPointer();
    const at = this.pointer ?? (keyboardCell && this.sampleOfCell(keyboardCell));
    const brushes = (tool === 'brush' || tool === 'eraser') && !this.panning && !this.panHeld;
    const radius = brushRadius(brushCells, { x: lattice.x.spacing, y: lattice.y.spacing });
    this.followers.show(lattice, view, {
      cell,
      keyboard: keyboardCell !== null,
      brush: at && brushes ? { at: place({ lattice, snap }, at), radius, cut: tool === 'eraser' } : null,
      mirrorX,
      mirrorY,
      badge: at && { at: [at.x, at.y], text: badgeText(this.interaction, lattice) },
    });
    const index = cell && cell.iy * lattice.x.count + cell.ix;
    if (index !== this.shownCell) {
      this.shownCell = index;
      this.host.hover(index, keyboardCell !== null);
    }
  }

  private overlay(): OverlayState {
    const { mirrorX, mirrorY } = this.host.settings();
    const { keyboardCell, interaction } = this;
    const at = keyboardCell && this.sampleOfCell(keyboardCell);
    return {
      crosshair: at && [at.x, at.y],
      mirrorX,
      mirrorY,
      selected: interaction.outlined(),
      handles: interaction.handles(),
      outline: interaction.outline(),
      corners: interaction.corners(),
    };
  }

  /** An analysis of another lattice is of no use: its arrays are of other labels. */
  private analysisNow(): Analysis | null {
    const analysis = this.host.analysis();
    return analysis !== null && analysis.partBits.length === this.lattice.count ? analysis : null;
  }

  private setView(view: Viewport): void {
    if (view === this.view) return;
    this.view = view;
    this.redrawAll();
  }

  private redrawAll(): void {
    this.scene.invalidate();
    this.guttersDirty = true;
    this.schedule();
  }

  private sample(sx: number, sy: number, keys: { shift: boolean; alt: boolean }): Sample {
    const [x, y] = toLabel(this.view, sx, sy);
    return { x, y, ...keys };
  }

  private sampleOfCell({ ix, iy }: { ix: number; iy: number }): Sample {
    return { x: this.lattice.x.values[ix]!, y: this.lattice.y.values[iy]!, shift: false, alt: false };
  }

  private cellOfPointer(): { ix: number; iy: number } | null {
    if (this.pointer === null) return null;
    const { x, y } = this.lattice;
    const [ix, iy] = [cellOf(x, this.pointer.x), cellOf(y, this.pointer.y)];
    return ix >= 0 && ix < x.count && iy >= 0 && iy < y.count ? { ix, iy } : null;
  }
}
