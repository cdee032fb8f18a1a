import { CliffordError, invalid } from '../core/base/errors.ts';
import { writeFileAtomic, type WrittenFile } from './atomic.ts';
import { littleEndianBytes, requireLittleEndian } from './little-endian.ts';
import { readBytes } from './storage-error.ts';

/** NumPy's array file (numpy.lib.format), little-endian, C order. */
export type NpyData = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array;

export interface NpyArray {
  readonly shape: readonly number[];
  readonly data: NpyData;
}

/**
 * Writes an array atomically, as version 1.0.
 * @throws CliffordError INVALID_INPUT for a shape that does not fit, STORAGE when the disk refuses
 */
export function writeNpy(path: string, array: NpyArray): WrittenFile {
  return writeFileAtomic(path, encodeNpy(array));
}

/**
 * Reads and checks a file of version 1, 2 or 3.
 * @throws CliffordError NOT_FOUND, STORAGE, or INVALID_INPUT when it is truncated or of a kind not supported
 */
export function readNpy(path: string): NpyArray {
  return decodeNpy(readBytes(path), path);
}

/** The file as chunks, the data not copied. */
export function encodeNpy({ shape, data }: NpyArray): Uint8Array[] {
  const count = shape.reduce((product, n) => product * n, 1);
  if (count !== data.length) {
    throw invalid(`npy: got ${data.length} values for shape (${shape}), expected ${count}`);
  }
  const type = TYPES.find(({ ArrayOf }) => data instanceof ArrayOf);
  if (!type)
    throw invalid(
      'npy: got an array of a type that is not supported, expected float32, float64, int32, int64 or uint8',
    );
  // A tuple of one needs its comma in Python.
  const tuple = `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`;
  const dict = `{'descr': '${type.descr}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const length = Math.ceil((10 + dict.length + 1) / 64) * 64 - 10; // the data start on a multiple of 64
  const head = Buffer.alloc(10 + length, ' ');
  head.write('\x93NUMPY\x01\x00', 'latin1');
  head.writeUInt16LE(length, 8);
  head.write(dict, 10, 'latin1');
  head.write('\n', 10 + length - 1);
  return [head, littleEndianBytes(data)];
}

/** @param source names the file in messages */
export function decodeNpy(bytes: Uint8Array<ArrayBuffer>, source: string): NpyArray {
  requireLittleEndian();
  const bad = (what: string) => new CliffordError('INVALID_INPUT', `${source}: ${what}`);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || text.toString('latin1', 0, 6) !== '\x93NUMPY') {
    throw bad('not an npy file: it does not begin with NumPy’s signature');
  }
  const version = bytes[6]!;
  if (version < 1 || version > 3) throw bad(`npy version ${version}, expected 1, 2 or 3`);
  const headerAt = version === 1 ? 10 : 12;
  const start = headerAt + (version === 1 ? text.readUInt16LE(8) : text.readUInt32LE(8));
  if (start > bytes.length)
    throw bad(`truncated: ${bytes.length} bytes, expected at least ${start} for the header`);

  const header = text.toString('utf8', headerAt, start);
  const match =
    /^\{\s*'descr':\s*'([^']*)',\s*'fortran_order':\s*(True|False),\s*'shape':\s*\(([\d,\s]*)\),?\s*\}\s*$/.exec(
      header,
    );
  if (!match) throw bad(`npy header not understood: ${header.trim().slice(0, 120)}`);
  const type = TYPES.find(({ descr }) => descr === match[1]);
  if (!type) {
    throw bad(`values of type ${match[1]}, expected one of ${TYPES.map(({ descr }) => descr).join(', ')}`);
  }
  if (match[2] === 'True') throw bad('array in Fortran order, expected C order');
  const shape = match[3]!
    .split(',')
    .map((n) => n.trim())
    .filter((n) => n !== '')
    .map(Number);
  const count = shape.reduce((product, n) => product * n, 1);
  const size = count * type.ArrayOf.BYTES_PER_ELEMENT;
  if (bytes.length !== start + size) {
    const state = bytes.length < start + size ? 'truncated' : 'too long';
    throw bad(`${state}: ${bytes.length} bytes, expected ${start + size} for ${match[1]} (${shape})`);
  }
  const offset = bytes.byteOffset + start;
  // A copy where another writer's header leaves the data unaligned.
  const data =
    offset % type.ArrayOf.BYTES_PER_ELEMENT === 0
      ? new type.ArrayOf(bytes.buffer, offset, count)
      : new type.ArrayOf(bytes.buffer.slice(offset, offset + size));
  return { shape, data };
}

const TYPES = [
  { descr: '<f4', ArrayOf: Float32Array },
  { descr: '<f8', ArrayOf: Float64Array },
  { descr: '<i4', ArrayOf: Int32Array },
  { descr: '<i8', ArrayOf: BigInt64Array },
  { descr: '|u1', ArrayOf: Uint8Array },
] as const;
