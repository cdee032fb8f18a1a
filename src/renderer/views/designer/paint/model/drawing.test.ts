import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLattice } from '../../../../../core/dataset/lattice.ts';
import { rasterizeShape, rasterizeShapes } from '../../../../../core/dataset/region.ts';
import { ShapeSpec } from '../../../../../core/dataset/spec.ts';
import { differenceBox } from '../raster/box.ts';
import { paintSegment } from '../raster/live-stroke.ts';
import { composeLayer } from '../raster/runs.ts';
import { DRAFT_TYPES, draftShape } from './draft.ts';
import { handlesOf } from './handles.ts';
import { distanceToSegment, simplifyStroke } from './simplify.ts';
import { anyShape, anySpec } from '../testing/generators.ts';
import { connectedRegion, regionToShapes } from './trace.ts';

const point = fc.tuple(
  fc.double({ min: -4, max: 20, noNaN: true }),
  fc.double({ min: -4, max: 20, noNaN: true }),
);
const latticeOf = ({ size, margin, spacing, boundary }: Parameters<typeof createLattice>[0]) =>
  createLattice({ size, margin, spacing, boundary });

describe('layers', () => {
  it('are composed as the training set does', () => {
    fc.assert(
      fc.property(anySpec, (spec) => {
        const lattice = latticeOf(spec);
        const out = new Uint8Array(lattice.count).fill(7);
        composeLayer(lattice, spec.heldOut, out);
        expect(out).toEqual(rasterizeShapes(lattice, spec.heldOut));
      }),
    );
  });
});

describe('live strokes', () => {
  it('painted segment by segment look like the finished shape, inside the boxes they report', () => {
    fc.assert(
      fc.property(anySpec, fc.array(point, { minLength: 1, maxLength: 6 }), (spec, points) => {
        const lattice = latticeOf(spec);
        const live = new Uint8Array(lattice.count);
        const radius = 1.2;
        for (let i = 0; i < points.length; i++) {
          const before = live.slice();
          const box = paintSegment(lattice, live, points.slice(Math.max(0, i - 1), i + 1), radius, 1);
          const changed = differenceBox(before, live, lattice.x.count);
          if (changed === null) continue;
          expect(box!.x0 <= changed.x0 && box!.y0 <= changed.y0).toBe(true);
          expect(box!.x1 >= changed.x1 && box!.y1 >= changed.y1).toBe(true);
        }
        const shape: ShapeSpec = { type: 'brush', radius, points, mode: 'add' };
        expect(live).toEqual(rasterizeShape(lattice, shape));
      }),
      { numRuns: 60 },
    );
  });
});

describe('simplified strokes', () => {
  it('keep every point within the tolerance, in no more points', () => {
    fc.assert(
      fc.property(
        fc.array(point, { minLength: 1, maxLength: 60 }),
        fc.double({ min: 0, max: 2, noNaN: true }),
        (points, tolerance) => {
          const kept = simplifyStroke(points, tolerance);
          expect(kept.length).toBeLessThanOrEqual(points.length);
          for (const p of points) {
            const nearest = Math.min(
              ...kept.map((a, i) => distanceToSegment(p, a, kept[Math.min(i + 1, kept.length - 1)]!)),
            );
            expect(nearest).toBeLessThanOrEqual(tolerance + 1e-9);
          }
        },
      ),
    );
  });

  it('need two points for a straight drag, and one for a click', () => {
    expect(
      simplifyStroke(
        Array.from({ length: 500 }, (_, i): [number, number] => [i, 2 * i]),
        0.01,
      ),
    ).toEqual([
      [0, 0],
      [499, 998],
    ]);
    expect(
      simplifyStroke(
        [
          [3, 3],
          [3, 3],
          [3, 3],
        ],
        0,
      ),
    ).toEqual([[3, 3]]);
  });

  it('keep the far end of a stroke that turns back', () => {
    expect(
      simplifyStroke(
        [
          [0, 0],
          [5, 0],
          [1, 0],
        ],
        0.1,
      ),
    ).toEqual([
      [0, 0],
      [5, 0],
      [1, 0],
    ]);
  });
});

