import type { Lattice } from '../../../../../core/dataset/lattice.ts';
import type { DatasetSpec } from '../../../../../core/dataset/spec.ts';
import type { Analysis } from '../../analysis/analyze.ts';
import type { KeyCommand } from '../tools/keyboard.ts';
import { HANDLE_REACH, Interaction, type InteractionHost } from '../tools/interaction.ts';
import { place, type Sample } from '../tools/gestures.ts';
import { brushRadius } from '../tools/tools.ts';
import { badgeText, groundOf, sceneLayers } from './content.ts';
import type { CursorState } from './cursor.ts';
import type { OverlayState } from './overlay.ts';
import { Stage, type StageElements } from './stage.ts';
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
  /** Whether a brush is on the move. */
  readonly painting: (moving: boolean) => void;
  /** Label index under the pointer or the keyboard's cursor, null outside. */
  readonly hover: (index: number | null, byKeyboard: boolean) => void;
}

/** How often the dataset is analysed while a shape is dragged. */
const PREVIEW_MS = 250;
/** How long a brush rests before the dataset is analysed and the label under it is shown. */
const REST_MS = 120;

/**
 * The two canvases of the painter and the pointer over them: the lower one holds the drawing and its axes, the upper
 * one what follows the pointer. Everything is drawn in animation frames, at most once each.
 */
export class Surface {
  private readonly host: SurfaceHost;
  private readonly stage: Stage;
  readonly interaction: Interaction;
  private lattice: Lattice;
  private view: Viewport;
  private theme: CanvasTheme;
  private sized = false;
  private frame = 0;
  private pending: Sample[] = [];
  /** Where the pointer is, null when it is elsewhere. */
  private pointer: Sample | null = null;
  private keyboardCell: { ix: number; iy: number } | null = null;
  private panning: { x: number; y: number } | null = null;
  private panHeld = false;
  private shownCell: number | null = null;
  private previewedAt = 0;
  /** The gesture has moved since. */
  private unanalysed = false;
  /** Runs out when the brush rests; null once it does. */
  private moving: ReturnType<typeof setTimeout> | null = null;

  constructor(elements: StageElements, lattice: Lattice, theme: CanvasTheme, host: SurfaceHost) {
    this.host = host;
    this.stage = new Stage(elements);
    this.lattice = lattice;
    this.theme = theme;
    this.view = fitViewport(lattice, plotOf(1, 1));
    this.stage.scene.setLattice(lattice);
    this.interaction = new Interaction({
      ...host,
      lattice: () => this.lattice,
      sectionCodes: () => this.analysisNow()?.sectionCodes ?? null,
    });
  }

  dispose(): void {
    cancelAnimationFrame(this.frame);
    this.rest();
    this.frame = -1;
  }

  /** @param width, height CSS pixels @param ratio device pixels per CSS pixel */
  resize(width: number, height: number, ratio: number): void {
    const fitted = !this.sized || isFitted(this.lattice, this.view);
    const plot = plotOf(width, height);
    this.sized = true;
    this.view = fitted ? fitViewport(this.lattice, plot) : resizePlot(this.lattice, this.view, plot);
    this.stage.resize(width, height, ratio, this.view);
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
      this.stage.scene.setLattice(lattice);
      this.keyboardCell = null;
      this.view = fitViewport(lattice, this.view.plot);
      this.redrawAll();
    }
    this.syncLayers();
    const analysis = this.analysisNow();
    if (analysis === null) this.stage.scene.clearGround();
    else this.stage.scene.setGround(groundOf(analysis, this.host.state(), this.host.settings(), this.theme));
    this.stage.redrawGutters();
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
    if (this.interaction.stroke !== null) this.move();
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

  /**
   * While a brush moves nothing is read out: a frame that comes late for it makes the browser run one frame behind
   * from there on, and nobody reads numbers that change with each frame.
   */
  private move(): void {
    if (this.moving === null) this.host.painting(true);
    else clearTimeout(this.moving);
    this.moving = setTimeout(() => {
      this.rest();
      this.schedule();
    }, REST_MS);
  }

  private rest(): void {
    if (this.moving === null) return;
    clearTimeout(this.moving);
    this.moving = null;
    this.host.painting(false);
  }

  private afterGesture(): void {
    this.rest();
    this.syncLayers();
    if (!this.interaction.busy) {
      this.previewedAt = 0;
      this.unanalysed = false;
      this.host.preview(null);
    }
    this.schedule();
  }

  private syncLayers(): void {
    const preview = this.interaction.stroke ? null : this.interaction.preview();
    // A stroke in progress is in the bitmaps already; composing its layer would be the work of the whole drawing.
    if (this.interaction.stroke === null) {
      this.stage.scene.setLayers(sceneLayers(this.host.state(), this.theme, preview));
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
          this.stage.scene.paint(stroke.layer, points, stroke.gesture.radius, tool === 'eraser' ? 0 : 1);
        }
      }
    }
  }

  private schedule(): void {
    if (this.frame !== 0) return;
    this.frame = requestAnimationFrame((now) => {
      this.frame = 0;
      this.unanalysed ||= this.pending.length > 0 || this.keyboardCell !== null;
      this.takePending();
      if (this.interaction.busy && this.interaction.stroke === null) this.syncLayers();
      this.drawNow();
      if (this.unanalysed && this.moving === null) this.previewNow(now);
    });
  }

  private previewNow(now: number): void {
    if (!this.interaction.busy || now - this.previewedAt < PREVIEW_MS) return;
    this.previewedAt = now;
    this.unanalysed = false;
    this.host.preview(this.interaction.previewSpec());
  }

  private drawNow(): void {
    if (!this.sized) return;
    const { lattice, view, theme } = this;
    const coverage = this.analysisNow()?.facts.coverage ?? null;
    this.stage.draw(lattice, view, theme, coverage, this.overlay(), this.cursorNow());
    this.readNumbers();
  }

  private cursorNow(): CursorState {
    const { lattice, keyboardCell } = this;
    const { brushCells, mirrorX, mirrorY, tool, snap } = this.host.settings();
    const at = this.pointer ?? (keyboardCell && this.sampleOfCell(keyboardCell));
    const brushes = (tool === 'brush' || tool === 'eraser') && !this.panning && !this.panHeld;
    const radius = brushRadius(brushCells, { x: lattice.x.spacing, y: lattice.y.spacing });
    return {
      cell: keyboardCell ?? this.cellOfPointer(),
      keyboard: keyboardCell !== null,
      brush: at && brushes ? { at: place({ lattice, snap }, at), radius, cut: tool === 'eraser' } : null,
      mirrorX,
      mirrorY,
    };
  }

  /** The numbers at the pointer: on the axes, beside what is drawn, and for whoever shows the label. */
  private readNumbers(): void {
    const { lattice, view, keyboardCell, pointer } = this;
    const text = pointer && badgeText(this.interaction, lattice);
    this.stage.followers.showBadge(view, text === null ? null : { at: [pointer!.x, pointer!.y], text });
    if (this.moving !== null) return this.stage.followers.showMarks(lattice, view, null);
    const cell = keyboardCell ?? this.cellOfPointer();
    this.stage.followers.showMarks(lattice, view, cell);
    const index = cell && cell.iy * lattice.x.count + cell.ix;
    if (index === this.shownCell) return;
    this.shownCell = index;
    this.host.hover(index, keyboardCell !== null);
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
    this.stage.redrawAll();
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
