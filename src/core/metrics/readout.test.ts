import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Rng } from '../base/rng.ts';
import { renderImage, specOf } from '../dataset/testing.ts';
import { axisDistance } from './matched-filter.ts';
import { COUNT, createReadout, readImages, type ReadoutMethod } from './readout.ts';

type Fields = Parameters<typeof specOf>[0];
type Kind = 'bump2d' | 'sos2d';

const read = (
  fields: Fields,
  kind: Kind,
  positions: [number, number][],
  method: ReadoutMethod = 'matchedFilter',
) => {
  const spec = specOf(fields);
  const out = new Float32Array(spec.size ** 2);
  const one = new Float32Array(out.length);
  const background = spec.polarity === 'bright' ? -1 : 1;
  out.fill(background);
  // Sum of intensities, as an image with several bumps has.
  for (const [x, y] of positions) {
    renderImage(spec, kind, x, y, one);
    one.forEach((v, i) => (out[i]! += v - background));
  }
  return createReadout(spec, kind, method)(out, 0);
};
const kinds = fc.constantFrom<Kind>('bump2d', 'sos2d');

describe('matched filter', () => {
  it('inverts rendering within 0.02 px for labels all over the frame, σ, polarity and boundary', () => {
    fc.assert(
      fc.property(
        kinds,
        fc.constantFrom(8, 16, 32),
        fc.constantFrom(0.7, 1, 2),
        fc.constantFrom(0.7, 1.5),
        fc.constantFrom('open' as const, 'periodic' as const),
        fc.constantFrom('bright' as const, 'dark' as const),
        fc.constantFrom('2sigma2' as const, '4sigma2' as const),
        fc.nat(999),
        fc.nat(999),
        (kind, size, sx, sy, boundary, polarity, exponent, u, v) => {
          // Up to 0.4 px past the last pixel centre; in the very corner beyond, narrow bumps are dark.
          const end = boundary === 'periodic' ? size : size - 0.6;
          const [x, y] = [(u / 1000) * end, (v / 1000) * end];
          const r = read({ size, sigma: { x: sx, y: sy }, boundary, polarity, exponent }, kind, [[x, y]]);
          const period = boundary === 'periodic' ? size : null;
          expect([r.countX, r.countY]).toEqual([COUNT.one, COUNT.one]);
          expect(axisDistance(r.x, x, period)).toBeLessThan(0.02);
          expect(axisDistance(r.y, y, period)).toBeLessThan(0.02);
          expect(r.responseX).toBeCloseTo(1, 1);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('reads narrow features within 0.1 px wherever they are visible, and wide ones too', () => {
    for (const kind of ['bump2d', 'sos2d'] as const) {
      for (const sigma of [0.3, 0.5, 4, 6]) {
        for (let i = 0; i < 64; i++) {
          const [x, y] = [(i * 7) % 32, (i * 11) % 32].map((v) => v * 0.47);
          const r = read({ sigma: { x: sigma, y: sigma } }, kind, [[x!, y!]]);
          if (r.countX === COUNT.one) expect(Math.abs(r.x - x!)).toBeLessThan(0.1);
          if (r.countY === COUNT.one) expect(Math.abs(r.y - y!)).toBeLessThan(0.1);
          expect(r.countX).not.toBe(COUNT.several);
          if (sigma >= 4) expect([r.countX, r.countY]).toEqual([COUNT.one, COUNT.one]);
        }
      }
    }
  });

  it('sees σ = 0.1 only within 0.1 px of a pixel in one axis: 5 % of labels at d = 0.1 (paper.md)', () => {
    let seen = 0;
    for (let j = 50; j < 60; j++) {
      for (let k = 50; k < 60; k++) {
        const r = read({ sigma: { x: 0.1, y: 0.1 } }, 'bump2d', [[j / 10, k / 10]]);
        if (r.countX === COUNT.one) seen++;
      }
    }
    expect(seen).toBe(5);
  });

  it('wraps on a torus and reads past the last pixel on open borders', () => {
    expect(read({ boundary: 'periodic' }, 'bump2d', [[15.8, 0]]).x).toBeCloseTo(15.8, 1);
    expect(read({ size: 32 }, 'bump2d', [[31.7, 10]]).x).toBeCloseTo(31.7, 1);
    expect(read({ size: 32 }, 'sos2d', [[31.9, 0]]).x).toBeCloseTo(31.9, 1);
  });

  it('reads a lone bright pixel in the corner there, not as the tail of a glaring bump outside', () => {
    const image = new Float32Array(256).fill(-1);
    image[0] = 1;
    const r = createReadout(specOf({ sigma: { x: 0.5, y: 0.5 } }), 'bump2d')(image, 0);
    expect(r.countX).toBe(COUNT.one);
    expect(Math.max(Math.abs(r.x), Math.abs(r.y))).toBeLessThan(0.5);
  });

  it('is not moved by a grey background, as a centre of mass is', () => {
    const spec = specOf({});
    const image = new Float32Array(256);
    renderImage(spec, 'bump2d', 3.4, 12.2, image);
    // A ramp of residue across the image, up to 15 % of the peak.
    image.forEach((v, i) => (image[i] = Math.min(1, v + 0.02 * (i % 16))));
    const filtered = createReadout(spec, 'bump2d')(image, 0);
    const mass = createReadout(spec, 'bump2d', 'centreOfMass')(image, 0);
    expect(Math.abs(filtered.x - 3.4)).toBeLessThan(0.15);
    expect(Math.abs(mass.x - 3.4)).toBeGreaterThan(1);
  });

  it('reads through noise within a quarter of a pixel', () => {
    const spec = specOf({ size: 32 });
    for (const kind of ['bump2d', 'sos2d'] as const) {
      const reader = createReadout(spec, kind);
      for (let i = 0; i < 50; i++) {
        const image = new Float32Array(1024);
        const rng = new Rng(i, 'noise');
        renderImage(spec, kind, 5.3, 20.8, image);
        image.forEach((v, p) => (image[p] = v + 0.1 * rng.normal()));
        const r = reader(image, 0);
        expect([r.countX, r.countY]).toEqual([COUNT.one, COUNT.one]);
        expect(Math.abs(r.x - 5.3)).toBeLessThan(0.25);
        expect(Math.abs(r.y - 20.8)).toBeLessThan(0.25);
      }
    }
  });
});

describe('counting', () => {
  it('finds nothing in flat, faint or faintly noisy images', () => {
    const spec = specOf({});
    for (const kind of ['bump2d', 'sos2d'] as const) {
      const reader = createReadout(spec, kind);
      const check = (image: Float32Array) => {
        const r = reader(image, 0);
        expect([r.countX, r.countY, r.x, r.y]).toEqual([0, 0, NaN, NaN]);
      };
      for (const level of [-1, 0, 1]) check(new Float32Array(256).fill(level));
      const faint = new Float32Array(256);
      renderImage(spec, kind, 8, 8, faint);
      check(faint.map((v) => 0.4 * (v + 1) - 1));
      for (let i = 0; i < 20; i++) {
        const rng = new Rng(i, 'noise');
        check(Float32Array.from({ length: 256 }, () => -1 + 0.2 * rng.normal()));
      }
    }
  });

  it('tells one bump from several at three σ, wherever they lie', () => {
    const coordinate = fc.nat(150).map((v) => v / 10);
    const place = fc.tuple(coordinate, coordinate);
    fc.assert(
      fc.property(place, place, fc.constantFrom('open' as const, 'periodic' as const), (a, b, boundary) => {
        const period = boundary === 'periodic' ? 16 : null;
        const gap = Math.hypot(axisDistance(a[0], b[0], period), axisDistance(a[1], b[1], period));
        fc.pre(gap >= 3);
        const r = read({ boundary }, 'bump2d', [a, b]);
        expect([r.countX, r.countY]).toEqual([COUNT.several, COUNT.several]);
      }),
      { numRuns: 200 },
    );
  });

  it('does not count a second bump of under half the brightness, or closer than two σ', () => {
    expect(
      read({ sigma: { x: 2, y: 2 } }, 'bump2d', [
        [6, 8],
        [8, 8],
      ]).countX,
    ).toBe(COUNT.one);
    const spec = specOf({});
    const [strong, ghost] = [new Float32Array(256), new Float32Array(256)];
    renderImage(spec, 'bump2d', 4, 4, strong);
    renderImage(spec, 'bump2d', 11, 11, ghost);
    const both = strong.map((v, i) => v + 0.4 * (ghost[i]! + 1));
    const r = createReadout(spec, 'bump2d')(both, 0);
    expect(r.countX).toBe(COUNT.one);
    expect(r.x).toBeCloseTo(4, 1);
  });

  it('counts stripes for each axis by itself', () => {
    const spec = specOf({});
    const [a, b] = [new Float32Array(256), new Float32Array(256)];
    renderImage(spec, 'stripes1d', 3, 9, a);
    renderImage(spec, 'stripes1d', 11, -60, b);
    const twoColumns = a.map((v, i) => v + b[i]! + 1);
    const r = createReadout(spec, 'sos2d')(twoColumns, 0);
    expect([r.countX, r.countY]).toEqual([COUNT.several, COUNT.one]);
    expect(r.y).toBeCloseTo(9, 1);
    const columnOnly = createReadout(spec, 'sos2d')(b, 0);
    expect([columnOnly.countX, columnOnly.countY]).toEqual([COUNT.one, COUNT.none]);
    expect([columnOnly.x, columnOnly.y]).toEqual([expect.closeTo(11, 1), NaN]);
  });
});

describe('other methods', () => {
  it.each(['bump2d', 'sos2d'] as const)('read %s inside the frame and on a torus', (kind) => {
    for (const boundary of ['open', 'periodic'] as const) {
      const x = boundary === 'open' ? 6.3 : 15.7;
      const mass = read({ boundary }, kind, [[x, 9]], 'centreOfMass');
      expect(axisDistance(mass.x, x, 16)).toBeLessThan(0.05);
      const peak = read({ boundary }, kind, [[x, 9]], 'marginalArgmax');
      expect([peak.x, peak.y]).toEqual([Math.round(x) % 16, 9]);
    }
  });
});

describe('readImages', () => {
  it('reads image after image', () => {
    const spec = specOf({ size: 8 });
    const images = new Float32Array(128);
    renderImage(spec, 'bump2d', 2, 3, images, 0);
    renderImage(spec, 'bump2d', 6, 1, images, 64);
    const readings = readImages(createReadout(spec, 'bump2d'), images, 8, 2);
    expect(readings.map((r) => [Math.round(r.x), Math.round(r.y)])).toEqual([
      [2, 3],
      [6, 1],
    ]);
  });
});
