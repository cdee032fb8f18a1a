import { describe, expect, it } from 'vitest';
import { pack, unpack } from './packed.ts';

describe('packed arrays', () => {
  // Node's own base64 and float layout are the independent peer.
  it.each([0, 1, 2, 3, 4, 5, 10_000])('encodes %i float32 as Node does', (n) => {
    const data = Float32Array.from({ length: n }, (_, i) => Math.sin(i) * 10 ** ((i % 70) - 35));
    const packed = pack(data, [n]);
    expect(packed.base64).toBe(Buffer.from(data.buffer).toString('base64'));
    expect(unpack(packed)).toEqual(data);
  });

  it('keeps int32 limits', () => {
    const data = Int32Array.of(-(2 ** 31), -1, 0, 1, 2 ** 31 - 1, 0x01020304);
    const packed = pack(data, [2, 3]);
    expect(packed).toMatchObject({ dtype: 'int32', shape: [2, 3] });
    expect(Buffer.from(packed.base64, 'base64').subarray(20)).toEqual(Buffer.from([4, 3, 2, 1]));
    expect(unpack(packed)).toEqual(data);
  });

  it('rounds float64 to float32', () => {
    expect(unpack(pack(Float64Array.of(0.1), [1]))).toEqual(Float32Array.of(0.1));
  });

  it('keeps NaN and infinities', () => {
    const data = Float32Array.of(NaN, Infinity, -Infinity, -0);
    expect(unpack(pack(data, [4]))).toEqual(data);
  });

  it('refuses a shape that does not fit, and text that is not base64', () => {
    expect(() => pack(new Float32Array(5), [2, 3])).toThrow(/5 numbers for shape \(2, 3\), expected 6/);
    const packed = pack(new Float32Array(6), [2, 3]);
    expect(() => unpack({ ...packed, shape: [7] })).toThrow(/24 bytes for shape \(7\), expected 28/);
    expect(() => unpack({ ...packed, base64: 'AAA' })).toThrow(/groups of four/);
    expect(() => unpack({ ...packed, shape: [1], base64: 'AA*AAA==' })).toThrow(/"\*" at 2/);
  });
});
