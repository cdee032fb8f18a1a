import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLattice, labelAt, type Lattice } from './lattice.ts';
import { rasterizeShape, rasterizeShapes } from './region.ts';
import { paperCross, shapeOf } from './testing.ts';

const lattice = (size: number, d = 1, margin = 0, boundary: 'open' | 'periodic' = 'open') =>
  createLattice({ size, margin, spacing: { x: d, y: d }, boundary });
const count = (mask: Uint8Array) => mask.reduce((a, b) => a + b, 0);
const has = (l: Lattice, bitmap: Uint8Array, x: number, y: number) => {
  const at = (v: number, axis: Lattice['x']) => Math.round(v / axis.spacing) - axis.first;
  return bitmap[at(y, l.y) * l.x.count + at(x, l.x)] === 1;
};
const tenths = (min: number, max: number) => fc.integer({ min, max }).map((v) => v / 10);

describe('rasterizeShape', () => {
  it('leaves 67,081 of 102,400 labels outside the cross 13–19 (paper.md)', () => {
    const l = lattice(32, 0.1);
    expect(l.count - count(rasterizeShape(l, shapeOf(paperCross(32))))).toBe(67_081);
  });

  it('closes the edges of squares derived from the frame, and keeps them in it', () => {
    const l = lattice(32, 1, 6);
    const interior = rasterizeShape(l, shapeOf({ type: 'interior', width: 8 }));
    expect(count(interior)).toBe(81); // 12 … 20
    expect([has(l, interior, 12, 20), has(l, interior, 11, 20)]).toEqual([true, false]);
    const corner = (name: string) =>
      count(rasterizeShape(l, shapeOf({ type: 'exterior', width: 8, corner: name })));
    // [0, 8] holds nine values; [24, 32] holds eight, since 32 is outside the half-open frame.
    expect(['top-left', 'top-right', 'bottom-left', 'bottom-right'].map(corner)).toEqual([81, 72, 72, 64]);
    // Inside of the rim: 2 < x < 30 holds 27 values.
    expect(count(rasterizeShape(l, shapeOf({ type: 'rim', width: 2 })))).toBe(32 * 32 - 27 * 27);
  });

  it('does not wrap squares and rims that are derived from the frame', () => {
    const l = lattice(16, 1, 0, 'periodic');
    const corner = rasterizeShape(l, shapeOf({ type: 'exterior', width: 4 }));
    expect([has(l, corner, 15, 15), has(l, corner, 0, 0)]).toEqual([true, false]);
    expect(count(corner)).toBe(16);
  });

  it('spans bands and lesions through the margin', () => {
    const l = lattice(16, 1, 3);
    expect(count(rasterizeShape(l, shapeOf({ type: 'band', axis: 'x', range: [7, 9] })))).toBe(3 * 22);
    expect(count(rasterizeShape(l, shapeOf({ type: 'lesion', width: 2, axis: 'y' })))).toBe(3 * 22);
  });

  it('agrees with the inequality of an ellipse, edges included', () => {
    const l = lattice(32, 0.5);
    fc.assert(
      fc.property(tenths(-50, 370), tenths(-50, 370), tenths(1, 200), tenths(1, 200), (cx, cy, rx, ry) => {
        const bitmap = rasterizeShape(l, shapeOf({ type: 'ellipse', center: [cx, cy], radii: [rx, ry] }));
        for (let i = 0; i < l.count; i++) {
          const [x, y] = labelAt(l, i);
          const f = ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2;
          if (Math.abs(f - 1) > 1e-7) expect(bitmap[i] === 1).toBe(f < 1);
        }
      }),
      { numRuns: 30 },
    );
    const circle = rasterizeShape(l, shapeOf({ type: 'ellipse', center: [16, 16], radii: [5, 5] }));
    const onEdge: [number, number][] = [
      [11, 16],
      [21, 16],
      [16, 11],
      [13, 20],
      [20, 19],
    ];
    for (const [x, y] of onEdge) expect(has(l, circle, x, y)).toBe(true);
  });

  it('fills polygons by the non-zero winding rule with closed edges, as integer arithmetic does', () => {
    const l = lattice(12, 0.5);
    const coordinate = fc.integer({ min: -6, max: 30 });
    fc.assert(
      fc.property(fc.array(fc.tuple(coordinate, coordinate), { minLength: 3, maxLength: 9 }), (vertices) => {
        const points = vertices.map(([u, v]) => [u / 2, v / 2]);
        const bitmap = rasterizeShape(l, shapeOf({ type: 'polygon', points }));
        for (let v = 0; v < 24; v++) {
          for (let u = 0; u < 24; u++) {
            expect(bitmap[v * 24 + u] === 1, `(${u}, ${v})`).toBe(insideOrOn(vertices, u, v));
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('draws strokes as all labels within the radius of the polyline', () => {
    const l = lattice(16, 0.5);
    const coordinate = tenths(-20, 180);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(coordinate, coordinate), { minLength: 1, maxLength: 6 }),
        tenths(3, 40),
        (points, radius) => {
          const bitmap = rasterizeShape(l, shapeOf({ type: 'brush', radius, points }));
          for (let i = 0; i < l.count; i++) {
            const distance = distanceToPolyline(points, labelAt(l, i));
            if (Math.abs(distance - radius) > 1e-6) expect(bitmap[i] === 1).toBe(distance < radius);
          }
        },
      ),
      { numRuns: 60 },
    );
    const line = rasterizeShape(
      lattice(16),
      shapeOf({
        type: 'brush',
        radius: 2,
        points: [
          [4, 8],
          [9, 8],
        ],
      }),
    );
    const on: [number, number][] = [
      [4, 6],
      [9, 10],
      [2, 8],
      [11, 8],
    ];
    for (const [x, y] of on) expect(has(lattice(16), line, x, y)).toBe(true);
  });

  it('wraps drawn shapes: moving one by j labels rolls its bitmap, at any period', () => {
    const l = lattice(16, 1, 0, 'periodic');
    const shapes = [
      { type: 'rectangle', x: [13, 18], y: [-2, 1] },
      { type: 'ellipse', center: [15, 1], radii: [4, 2] },
      {
        type: 'polygon',
        points: [
          [12, 12],
          [20, 13],
          [17, 19],
        ],
      },
      {
        type: 'brush',
        radius: 1.5,
        points: [
          [14, 2],
          [18, -3],
          [1, 1],
        ],
      },
    ];
    fc.assert(
      fc.property(fc.constantFrom(...shapes), fc.integer({ min: -40, max: 40 }), (shape, j) => {
        const still = rasterizeShape(l, shapeOf(shape));
        const moved = rasterizeShape(l, shapeOf(moveX(shape, j)));
        for (let i = 0; i < l.count; i++) {
          const x = ((((i % 16) + j) % 16) + 16) % 16;
          expect(moved[i - (i % 16) + x]).toBe(still[i]);
        }
      }),
    );
  });
});

describe('rasterizeShapes', () => {
  it('applies add and cut in order', () => {
    const l = lattice(16);
    const band = { type: 'band', axis: 'x', range: [4, 8] };
    const hole = { type: 'rectangle', x: [5, 6], y: [0, 3], mode: 'cut' };
    const cutLast = rasterizeShapes(l, [band, hole].map(shapeOf));
    const addLast = rasterizeShapes(l, [hole, band].map(shapeOf));
    expect(count(cutLast)).toBe(5 * 16 - 8);
    expect(addLast).toEqual(rasterizeShape(l, shapeOf(band)));
    const nothing = rasterizeShapes(l, [shapeOf(band), shapeOf({ ...band, mode: 'cut' })]);
    expect(count(nothing)).toBe(0);
  });
});

/** Winding number or incidence, in integers. */
function insideOrOn(vertices: readonly [number, number][], u: number, v: number): boolean {
  let winding = 0;
  for (let k = 0; k < vertices.length; k++) {
    const [u0, v0] = vertices[k]!;
    const [u1, v1] = vertices[(k + 1) % vertices.length]!;
    const side = (u1 - u0) * (v - v0) - (u - u0) * (v1 - v0);
    const between = (a: number, b: number, c: number) => Math.min(a, b) <= c && c <= Math.max(a, b);
    if (side === 0 && between(u0, u1, u) && between(v0, v1, v)) return true;
    if (v0 <= v && v1 > v && side > 0) winding++;
    if (v0 > v && v1 <= v && side < 0) winding--;
  }
  return winding !== 0;
}

function distanceToPolyline(points: readonly [number, number][], [x, y]: [number, number]): number {
  let best = Infinity;
  for (let k = 0; k < points.length; k++) {
    const [ax, ay] = points[Math.max(0, k - 1)]!;
    const [bx, by] = points[k]!;
    const length2 = (bx - ax) ** 2 + (by - ay) ** 2;
    const t = length2 === 0 ? 0 : ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length2;
    const s = Math.min(1, Math.max(0, t));
    best = Math.min(best, Math.hypot(x - ax - s * (bx - ax), y - ay - s * (by - ay)));
  }
  return best;
}

function moveX(shape: object, j: number): object {
  const s = structuredClone(shape) as { x?: number[]; center?: number[]; points?: number[][] };
  if (s.x) s.x = s.x.map((v) => v + j);
  if (s.center) s.center[0]! += j;
  for (const p of s.points ?? []) p[0]! += j;
  return s;
}
