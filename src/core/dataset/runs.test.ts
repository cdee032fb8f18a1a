import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLattice } from './lattice.ts';
import { rasterizeShape, runsOf } from './region.ts';
import { fillRuns, runsInclude, runsOfBitmap, runsTouchFrame } from './runs.ts';
import { forEachFrameLabel } from './sections.ts';
import { shapeOf, specOf } from './testing.ts';

const lattice = createLattice(specOf({ size: 8, margin: 2, spacing: { x: 1, y: 0.5 } }));
const bitmap = fc
  .array(fc.integer({ min: 0, max: 3 }), { minLength: lattice.count, maxLength: lattice.count })
  // Mostly runs, some of them over the end of a row.
  .map((values) => Uint8Array.from(values, (v) => (v === 0 ? 0 : 1)));

describe('runs', () => {
  it('hold what the bitmap held, and no run crosses a row', () => {
    fc.assert(
      fc.property(bitmap, (bits) => {
        const runs = runsOfBitmap(bits, lattice.x.count);
        const back = new Uint8Array(lattice.count);
        fillRuns(back, runs, 1);
        expect(back).toEqual(bits);
        for (let k = 0; k < runs.length; k += 2) {
          const row = Math.floor(runs[k]! / lattice.x.count);
          expect(Math.floor((runs[k + 1]! - 1) / lattice.x.count)).toBe(row);
        }
        bits.forEach((value, i) => {
          if (runsInclude(runs, i) !== (value === 1)) expect.fail(`label ${i}`);
        });
      }),
    );
  });

  it('touch the frame if a label in the frame is among them', () => {
    const one = fc.nat(lattice.count - 1);
    fc.assert(
      fc.property(one, fc.integer({ min: 1, max: 3 }), (start, length) => {
        const bits = new Uint8Array(lattice.count).fill(1, start, start + length);
        let found = false;
        forEachFrameLabel(lattice, (i) => (found ||= bits[i] === 1));
        expect(runsTouchFrame(lattice, runsOfBitmap(bits, lattice.x.count))).toBe(found);
      }),
    );
  });

  it('of a shape are those of the lattice asked about, whichever was asked about before', () => {
    const shape = shapeOf({ type: 'ellipse', center: [4, 4], radii: [3, 2] });
    const fine = createLattice(specOf({ size: 8, spacing: { x: 0.1, y: 0.1 } }));
    for (const each of [lattice, fine, lattice]) {
      expect(runsOf(each, shape)).toEqual(runsOfBitmap(rasterizeShape(each, shape), each.x.count));
    }
  });
});
