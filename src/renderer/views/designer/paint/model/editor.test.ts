import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DatasetSpec } from '../../../../../core/dataset/spec.ts';
import { commit, createEditor, MAX_SHAPES, redo, seal, setView, undo, viewOf } from './editor.ts';
import { shapesOf } from './layers.ts';
import { addPart, addShapes, deleteShapes, moveShapes, removePart, setPart } from './operations.ts';
import { parseEditor, serializeEditor } from './serialize.ts';
import { anyAction, anyShape, anySpec } from '../testing/generators.ts';

const spec = DatasetSpec.parse({ size: 16, parts: [{ kind: 'bump2d' }] });
const square = { type: 'rectangle', x: [2, 4], y: [2, 4], mode: 'add' } as const;
const rectangle = () => ({
  ...square,
  x: [...square.x] as [number, number],
  y: [...square.y] as [number, number],
});

const session = fc.tuple(anySpec, fc.array(anyAction, { maxLength: 25 }));
const run = ([start, actions]: [
  DatasetSpec,
  ((s: ReturnType<typeof createEditor>) => ReturnType<typeof createEditor>)[],
]) => actions.reduce((state, act) => act(state), createEditor(start));

describe('history', () => {
  it('comes back to the first drawing when all is undone, and to the last when all is redone', () => {
    fc.assert(
      fc.property(session, ([start, actions]) => {
        const end = run([start, actions]);
        let state = end;
        while (state.past.length > 0) state = undo(state);
        // The session may itself have undone steps: the first drawing is the start all the same.
        expect(state.spec).toEqual(start);
        while (state.future.length > end.future.length) state = redo(state);
        expect(state.spec).toEqual(end.spec);
        expect(state.past.map((s) => s.edits)).toEqual(end.past.map((s) => s.edits));
      }),
      { numRuns: 300 },
    );
  });

  it('takes back exactly one operation, with its selection', () => {
    fc.assert(
      fc.property(session, anyShape, (start, shape) => {
        const before = run(start);
        const after = addShapes(before, 'heldOut', [shape], { select: true });
        const back = undo(after);
        expect(back.spec).toEqual(before.spec);
        expect([back.active, back.selected]).toEqual([before.active, before.selected]);
        const again = redo(back);
        expect([again.spec, again.selected]).toEqual([after.spec, after.selected]);
      }),
      { numRuns: 100 },
    );
  });

  it('survives storing: the text gives the same editor, whose history still works', () => {
    fc.assert(
      fc.property(session, (start) => {
        const state = run(start);
        const { text, dropped } = serializeEditor(state);
        expect(dropped).toBe(0);
        expect(parseEditor(text)).toEqual(state);
      }),
      { numRuns: 200 },
    );
  });

  it('keeps the newest steps when the store is small, and what it keeps can be undone', () => {
    fc.assert(
      fc.property(session, fc.nat(4000), (start, extra) => {
        const state = run(start);
        const least = serializeEditor({ ...state, past: [], future: [] }).text.length;
        const { text, dropped } = serializeEditor(state, least + extra);
        expect(text.length).toBeLessThanOrEqual(least + extra);
        const back = parseEditor(text);
        expect(back.spec).toEqual(state.spec);
        expect(back.past).toEqual(state.past.slice(state.past.length - back.past.length));
        expect(back.past.length + back.future.length + dropped).toBe(state.past.length + state.future.length);
      }),
      { numRuns: 100 },
    );
  });

  it('forgets what was undone once something else is done', () => {
    const one = addShapes(createEditor(spec), 'heldOut', [rectangle()]);
    const other = addShapes(undo(one), 'lesion', [rectangle()]);
    expect(other.future).toEqual([]);
    expect(redo(other)).toBe(other);
  });

  it('joins nudges with one key into one step, until sealed', () => {
    let state = addShapes(createEditor(spec), 'heldOut', [rectangle()], { select: true });
    for (let i = 0; i < 5; i++) state = moveShapes(state, 'heldOut', [0], 1, 0, 'nudge');
    expect(state.past).toHaveLength(2);
    expect(undo(state).spec.heldOut).toEqual([rectangle()]);
    state = moveShapes(seal(state), 'heldOut', [0], 1, 0, 'nudge');
    expect(state.past).toHaveLength(3);
    expect(undo(state).spec.heldOut[0]).toMatchObject({ x: [7, 9] });
  });

  it('leaves no step behind when joined nudges end where they began', () => {
    let state = addShapes(createEditor(spec), 'heldOut', [rectangle()]);
    state = moveShapes(state, 'heldOut', [0], 1, 0, 'nudge');
    state = moveShapes(state, 'heldOut', [0], -1, 0, 'nudge');
    expect(state.past).toHaveLength(1);
  });

  it('does not join across undo', () => {
    let state = setPart(createEditor(spec), 0, { lambda: 0.5 }, 'slider');
    state = redo(undo(state));
    state = setPart(state, 0, { lambda: 0.25 }, 'slider');
    expect(undo(state).spec.parts[0]!.lambda).toBe(0.5);
  });

  it('makes no step of a change that changes nothing', () => {
    const state = createEditor(spec);
    expect(commit(state, { label: 'Nothing', spec: structuredClone(spec) }).past).toEqual([]);
  });

  it('stores a long session in proportion to its strokes, not to their square', () => {
    // 200 strokes of 50 points; whole specs in each step would take 200·200/2 strokes' worth of text.
    let state = createEditor(spec);
    const one = { type: 'brush', radius: 1, mode: 'add' } as const;
    const points = (k: number) => Array.from({ length: 50 }, (_, i): [number, number] => [i / 10, k / 10]);
    for (let k = 0; k < 200; k++) state = addShapes(state, 'heldOut', [{ ...one, points: points(k) }]);
    const stroke = JSON.stringify({ ...one, points: points(100) }).length;
    // In the drawing and in one step, each with some words around it.
    expect(serializeEditor(state).text.length).toBeLessThan(200 * (2 * stroke + 400));
  });
});

