import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLattice } from '../../../../../core/dataset/lattice.ts';
import { rasterizeShape, rasterizeShapes } from '../../../../../core/dataset/region.ts';
import { ShapeSpec } from '../../../../../core/dataset/spec.ts';
import { handleAt, handleGesture, moveGesture, shapeAt } from './edit-gestures.ts';
import { polygonGesture, startGesture, strokeGesture, withMirrors, type GestureContext } from './gestures.ts';
import { brushRadius, fitBrush, MAX_BRUSH_CELLS, stepBrush, toolByKey, TOOLS } from './tools.ts';

const lattice = createLattice({ size: 32, margin: 6, spacing: { x: 0.1, y: 0.1 }, boundary: 'open' });
const context: GestureContext = {
  lattice,
  snap: true,
  mode: 'add',
  radius: 1,
  mirrorX: false,
  mirrorY: false,
  pixel: 0.06,
};
const at = (x: number, y: number, keys: { shift?: boolean; alt?: boolean } = {}) => ({
  x,
  y,
  shift: keys.shift ?? false,
  alt: keys.alt ?? false,
});
const drag = (
  tool: Parameters<typeof startGesture>[0],
  from: ReturnType<typeof at>,
  to: ReturnType<typeof at>,
) => {
  const gesture = startGesture(tool, context, from);
  gesture.update(to);
  return gesture.shapes();
};

describe('tools', () => {
  it('have a key each', () => {
    expect(new Set(TOOLS.map((t) => t.key)).size).toBe(TOOLS.length);
    expect(toolByKey('b')).toBe('brush');
    expect(toolByKey('q')).toBeNull();
  });

  it('step the brush from one cell to the largest and back', () => {
    let cells = 1;
    for (let i = 0; i < 200; i++) cells = stepBrush(cells, 1);
    expect(cells).toBe(MAX_BRUSH_CELLS);
    for (let i = 0; i < 200; i++) cells = stepBrush(cells, -1);
    expect(cells).toBe(1);
  });

  it('keep the brush as large as it was in label units when the lattice changes', () => {
    const coarse = createLattice({ size: 16, margin: 0, spacing: { x: 1, y: 1 }, boundary: 'open' });
    expect(fitBrush(0, null, lattice)).toBe(20);
    expect(fitBrush(0, null, coarse)).toBe(1);
    expect(fitBrush(30, 0.1, coarse)).toBe(3);
    expect(fitBrush(3, 1, lattice)).toBe(30);
    // Stored settings keep their size when the view opens.
    expect(fitBrush(7, null, lattice)).toBe(7);
  });

  it('a brush of one cell paints one label', () => {
    const radius = brushRadius(1, { x: 0.1, y: 0.1 });
    const [stroke] = strokeGesture({ ...context, radius }, at(5.02, 4.98)).shapes();
    expect(rasterizeShape(lattice, stroke!).reduce((a, b) => a + b)).toBe(1);
  });
});

describe('boxes', () => {
  it('have the labels under both corners, whichever comes first', () => {
    expect(drag('rectangle', at(19.04, 5.01), at(12.97, 9.98))).toEqual([
      { type: 'rectangle', x: [13, 19], y: [5, 10], mode: 'add' },
    ]);
    expect(drag('bandX', at(13.01, 0), at(18.99, 1))).toEqual([
      { type: 'band', axis: 'x', range: [13, 19], mode: 'add' },
    ]);
    expect(drag('bandY', at(0, 13.01), at(0, 18.99))).toEqual([
      { type: 'band', axis: 'y', range: [13, 19], mode: 'add' },
    ]);
  });

  it('are squares with Shift and start from the centre with Alt', () => {
    expect(drag('cross', at(10, 10), at(13, 8, { shift: true }))).toMatchObject([
      { x: [10, 13], y: [7, 10] },
    ]);
    expect(drag('ellipse', at(16, 16), at(19, 17, { shift: true, alt: true }))).toMatchObject([
      { center: [16, 16], radii: [3, 3] },
    ]);
  });

  it('are not made by a click', () => {
    expect(drag('rectangle', at(10, 10), at(10.1, 10))).toEqual([]);
    expect(drag('ellipse', at(10, 10), at(10, 15))).toEqual([]);
  });

  it('keep to a tenth of a cell off the lattice', () => {
    const gesture = startGesture('rectangle', { ...context, snap: false }, at(1.2345, 1));
    gesture.update(at(2, 2.0071));
    expect(gesture.shapes()).toMatchObject([{ x: [1.23, 2], y: [1, 2.01] }]);
  });
});

