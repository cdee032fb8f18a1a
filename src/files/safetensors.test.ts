import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  decodeSafetensors,
  encodeSafetensors,
  expectTensor,
  readSafetensors,
  writeSafetensors,
  type Tensor,
} from './safetensors.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'clifford-safetensors-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const tensors: Record<string, Tensor> = {
  weights: { shape: [2, 3], data: Float32Array.of(1, -2, 3.5, NaN, Infinity, -0) },
  moments: { shape: [3], data: Float64Array.of(Math.PI, 1e300, 5e-324) },
  step: { shape: [], data: BigInt64Array.of(-(2n ** 60n)) },
  bytes: { shape: [5], data: Uint8Array.of(1, 2, 3, 4, 255) },
  half: { shape: [1, 1, 3], data: Int16Array.of(-1, 2, 3) },
  empty: { shape: [0, 4], data: new Int32Array(0) },
  ünïcode: { shape: [1], data: Uint32Array.of(4_000_000_000) },
  __proto: { shape: [1], data: Int8Array.of(-7) },
};

/** A file with a header of our choosing before `data` bytes of zeros. */
function forge(header: unknown, data: number, length?: bigint): Uint8Array<ArrayBuffer> {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + data);
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}
const f32 = (begin: number, end: number, shape = [(end - begin) / 4]) => ({
  dtype: 'F32',
  shape,
  data_offsets: [begin, end],
});

describe('round trip', () => {
  it('keeps every value, type, shape and the metadata', () => {
    const path = join(folder, 'a.safetensors');
    const metadata = { spec: '{"a": "ü"}', step: '12' };
    const written = writeSafetensors(path, tensors, metadata);
    const file = readSafetensors(path);
    expect(Object.fromEntries(file.tensors)).toEqual(tensors);
    expect(file.metadata).toEqual(metadata);
    expect(written.bytes).toBe(readFileSync(path).length);
  });

  it('places every tensor at a multiple of its element size', () => {
    const bytes = Buffer.concat(encodeSafetensors(tensors));
    const start = 8 + Number(bytes.readBigUInt64LE());
    expect(start % 8).toBe(0);
    const header = JSON.parse(bytes.toString('utf8', 8, start)) as Record<string, { data_offsets: number[] }>;
    for (const [name, { data_offsets }] of Object.entries(header)) {
      expect(data_offsets[0]! % tensors[name]!.data.BYTES_PER_ELEMENT).toBe(0);
    }
  });

  it('gives equal bytes for equal content, whatever the order of insertion', () => {
    const reversed = Object.fromEntries(Object.entries(tensors).reverse());
    expect(Buffer.concat(encodeSafetensors(reversed))).toEqual(Buffer.concat(encodeSafetensors(tensors)));
  });

  it('writes shared memory, as replicas hold it', () => {
    const data = new Float32Array(new SharedArrayBuffer(8));
    data.set([1.5, 2]);
    const path = join(folder, 'shared.safetensors');
    writeSafetensors(path, { p: { shape: [2], data } });
    expect([...expectTensor(readSafetensors(path), 'p', 'F32', [2])]).toEqual([1.5, 2]);
  });

  it('reads tensors that another writer left unaligned', () => {
    const bytes = forge(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 4);
    expect((bytes.length - 4) % 4).not.toBe(0);
    new DataView(bytes.buffer).setFloat32(bytes.length - 4, 2.5, true);
    expect(decodeSafetensors(bytes, 'x').tensors.get('a')!.data[0]).toBe(2.5);
  });

  it('refuses to write a shape that does not fit', () => {
    expect(() => encodeSafetensors({ a: { shape: [2, 2], data: new Float32Array(3) } })).toThrow(
      'tensor "a": got 3 values for shape (2,2), expected 4',
    );
  });
});

describe('damaged files', () => {
  it('notices a file cut short at any length', () => {
    const whole = Buffer.concat(encodeSafetensors({ a: { shape: [4], data: Float32Array.of(1, 2, 3, 4) } }));
    for (let n = 0; n < whole.length; n++) {
      const cut = new Uint8Array(whole.subarray(0, n));
      expect(() => decodeSafetensors(cut, 'cut.safetensors')).toThrow(/^cut\.safetensors: (not a|truncated)/);
    }
  });

  it('names the file on disk', () => {
    const path = join(folder, 'cut.safetensors');
    writeSafetensors(path, { a: { shape: [4], data: new Float32Array(4) } });
    truncateSync(path, 76);
    expect(() => readSafetensors(path)).toThrow(
      `${path}: truncated: 76 bytes, expected at least 80 for tensor "a"`,
    );
    writeFileSync(path, '\x89PNG\r\n\x1a\n and so on, something quite different');
    expect(() => readSafetensors(path)).toThrow(`${path}: not a safetensors file: header length`);
  });

  it.each<[string, Uint8Array<ArrayBuffer>, RegExp]>([
    ['a header too long', forge({}, 0, 2n ** 40n), /header length 1099511627776, expected at most 100000000/],
    ['a header beyond the end', forge({}, 0, 90n), /10 bytes, expected at least 98 for the header/],
    ['a header that is not JSON', forge('{"a":', 0), /its header is not JSON/],
    ['a header that is a list', forge([], 0), /not a JSON object/],
    [
      'an unknown type',
      forge({ a: { ...f32(0, 4), dtype: 'F8' } }, 4),
      /type "F8", expected one of F64, F32/,
    ],
    ['a type from the prototype', forge({ a: { ...f32(0, 4), dtype: 'toString' } }, 4), /type "toString"/],
    ['a negative size', forge({ a: { ...f32(0, 4), shape: [-1] } }, 4), /shape \[-1\]/],
    ['offsets backwards', forge({ a: { ...f32(0, 4), data_offsets: [4, 0] } }, 4), /data_offsets \[4,0\]/],
    ['a span that does not fit the shape', forge({ a: f32(0, 8, [1]) }, 8), /spans 8 bytes, expected 4/],
    ['overlapping tensors', forge({ a: f32(0, 8), b: f32(4, 12) }, 12), /"b" begins at byte 4, expected 8/],
    ['a gap', forge({ a: f32(0, 4), b: f32(8, 12) }, 12), /"b" begins at byte 8, expected 4/],
    ['offsets beyond the end', forge({ a: f32(0, 400) }, 4), /truncated: \d+ bytes, expected at least \d+/],
    ['trailing data', forge({ a: f32(0, 4) }, 5), /data follow the last tensor/],
    ['metadata that are not text', forge({ __metadata__: { a: 1 } }, 0), /__metadata__\.a is number/],
  ])('says what is wrong with %s', (_, bytes, message) => {
    expect(() => decodeSafetensors(bytes, 'f')).toThrow(message);
  });
});

describe('expectTensor', () => {
  const file = decodeSafetensors(
    new Uint8Array(Buffer.concat(encodeSafetensors(tensors))),
    'run.safetensors',
  );

  it('gives typed data, any length where −1 is asked', () => {
    expect(expectTensor(file, 'weights', 'F32', [2, -1])).toHaveLength(6);
  });

  it.each([
    ['missing', 'F32', [1], /run\.safetensors: no tensor "missing", it holds /],
    ['weights', 'F64', [2, 3], /tensor "weights" is of type F32, expected F64/],
    ['weights', 'F32', [3, 2], /tensor "weights" has shape \(2,3\), expected \(3,2\)/],
    ['weights', 'F32', [6], /has shape \(2,3\), expected \(6\)/],
  ] as const)('says what does not fit: %s %s', (name, type, shape, message) => {
    expect(() => expectTensor(file, name, type, shape)).toThrow(message);
  });
});
