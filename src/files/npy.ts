import { CliffordError, invalid } from '../core/base/errors.ts';
import { writeFileAtomic, type WrittenFile } from './atomic.ts';
import { littleEndianBytes, requireLittleEndian } from './little-endian.ts';
import { readBytes } from './storage-error.ts';

/** Numbers of NumPy's array file (numpy.lib.format). Half precision is read as float32, truth values as 0 and 1. */
export type NpyData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array;

export interface NpyArray {
  readonly shape: readonly number[];
  /** Row-major, whatever the file's order. */
  readonly data: NpyData;
}

/**
 * Writes an array atomically, as version 1.0, little-endian, in C order.
 * @throws CliffordError INVALID_INPUT for a shape that does not fit, STORAGE when the disk refuses
 */
export function writeNpy(path: string, array: NpyArray): WrittenFile {
  return writeFileAtomic(path, encodeNpy(array));
}

/**
 * Reads and checks a file of version 1, 2 or 3: real numbers of any width, either byte order, C or Fortran order.
 * @throws CliffordError NOT_FOUND, STORAGE, or INVALID_INPUT when it is truncated or holds no real numbers
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
  if (!type) throw invalid('npy: got an array of a type that is not supported, expected one of real numbers');
  // A tuple of one needs its comma in Python.
  const tuple = `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`;
  const order = type.ArrayOf.BYTES_PER_ELEMENT === 1 ? '|' : '<';
  const dict = `{'descr': '${order}${type.code}', 'fortran_order': False, 'shape': ${tuple}, }`;
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
  const { start, count, shape, fortran, type } = npyLayout(bytes, bytes.length, source);
  const { swapped, bytesEach, decode } = type;
  const offset = bytes.byteOffset + start;
  let data: NpyData;
  if (swapped) {
    const copy = bytes.slice(start);
    swapBytes(copy, bytesEach);
    data = decode(copy.buffer, 0, count);
  } else if (offset % bytesEach === 0) data = decode(bytes.buffer, offset, count);
  // A copy where another writer's header leaves the data unaligned.
  else data = decode(bytes.buffer.slice(offset, offset + count * bytesEach), 0, count);
  return { shape, data: fortran && shape.length > 1 ? rowMajor(shape, data) : data };
}

export interface NpyLayout {
  readonly shape: readonly number[];
  /** Of all values. */
  readonly count: number;
  readonly fortran: boolean;
  /** NumPy's type string, such as `<f4`. */
  readonly descr: string;
  readonly type: NpyType;
  /** Where the values begin. */
  readonly start: number;
}

/**
 * What a file holds, by its beginning.
 * @param head at least the header
 * @param size bytes of the whole file, which must be as many as the header says
 * @throws CliffordError INVALID_INPUT
 */
export function npyLayout(head: Uint8Array, size: number, source: string): NpyLayout {
  const bad = (what: string) => new CliffordError('INVALID_INPUT', `${source}: ${what}`);
  const text = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  if (size < 12 || text.toString('latin1', 0, 6) !== '\x93NUMPY') {
    throw bad('not an npy file: it does not begin with NumPy’s signature');
  }
  const version = head[6]!;
  if (version < 1 || version > 3) throw bad(`npy version ${version}, expected 1, 2 or 3`);
  const headerAt = version === 1 ? 10 : 12;
  const start = headerAt + (version === 1 ? text.readUInt16LE(8) : text.readUInt32LE(8));
  if (start > size) throw bad(`truncated: ${size} bytes, expected at least ${start} for the header`);
  const { descr, fortran, shape } = parseHeader(text.toString('utf8', headerAt, start), bad);
  const type = typeOf(descr, bad);
  const count = shape.reduce((product, n) => product * n, 1);
  const expected = start + count * type.bytesEach;
  if (size !== expected) {
    const state = size < expected ? 'truncated' : 'too long';
    throw bad(`${state}: ${size} bytes, expected ${expected} for ${descr} (${shape})`);
  }
  return { shape, count, fortran, descr, type, start };
}

type Bad = (what: string) => CliffordError;

