import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRenderer, type RenderSpec } from './render.ts';
import type { ImageKind } from './dataset.ts';
import { renderImage, specOf } from './testing.ts';

const render = (fields: Parameters<typeof specOf>[0], kind: ImageKind, x: number, y: number) => {
  const spec = specOf(fields);
  const out = new Float32Array(spec.size ** 2);
  renderImage(spec, kind, x, y, out);
  return out;
};
const pixel = (image: Float32Array, c: number, r: number) => image[r * Math.sqrt(image.length) + c]!;

describe('images', () => {
  it('puts the peak of a bump at column x and row y, with the background at -1', () => {
    fc.assert(
      fc.property(fc.nat(15), fc.nat(15), (x, y) => {
        const image = render({}, 'bump2d', x, y);
        expect(pixel(image, x, y)).toBe(1);
        expect(image.indexOf(Math.max(...image))).toBe(y * 16 + x);
        expect(pixel(image, (x + 8) % 16, (y + 8) % 16)).toBeCloseTo(-1, 5);
      }),
    );
  });

  it('is exp(-Δx²/2σx² - Δy²/2σy²) scaled to [-1, 1], or with 4σ²', () => {
    const at = (exponent: '2sigma2' | '4sigma2') =>
      pixel(render({ sigma: { x: 2, y: 0.5 }, exponent }, 'bump2d', 7.25, 8), 9, 7);
    expect(at('2sigma2')).toBeCloseTo(2 * Math.exp(-(1.75 ** 2) / 8 - 1 / 0.5) - 1, 6);
    expect(at('4sigma2')).toBeCloseTo(2 * Math.exp(-(1.75 ** 2) / 16 - 1 / 1) - 1, 6);
  });

  it('adds two stripes of peak ½, crossing at 1 and going on at 0', () => {
    const image = render({}, 'sos2d', 4, 11);
    expect(pixel(image, 4, 11)).toBe(1);
    expect(pixel(image, 4, 2)).toBeCloseTo(0, 5);
    expect(pixel(image, 13, 11)).toBeCloseTo(0, 5);
    expect(pixel(image, 13, 2)).toBeCloseTo(-1, 5);
    const faint = render({ stripePeak: 0.25 }, 'sos2d', 4, 11);
    expect(pixel(faint, 4, 11)).toBe(0);
  });

  it('crops stripes in the margin and leaves the tails of near centres visible', () => {
    const far = render({ margin: 6 }, 'stripes1d', 5, -6);
    expect(pixel(far, 5, 0)).toBeCloseTo(0, 6);
    const near = render({ margin: 6 }, 'stripes1d', 5, -1);
    expect(pixel(near, 12, 0)).toBeCloseTo(2 * 0.5 * Math.exp(-0.5) - 1, 6);
    expect(Math.max(...render({ margin: 6 }, 'blank0d', -6, 21))).toBeLessThan(-0.999);
  });

  it('is mirrored by mirrored labels and transposed by exchanged ones', () => {
    const coordinate = fc.integer({ min: 0, max: 150 }).map((v) => v / 10);
    const kind = fc.constantFrom<ImageKind>('bump2d', 'sos2d', 'stripes1d');
    fc.assert(
      fc.property(coordinate, coordinate, kind, (x, y, k) => {
        const image = render({}, k, x, y);
        const mirrored = render({}, k, 15 - x, y);
        const transposed = render({}, k, y, x);
        for (let r = 0; r < 16; r++) {
          for (let c = 0; c < 16; c++) {
            expect(pixel(mirrored, 15 - c, r)).toBeCloseTo(pixel(image, c, r), 6);
            expect(pixel(transposed, r, c)).toBeCloseTo(pixel(image, c, r), 6);
          }
        }
      }),
      { numRuns: 20 },
    );
  });

  it('rolls by whole pixels on a torus', () => {
    const still = render({ boundary: 'periodic', sigma: { x: 3, y: 1 } }, 'bump2d', 0.3, 14.6);
    const rolled = render({ boundary: 'periodic', sigma: { x: 3, y: 1 } }, 'bump2d', 14.3, 2.6);
    for (let r = 0; r < 16; r++) {
      for (let c = 0; c < 16; c++) {
        expect(pixel(rolled, (c + 14) % 16, (r + 4) % 16)).toBeCloseTo(pixel(still, c, r), 6);
      }
    }
  });

  it('negates dark images and stays in [-1, 1] for every kind', () => {
    const coordinate = fc.double({ min: -6, max: 22, noNaN: true });
    const kind = fc.constantFrom<ImageKind>('bump2d', 'sos2d', 'stripes1d', 'blank0d');
    const sigma = fc.constantFrom(0.1, 1, 20);
    fc.assert(
      fc.property(coordinate, coordinate, kind, sigma, (x, y, k, s) => {
        const bright = render({ sigma: { x: s, y: s } }, k, x, y);
        const dark = render({ sigma: { x: s, y: s }, polarity: 'dark' }, k, x, y);
        bright.forEach((v, i) => {
          expect(dark[i]).toBeCloseTo(-v, 6);
          expect(Math.abs(v)).toBeLessThanOrEqual(1);
        });
      }),
    );
  });

  it('shows a bump of σ = 0.1 at (16, 16), since pixel centres lie on integers (Fig. 6d)', () => {
    const image = render({ size: 32, sigma: { x: 0.1, y: 0.1 } }, 'bump2d', 16, 16);
    expect(pixel(image, 16, 16)).toBe(1);
    expect(image.filter((v) => v > -1)).toHaveLength(1);
  });
});

describe('createRenderer', () => {
  it('writes at the offset and nowhere else, into shared memory too', () => {
    const spec: RenderSpec = specOf({ size: 8 });
    const out = new Float32Array(new SharedArrayBuffer(4 * 64 * 3)).fill(7);
    createRenderer(spec)('bump2d', 3, 3, out, 64);
    expect(out.subarray(0, 64).every((v) => v === 7)).toBe(true);
    expect(out.subarray(128).every((v) => v === 7)).toBe(true);
    expect(out[64 + 3 * 8 + 3]).toBe(1);
  });
});
