import { describe, expect, it } from 'vitest';
import { createRenderer } from '../../dataset/render.ts';
import { specOf } from '../../dataset/testing.ts';
import { bumpOverlap, overlapCutoff, pixelOverlap } from './overlap.ts';

describe('overlap of bumps', () => {
  it.each([
    [1, 0.005, 4.6036],
    [1, 0.05, 3.4616],
    [0.25, 0.005, 4.6036 / 4],
  ])(
    'links σ = %d at θ = %d up to the distance that the paper’s conventions give',
    (sigma, threshold, cutoff) => {
      expect(overlapCutoff(sigma, threshold)).toBeCloseTo(cutoff, 4);
      expect(bumpOverlap(overlapCutoff(sigma, threshold), sigma)).toBeCloseTo(threshold, 12);
    },
  );

  it('has the closed form’s value on pixels where the bumps are wide against a pixel', () => {
    // Sums over a lattice of Gaussians of σ ≥ 1 differ from integrals by less than exp(−π²σ²) (Poisson summation).
    for (const distance of [0, 1, 2.5, 4.6]) {
      for (const angle of [0, 0.6, Math.PI / 2]) {
        const { mean, min, max } = pixelOverlap(distance, 1.5, { angle });
        expect(mean).toBeCloseTo(bumpOverlap(distance, 1.5), 6);
        expect(max - min).toBeLessThan(1e-6);
      }
    }
  });

  it('is the normalized product of the images that the renderer draws', () => {
    const [size, sigma, distance, offsets] = [24, 0.4, 1.3, 4];
    const render = createRenderer(specOf({ size, sigma: { x: sigma, y: sigma } }));
    const image = (x: number, y: number): Float32Array => {
      const out = new Float32Array(size * size);
      render('bump2d', x, y, out, 0);
      return out.map((v) => (v + 1) / 2);
    };
    const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, v, i) => sum + v * b[i]!, 0);
    const overlaps: number[] = [];
    for (let i = 0; i < offsets; i++) {
      for (let j = 0; j < offsets; j++) {
        const [x, y] = [10 + i / offsets, 11 + j / offsets];
        const [a, b] = [image(x, y), image(x + distance * Math.cos(0.5), y + distance * Math.sin(0.5))];
        overlaps.push(dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b)));
      }
    }
    const found = pixelOverlap(distance, sigma, { size, angle: 0.5, offsets });
    // float32 intensities near −1 are rounded to 6e-8.
    expect(found.mean).toBeCloseTo(overlaps.reduce((a, b) => a + b) / overlaps.length, 5);
    expect(found.min).toBeCloseTo(Math.min(...overlaps), 5);
    expect(found.max).toBeCloseTo(Math.max(...overlaps), 5);
  });

  it('depends on where in the pixel narrow bumps lie, and may be 1 where the closed form is small', () => {
    // σ = 0.1: two bumps within one pixel are both that pixel, though 0.3 apart; across the border they share nothing.
    const { min, max } = pixelOverlap(0.3, 0.1);
    expect(bumpOverlap(0.3, 0.1)).toBeCloseTo(0.1054, 4);
    expect(max).toBeGreaterThan(0.999);
    expect(min).toBeLessThan(0.01);
  });

  it('is defined for bumps too narrow for their brightness to be a number', () => {
    // exp(−0.5²/2·0.001²) is 0 in doubles; nearest to one pixel each, they are the same pixel or different ones.
    expect(pixelOverlap(0.3, 0.001)).toMatchObject({ min: 0, max: 1 });
    expect(pixelOverlap(0, 0.001)).toEqual({ mean: 1, min: 1, max: 1 });
  });

  it('refuses widths, thresholds and distances that mean nothing', () => {
    expect(() => overlapCutoff(0, 0.5)).toThrow(/sigma: got 0/);
    expect(() => overlapCutoff(1, 0)).toThrow(/threshold: got 0/);
    expect(() => overlapCutoff(1, 1.5)).toThrow(/threshold: got 1.5/);
    expect(() => pixelOverlap(31, 1)).toThrow(/distance: got 31/);
    expect(() => pixelOverlap(1, 1, { offsets: 0 })).toThrow(/offsets: got 0/);
  });
});
