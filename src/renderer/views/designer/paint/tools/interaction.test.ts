import { beforeEach, describe, expect, it } from 'vitest';
import { createLattice } from '../../../../../core/dataset/lattice.ts';
import { rasterizeShape, rasterizeShapes } from '../../../../../core/dataset/region.ts';
import { DatasetSpec, type DatasetSpecInput } from '../../../../../core/dataset/spec.ts';
import { analyze } from '../../analysis/analyze.ts';
import { createEditor, select, setView, undo, type EditorState } from '../model/editor.ts';
import { Interaction } from './interaction.ts';
import { defaultToolSettings, type ToolSettings } from './tools.ts';

/** A drawing with its tools, without canvas or pointer. */
function painter(fields: Partial<DatasetSpecInput> = {}) {
  const spec = DatasetSpec.parse({ size: 16, parts: [{ kind: 'bump2d' }], ...fields });
  const lattice = createLattice(spec);
  const it = {
    state: createEditor(spec) as EditorState,
    settings: { ...defaultToolSettings(), brushCells: 3 } as ToolSettings,
    notices: [] as string[],
    lattice,
    interaction: null as unknown as Interaction,
    press: (x: number, y: number, keys: { shift?: boolean; alt?: boolean } = {}) =>
      it.interaction.press({ x, y, shift: false, alt: false, ...keys }, 0.05, false),
    move: (x: number, y: number, keys: { shift?: boolean; alt?: boolean } = {}) =>
      it.interaction.move({ x, y, shift: false, alt: false, ...keys }),
    drag: (from: [number, number], ...to: [number, number][]) => {
      it.press(...from);
      for (const at of to) it.move(...at);
      it.interaction.release();
    },
    count: (layer: 'heldOut' | 'lesion' = 'heldOut') =>
      rasterizeShapes(lattice, it.state.spec[layer]).reduce((a, b) => a + b),
  };
  it.interaction = new Interaction({
    state: () => it.state,
    lattice: () => lattice,
    settings: () => it.settings,
    sectionCodes: () => analyze(it.state.spec, 0.005).sectionCodes,
    act: (operation) => (it.state = operation(it.state)),
    notify: (sentence) => it.notices.push(sentence),
  });
  return it;
}

let p: ReturnType<typeof painter>;
beforeEach(() => {
  p = painter();
});

describe('drawing', () => {
  it('makes one step of a stroke, however long', () => {
    p.drag([3, 3], [5, 3], [9, 8], [2, 12]);
    expect(p.state.past).toHaveLength(1);
    expect(p.state.spec.heldOut).toMatchObject([{ type: 'brush', mode: 'add', radius: 1.5 }]);
    expect(undo(p.state).spec.heldOut).toEqual([]);
  });

  it('erases with strokes that cut out of the active layer', () => {
    p.state = select(p.state, 'lesion');
    p.drag([3, 3], [9, 3]);
    const before = p.count('lesion');
    p.settings.tool = 'eraser';
    p.drag([9, 3], [11, 3]);
    expect(p.state.spec.lesion[1]).toMatchObject({ type: 'brush', mode: 'cut' });
    expect(p.count('lesion')).toBeLessThan(before);
  });

  it('keeps no eraser stroke that erases nothing, and empties a layer that is erased whole', () => {
    p.drag([3, 3]);
    p.settings.tool = 'eraser';
    p.drag([12, 12]);
    expect(p.state.past).toHaveLength(1);
    p.settings.brushCells = 9;
    p.drag([3, 3]);
    // Else the dataset would be refused: "shapes that cut each other away".
    expect(p.state.spec.heldOut).toEqual([]);
    expect(undo(p.state).spec.heldOut).toHaveLength(1);
  });

  it('says why nothing came of it: outside the frame, locked, hidden', () => {
    p = painter({ margin: 3, parts: [{ kind: 'bump2d' }, { kind: 'stripes1d' }] });
    p.settings.brushCells = 1;
    p.drag([-2, -2]);
    expect(p.notices[0]).toMatch(/inside the frame/);
    p.settings = { ...p.settings, tool: 'rectangle', mode: 'cut' };
    p.drag([3, 3], [5, 5]);
    expect(p.notices[1]).toMatch(/nothing to cut/);
    p.state = setView(p.state, 'heldOut', { locked: true });
    p.drag([3, 3]);
    p.state = setView(p.state, 'heldOut', { locked: false, visible: false });
    p.drag([3, 3]);
    expect(p.notices.slice(2)).toEqual([
      'The layer “Held-out” is locked: unlock it to draw in it.',
      'The layer “Held-out” is hidden: show it to draw in it.',
    ]);
    expect(p.state.past).toEqual([]);
  });

  it('cuts the first cut of a part out of everywhere', () => {
    p.state = select(p.state, 'part-0');
    p.settings.tool = 'rectangle';
    p.settings.mode = 'cut';
    p.drag([4, 4], [7, 7]);
    expect(analyze(p.state.spec, 0.005).facts.trainingImages).toBe(256 - 16);
  });

  it('previews what it would leave, and leaves nothing when cancelled', () => {
    p.settings.tool = 'rectangle';
    p.press(2, 2);
    p.move(5, 4);
    expect(p.interaction.previewSpec()!.heldOut).toMatchObject([{ x: [2, 5], y: [2, 4] }]);
    p.interaction.cancel();
    expect(p.interaction.previewSpec()).toBeNull();
    expect(p.state.spec.heldOut).toEqual([]);
  });

  it('mirrors as one step', () => {
    p.settings = { ...p.settings, tool: 'rectangle', mirrorX: true, mirrorY: true };
    p.drag([1, 1], [3, 2]);
    expect(p.state.spec.heldOut).toHaveLength(4);
    expect(p.state.past).toHaveLength(1);
  });

  it('hands out each segment of a stroke once', () => {
    p.press(2, 2);
    p.move(4, 2);
    expect(p.interaction.freshSegments()).toEqual([
      [[2, 2]],
      [
        [2, 2],
        [4, 2],
      ],
    ]);
    p.move(4, 5);
    expect(p.interaction.freshSegments()).toEqual([
      [
        [4, 2],
        [4, 5],
      ],
    ]);
    expect(p.interaction.freshSegments()).toEqual([]);
  });

  it('goes on with a polygon until it is closed', () => {
    p.settings.tool = 'polygon';
    for (const at of [
      [2, 2],
      [9, 2],
      [9, 9],
    ] as const) {
      p.press(...at);
      p.interaction.release();
    }
    expect(p.interaction.busy).toBe(true);
    p.press(2, 2);
    expect(p.interaction.busy).toBe(false);
    expect(p.state.spec.heldOut).toMatchObject([
      {
        type: 'polygon',
        points: [
          [2, 2],
          [9, 2],
          [9, 9],
        ],
      },
    ]);
  });
});

