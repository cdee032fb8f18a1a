import type { Lattice } from '../../../../../core/dataset/lattice.ts';
import type { ShapeSpec } from '../../../../../core/dataset/spec.ts';
import { draw } from '../model/drawing.ts';
import { select, viewOf, type EditorState } from '../model/editor.ts';
import { handlesOf, type Handle } from '../model/handles.ts';
import { layerIds, layerTitle, shapesOf, withShapes, type LayerId } from '../model/layers.ts';
import { replaceShapes } from '../model/operations.ts';
import { connectedRegion, regionToShapes } from '../model/trace.ts';
import { composeLayer } from '../raster/runs.ts';
import { labelIndexAt } from '../canvas/viewport.ts';
import { handleAt, handleGesture, moveGesture, shapeAt, type EditGesture } from './edit-gestures.ts';
import {
  polygonGesture,
  startGesture,
  strokeGesture,
  withMirrors,
  type Gesture,
  type GestureContext,
  type Point,
  type PolygonGesture,
  type Sample,
  type StrokeGesture,
} from './gestures.ts';
import { brushRadius, type ToolSettings } from './tools.ts';

/** What the interaction needs of its surroundings. */
export interface InteractionHost {
  readonly state: () => EditorState;
  readonly lattice: () => Lattice;
  readonly settings: () => ToolSettings;
  /** Codes of the sections for filling, or null while they are not known. */
  readonly sectionCodes: () => Uint8Array | null;
  /** Does an operation; errors of the operation go to the user. */
  readonly act: (operation: (state: EditorState) => EditorState) => void;
  readonly notify: (sentence: string) => void;
}

type Current =
  | { readonly kind: 'stroke'; readonly layer: LayerId; readonly gesture: StrokeGesture; painted: number }
  | { readonly kind: 'shape'; readonly layer: LayerId; readonly gesture: Gesture }
  | { readonly kind: 'polygon'; readonly layer: LayerId; readonly gesture: PolygonGesture }
  | { readonly kind: 'edit'; readonly layer: LayerId; readonly gesture: EditGesture; readonly label: string };

/** The drawing tools at work: one gesture at a time, from press to release. Knows label units, no pixels or DOM. */
export class Interaction {
  private current: Current | null = null;
  private context: GestureContext | null = null;
  private readonly host: InteractionHost;

  constructor(host: InteractionHost) {
    this.host = host;
  }

  get busy(): boolean {
    return this.current !== null;
  }

  get stroke(): { layer: LayerId; gesture: StrokeGesture } | null {
    return this.current?.kind === 'stroke' ? this.current : null;
  }

  /**
   * @param pixel label units per CSS pixel
   * @param keyboard pressed by a key: a press and release on one cell draws that cell
   */
  press(sample: Sample, pixel: number, keyboard: boolean): void {
    const { tool } = this.host.settings();
    if (this.current?.kind === 'polygon') {
      if (this.current.gesture.click(sample)) this.finish();
      return;
    }
    if (this.current !== null || tool === 'pan') return;
    const context = this.contextNow(pixel, keyboard);
    this.context = context;
    if (tool === 'select') return this.pressSelect(context, sample);
    const layer = this.host.state().active;
    if (!this.mayDraw(layer)) return;
    if (tool === 'fill') return this.fill(context, sample, layer);
    if (tool === 'brush' || tool === 'eraser') {
      const gesture = strokeGesture({ ...context, mode: tool === 'brush' ? 'add' : 'cut' }, sample);
      this.current = { kind: 'stroke', layer, gesture, painted: 0 };
    } else if (tool === 'polygon') {
      this.current = { kind: 'polygon', layer, gesture: polygonGesture(context, sample) };
    } else {
      this.current = { kind: 'shape', layer, gesture: startGesture(tool, context, sample) };
    }
  }

  move(sample: Sample): void {
    this.current?.gesture.update(sample);
  }

  /** The end of a drag. A polygon goes on until it is closed. */
  release(): void {
    if (this.current !== null && this.current.kind !== 'polygon') this.finish();
  }

