import * as fc from 'fast-check';
import { DatasetSpec, type ShapeSpec } from '../../../../../core/dataset/spec.ts';
import {
  addShapes,
  clearLayer,
  deleteShapes,
  duplicateShapes,
  flipShapes,
  invertLayer,
} from '../model/operations.ts';
import {
  mirrorShapes,
  moveShapes,
  removePart,
  renameShape,
  reorderShape,
  replaceShape,
} from '../model/operations.ts';
import { addPart, setMode, setPart, setSpec } from '../model/operations.ts';
import { redo, seal, undo, type EditorState } from '../model/editor.ts';
import { layerIds, shapesOf } from '../model/layers.ts';
import { tidy } from '../model/transform.ts';

/** Generators for property tests: datasets, shapes on a lattice of tenths, and any operation of the editor. */

const SIZE = 16;
const tenths = (min: number, max: number) =>
  fc.integer({ min: Math.round(min * 10), max: Math.round(max * 10) }).map((j) => j / 10);
const coordinate = tenths(-4, SIZE + 4);
const interval = fc
  .tuple(coordinate, coordinate)
  .map(([a, b]): [number, number] => (a <= b ? [a, b] : [b, a]));
const point = fc.tuple(coordinate, coordinate);
const width = tenths(0.1, SIZE);
const base = {
  mode: fc.constantFrom('add' as const, 'cut' as const),
  name: fc.option(fc.string({ minLength: 1, maxLength: 8 }), { nil: undefined }),
};

export const anyShape: fc.Arbitrary<ShapeSpec> = fc
  .oneof(
    fc.record({
      type: fc.constant('band' as const),
      axis: fc.constantFrom('x' as const, 'y' as const),
      range: interval,
      ...base,
    }),
    fc.record({ type: fc.constant('rectangle' as const), x: interval, y: interval, ...base }),
    fc.record({ type: fc.constant('cross' as const), x: interval, y: interval, ...base }),
    fc.record({ type: fc.constant('interior' as const), width, ...base }),
    fc.record({
      type: fc.constant('exterior' as const),
      width,
      corner: fc.constantFrom(
        'top-left' as const,
        'top-right' as const,
        'bottom-left' as const,
        'bottom-right' as const,
      ),
      ...base,
    }),
    fc.record({
      type: fc.constant('lesion' as const),
      width,
      axis: fc.constantFrom('x' as const, 'y' as const),
      ...base,
    }),
    fc.record({ type: fc.constant('rim' as const), width, ...base }),
    fc.record({
      type: fc.constant('ellipse' as const),
      center: point,
      radii: fc.tuple(width, width),
      ...base,
    }),
    fc.record({
      type: fc.constant('polygon' as const),
      points: fc.array(point, { minLength: 3, maxLength: 6 }),
      ...base,
    }),
    fc.record({
      type: fc.constant('brush' as const),
      radius: tenths(0.3, 3),
      points: fc.array(point, { minLength: 1, maxLength: 6 }),
      ...base,
    }),
  )
  .map(withoutUndefined);

export const anySpec: fc.Arbitrary<DatasetSpec> = fc
  .record({
    margin: fc.constantFrom(0, 4),
    spacing: fc.constantFrom({ x: 1, y: 1 }, { x: 0.5, y: 1 }, { x: 0.1, y: 0.3 }),
    boundary: fc.constantFrom('open' as const, 'periodic' as const),
    heldOut: fc.array(anyShape, { maxLength: 4 }),
    lesion: fc.array(anyShape, { maxLength: 2 }),
    within: fc.array(anyShape, { maxLength: 2 }),
  })
  .map(({ within, ...fields }) =>
    DatasetSpec.parse({
      size: SIZE,
      ...fields,
      // A torus has no outside.
      margin: fields.boundary === 'periodic' ? 0 : fields.margin,
      // Fields that do not fit each other are checked elsewhere; here they only have to be stored.
      parts: [{ kind: 'bump2d', within }, { kind: 'stripes1d' }],
    }),
  );

/** One thing a user does, as a function of the state, so that places exist when it happens. */
export type Action = (state: EditorState) => EditorState;

export const anyAction: fc.Arbitrary<Action> = fc
  .tuple(fc.nat(), fc.nat(), fc.nat(), anyShape, tenths(-3, 3), fc.nat(12))
  .map(([layerSeed, shapeSeed, kind, shape, distance, detail]) => (state: EditorState) => {
    const layers = layerIds(state.spec);
    const layer = layers[layerSeed % layers.length]!;
    const count = shapesOf(state.spec, layer).length;
    const index = count === 0 ? 0 : shapeSeed % count;
    const axis = detail % 2 === 0 ? 'x' : 'y';
    const actions: (() => EditorState)[] = [
      () => addShapes(state, layer, [shape], { select: detail > 6 }),
      () => (count === 0 ? state : replaceShape(state, layer, index, shape)),
      () => deleteShapes(state, layer, [index]),
      () => duplicateShapes(state, layer, [index], distance, tidy(-distance)),
      () => reorderShape(state, layer, index, detail % Math.max(1, count)),
      () => renameShape(state, layer, index, detail > 6 ? `name ${detail}` : null),
      () => setMode(state, layer, [index], detail > 6 ? 'add' : 'cut'),
      // A nudge joins with the one before, as a held arrow key does.
      () => moveShapes(state, layer, [index], distance, 0, `nudge ${layer} ${index}`),
      () => mirrorShapes(state, layer, [index], axis),
      () => flipShapes(state, layer, [index], axis),
      () => invertLayer(state, layer),
      () => clearLayer(state, layer),
      () => setPart(state, 0, { lambda: (detail + 1) / 13 }, 'lambda'),
      () => (state.spec.parts.length < 4 ? addPart(state, state.spec.parts[0]!) : state),
      () => (state.spec.parts.length > 1 ? removePart(state, state.spec.parts.length - 1) : state),
      () => setSpec(state, 'Change margin', { ...state.spec, margin: detail }),
      () => undo(state),
      () => redo(state),
      () => seal(state),
    ];
    return actions[kind % actions.length]!();
  });

function withoutUndefined<T extends object>(value: T): ShapeSpec {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as ShapeSpec;
}