describe('filling', () => {
  it('fills the region of one section and stops at the next', () => {
    p.settings.tool = 'bandX';
    p.drag([6, 0], [8, 3]);
    p.settings.tool = 'fill';
    p.drag([2, 9]);
    // Left of the band: x = 0 … 5, whole columns.
    expect(p.state.spec.heldOut[1]).toEqual({ type: 'rectangle', x: [0, 5], y: [0, 15], mode: 'add' });
    expect(p.count()).toBe(9 * 16);
  });

  it('cuts a region back out', () => {
    p.settings.tool = 'ellipse';
    p.drag([3, 3], [11, 11]);
    expect(p.count()).toBeGreaterThan(0);
    p.settings = { ...p.settings, tool: 'fill', mode: 'cut' };
    p.drag([7, 7]);
    expect(p.count()).toBe(0);
  });
});

describe('selecting', () => {
  beforeEach(() => {
    p.settings.tool = 'rectangle';
    p.drag([2, 2], [5, 5]);
    p.drag([8, 8], [12, 12]);
    p.state = select(p.state, 'lesion');
    p.settings.tool = 'select';
  });

  it('finds shapes of other layers too, and moves what it presses by whole cells', () => {
    p.drag([3, 3], [4.3, 3.4]);
    expect([p.state.active, p.state.selected]).toEqual(['heldOut', [0]]);
    expect(p.state.spec.heldOut[0]).toMatchObject({ x: [3, 6], y: [2, 5] });
  });

  it('adds and takes away with Shift, and moves all together', () => {
    p.drag([3, 3]);
    p.press(9, 9, { shift: true });
    p.interaction.release();
    expect(p.state.selected).toEqual([0, 1]);
    p.drag([9, 9], [9, 10]);
    expect(p.state.spec.heldOut).toMatchObject([{ y: [3, 6] }, { y: [9, 13] }]);
    p.press(9, 10, { shift: true });
    expect(p.state.selected).toEqual([0]);
  });

  it('drops the selection on empty ground, without a step', () => {
    p.drag([3, 3]);
    const steps = p.state.past.length;
    p.drag([14, 1]);
    expect(p.state.selected).toEqual([]);
    expect(p.state.past).toHaveLength(steps);
  });

  it('resizes by a handle, which is found before the shape below', () => {
    p.drag([3, 3]);
    expect(p.interaction.cursorAt({ x: 5, y: 5, shift: false, alt: false }, 0.3)).toBe('nwse-resize');
    p.drag([5, 5], [7, 6]);
    expect(p.state.spec.heldOut[0]).toMatchObject({ x: [2, 7], y: [2, 6] });
    expect(rasterizeShape(p.lattice, p.state.spec.heldOut[0]!).reduce((a, b) => a + b)).toBe(30);
  });

  it('selects in a locked layer but moves nothing', () => {
    p.state = setView(p.state, 'heldOut', { locked: true });
    p.drag([3, 3], [6, 6]);
    expect(p.state.selected).toEqual([0]);
    expect(p.state.spec.heldOut[0]).toMatchObject({ x: [2, 5] });
  });
});
