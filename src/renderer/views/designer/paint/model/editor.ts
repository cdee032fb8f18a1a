import { z } from 'zod';
import { CliffordError, invalid } from '../../../../../core/base/errors.ts';
import { type DatasetSpec } from '../../../../../core/dataset/spec.ts';
import { applyEdits, diffSpecs, Edit, invertEdits } from './edits.ts';
import { hasLayer, LayerId, layerIds, layerTitle, partIndex, shapesOf } from './layers.ts';

/**
 * The designer's document: a dataset, what is selected, and unlimited undo. Plain data and pure functions, so
 * that it can be stored after each operation and come back with its history.
 */

/** Where the user is in the drawing: `selected` are places in the list of the layer `active`, ascending. */
const Place = z.strictObject({ active: LayerId, selected: z.array(z.int().min(0)) });
export type Place = Readonly<z.infer<typeof Place>>;

export const Step = z.strictObject({
  /** Names the step in the tooltips of undo and redo. */
  label: z.string(),
  edits: z.array(Edit).min(1),
  /** The next step with the same key (a drag going on, a run of nudges) is joined with this one. */
  merge: z.string().nullable(),
  before: Place,
  after: Place,
});
export type Step = Readonly<z.infer<typeof Step>>;

export const LayerView = z.strictObject({ visible: z.boolean(), locked: z.boolean() });
export type LayerView = Readonly<z.infer<typeof LayerView>>;

/** How layers are shown. Hiding and locking change no dataset, so they are no steps of the history. */
export const LayerViews = z.strictObject({
  heldOut: LayerView,
  lesion: LayerView,
  parts: z.array(LayerView),
});
export type LayerViews = Readonly<z.infer<typeof LayerViews>>;

export interface EditorState extends Place {
  readonly spec: DatasetSpec;
  /** Steps that undo takes back, oldest first. */
  readonly past: readonly Step[];
  /** Steps that redo brings back, the next one last. */
  readonly future: readonly Step[];
  readonly views: LayerViews;
}

export const SHOWN: LayerView = { visible: true, locked: false };
/** The schema of a layer allows no more. */
export const MAX_SHAPES = 1000;

export function createEditor(spec: DatasetSpec): EditorState {
  return {
    spec,
    past: [],
    future: [],
    active: 'heldOut',
    selected: [],
    views: { heldOut: SHOWN, lesion: SHOWN, parts: spec.parts.map(() => SHOWN) },
  };
}

export interface Change {
  readonly label: string;
  readonly spec: DatasetSpec;
  readonly active?: LayerId;
  /** Left out: the selection stays as far as its shapes are still there. */
  readonly selected?: readonly number[];
  readonly merge?: string | undefined;
}

/**
 * Does one step. A change that changes nothing is no step, nor is a series of joined changes that ends where
 * it began.
 * @throws CliffordError CONFLICT if it changes a locked layer; INVALID_INPUT if a layer gets too many shapes
 */
export function commit(state: EditorState, change: Change): EditorState {
  const edits = diffSpecs(state.spec, change.spec);
  const after = placeIn(change.spec, {
    active: change.active ?? state.active,
    selected: [...(change.selected ?? state.selected)],
  });
  if (edits.length === 0) return { ...state, ...after };
  checkAllowed(state, change.spec, edits);
  const views = edits.reduce(adjustViews, state.views);
  const base = { ...state, ...after, spec: change.spec, views, future: [] };

  const last = state.past.at(-1);
  const joins = change.merge !== undefined && last?.merge === change.merge && state.future.length === 0;
  if (!joins) {
    const { active, selected } = state;
    const step: Step = {
      label: change.label,
      edits,
      merge: change.merge ?? null,
      before: { active, selected },
      after,
    };
    return { ...base, past: [...state.past, step] };
  }
  const origin = applyEdits(state.spec, invertEdits(last.edits));
  const joined = diffSpecs(origin, change.spec);
  const past = state.past.slice(0, -1);
  return { ...base, past: joined.length === 0 ? past : [...past, { ...last, edits: joined, after }] };
}

/** Ends the joining of changes: what comes next is a step of its own. */
export function seal(state: EditorState): EditorState {
  const last = state.past.at(-1);
  if (!last || last.merge === null) return state;
  return { ...state, past: [...state.past.slice(0, -1), { ...last, merge: null }] };
}

export function undo(state: EditorState): EditorState {
  const step = state.past.at(-1);
  if (!step) return state;
  const edits = invertEdits(step.edits);
  return {
    ...state,
    ...step.before,
    spec: applyEdits(state.spec, edits),
    views: edits.reduce(adjustViews, state.views),
    past: state.past.slice(0, -1),
    future: [...state.future, { ...step, merge: null }],
  };
}

export function redo(state: EditorState): EditorState {
  const step = state.future.at(-1);
  if (!step) return state;
  return {
    ...state,
    ...step.after,
    spec: applyEdits(state.spec, step.edits),
    views: step.edits.reduce(adjustViews, state.views),
    past: [...state.past, step],
    future: state.future.slice(0, -1),
  };
}

export function select(state: EditorState, active: LayerId, selected: readonly number[] = []): EditorState {
  return { ...state, ...placeIn(state.spec, { active, selected: [...selected] }) };
}

export function viewOf(views: LayerViews, layer: LayerId): LayerView {
  const part = partIndex(layer);
  return part === null ? views[layer as 'heldOut' | 'lesion'] : (views.parts[part] ?? SHOWN);
}

export function setView(state: EditorState, layer: LayerId, view: Partial<LayerView>): EditorState {
  const part = partIndex(layer);
  const next = { ...viewOf(state.views, layer), ...view };
  if (part === null) return { ...state, views: { ...state.views, [layer]: next } };
  return { ...state, views: { ...state.views, parts: state.views.parts.with(part, next) } };
}

/** A place that exists: a layer of the spec, and shapes of that layer, each once, ascending. */
function placeIn(spec: DatasetSpec, { active, selected }: Place): { active: LayerId; selected: number[] } {
  if (!hasLayer(spec, active)) return { active: 'heldOut', selected: [] };
  const count = shapesOf(spec, active).length;
  const kept = [...new Set(selected)].filter((i) => i < count).sort((a, b) => a - b);
  return { active, selected: kept };
}

function checkAllowed(state: EditorState, next: DatasetSpec, edits: readonly Edit[]): void {
  for (const edit of edits) {
    if (edit.kind === 'shapes' && viewOf(state.views, edit.layer).locked) {
      throw new CliffordError(
        'CONFLICT',
        `The layer “${layerTitle(state.spec, edit.layer)}” is locked: unlock it to change it.`,
      );
    }
  }
  for (const layer of layerIds(next)) {
    const count = shapesOf(next, layer).length;
    if (count > MAX_SHAPES) {
      throw invalid(
        `${layerTitle(next, layer)}: expected at most ${MAX_SHAPES} shapes in a layer, got ${count}`,
      );
    }
  }
}

/** Views follow their parts when parts come and go. */
function adjustViews(views: LayerViews, edit: Edit): LayerViews {
  if (edit.kind !== 'parts' || edit.remove.length === edit.insert.length) return views;
  const fresh = edit.insert.map(() => SHOWN);
  return { ...views, parts: views.parts.toSpliced(edit.at, edit.remove.length, ...fresh) };
}
