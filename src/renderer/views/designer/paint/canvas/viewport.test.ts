import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLattice } from '../../../../../core/dataset/lattice.ts';
import {
  fitViewport,
  isFitted,
  labelIndexAt,
  panBy,
  panToSee,
  plotOf,
  resizePlot,
  spanOf,
  ticksOf,
  toLabel,
  toScreen,
  zoomAt,
} from './viewport.ts';

const lattice = createLattice({ size: 32, margin: 6, spacing: { x: 0.1, y: 0.1 }, boundary: 'open' });
const plot = plotOf(800, 700);
const fitted = fitViewport(lattice, plot);
const place = fc.record({
  sx: fc.double({ min: plot.left, max: plot.left + plot.width, noNaN: true }),
  sy: fc.double({ min: plot.top, max: plot.top + plot.height, noNaN: true }),
});

describe('viewport', () => {
  it('fits all cells of the label space into the plot, in the middle', () => {
    const [x, y] = [spanOf(lattice.x), spanOf(lattice.y)];
    const [left, top] = toScreen(fitted, x[0], y[0]);
    const [right, bottom] = toScreen(fitted, x[1], y[1]);
    // But for a few pixels around, for the border.
    expect(Math.min(plot.width, plot.height) - (right - left)).toBeCloseTo(6, 6);
    expect(left - plot.left).toBeCloseTo(plot.left + plot.width - right, 6);
    expect(top - plot.top).toBeCloseTo(plot.top + plot.height - bottom, 6);
  });

  it('zooms about the cursor: the label under it stays, unless the edge comes into the way', () => {
    fc.assert(
      fc.property(place, fc.double({ min: 1, max: 8, noNaN: true }), ({ sx, sy }, factor) => {
        const before = toLabel(fitted, sx, sy);
        const zoomed = zoomAt(lattice, fitted, factor, sx, sy);
        const after = toLabel(zoomed, sx, sy);
        expect(after[0]).toBeCloseTo(before[0], 6);
        expect(after[1]).toBeCloseTo(before[1], 6);
      }),
    );
  });

  it('cannot be lost from sight by panning and zooming', () => {
    const far = fc.double({ min: -1e5, max: 1e5, noNaN: true });
    fc.assert(
      fc.property(far, far, fc.double({ min: 0.01, max: 100, noNaN: true }), (dx, dy, factor) => {
        const view = panBy(lattice, zoomAt(lattice, fitted, factor, 400, 300), dx, dy);
        const [x, y] = [spanOf(lattice.x), spanOf(lattice.y)];
        const [left, top] = toScreen(view, x[0], y[0]);
        const [right, bottom] = toScreen(view, x[1], y[1]);
        const seen = (lo: number, hi: number, start: number, length: number) =>
          Math.min(hi, start + length) - Math.max(lo, start);
        expect(seen(left, right, plot.left, plot.width)).toBeGreaterThan(20);
        expect(seen(top, bottom, plot.top, plot.height)).toBeGreaterThan(20);
      }),
    );
  });

  it('moves as little as a label needs to be seen', () => {
    const zoomed = zoomAt(lattice, fitted, 4, 400, 300);
    expect(panToSee(lattice, zoomed, ...toLabel(zoomed, 400, 300))).toBe(zoomed);
    const [sx, sy] = toScreen(panToSee(lattice, zoomed, 36, 16), 36, 16);
    expect(sx).toBeCloseTo(plot.left + plot.width, 6);
    expect(sy).toBeGreaterThanOrEqual(plot.top - 1e-6);
  });

  it('knows whether everything is shown', () => {
    expect(isFitted(lattice, fitted)).toBe(true);
    expect(isFitted(lattice, zoomAt(lattice, fitted, 1.1, 300, 300))).toBe(false);
    const larger = plotOf(1000, 900);
    expect(isFitted(lattice, resizePlot(lattice, fitted, larger))).toBe(false);
  });

  it('finds the cell of each label, and none outside', () => {
    for (const [index, x, y] of [
      [0, -6, -6],
      [439, 37.9, -6],
      [440 * 440 - 1, 37.9, 37.9],
      [0, -6.049, -6.049],
    ] as const) {
      expect(labelIndexAt(lattice, x, y)).toBe(index);
    }
    expect(labelIndexAt(lattice, -6.051, 0)).toBeNull();
    expect(labelIndexAt(lattice, 0, 37.951)).toBeNull();
  });
});

describe('ticks', () => {
  it('are round, inside the range, and far enough apart', () => {
    const range = fc.tuple(
      fc.double({ min: -100, max: 100, noNaN: true }),
      fc.double({ min: 0.01, max: 500, noNaN: true }),
    );
    fc.assert(
      fc.property(range, fc.double({ min: 0.01, max: 50, noNaN: true }), ([from, length], gap) => {
        const { values, decimals } = ticksOf(from, from + length, gap);
        values.forEach((v, i) => {
          expect(v).toBeGreaterThanOrEqual(from - 1e-6);
          expect(v).toBeLessThanOrEqual(from + length + 1e-6);
          expect(Number(v.toFixed(decimals))).toBe(v);
          if (i > 0) expect(v - values[i - 1]!).toBeGreaterThan(gap * (1 - 1e-6));
        });
      }),
    );
  });

  it('read as one expects', () => {
    expect(ticksOf(-6, 38, 5)).toEqual({ values: [-5, 0, 5, 10, 15, 20, 25, 30, 35], decimals: 0 });
    expect(ticksOf(0, 1, 0.15)).toEqual({ values: [0, 0.2, 0.4, 0.6, 0.8, 1], decimals: 1 });
  });
});