interface Header {
  readonly descr: string;
  readonly fortran: boolean;
  readonly shape: number[];
}

/** The header is a Python dict; its writers agree on three keys, not on their order. */
function parseHeader(header: string, bad: Bad): Header {
  if (/'descr':\s*\[/.test(header)) {
    throw bad('a structured array (named fields), expected an array of plain numbers');
  }
  const descr = /'descr':\s*'([^']*)'/.exec(header)?.[1];
  const fortran = /'fortran_order':\s*(True|False)/.exec(header)?.[1];
  // Python 2 wrote long integers as 3L.
  const shape = /'shape':\s*\(((?:\s*\d+L?\s*,?)*)\s*\)/.exec(header)?.[1];
  if (!/^\{.*\}\s*$/s.test(header) || descr === undefined || fortran === undefined || shape === undefined) {
    throw bad(`npy header not understood: ${header.trim().slice(0, 120)}`);
  }
  const axes = shape.match(/\d+/g) ?? [];
  return { descr, fortran: fortran === 'True', shape: axes.map(Number) };
}

type Decode = (buffer: ArrayBuffer, offset: number, count: number) => NpyData;

/** How values of one type are read. */
export interface NpyType {
  readonly swapped: boolean;
  readonly bytesEach: number;
  readonly decode: Decode;
}

function typeOf(descr: string, bad: Bad): NpyType {
  const [, order, kind, width] = /^([<>|=])([A-Za-z?])(\d*)$/.exec(descr) ?? [];
  if (kind === 'O') {
    throw bad(
      'an object array (pickled Python objects, often rows of unequal length), expected an array of numbers',
    );
  }
  const code = `${kind}${width}`;
  const swapped = order === '>';
  if (code === 'f2') {
    return { swapped, bytesEach: 2, decode: (b, o, n) => halfToFloat(new Uint16Array(b, o, n)) };
  }
  const type = TYPES.find((known) => known.code === code || (code === 'b1' && known.code === 'u1'));
  if (!type) {
    throw bad(
      `values of type ${descr}, expected real numbers: f2, f4, f8, i1 to i8, u1 to u8 or b1, in either byte order`,
    );
  }
  const { ArrayOf } = type;
  return { swapped, bytesEach: ArrayOf.BYTES_PER_ELEMENT, decode: (b, o, n) => new ArrayOf(b, o, n) };
}

function swapBytes(bytes: Uint8Array<ArrayBuffer>, width: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (width === 2) buffer.swap16();
  else if (width === 4) buffer.swap32();
  else if (width === 8) buffer.swap64();
}

/** IEEE 754 binary16, exactly. */
function halfToFloat(bits: Uint16Array): Float32Array {
  return Float32Array.from(bits, (half) => {
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >> 10) & 0x1f;
    const fraction = half & 0x3ff;
    if (exponent === 0) return sign * fraction * 2 ** -24;
    if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
    return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  });
}

/** An array stored with the first axis fastest, with the last axis fastest. */
function rowMajor(shape: readonly number[], data: NpyData): NpyData {
  const out = data.slice();
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, n) => product * n, 1));
  const index = shape.map(() => 0);
  let to = 0;
  for (let from = 0; from < data.length; from++) {
    out[to] = data[from]!;
    for (let axis = 0; axis < shape.length; axis++) {
      index[axis]!++;
      to += strides[axis]!;
      if (index[axis]! < shape[axis]!) break;
      to -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}

const TYPES = [
  { code: 'f4', ArrayOf: Float32Array },
  { code: 'f8', ArrayOf: Float64Array },
  { code: 'i1', ArrayOf: Int8Array },
  { code: 'i2', ArrayOf: Int16Array },
  { code: 'i4', ArrayOf: Int32Array },
  { code: 'i8', ArrayOf: BigInt64Array },
  { code: 'u1', ArrayOf: Uint8Array },
  { code: 'u2', ArrayOf: Uint16Array },
  { code: 'u4', ArrayOf: Uint32Array },
  { code: 'u8', ArrayOf: BigUint64Array },
] as const;
