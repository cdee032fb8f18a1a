import { createLattice, type Lattice } from '../../../../../core/dataset/lattice.ts';
import type { DatasetSpec, PartSpec, ShapeSpec } from '../../../../../core/dataset/spec.ts';
import { commit, type EditorState } from './editor.ts';
import { layerTitle, partIndex, shapesOf, withShapes, type LayerId } from './layers.ts';
import { mirrorShape, moveShape, unionBounds } from './transform.ts';

/**
 * What a user can do to the drawing, each one step of the history. All take and return the editor's state and
 * throw what `commit` throws. Coordinates and distances are in label units.
 */

export function addShapes(
  state: EditorState,
  layer: LayerId,
  shapes: readonly ShapeSpec[],
  options: { label?: string; select?: boolean } = {},
): EditorState {
  const old = shapesOf(state.spec, layer);
  const first = shapes[0];
  if (first === undefined) return state;
  const label = options.label ?? `${first.mode === 'cut' ? 'Cut' : 'Add'} ${shapeTitle(first).toLowerCase()}`;
  return commit(state, {
    label,
    spec: withShapes(state.spec, layer, [...old, ...shapes]),
    active: layer,
    selected: options.select ? shapes.map((_, i) => old.length + i) : [],
  });
}

export function replaceShape(
  state: EditorState,
  layer: LayerId,
  index: number,
  shape: ShapeSpec,
  merge?: string,
): EditorState {
  return replaceShapes(
    state,
    layer,
    new Map([[index, shape]]),
    `Change ${shapeTitle(shape).toLowerCase()}`,
    merge,
  );
}

export function replaceShapes(
  state: EditorState,
  layer: LayerId,
  changed: ReadonlyMap<number, ShapeSpec>,
  label: string,
  merge?: string,
): EditorState {
  const shapes = shapesOf(state.spec, layer).map((shape, i) => changed.get(i) ?? shape);
  return commit(state, { label, spec: withShapes(state.spec, layer, shapes), active: layer, merge });
}

export function deleteShapes(state: EditorState, layer: LayerId, indices: readonly number[]): EditorState {
  const gone = new Set(indices);
  const shapes = shapesOf(state.spec, layer).filter((_, i) => !gone.has(i));
  return commit(state, {
    label: gone.size === 1 ? 'Delete shape' : `Delete ${gone.size} shapes`,
    spec: withShapes(state.spec, layer, shapes),
    active: layer,
    selected: [],
  });
}

/** Copies go on top, moved by (dx, dy), and are selected. A name is a section of its own, so copies have none. */
export function duplicateShapes(
  state: EditorState,
  layer: LayerId,
  indices: readonly number[],
  dx: number,
  dy: number,
): EditorState {
  const lattice = createLattice(state.spec);
  const shapes = shapesOf(state.spec, layer);
  const copies = indices.flatMap((i) => {
    const shape = shapes[i];
    if (!shape) return [];
    const { name: _, ...copy } = moveShape(lattice, shape, dx, dy) ?? shape;
    return [copy];
  });
  return addShapes(state, layer, copies, {
    label: copies.length === 1 ? 'Duplicate shape' : `Duplicate ${copies.length} shapes`,
    select: true,
  });
}

/** Moves a shape to another place in the order in which shapes apply. */
export function reorderShape(state: EditorState, layer: LayerId, from: number, to: number): EditorState {
  const shapes = shapesOf(state.spec, layer);
  const shape = shapes[from];
  if (!shape || to < 0 || to >= shapes.length) return state;
  const next = shapes.toSpliced(from, 1).toSpliced(to, 0, shape);
  return commit(state, {
    label: 'Reorder shapes',
    spec: withShapes(state.spec, layer, next),
    active: layer,
    selected: [to],
  });
}

/** @param name null takes the name away */
export function renameShape(
  state: EditorState,
  layer: LayerId,
  index: number,
  name: string | null,
): EditorState {
  const shape = shapesOf(state.spec, layer)[index];
  if (!shape) return state;
  const { name: _, ...rest } = shape;
  const renamed = name === null ? rest : { ...rest, name };
  return replaceShapes(state, layer, new Map([[index, renamed]]), 'Rename shape');
}

export function setMode(
  state: EditorState,
  layer: LayerId,
  indices: readonly number[],
  mode: ShapeSpec['mode'],
): EditorState {
  const shapes = shapesOf(state.spec, layer);
  const changed = new Map(indices.flatMap((i) => (shapes[i] ? [[i, { ...shapes[i], mode }]] : [])));
  return replaceShapes(state, layer, changed, mode === 'add' ? 'Turn into an addition' : 'Turn into a cut');
}

/** Shapes that are tied to the frame (a rim) stay where they are. */
export function moveShapes(
  state: EditorState,
  layer: LayerId,
  indices: readonly number[],
  dx: number,
  dy: number,
  merge?: string,
): EditorState {
  const lattice = createLattice(state.spec);
  return mapShapes(state, layer, indices, 'Move', (shape) => moveShape(lattice, shape, dx, dy), merge);
}

/** Reflects shapes about the frame's centre line. */
export function mirrorShapes(
  state: EditorState,
  layer: LayerId,
  indices: readonly number[],
  axis: 'x' | 'y',
): EditorState {
  const lattice = createLattice(state.spec);
  return mapShapes(state, layer, indices, 'Mirror', (shape) => mirrorShape(lattice, shape, axis));
}

