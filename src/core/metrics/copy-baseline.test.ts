import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { labelAt } from '../dataset/lattice.ts';
import { datasetOf, findSection, PAPER, paperCross } from '../dataset/testing.ts';
import { chanceScore, copyBaseline } from './copy-baseline.ts';
import { axisDistance } from './matched-filter.ts';

describe('copyBaseline', () => {
  it('scores 0.67 on three held-out unit values at N = 16 within ≤ 1 px, and 0 within < 1 px (paper.md)', () => {
    const d = datasetOf({ heldOut: [paperCross(16)] });
    const { labels } = findSection(d, 'vertical');
    expect(copyBaseline(d, labels, 1, 'closed').x).toBeCloseTo(0.67, 2);
    expect(copyBaseline(d, labels, 1).x).toBe(0);
    expect(copyBaseline(d, labels, 0.5)).toEqual({ x: 0, y: 1, both: 0 });
  });

  it('scores 0.30 (< 1 px) to 0.33 (≤ 1 px) on the cross at N = 32, d = 0.1 (paper.md): 18 or 20 of 61 values', () => {
    const d = datasetOf({ ...PAPER, heldOut: [paperCross(32)] });
    const { labels } = findSection(d, 'vertical');
    expect(copyBaseline(d, labels, 1).x).toBeCloseTo(18 / 61, 12);
    expect(copyBaseline(d, labels, 1, 'closed').x).toBeCloseTo(20 / 61, 12);
    expect(copyBaseline(d, labels, 1)).toMatchObject({ y: 1, both: expect.closeTo(18 / 61, 12) });
    expect(copyBaseline(d, findSection(d, 'in-distribution').labels, 1)).toEqual({ x: 1, y: 1, both: 1 });
  });

  // paper.md states 1.00, 0.57, 0.25, which are the values of the closed rule (≤ 1 px).
  it.each([
    [1.0, 11, 11, 11, '1.00'],
    [3.5, 35, 18, 20, '0.57'],
    [8.0, 81, 18, 20, '0.25'],
  ])(
    'scores, on a lesion of %d (%d values), %d of them within < 1 px and %d within ≤ 1 px (%5$s in paper.md)',
    (width, values, strict, closed, stated) => {
      const d = datasetOf({ ...PAPER, lesion: [{ type: 'lesion', width }] });
      const { labels } = findSection(d, 'lesion');
      expect(labels).toHaveLength(values * 320);
      expect(copyBaseline(d, labels, 1).x).toBeCloseTo(strict / values, 12);
      const score = copyBaseline(d, labels, 1, 'closed').x;
      expect(score).toBeCloseTo(closed / values, 12);
      expect(score.toFixed(2)).toBe(stated);
    },
  );

  it('knows values from stripes, but composes 2D labels only from 2D labels', () => {
    const d = datasetOf({
      margin: 3,
      parts: [{ kind: 'bump2d' }, { kind: 'stripes1d' }],
      heldOut: [paperCross(16)],
    });
    expect(copyBaseline(d, findSection(d, 'intersection').labels, 0.5)).toEqual({ x: 1, y: 1, both: 0 });
  });

  it('agrees with a plain search over training labels, on open and periodic frames', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('open' as const, 'periodic' as const),
        fc.constantFrom(0.75, 1, 1.25, 3),
        fc.constantFrom(0.02, 0.1, 0.5),
        fc.nat(1000),
        (boundary, tolerance, lambda, lambdaSeed) => {
          const d = datasetOf({
            size: 12,
            spacing: { x: 0.75, y: 1 },
            boundary,
            parts: [{ kind: 'bump2d', lambda, lambdaSeed }],
          });
          const period = boundary === 'periodic' ? 12 : null;
          const seen = [...d.parts[0]!.labels].map((i) => labelAt(d.lattice, i));
          const labels = Uint32Array.from({ length: d.lattice.count }, (_, i) => i);
          const expected = { x: 0, y: 0, both: 0 };
          for (const index of labels) {
            const [x, y] = labelAt(d.lattice, index);
            // Multiples of 0.25 are exact in binary, so plain differences are safe here.
            const dx = seen.map((s) => axisDistance(s[0], x, period) < tolerance);
            const dy = seen.map((s) => axisDistance(s[1], y, period) < tolerance);
            expected.x += Number(dx.includes(true)) / labels.length;
            expected.y += Number(dy.includes(true)) / labels.length;
            expected.both += Number(dx.some((near, k) => near && dy[k])) / labels.length;
          }
          const score = copyBaseline(d, labels, tolerance);
          expect(score.x).toBeCloseTo(expected.x, 9);
          expect(score.y).toBeCloseTo(expected.y, 9);
          expect(score.both).toBeCloseTo(expected.both, 9);
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('chanceScore', () => {
  it('is the share of the frame within the tolerance, cut off at open borders', () => {
    const open = datasetOf({});
    // (8, 8): 1/16 each; (0, 0): half of that.
    expect(chanceScore(open, [8 * 16 + 8], 0.5)).toEqual({ x: 1 / 16, y: 1 / 16, both: 1 / 256 });
    expect(chanceScore(open, [0], 0.5)).toEqual({ x: 1 / 32, y: 1 / 32, both: 1 / 1024 });
    expect(chanceScore(datasetOf({ boundary: 'periodic' }), [0], 0.5).both).toBe(1 / 256);
  });
});