  /** Ends the gesture and keeps what it drew. */
  finish(): void {
    const { current, context, host } = this;
    this.current = null;
    if (current === null || context === null) return;
    if (current.kind === 'edit') {
      const changed = current.gesture.changed();
      if (changed.size > 0) host.act((state) => replaceShapes(state, current.layer, changed, current.label));
      return;
    }
    const shapes = withMirrors(current.gesture.shapes(), context);
    // A stroke is one of many and stays unselected, so that arrow keys go on moving the cursor.
    this.commit(shapes, current.layer, { select: current.kind !== 'stroke' });
  }

  cancel(): void {
    this.current = null;
  }

  /** Takes the last corner of a polygon back. */
  back(): void {
    if (this.current?.kind === 'polygon' && !this.current.gesture.back()) this.cancel();
  }

  /** Segments that came since this was last asked: each goes from the point before, or is the one point of a click. */
  freshSegments(): Point[][] {
    const { current } = this;
    if (current?.kind !== 'stroke') return [];
    const { points } = current.gesture;
    const segments: Point[][] = [];
    for (let i = current.painted; i < points.length; i++) {
      segments.push(i === 0 ? [points[0]!] : [points[i - 1]!, points[i]!]);
    }
    current.painted = points.length;
    return segments;
  }

  /** The layer's shapes as they would be if the gesture ended now; null if no gesture changes a layer. */
  preview(): { layer: LayerId; shapes: ShapeSpec[] } | null {
    const { current, context } = this;
    if (current === null || context === null) return null;
    const shapes = shapesOf(this.host.state().spec, current.layer);
    if (current.kind === 'edit') {
      const changed = current.gesture.changed();
      return { layer: current.layer, shapes: shapes.map((shape, i) => changed.get(i) ?? shape) };
    }
    return { layer: current.layer, shapes: [...shapes, ...withMirrors(current.gesture.shapes(), context)] };
  }

  /** The whole dataset as it would be, for read-outs while drawing. */
  previewSpec(): EditorState['spec'] | null {
    const preview = this.preview();
    return preview && withShapes(this.host.state().spec, preview.layer, preview.shapes);
  }

  outline(): readonly Point[] {
    return this.current === null || this.current.kind === 'edit' ? [] : this.current.gesture.outline();
  }

  corners(): readonly Point[] {
    return this.current?.kind === 'polygon' ? this.current.gesture.corners : [];
  }

  /** Shapes whose outline is shown: the selected ones, or what a drag makes of them, or what is being drawn. */
  outlined(): ShapeSpec[] {
    const { active, selected, spec } = this.host.state();
    if (this.current?.kind === 'edit') return [...this.current.gesture.changed().values()];
    if (this.current?.kind === 'shape') return this.current.gesture.shapes();
    // Strokes and polygons show themselves; what was selected before would be in the way.
    if (this.current !== null) return [];
    const shapes = shapesOf(spec, active);
    return selected.flatMap((i) => shapes[i] ?? []);
  }

  /** Handles are there for one selected shape, while the selection tool is at hand. */
  handles(): Handle[] {
    const [shape, more] = this.outlined();
    if (!shape || more || this.host.settings().tool !== 'select') return [];
    return handlesOf(this.host.lattice(), shape);
  }

  /** The CSS cursor over a point, for the selection tool. */
  cursorAt(sample: Sample, reach: number): string {
    const state = this.host.state();
    const lattice = this.host.lattice();
    const shapes = shapesOf(state.spec, state.active);
    if (state.selected.length === 1) {
      const hit = handleAt(lattice, shapes, state.selected, sample, reach);
      if (hit) return hit.handle.cursor;
    }
    return this.hitShape(sample) ? 'move' : 'default';
  }

