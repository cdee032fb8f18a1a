import { computed, readonly, ref, shallowRef, type ComputedRef, type Ref, type ShallowRef } from 'vue';
import { toErrorData } from '../../../../core/base/errors.ts';
import { createLattice, type Lattice } from '../../../../core/dataset/lattice.ts';
import type { DatasetSpec } from '../../../../core/dataset/spec.ts';
import { redo, seal, undo, type EditorState } from './model/editor.ts';

/** The editor's state in a view: every change of the drawing goes through `act`, `undo` and `redo`. */
export interface PaintEditor {
  readonly state: Readonly<ShallowRef<EditorState>>;
  /** Of the state's spec; null while its fields give none (a spacing wider than the frame). */
  readonly lattice: ComputedRef<Lattice | null>;
  /** The drawing with the gesture that is going on, for read-outs. */
  readonly live: ComputedRef<DatasetSpec>;
  /** A gesture is going on. */
  readonly drawing: ComputedRef<boolean>;
  /** A brush or eraser is on the move: smooth painting comes before fresh read-outs. */
  readonly painting: Readonly<Ref<boolean>>;
  /** Why the last operation was refused, or what came of it; null if there is nothing to say. */
  readonly notice: Readonly<Ref<string | null>>;
  readonly undoLabel: ComputedRef<string | null>;
  readonly redoLabel: ComputedRef<string | null>;
  /** Does one operation of `model/operations.ts`; an error that it throws becomes the notice. */
  act(operation: (state: EditorState) => EditorState): void;
  undo(): void;
  redo(): void;
  /** Ends a series of joined changes: the end of a slider's drag. */
  seal(): void;
  preview(spec: DatasetSpec | null): void;
  /** Says whether a brush is on the move. */
  setPainting(moving: boolean): void;
  /** Tells the user something in a sentence, until the next operation. */
  say(sentence: string | null): void;
  /** Takes another drawing over, with its history. */
  replace(state: EditorState): void;
}

type LatticeFields = [
  DatasetSpec['size'],
  DatasetSpec['margin'],
  DatasetSpec['spacing'],
  DatasetSpec['boundary'],
];

/** A pause in which a run of nudges ends and becomes a step of its own. */
const PAUSE_MS = 800;

export function usePaintEditor(initial: EditorState): PaintEditor {
  const state = shallowRef(initial);
  const previewed = shallowRef<DatasetSpec | null>(null);
  const painting = ref(false);
  const notice = ref<string | null>(null);
  let pause: ReturnType<typeof setTimeout> | undefined;

  const set = (next: EditorState) => {
    if (next === state.value) return;
    state.value = next;
    previewed.value = null;
    clearTimeout(pause);
    if (next.past.at(-1)?.merge != null) pause = setTimeout(endSeries, PAUSE_MS);
  };
  const endSeries = () => {
    state.value = seal(state.value);
  };
  const fields = computed(() => {
    const { size, margin, spacing, boundary } = state.value.spec;
    return JSON.stringify([size, margin, spacing, boundary] satisfies LatticeFields);
  });
  return {
    state,
    // The same object for the same fields, since the canvas starts anew with another.
    lattice: computed(() => latticeOf(fields.value)),
    live: computed(() => previewed.value ?? state.value.spec),
    drawing: computed(() => previewed.value !== null),
    painting: readonly(painting),
    notice: readonly(notice),
    undoLabel: computed(() => state.value.past.at(-1)?.label ?? null),
    redoLabel: computed(() => state.value.future.at(-1)?.label ?? null),
    act(operation) {
      notice.value = null;
      try {
        set(operation(state.value));
      } catch (error) {
        notice.value = toErrorData(error).message;
      }
    },
    undo() {
      notice.value = null;
      set(undo(state.value));
    },
    redo() {
      notice.value = null;
      set(redo(state.value));
    },
    seal: endSeries,
    preview(spec) {
      previewed.value = spec;
    },
    setPainting(moving) {
      painting.value = moving;
    },
    say(sentence) {
      notice.value = sentence;
    },
    replace(next) {
      notice.value = null;
      set(next);
    },
  };
}

function latticeOf(fields: string): Lattice | null {
  const [size, margin, spacing, boundary] = JSON.parse(fields) as LatticeFields;
  try {
    return createLattice({ size, margin, spacing, boundary });
  } catch {
    // The analysis says what is wrong with the fields.
    return null;
  }
}
