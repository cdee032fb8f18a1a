import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLattice } from '../../../../../core/dataset/lattice.ts';
import { rasterizeShape, rasterizeShapes } from '../../../../../core/dataset/region.ts';
import { DatasetSpec, ShapeSpec } from '../../../../../core/dataset/spec.ts';
import { createEditor } from './editor.ts';
import { shapesOf } from './layers.ts';
import {
  addShapes,
  duplicateShapes,
  flipShapes,
  invertLayer,
  mirrorShapes,
  moveShapes,
} from './operations.ts';
import { REGION_PRESETS } from './presets.ts';
import { anyShape, anySpec } from '../testing/generators.ts';
import { mirrorShape, moveShape, placedShape } from './transform.ts';

const spec = (fields: object = {}) =>
  DatasetSpec.parse({ size: 32, spacing: { x: 0.1, y: 0.1 }, parts: [{ kind: 'bump2d' }], ...fields });
const tenth = fc.integer({ min: -30, max: 30 }).map((j) => j / 10);

describe('moving', () => {
  it('comes back exactly, without leftovers of decimal sums', () => {
    const lattice = createLattice(spec());
    fc.assert(
      fc.property(
        anyShape,
        fc.array(fc.tuple(tenth, tenth), { minLength: 1, maxLength: 20 }),
        (shape, path) => {
          const placed = placedShape(lattice, shape);
          fc.pre(placed !== null);
          let moved: ShapeSpec = placed!;
          for (const [dx, dy] of path) moved = moveShape(lattice, moved, dx, dy)!;
          for (const [dx, dy] of path) moved = moveShape(lattice, moved, -dx, -dy)!;
          expect(moved).toEqual(placed);
        },
      ),
    );
  });

  it('moves the labels of a band by one cell', () => {
    // 13–19 holds 61 values at d = 0.1 (paper.md); a sum like 13 + 0.1 + 0.1 in floats would lose one.
    const lattice = createLattice(spec());
    let band: ShapeSpec = { type: 'band', axis: 'x', range: [13, 19], mode: 'add' };
    for (let i = 1; i <= 20; i++) {
      band = moveShape(lattice, band, 0.1, 0)!;
      const row = rasterizeShape(lattice, band).subarray(0, lattice.x.count);
      expect([row.indexOf(1), row.reduce((a, b) => a + b)]).toEqual([130 + i, 61]);
    }
  });

  it('leaves a rim in its frame, and gives every other shape of the frame its own coordinates', () => {
    const state = addShapes(createEditor(spec()), 'heldOut', [
      { type: 'rim', width: 2, mode: 'add' },
      { type: 'interior', width: 8, mode: 'add', name: 'inside' },
    ]);
    const moved = moveShapes(state, 'heldOut', [0, 1], 1, 0).spec.heldOut;
    expect(moved).toEqual([
      { type: 'rim', width: 2, mode: 'add' },
      { type: 'rectangle', x: [13, 21], y: [12, 20], mode: 'add', name: 'inside' },
    ]);
  });
});

it('shapes of the frame cover the same labels under their own coordinates', () => {
  fc.assert(
    fc.property(anySpec, anyShape, ({ size, margin, spacing, boundary }, shape) => {
      const lattice = createLattice({ size, margin, spacing, boundary });
      const placed = placedShape(lattice, shape);
      fc.pre(placed !== null && rasterizeShape(lattice, shape).includes(1));
      expect(rasterizeShape(lattice, placed!)).toEqual(rasterizeShape(lattice, shape));
    }),
    { numRuns: 300 },
  );
});