describe('layers', () => {
  it('refuses to change a locked layer in one sentence, and undoes nothing of it', () => {
    const state = setView(createEditor(spec), 'heldOut', { locked: true });
    expect(() => addShapes(state, 'heldOut', [rectangle()])).toThrow(/“Held-out” is locked/);
    expect(addShapes(state, 'lesion', [rectangle()]).spec.lesion).toHaveLength(1);
  });

  it('keeps the views of the other parts when one is removed', () => {
    let state = addPart(createEditor(spec), { ...spec.parts[0]!, lambda: 0.5 });
    state = setView(state, 'part-1', { visible: false });
    state = removePart(state, 0);
    expect(viewOf(state.views, 'part-0').visible).toBe(false);
    expect(undo(state).views.parts).toHaveLength(2);
  });

  it('takes no more shapes than the schema of a layer allows', () => {
    const full = createEditor({ ...spec, heldOut: Array.from({ length: MAX_SHAPES }, rectangle) });
    expect(() => addShapes(full, 'heldOut', [rectangle()])).toThrow(/at most 1000 shapes/);
    expect(DatasetSpec.safeParse(full.spec).success).toBe(true);
  });

  it('drops from the selection what was deleted', () => {
    let state = addShapes(createEditor(spec), 'heldOut', [rectangle(), rectangle()], { select: true });
    state = deleteShapes(state, 'heldOut', [0]);
    expect(state.selected).toEqual([]);
    expect(shapesOf(state.spec, 'heldOut')).toHaveLength(1);
  });
});

describe('stored drawings', () => {
  const text = () => serializeEditor(addShapes(createEditor(spec), 'heldOut', [rectangle()])).text;

  it.each([
    ['text that is not JSON', () => 'paint', /expected JSON/],
    ['another version', () => text().replace('"version":1', '"version":9'), /version/],
    ['a shape of no known type', () => text().replaceAll('rectangle', 'blob'), /heldOut/],
    ['a history of another drawing', () => text().replace('"x":[2,4]', '"x":[2,5]'), /undo history/],
    ['a layer that is not there', () => text().replace('"active":"heldOut"', '"active":"part-7"'), /layers/],
  ])('refuses %s', (_, stored, sentence) => {
    expect(() => parseEditor(stored())).toThrow(sentence);
  });
});
