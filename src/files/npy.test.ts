import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeNpy, encodeNpy, readNpy, writeNpy, type NpyArray } from './npy.ts';

const bytesOf = (array: NpyArray) => new Uint8Array(Buffer.concat(encodeNpy(array)));
/** A version-1 file with a header of our choosing. */
function forge(dict: string, data: number): Uint8Array<ArrayBuffer> {
  const head = Buffer.concat([
    Buffer.from('\x93NUMPY\x01\x00', 'latin1'),
    Buffer.alloc(2),
    Buffer.from(dict),
  ]);
  head.writeUInt16LE(dict.length, 8);
  return new Uint8Array(Buffer.concat([head, Buffer.alloc(data)]));
}

describe('npy', () => {
  it('is byte for byte what numpy.save writes', () => {
    // numpy.save of np.array([1.5, -2], dtype='<f4') with NumPy 2: 128 bytes of header and data 0000c03f000000c0.
    const bytes = Buffer.from(bytesOf({ shape: [2], data: Float32Array.of(1.5, -2) }));
    const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }`;
    expect(bytes.toString('hex', 0, 10)).toBe('934e554d50590100' + '7600');
    expect(bytes.toString('latin1', 10, 128)).toBe(header.padEnd(117) + '\n');
    expect(bytes.toString('hex', 128)).toBe('0000c03f000000c0');
  });

  it.each<[string, NpyArray]>([
    ['float32', { shape: [2, 1, 3], data: Float32Array.of(1, -0, NaN, Infinity, 1e-40, 3) }],
    ['float64', { shape: [2], data: Float64Array.of(Math.PI, -1e300) }],
    ['int32', { shape: [3, 1], data: Int32Array.of(-1, 0, 2 ** 31 - 1) }],
    ['int64', { shape: [1], data: BigInt64Array.of(-(2n ** 62n)) }],
    ['uint8', { shape: [4], data: Uint8Array.of(0, 1, 254, 255) }],
    ['a scalar', { shape: [], data: Float32Array.of(4) }],
    ['an empty array', { shape: [0, 5], data: new Float32Array(0) }],
  ])('round trips %s through a file', (_, array) => {
    const folder = mkdtempSync(join(tmpdir(), 'clifford-npy-'));
    try {
      const path = join(folder, 'a.npy');
      writeNpy(path, array);
      expect(readNpy(path)).toEqual(array);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('starts the data at a multiple of 64, for any number of axes', () => {
    for (let axes = 0; axes < 40; axes++) {
      const bytes = bytesOf({ shape: new Array<number>(axes).fill(1), data: Float32Array.of(1) });
      expect((bytes.length - 4) % 64).toBe(0);
    }
  });

  it('notices a file cut short at any length', () => {
    const whole = bytesOf({ shape: [2], data: Float32Array.of(1, 2) });
    for (let n = 0; n < whole.length; n++) {
      expect(() => decodeNpy(whole.slice(0, n), 'cut.npy')).toThrow(/^cut\.npy: (not an npy file|truncated)/);
    }
  });

  it.each<[string, Uint8Array<ArrayBuffer>, RegExp]>([
    [
      'big-endian',
      forge(`{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }\n`, 4),
      /type >f4, expected/,
    ],
    [
      'Fortran order',
      forge(`{'descr': '<f4', 'fortran_order': True, 'shape': (1, 1), }\n`, 4),
      /Fortran order/,
    ],
    [
      'a structured type',
      forge(`{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }\n`, 4),
      /not understood/,
    ],
    ['trailing bytes', forge(`{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }\n`, 5), /too long/],
  ])('says what is wrong with %s', (_, bytes, message) => {
    expect(() => decodeNpy(bytes, 'f.npy')).toThrow(message);
  });

  it('refuses to write a shape that does not fit', () => {
    expect(() => encodeNpy({ shape: [3], data: new Float32Array(2) })).toThrow(
      'got 2 values for shape (3), expected 3',
    );
  });
});
