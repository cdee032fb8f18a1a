import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coverInterval, createLattice, labelAt } from './lattice.ts';

const lattice = (size: number, d: number, margin = 0, boundary: 'open' | 'periodic' = 'open') =>
  createLattice({ size, margin, spacing: { x: d, y: d }, boundary });
const count = (mask: Uint8Array) => mask.reduce((a, b) => a + b, 0);

describe('createLattice', () => {
  it('has 102,400 labels at N = 32, d = 0.1, and 193,600 in the margin of 6 (paper.md)', () => {
    expect(lattice(32, 0.1).count).toBe(102_400);
    expect(lattice(32, 0.1, 6).count).toBe(440 * 440);
  });

  it('gives the double nearest to each decimal label, which accumulating or multiplying 0.1 does not', () => {
    const { values } = lattice(32, 0.1, 6).x;
    expect(137 * 0.1).not.toBe(13.7);
    for (const [i, v] of values.entries()) expect(v).toBe(Number(`${(i - 60) / 10}`));
    expect(values[0]).toBe(-6);
    expect(values.at(-1)).toBe(37.9);
  });

  it('enumerates exactly the j with -margin ≤ j·d < N + margin, for fractions d that need not divide N', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 4, max: 12 }),
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 10 }),
        fc.integer({ min: 0, max: 30 }),
        (size, p, q, tenths) => {
          fc.pre(p / q <= size);
          const { x } = lattice(size, p / q, tenths / 10);
          // j·p/q ≥ -tenths/10 and < size + tenths/10, in integers.
          const inside = (j: number) => j * p * 10 >= -tenths * q && j * p * 10 < (size * 10 + tenths) * q;
          const last = x.first + x.count - 1;
          expect([inside(x.first - 1), inside(x.first), inside(last), inside(last + 1)]).toEqual([
            false,
            true,
            true,
            false,
          ]);
          const inFrame = (j: number) => j >= 0 && j * p < size * q;
          for (let i = 0; i < x.count; i++) {
            expect(i >= x.frameFrom && i < x.frameTo).toBe(inFrame(x.first + i));
          }
        },
      ),
    );
  });

  it('maps a flat index to x (fast) and y (slow)', () => {
    const l = createLattice({ size: 8, margin: 0, spacing: { x: 2, y: 1 }, boundary: 'open' });
    expect([l.x.count, l.y.count]).toEqual([4, 8]);
    expect(labelAt(l, 4 * 5 + 3)).toEqual([6, 5]);
    expect(labelAt(l, 1)).toEqual([2, 0]);
  });

  it('refuses spacings beyond the frame and lattices beyond memory', () => {
    expect(() => lattice(32, 33)).toThrow(/spacing\.x: expected at most the frame's width 32, got 33/);
    expect(() => lattice(32, 0.001)).toThrow(/expected at most 16777216/);
  });
});

describe('coverInterval', () => {
  it('holds 61 values in the band 13–19 at d = 0.1 (paper.md; accumulated floats give 60)', () => {
    expect(count(coverInterval(lattice(32, 0.1).x, 13, 19))).toBe(61);
  });

  it('includes both edges at any spacing p/q, as integer arithmetic does', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: -50, max: 370 }),
        fc.integer({ min: 0, max: 300 }),
        (p, q, a, length) => {
          fc.pre(p / q <= 32);
          const { x } = lattice(32, p / q, 3);
          const mask = coverInterval(x, a / 10, (a + length) / 10);
          for (let i = 0; i < x.count; i++) {
            const v = (x.first + i) * p * 10;
            expect(mask[i] === 1).toBe(v >= a * q && v <= (a + length) * q);
          }
        },
      ),
    );
  });

  it('wraps: an interval shifted by whole periods covers the same labels', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -400, max: 400 }),
        fc.integer({ min: 0, max: 200 }),
        fc.integer({ min: -3, max: 3 }),
        (a, length, turns) => {
          const { x } = lattice(16, 0.1, 0, 'periodic');
          const mask = coverInterval(x, a / 10, (a + length) / 10);
          const moved = coverInterval(x, a / 10 + 16 * turns, (a + length) / 10 + 16 * turns);
          expect(moved).toEqual(mask);
          expect(count(mask)).toBe(Math.min(160, length + 1));
          expect(mask[((a % 160) + 160) % 160]).toBe(1);
        },
      ),
    );
  });
});