  private pressSelect(context: GestureContext, sample: Sample): void {
    const state = this.host.state();
    const reach = HANDLE_REACH * context.pixel;
    const own = shapesOf(state.spec, state.active);
    const locked = viewOf(state.views, state.active).locked;
    if (state.selected.length === 1 && !locked) {
      const hit = handleAt(context.lattice, own, state.selected, sample, reach);
      if (hit) {
        const gesture = handleGesture(context, own[hit.index]!, hit.index, hit.handle, sample);
        this.current = { kind: 'edit', layer: state.active, gesture, label: 'Resize shape' };
        return;
      }
    }
    const hit = this.hitShape(sample);
    if (hit === null) {
      if (!sample.shift) this.host.act((s) => select(s, s.active));
      return;
    }
    const same = hit.layer === state.active;
    let chosen = same && state.selected.includes(hit.index) ? [...state.selected] : [hit.index];
    if (sample.shift && same) {
      chosen = state.selected.includes(hit.index)
        ? state.selected.filter((i) => i !== hit.index)
        : [...state.selected, hit.index];
    }
    this.host.act((s) => select(s, hit.layer, chosen));
    if (!chosen.includes(hit.index) || viewOf(state.views, hit.layer).locked) return;
    const gesture = moveGesture(context, shapesOf(state.spec, hit.layer), chosen, sample);
    const label = chosen.length === 1 ? 'Move shape' : `Move ${chosen.length} shapes`;
    this.current = { kind: 'edit', layer: hit.layer, gesture, label };
  }

  /** The uppermost shape under a point: of the active layer, else of the other layers that are shown. */
  private hitShape(sample: Sample): { layer: LayerId; index: number } | null {
    const state = this.host.state();
    const lattice = this.host.lattice();
    const at = labelIndexAt(lattice, sample.x, sample.y);
    if (at === null) return null;
    const others = layerIds(state.spec).filter((id) => id !== state.active);
    for (const layer of [state.active, ...others]) {
      if (!viewOf(state.views, layer).visible) continue;
      const index = shapeAt(lattice, shapesOf(state.spec, layer), at);
      if (index !== null) return { layer, index };
    }
    return null;
  }

  private fill(context: GestureContext, sample: Sample, layer: LayerId): void {
    const { lattice } = context;
    const at = labelIndexAt(lattice, sample.x, sample.y);
    if (at === null) return;
    const region = connectedRegion(lattice, this.fillCodes(lattice, layer), at);
    const shapes = withMirrors(regionToShapes(lattice, region, { mode: context.mode }), context);
    this.commit(shapes, layer, {
      select: false,
      label: context.mode === 'add' ? 'Fill region' : 'Cut region',
    });
  }

  /** Labels with the same code look alike: same section, same part of the frame and margin, in the layer or not. */
  private fillCodes(lattice: Lattice, layer: LayerId): Uint16Array {
    const sections = this.host.sectionCodes();
    const bits = new Uint8Array(lattice.count);
    composeLayer(lattice, shapesOf(this.host.state().spec, layer), bits);
    const codes = new Uint16Array(lattice.count);
    const { x, y } = lattice;
    for (let iy = 0, i = 0; iy < y.count; iy++) {
      const inY = iy >= y.frameFrom && iy < y.frameTo ? 2 : 0;
      for (let ix = 0; ix < x.count; ix++, i++) {
        const inX = ix >= x.frameFrom && ix < x.frameTo ? 1 : 0;
        codes[i] = (sections?.[i] ?? 0) * 8 + (inX + inY) * 2 + bits[i]!;
      }
    }
    return codes;
  }

  private commit(
    shapes: readonly ShapeSpec[],
    layer: LayerId,
    options: { select: boolean; label?: string },
  ): void {
    if (shapes.length === 0) return;
    this.host.act((state) => {
      const drawn = draw(state, this.host.lattice(), layer, shapes, options);
      if (drawn.notice !== null) this.host.notify(drawn.notice);
      return drawn.state;
    });
  }

  private mayDraw(layer: LayerId): boolean {
    const state = this.host.state();
    const { visible, locked } = viewOf(state.views, layer);
    if (visible && !locked) return true;
    const title = layerTitle(state.spec, layer);
    this.host.notify(
      locked
        ? `The layer “${title}” is locked: unlock it to draw in it.`
        : `The layer “${title}” is hidden: show it to draw in it.`,
    );
    return false;
  }

  private contextNow(pixel: number, keyboard: boolean): GestureContext {
    const { brushCells, mirrorX, mirrorY, mode, snap } = this.host.settings();
    const lattice = this.host.lattice();
    const spacing = { x: lattice.x.spacing, y: lattice.y.spacing };
    const radius = brushRadius(brushCells, spacing);
    return { lattice, snap, mode, radius, mirrorX, mirrorY, pixel, clickDraws: keyboard };
  }
}

/** CSS pixels around the middle of a handle. */
export const HANDLE_REACH = 7;
