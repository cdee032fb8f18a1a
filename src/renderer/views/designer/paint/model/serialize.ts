import { z } from 'zod';
import { CliffordError, invalid } from '../../../../../core/base/errors.ts';
import { DatasetSpec } from '../../../../../core/dataset/spec.ts';
import { LayerViews, redo, Step, undo, type EditorState } from './editor.ts';
import { hasLayer, LayerId } from './layers.ts';

/** The stored form of the editor: everything but derived bitmaps, undo history included. */
const Stored = z.strictObject({
  version: z.literal(1),
  spec: DatasetSpec,
  active: LayerId,
  selected: z.array(z.int().min(0)),
  views: LayerViews,
  past: z.array(Step),
  future: z.array(Step),
});

export interface Serialized {
  readonly text: string;
  /** Oldest steps of the history that did not fit. */
  readonly dropped: number;
}

/**
 * The editor as text. Steps are written once and remembered, so that storing after each stroke costs the
 * stroke and not the session.
 * @param limit most UTF-16 units of the result; the oldest steps of undo, then those furthest ahead of redo,
 *   are left out to fit, and the caller is told
 * @throws CliffordError STORAGE if the drawing itself does not fit
 */
export function serializeEditor(state: EditorState, limit = Infinity): Serialized {
  const { spec, active, selected, views } = state;
  const head = JSON.stringify({ version: 1, spec, active, selected, views }).slice(0, -1);
  let room = limit - head.length - ',"past":[],"future":[]}'.length;
  if (room < 0) {
    throw new CliffordError(
      'STORAGE',
      `The drawing takes ${head.length} characters, expected at most ${limit}: merge or delete strokes to store it.`,
    );
  }
  const fitting = (steps: readonly Step[]) => {
    const texts: string[] = [];
    for (const step of steps.toReversed()) {
      const text = stepText(step);
      if (room < text.length + 1) break;
      room -= text.length + 1;
      texts.unshift(text);
    }
    return texts;
  };
  const past = fitting(state.past);
  const future = fitting(state.future);
  return {
    text: `${head},"past":[${past.join(',')}],"future":[${future.join(',')}]}`,
    dropped: state.past.length - past.length + state.future.length - future.length,
  };
}

/**
 * @throws CliffordError INVALID_INPUT if the text is not a stored editor, or its history does not fit its drawing
 */
export function parseEditor(text: string): EditorState {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    throw invalid('stored drawing: expected JSON, got text that does not parse');
  }
  const parsed = Stored.safeParse(data);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw invalid(`stored drawing: ${issue.path.join('.') || 'document'}: ${issue.message}`);
  }
  const { version: _, ...state } = parsed.data;
  if (!hasLayer(state.spec, state.active) || state.views.parts.length !== state.spec.parts.length) {
    throw invalid(`stored drawing: expected layers of the dataset's ${state.spec.parts.length} parts`);
  }
  checkHistory(state);
  return state;
}

/** Walks the history to both ends: edits check what they replace. */
function checkHistory(state: EditorState): void {
  try {
    for (let s = state; s.past.length > 0;) s = undo(s);
    for (let s = state; s.future.length > 0;) s = redo(s);
  } catch (error) {
    throw new CliffordError('INVALID_INPUT', 'stored drawing: its undo history does not fit the drawing', {
      cause: error,
    });
  }
}

const texts = new WeakMap<Step, string>();

function stepText(step: Step): string {
  let text = texts.get(step);
  if (text === undefined) texts.set(step, (text = JSON.stringify(step)));
  return text;
}