describe('strokes', () => {
  const path = fc.array(
    fc.tuple(fc.double({ min: 0, max: 32, noNaN: true }), fc.double({ min: 0, max: 32, noNaN: true })),
    {
      minLength: 1,
      maxLength: 30,
    },
  );

  it('cover what was painted but for labels a tenth of a cell from the edge', () => {
    fc.assert(
      fc.property(path, (points) => {
        const gesture = strokeGesture({ ...context, snap: false }, at(...points[0]!));
        for (const p of points) gesture.update(at(...p));
        const [shape] = gesture.shapes() as Extract<ShapeSpec, { type: 'brush' }>[];
        ShapeSpec.parse(shape);
        const kept = rasterizeShape(lattice, shape!);
        const all = { ...shape!, points: gesture.points.map(([x, y]): [number, number] => [x, y]) };
        const wider = rasterizeShape(lattice, { ...all, radius: 1.01 });
        const narrower = rasterizeShape(lattice, { ...all, radius: 0.99 });
        for (let i = 0; i < kept.length; i++) {
          if (kept[i]! > wider[i]! || kept[i]! < narrower[i]!) expect.fail(`label ${i}`);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('keep to the row with Shift', () => {
    const gesture = strokeGesture(context, at(5, 5));
    gesture.update(at(9, 5.7, { shift: true }));
    gesture.update(at(12, 4.2, { shift: true }));
    expect(gesture.shapes()).toMatchObject([
      {
        points: [
          [5, 5],
          [12, 5],
        ],
      },
    ]);
  });
});

describe('polygons', () => {
  it('close on the first corner, and take corners back', () => {
    const gesture = polygonGesture(context, at(2, 2));
    expect(gesture.shapes()).toEqual([]);
    gesture.click(at(8, 2));
    gesture.click(at(8, 7));
    gesture.click(at(30, 30));
    expect(gesture.back()).toBe(true);
    expect(gesture.click(at(2.1, 2))).toBe(true);
    expect(gesture.shapes()).toEqual([
      {
        type: 'polygon',
        points: [
          [2, 2],
          [8, 2],
          [8, 7],
        ],
        mode: 'add',
      },
    ]);
  });

  it('keep to diagonals with Shift', () => {
    const gesture = polygonGesture(context, at(2, 2));
    gesture.click(at(6, 5.5, { shift: true }));
    const [, [x, y]] = gesture.corners as [unknown, [number, number]];
    expect(x).toBe(y);
  });

  it('a lasso is a polygon of the drawn line', () => {
    const gesture = startGesture('lasso', context, at(0, 0));
    for (let k = 1; k <= 40; k++) gesture.update(at(k < 20 ? k / 2 : 10, k < 20 ? 0 : (k - 20) / 2));
    expect(gesture.shapes()).toMatchObject([
      {
        type: 'polygon',
        points: [
          [0, 0],
          [10, 0],
          [10, 10],
        ],
      },
    ]);
  });
});

describe('mirror painting', () => {
  it('adds the reflections, and none of what is its own', () => {
    const rectangle: ShapeSpec = { type: 'rectangle', x: [2, 4], y: [14, 18], mode: 'add' };
    const both = { lattice, mirrorX: true, mirrorY: true };
    expect(withMirrors([rectangle], both)).toEqual([rectangle, { ...rectangle, x: [28, 30] }]);
    expect(withMirrors([{ ...rectangle, y: [1, 2] }], both)).toHaveLength(4);
  });

  it('gives a drawing that is symmetric about N/2', () => {
    const gesture = strokeGesture(context, at(5, 5));
    gesture.update(at(9, 11));
    const bitmap = rasterizeShapes(
      lattice,
      withMirrors(gesture.shapes(), { lattice, mirrorX: true, mirrorY: false }),
    );
    // Label x stands at index 10·(x + 6); 32 − x at 10·(38 − x).
    for (let iy = 0; iy < 440; iy++) {
      for (let ix = 1; ix < 440; ix++) {
        if (bitmap[iy * 440 + ix] !== bitmap[iy * 440 + 440 - ix]) expect.fail(`label ${ix}, ${iy}`);
      }
    }
  });
});

describe('editing', () => {
  const shapes: ShapeSpec[] = [
    { type: 'rectangle', x: [2, 10], y: [2, 10], mode: 'add' },
    { type: 'ellipse', center: [10, 10], radii: [3, 3], mode: 'cut' },
    { type: 'rim', width: 2, mode: 'add' },
  ];
  const index = (x: number, y: number) => Math.round((y + 6) * 10) * 440 + Math.round((x + 6) * 10);

  it('finds the uppermost shape', () => {
    expect(shapeAt(lattice, shapes, index(9, 9))).toBe(1);
    expect(shapeAt(lattice, shapes, index(5, 5))).toBe(0);
    expect(shapeAt(lattice, shapes, index(1, 20))).toBe(2);
    expect(shapeAt(lattice, shapes, index(20, 20))).toBeNull();
  });

  it('moves by whole cells, along one axis with Shift, and leaves the rim', () => {
    const gesture = moveGesture(context, shapes, [0, 2], at(3, 3));
    gesture.update(at(4.26, 3.5, { shift: true }));
    expect([...gesture.changed()]).toEqual([[0, { ...shapes[0], x: [3.3, 11.3] }]]);
  });

  it('drags the handle under the pointer; a press alone changes nothing', () => {
    const hit = handleAt(lattice, shapes, [0], { x: 10.05, y: 9.95 }, 0.3)!;
    const gesture = handleGesture(context, shapes[0]!, 0, hit.handle, at(10.05, 9.95));
    gesture.update(at(10.05, 9.95));
    expect(gesture.changed().get(0)).toBe(shapes[0]);
    gesture.update(at(12.05, 10.95));
    expect(gesture.changed().get(0)).toMatchObject({ x: [2, 12], y: [2, 11] });
    expect(handleAt(lattice, shapes, [0], { x: 7.5, y: 7.5 }, 0.3)).toBeNull();
  });
});
