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
    ['int8', { shape: [2], data: Int8Array.of(-128, 127) }],
    ['int16', { shape: [2], data: Int16Array.of(-32768, 5) }],
    ['uint16', { shape: [2], data: Uint16Array.of(65535, 1) }],
    ['uint32', { shape: [2], data: Uint32Array.of(2 ** 32 - 1, 1) }],
    ['uint64', { shape: [2], data: BigUint64Array.of(2n ** 64n - 1n, 1n) }],
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

  /** A file of the given type and order whose bytes are those of the hexadecimal text. */
  const stored = (descr: string, fortran: boolean, shape: string, hex: string) => {
    const data = Buffer.from(hex, 'hex');
    const order = fortran ? 'True' : 'False';
    const bytes = forge(
      `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }\n`,
      data.length,
    );
    bytes.set(data, bytes.length - data.length);
    return decodeNpy(bytes, 'f.npy');
  };

  it.each<[string, string, NpyArray['data']]>([
    // Bit patterns of IEEE 754: 1.5 is 3fc00000 and 3ff8000000000000, −2 is c0000000 and c000000000000000.
    ['>f4', '3fc00000c0000000', Float32Array.of(1.5, -2)],
    ['>f8', '3ff8000000000000c000000000000000', Float64Array.of(1.5, -2)],
    ['>i2', 'fffe0100', Int16Array.of(-2, 256)],
    ['>i8', 'fffffffffffffffe0000000000000003', BigInt64Array.of(-2n, 3n)],
    // Half precision: 1.5, −2, the least subnormal 2⁻²⁴, the greatest 65504, −0, an infinity.
    ['<f2', '003e00c00100ff7b0080007c', Float32Array.of(1.5, -2, 2 ** -24, 65504, -0, Infinity)],
    ['>f2', '3e00c000', Float32Array.of(1.5, -2)],
    ['|b1', '0001', Uint8Array.of(0, 1)],
  ])('reads %s as the numbers that its bytes mean', (descr, hex, data) => {
    expect(stored(descr, false, `(${data.length},)`, hex)).toEqual({ shape: [data.length], data });
  });

  it('reads Fortran order, where the first axis is the fastest, as row-major', () => {
    // [[0, 1, 2], [3, 4, 5]] in Fortran order is 0 3 1 4 2 5.
    expect(stored('|u1', true, '(2, 3)', '000301040205')).toEqual({
      shape: [2, 3],
      data: Uint8Array.of(0, 1, 2, 3, 4, 5),
    });
    // (2, 2, 2) holding i·4 + j·2 + k: i is fastest in the file.
    expect(stored('|u1', true, '(2, 2, 2)', '0004020601050307').data).toEqual(
      Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7),
    );
  });

  it('reads other writers’ headers: any order of keys, Python 2 integers, version 2', () => {
    const data = Buffer.from('0102', 'hex');
    const bytes = forge(`{'shape': (1L, 2L), 'fortran_order': False, 'descr': '|u1'}`, 2);
    bytes.set(data, bytes.length - 2);
    expect(decodeNpy(bytes, 'f.npy')).toEqual({ shape: [1, 2], data: Uint8Array.of(1, 2) });
    // Version 2 has four bytes of header length.
    const second = new Uint8Array(bytes.length + 2);
    second.set(bytes.subarray(0, 10));
    second[6] = 2;
    second.set(bytes.subarray(10), 12);
    expect(decodeNpy(second, 'f.npy')).toEqual({ shape: [1, 2], data: Uint8Array.of(1, 2) });
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
      'a structured type',
      forge(`{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }\n`, 4),
      /a structured array \(named fields\), expected an array of plain numbers/,
    ],
    [
      'an object array',
      forge(`{'descr': '|O', 'fortran_order': False, 'shape': (2,), }\n`, 40),
      /an object array .* rows of unequal length/,
    ],
    [
      'complex numbers',
      forge(`{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }\n`, 8),
      /type <c8, expected real numbers/,
    ],
    ['text', forge(`{'descr': '<U3', 'fortran_order': False, 'shape': (1,), }\n`, 12), /type <U3, expected/],
    ['no shape', forge(`{'descr': '<f4', 'fortran_order': False, }\n`, 4), /not understood/],
    ['no dict', forge(`'descr': '<f4', 'fortran_order': False, 'shape': (1,)\n`, 4), /not understood/],
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