describe('mirroring', () => {
  it('twice is nothing, about any value', () => {
    const lattice = createLattice(spec());
    fc.assert(
      fc.property(anyShape, fc.constantFrom('x' as const, 'y' as const), tenth, (shape, axis, about) => {
        const placed = placedShape(lattice, shape);
        fc.pre(placed !== null);
        const twice = mirrorShape(lattice, mirrorShape(lattice, placed!, axis, about)!, axis, about);
        expect(twice).toEqual(placed);
        expect(mirrorShape(lattice, mirrorShape(lattice, shape, axis)!, axis)).toEqual(shape);
      }),
    );
  });

  it('shows label x at N − x', () => {
    const lattice = createLattice(spec({ spacing: { x: 1, y: 1 } }));
    fc.assert(
      fc.property(anyShape, (shape) => {
        // Sample strictly inside the frame; far edges (labels ≥ N − W) mirror near ones (labels ≤ W) there.
        const at = (s: ShapeSpec) => {
          const bitmap = rasterizeShape(lattice, s);
          return Array.from({ length: 31 }, (_, k) => bitmap.subarray((k + 1) * 32 + 1, (k + 2) * 32));
        };
        // Edges at tenths round the same way on both sides of an integer lattice, slanted ones up to rounding.
        fc.pre(shape.type !== 'polygon' && shape.type !== 'brush' && shape.type !== 'ellipse');
        const rows = at(shape);
        const mirrored = at(mirrorShape(lattice, shape, 'x')!);
        rows.forEach((row, k) => expect(mirrored[k]!).toEqual(row.toReversed()));
      }),
    );
  });

  it('keeps the cross 13–19 and turns an exterior square into the other corner', () => {
    const cross = REGION_PRESETS.find((p) => p.id === 'cross')!.shape({ size: 32 });
    let state = addShapes(createEditor(spec()), 'heldOut', [cross]);
    state = addShapes(state, 'lesion', [{ type: 'exterior', corner: 'top-left', width: 5, mode: 'add' }]);
    expect(mirrorShapes(state, 'heldOut', [0], 'y').spec).toBe(state.spec);
    expect(mirrorShapes(state, 'lesion', [0], 'y').spec.lesion[0]).toMatchObject({ corner: 'bottom-left' });
  });

  it('flips several shapes about the middle of all of them', () => {
    const state = addShapes(createEditor(spec()), 'heldOut', [
      { type: 'rectangle', x: [2, 4], y: [0, 1], mode: 'add' },
      { type: 'ellipse', center: [9, 3], radii: [1, 2], mode: 'add' },
    ]);
    expect(flipShapes(state, 'heldOut', [0, 1], 'x').spec.heldOut).toEqual([
      { type: 'rectangle', x: [8, 10], y: [0, 1], mode: 'add' },
      { type: 'ellipse', center: [3, 3], radii: [1, 2], mode: 'add' },
    ]);
  });
});

describe('inverting', () => {
  it('gives the complement, and twice gives the same list', () => {
    fc.assert(
      fc.property(
        anySpec,
        fc.constantFrom('heldOut' as const, 'lesion' as const, 'part-0' as const),
        (s, layer) => {
          const state = createEditor(s);
          const lattice = createLattice(s);
          const once = invertLayer(state, layer);
          const before = rasterizeShapes(lattice, shapesOf(s, layer));
          const after = rasterizeShapes(lattice, shapesOf(once.spec, layer));
          for (let i = 0; i < before.length; i++) {
            const [ix, iy] = [i % lattice.x.count, Math.floor(i / lattice.x.count)];
            const { x, y } = lattice;
            const framed = ix >= x.frameFrom && ix < x.frameTo && iy >= y.frameFrom && iy < y.frameTo;
            // Held-out concerns the frame only; what its inversion does in the margin has no effect.
            if (framed || layer !== 'heldOut') expect(after[i]).toBe(1 - before[i]!);
          }
          expect(invertLayer(once, layer).spec).toEqual(s);
        },
      ),
      { numRuns: 60 },
    );
  });
});

it('duplicates on top, moved, selected and without the name', () => {
  const state = addShapes(createEditor(spec()), 'heldOut', [
    { type: 'rectangle', x: [1, 2], y: [1, 2], mode: 'add', name: 'first' },
  ]);
  const twice = duplicateShapes(state, 'heldOut', [0], 0.3, 0.3);
  expect(twice.spec.heldOut[1]).toEqual({ type: 'rectangle', x: [1.3, 2.3], y: [1.3, 2.3], mode: 'add' });
  expect(twice.selected).toEqual([1]);
});

it('has presets that the schema accepts and that cover labels, at the sizes of the paper', () => {
  for (const size of [16, 32]) {
    for (const preset of REGION_PRESETS) {
      const shape = ShapeSpec.parse(preset.shape({ size }));
      expect(rasterizeShape(createLattice(spec({ size })), shape)).toContain(1);
    }
  }
  // 13–19 of 32 (Fig. 4f) is 6.5–9.5 of 16.
  expect(REGION_PRESETS[0]!.shape({ size: 16 })).toMatchObject({ x: [6.5, 9.5], y: [6.5, 9.5] });
});