describe('traced regions', () => {
  const grid = createLattice({ size: 16, margin: 2, spacing: { x: 1, y: 0.5 }, boundary: 'open' });
  const anyRegion = fc.uint8Array({ min: 0, max: 1, minLength: grid.count, maxLength: grid.count });

  it('cover exactly the labels they were traced from, holes and corners included', () => {
    fc.assert(
      fc.property(anyRegion, (bits) => {
        const region = Uint8Array.from(bits);
        const shapes = regionToShapes(grid, region, { mode: 'add' });
        expect(rasterizeShapes(grid, shapes)).toEqual(region);
        shapes.forEach((s) => ShapeSpec.parse(s));
      }),
      { numRuns: 60 },
    );
  });

  it('do so on a torus and on the lattice of tenths', () => {
    for (const boundary of ['open', 'periodic'] as const) {
      const lattice = createLattice({ size: 32, margin: 0, spacing: { x: 0.1, y: 0.1 }, boundary });
      const ring = rasterizeShapes(lattice, [
        { type: 'ellipse', center: [2, 16], radii: [9, 7], mode: 'add' },
        { type: 'ellipse', center: [3, 15], radii: [4, 4], mode: 'cut' },
      ]);
      const shapes = regionToShapes(lattice, ring, { mode: 'add' });
      expect(rasterizeShapes(lattice, shapes)).toEqual(ring);
      // A ring is a few pieces, not one shape for each of its rows.
      expect(shapes.length).toBeLessThan(10);
    }
  });

  it('fill what is connected, and around the torus', () => {
    const open = createLattice({ size: 8, margin: 0, spacing: { x: 1, y: 1 }, boundary: 'open' });
    const torus = createLattice({ size: 8, margin: 0, spacing: { x: 1, y: 1 }, boundary: 'periodic' });
    const wall = rasterizeShape(open, { type: 'band', axis: 'x', range: [3, 4], mode: 'add' });
    const sum = (a: Uint8Array) => a.reduce((n, v) => n + v, 0);
    expect(sum(connectedRegion(open, wall, 0))).toBe(24);
    expect(sum(connectedRegion(torus, wall, 0))).toBe(48);
    expect(regionToShapes(open, connectedRegion(open, wall, 3), { mode: 'cut' })).toEqual([
      { type: 'rectangle', x: [3, 4], y: [0, 7], mode: 'cut' },
    ]);
  });
});

describe('handles', () => {
  it('give shapes the schema accepts wherever they are dragged, and nothing changes where they stand', () => {
    const lattice = createLattice({ size: 16, margin: 4, spacing: { x: 1, y: 1 }, boundary: 'open' });
    fc.assert(
      fc.property(anyShape, point, fc.boolean(), (shape, to, fromCentre) => {
        for (const handle of handlesOf(lattice, shape)) {
          const dragged = handle.drag(to, fromCentre);
          if (dragged !== null) ShapeSpec.parse(dragged);
          expect(rasterizeShape(lattice, handle.drag(handle.at, false) ?? shape)).toEqual(
            rasterizeShape(lattice, shape),
          );
        }
      }),
    );
  });

  it('resize a rectangle from its corner, or from its centre', () => {
    const lattice = createLattice({ size: 16, margin: 0, spacing: { x: 1, y: 1 }, boundary: 'open' });
    const handles = handlesOf(lattice, { type: 'rectangle', x: [2, 6], y: [2, 6], mode: 'add' });
    const corner = handles.find((h) => h.at[0] === 6 && h.at[1] === 6)!;
    expect(corner.drag([8, 7], false)).toMatchObject({ x: [2, 8], y: [2, 7] });
    expect(corner.drag([8, 7], true)).toMatchObject({ x: [0, 8], y: [1, 7] });
  });
});

it('drafts of every type are valid and cover labels', () => {
  const spec = { size: 16, spacing: { x: 1, y: 1 } };
  const lattice = createLattice({ ...spec, margin: 0, boundary: 'open' });
  for (const type of DRAFT_TYPES) {
    expect(rasterizeShape(lattice, ShapeSpec.parse(draftShape(spec, type)))).toContain(1);
  }
});