/** Reflects shapes about the centre of the box around them; nothing along an axis on which they have no ends. */
export function flipShapes(
  state: EditorState,
  layer: LayerId,
  indices: readonly number[],
  axis: 'x' | 'y',
): EditorState {
  const lattice = createLattice(state.spec);
  const shapes = shapesOf(state.spec, layer);
  const range = unionBounds(
    lattice,
    indices.flatMap((i) => shapes[i] ?? []),
  )[axis];
  if (range === null) return state;
  const about = (range[0] + range[1]) / 2;
  return mapShapes(state, layer, indices, 'Flip', (shape) => mirrorShape(lattice, shape, axis, about));
}

/**
 * Exchanges inside and outside of a layer: everything is put in first, then each shape does the opposite.
 * Inverting twice gives the same list again. "Everything" is the frame for held-out, which concerns 2D images
 * only, and the whole label space for the others.
 */
export function invertLayer(state: EditorState, layer: LayerId): EditorState {
  const { spec } = state;
  const shapes = shapesOf(spec, layer);
  const all = coverAll(createLattice(spec), layer);
  const swapped = (list: readonly ShapeSpec[]) =>
    list.map((s): ShapeSpec => ({ ...s, mode: s.mode === 'add' ? 'cut' : 'add' }));
  const first = shapes[0];
  const inverted =
    first?.type === 'rectangle' && first.mode === 'add' && covers(first, all)
      ? swapped(shapes.slice(1))
      : [all, ...swapped(shapes)];
  return commit(state, {
    label: `Invert ${layerTitle(spec, layer).toLowerCase()}`,
    spec: withShapes(spec, layer, inverted),
    active: layer,
    selected: [],
  });
}

export function clearLayer(state: EditorState, layer: LayerId): EditorState {
  const label = `Clear ${layerTitle(state.spec, layer).toLowerCase()}`;
  return commit(state, { label, spec: withShapes(state.spec, layer, []), active: layer, selected: [] });
}

export function setLayer(state: EditorState, layer: LayerId, shapes: readonly ShapeSpec[]): EditorState {
  const label = `Set ${layerTitle(state.spec, layer).toLowerCase()}`;
  return commit(state, {
    label,
    spec: withShapes(state.spec, layer, [...shapes]),
    active: layer,
    selected: [],
  });
}

/** Changes fields of one part (kind, λ, weight …). */
export function setPart(
  state: EditorState,
  index: number,
  fields: Partial<PartSpec>,
  merge?: string,
): EditorState {
  const parts = state.spec.parts.map((part, i) => (i === index ? { ...part, ...fields } : part));
  return commit(state, { label: `Change part ${index + 1}`, spec: { ...state.spec, parts }, merge });
}

export function addPart(state: EditorState, part: PartSpec): EditorState {
  const parts = [...state.spec.parts, part];
  return commit(state, {
    label: 'Add part',
    spec: { ...state.spec, parts },
    active: `part-${parts.length - 1}`,
    selected: [],
  });
}

export function removePart(state: EditorState, index: number): EditorState {
  const active = partIndex(state.active) === null ? state.active : 'heldOut';
  return commit(state, {
    label: `Remove part ${index + 1}`,
    spec: { ...state.spec, parts: state.spec.parts.toSpliced(index, 1) },
    active,
    selected: active === state.active ? state.selected : [],
  });
}

/** Changes any fields of the dataset, or replaces it whole (from its JSON view, from a preset). */
export function setSpec(state: EditorState, label: string, spec: DatasetSpec, merge?: string): EditorState {
  return commit(state, { label, spec, merge });
}

const SHAPE_TITLES: Readonly<Record<ShapeSpec['type'], string>> = {
  band: 'Band',
  rectangle: 'Rectangle',
  cross: 'Cross',
  interior: 'Interior',
  exterior: 'Exterior',
  lesion: 'Lesion band',
  rim: 'Rim',
  ellipse: 'Ellipse',
  polygon: 'Polygon',
  brush: 'Brush stroke',
};

export function shapeTitle(shape: Pick<ShapeSpec, 'type'>): string {
  return SHAPE_TITLES[shape.type];
}

function mapShapes(
  state: EditorState,
  layer: LayerId,
  indices: readonly number[],
  verb: string,
  map: (shape: ShapeSpec) => ShapeSpec | null,
  merge?: string,
): EditorState {
  const shapes = shapesOf(state.spec, layer);
  const changed = new Map<number, ShapeSpec>();
  for (const i of indices) {
    const next = shapes[i] && map(shapes[i]);
    if (next) changed.set(i, next);
  }
  const what = indices.length === 1 ? 'shape' : `${indices.length} shapes`;
  return replaceShapes(state, layer, changed, `${verb} ${what}`, merge);
}

/** A rectangle over all that a layer concerns. */
export function coverAll(
  { size, margin }: Lattice,
  layer: LayerId,
): Extract<ShapeSpec, { type: 'rectangle' }> {
  const range = (): [number, number] => (layer === 'heldOut' ? [0, size] : [0 - margin, size + margin]);
  return { type: 'rectangle', x: range(), y: range(), mode: 'add' };
}

function covers(
  shape: Extract<ShapeSpec, { type: 'rectangle' }>,
  all: Extract<ShapeSpec, { type: 'rectangle' }>,
): boolean {
  return (['x', 'y'] as const).every((k) => shape[k][0] <= all[k][0] && shape[k][1] >= all[k][1]);
}
