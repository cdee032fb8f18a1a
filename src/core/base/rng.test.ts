import { describe, expect, it } from 'vitest';
import { philox4x32, Rng } from './rng.ts';

describe('philox4x32', () => {
  // Known-answer vectors of the Random123 distribution (kat_vectors, philox 4x32 10).
  it.each([
    [
      [0, 0, 0, 0],
      [0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ])('agrees with Random123 for counter %j', (c, k, expected) => {
    const out = new Uint32Array(4);
    philox4x32(c[0]!, c[1]!, c[2]!, c[3]!, k[0]!, k[1]!, out);
    expect([...out]).toEqual(expected);
  });
});

describe('Rng', () => {
  it('replays any step alone and keeps streams, steps and substreams apart', () => {
    const draw = (...a: ConstructorParameters<typeof Rng>) => {
      const r = new Rng(...a);
      return Array.from({ length: 9 }, () => r.uint32());
    };
    expect(draw(7, 'noise', 3)).toEqual(draw(7, 'noise', 3));
    const seen = new Set(
      [
        draw(7, 'noise', 3),
        draw(8, 'noise', 3),
        draw(7, 'init', 3),
        draw(7, 'noise', 4),
        draw(7, 'noise', 3, 1),
        draw(7 + 2 ** 32, 'noise', 3),
      ].map(String),
    );
    expect(seen.size).toBe(6);
  });

  it('gives standard normals (moments within five standard errors)', () => {
    const r = new Rng(1, 'noise');
    const n = 200_000;
    let [m1, m2, m4] = [0, 0, 0];
    for (let i = 0; i < n; i++) {
      const z = r.normal();
      m1 += z / n;
      m2 += (z * z) / n;
      m4 += z ** 4 / n;
    }
    expect(Math.abs(m1)).toBeLessThan(5 / Math.sqrt(n));
    expect(Math.abs(m2 - 1)).toBeLessThan((5 * Math.SQRT2) / Math.sqrt(n));
    expect(Math.abs(m4 - 3)).toBeLessThan((5 * Math.sqrt(96)) / Math.sqrt(n));
  });
});
