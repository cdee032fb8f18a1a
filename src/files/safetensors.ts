import { type CliffordError, invalid } from '../core/base/errors.ts';
import { writeFileAtomic, type WrittenFile } from './atomic.ts';
import { littleEndianBytes, requireLittleEndian } from './little-endian.ts';
import { readBytes } from './storage-error.ts';

/**
 * The safetensors format (github.com/huggingface/safetensors): 8 bytes of header length, a JSON header, then
 * the tensors' little-endian bytes without gaps. Python reads these files by `safetensors.numpy.load_file`.
 */
export interface TensorTypes {
  F64: Float64Array;
  F32: Float32Array;
  I64: BigInt64Array;
  U64: BigUint64Array;
  I32: Int32Array;
  U32: Uint32Array;
  I16: Int16Array;
  U16: Uint16Array;
  I8: Int8Array;
  U8: Uint8Array;
}
export type TensorType = keyof TensorTypes;
export type TensorData = TensorTypes[TensorType];

export interface Tensor {
  readonly shape: readonly number[];
  /** Row-major; its class decides the stored type. */
  readonly data: TensorData;
}

export interface SafetensorsFile {
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly metadata: Readonly<Record<string, string>>;
  /** Where it came from, for messages. */
  readonly source: string;
}

/**
 * Writes tensors atomically and durably.
 * @throws CliffordError INVALID_INPUT for a shape that does not fit its data, STORAGE when the disk refuses
 */
export function writeSafetensors(
  path: string,
  tensors: Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>> = {},
): WrittenFile {
  return writeFileAtomic(path, encodeSafetensors(tensors, metadata));
}

/**
 * Reads and checks a whole file.
 * @throws CliffordError NOT_FOUND, STORAGE, or INVALID_INPUT when it is truncated, damaged, or not safetensors
 */
export function readSafetensors(path: string): SafetensorsFile {
  return decodeSafetensors(readBytes(path), path);
}

/**
 * One tensor of a file, checked against what the caller needs.
 * @param shape expected shape; −1 takes any length of that axis
 * @throws CliffordError INVALID_INPUT when it is missing, or of another type or shape
 */
export function expectTensor<K extends TensorType>(
  file: SafetensorsFile,
  name: string,
  type: K,
  shape?: readonly number[],
): TensorTypes[K] {
  const tensor = file.tensors.get(name);
  if (!tensor) {
    const names = [...file.tensors.keys()].slice(0, 8).join(', ') || 'nothing';
    throw invalid(`${file.source}: no tensor "${name}", it holds ${names}`);
  }
  const got = typeOf(tensor.data);
  if (got !== type) throw invalid(`${file.source}: tensor "${name}" is of type ${got}, expected ${type}`);
  const fits =
    !shape ||
    (shape.length === tensor.shape.length && shape.every((n, i) => n === -1 || n === tensor.shape[i]));
  if (!fits) {
    throw invalid(`${file.source}: tensor "${name}" has shape (${tensor.shape}), expected (${shape})`);
  }
  return tensor.data as TensorTypes[K];
}

/** The file as chunks: header, then each tensor's own memory, not copied. */
export function encodeSafetensors(
  tensors: Readonly<Record<string, Tensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array[] {
  const plans = Object.entries(tensors).map(([name, { shape, data }]) => {
    if (elements(shape) !== data.length) {
      throw invalid(
        `tensor "${name}": got ${data.length} values for shape (${shape}), expected ${elements(shape)}`,
      );
    }
    return { name, shape, type: typeOf(data) };
  });
  const { head, order } = encodeHeader(plans, metadata);
  return [head, ...order.map((name) => littleEndianBytes(tensors[name]!.data))];
}

export interface TensorPlan {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: TensorType;
}

/** What comes before the tensors' bytes, and the order in which those follow. */
export function encodeHeader(
  tensors: readonly TensorPlan[],
  metadata: Readonly<Record<string, string>>,
): { head: Uint8Array; order: string[] } {
  // Wide types first: then every tensor is aligned to its own element size without gaps, which are forbidden.
  const sorted = tensors.toSorted((a, b) => widthOf(b.type) - widthOf(a.type) || (a.name < b.name ? -1 : 1));
  const header = Object.create(null) as Record<string, unknown>; // "__proto__" is a name like any other
  if (Object.keys(metadata).length > 0) header['__metadata__'] = metadata;
  let at = 0;
  for (const { name, shape, type } of sorted) {
    if (name === '__metadata__') throw invalid('tensor name: got "__metadata__", which the format reserves');
    const bytes = elements(shape) * widthOf(type);
    header[name] = { dtype: type, shape, data_offsets: [at, at + bytes] };
    at += bytes;
  }
  const json = Buffer.from(JSON.stringify(header), 'utf8');
  const padded = Math.ceil(json.length / 8) * 8; // the data start on a multiple of 8
  if (padded > MAX_HEADER) throw invalid(`header of ${padded} bytes, expected at most ${MAX_HEADER}`);
  const head = Buffer.alloc(8 + padded, ' ');
  head.writeBigUInt64LE(BigInt(padded));
  json.copy(head, 8);
  return { head, order: sorted.map((t) => t.name) };
}

function widthOf(type: TensorType): number {
  return ARRAYS[type].BYTES_PER_ELEMENT;
}

/** @param source names the file in messages */
export function decodeSafetensors(bytes: Uint8Array<ArrayBuffer>, source: string): SafetensorsFile {
  const length = headerLength(bytes.subarray(0, 8), bytes.length, source);
  const { placed, metadata } = decodeHeader(bytes.subarray(8, 8 + length), bytes.length, source);
  const tensors = new Map<string, Tensor>();
  for (const { name, type, shape, from, bytes: size } of placed) {
    const ArrayOf = ARRAYS[type];
    const offset = bytes.byteOffset + from;
    const data =
      offset % ArrayOf.BYTES_PER_ELEMENT === 0
        ? new ArrayOf(bytes.buffer, offset, elements(shape))
        : new ArrayOf(bytes.buffer.slice(offset, offset + size)); // written without alignment
    tensors.set(name, { shape, data });
  }
  return { tensors, metadata, source };
}

/** A tensor and where its bytes stand in the file. */
export interface PlacedTensor extends TensorPlan {
  readonly from: number;
  readonly bytes: number;
}

/**
 * Bytes of the JSON header, from the first eight bytes of a file.
 * @throws CliffordError INVALID_INPUT when they cannot be those of a safetensors file of that size
 */
export function headerLength(head: Uint8Array, fileBytes: number, source: string): number {
  requireLittleEndian();
  if (head.length < 8) {
    throw invalid(
      `${source}: not a safetensors file: ${head.length} bytes, expected at least an 8-byte header length`,
    );
  }
  const length = new DataView(head.buffer, head.byteOffset, 8).getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER)) {
    throw invalid(
      `${source}: not a safetensors file: header length ${length}, expected at most ${MAX_HEADER}`,
    );
  }
  const start = 8 + Number(length);
  if (start > fileBytes) {
    throw invalid(
      `${source}: truncated or not safetensors: ${fileBytes} bytes, expected at least ${start} for the header`,
    );
  }
  return Number(length);
}

/**
 * Checks a header against the size of its file.
 * @param json the header's bytes, without the eight before it
 * @throws CliffordError INVALID_INPUT
 */
export function decodeHeader(
  json: Uint8Array,
  fileBytes: number,
  source: string,
): { placed: PlacedTensor[]; metadata: Record<string, string> } {
  const bad = (what: string) => invalid(`${source}: ${what}`);
  const { entries, metadata } = parseHeader(json, bad);
  const start = 8 + json.length;
  let at = 0;
  const placed: PlacedTensor[] = [];
  for (const { name, dtype, shape, begin, end } of entries.sort(
    (a, b) => a.begin - b.begin || a.end - b.end,
  )) {
    const size = elements(shape) * widthOf(dtype);
    if (end - begin !== size) {
      throw bad(`tensor "${name}" spans ${end - begin} bytes, expected ${size} for ${dtype} (${shape})`);
    }
    if (begin !== at) {
      throw bad(
        `tensor "${name}" begins at byte ${begin}, expected ${at}: tensors must neither overlap nor leave gaps`,
      );
    }
    at = end;
    if (start + end > fileBytes) {
      throw bad(`truncated: ${fileBytes} bytes, expected at least ${start + end} for tensor "${name}"`);
    }
    placed.push({ name, type: dtype, shape, from: start + begin, bytes: size });
  }
  if (start + at !== fileBytes) {
    throw bad(`${fileBytes} bytes, expected ${start + at}: data follow the last tensor`);
  }
  return { placed, metadata };
}

/** The reference implementation's limit. */
const MAX_HEADER = 100_000_000;

const ARRAYS = {
  F64: Float64Array,
  F32: Float32Array,
  I64: BigInt64Array,
  U64: BigUint64Array,
  I32: Int32Array,
  U32: Uint32Array,
  I16: Int16Array,
  U16: Uint16Array,
  I8: Int8Array,
  U8: Uint8Array,
} satisfies { [K in TensorType]: new (...args: never[]) => TensorTypes[K] };

function typeOf(data: TensorData): TensorType {
  for (const [type, ArrayOf] of Object.entries(ARRAYS)) {
    if (data instanceof ArrayOf) return type as TensorType;
  }
  throw invalid(
    'tensor: got an array that safetensors cannot store, expected one of the integer or float arrays',
  );
}

function elements(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

interface Entry {
  name: string;
  dtype: TensorType;
  shape: number[];
  begin: number;
  end: number;
}

function parseHeader(
  bytes: Uint8Array,
  bad: (what: string) => CliffordError,
): { entries: Entry[]; metadata: Record<string, string> } {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw bad('not a safetensors file: its header is not JSON');
  }
  if (!isRecord(header)) throw bad('not a safetensors file: its header is not a JSON object');
  const metadata: Record<string, string> = {};
  const entries: Entry[] = [];
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') {
      if (!isRecord(value)) throw bad('__metadata__ is not an object of strings');
      for (const [key, text] of Object.entries(value)) {
        if (typeof text !== 'string') throw bad(`__metadata__.${key} is ${typeof text}, expected a string`);
        metadata[key] = text;
      }
      continue;
    }
    entries.push(parseEntry(name, value, bad));
  }
  return { entries, metadata };
}

function parseEntry(name: string, value: unknown, bad: (what: string) => CliffordError): Entry {
  if (!isRecord(value)) throw bad(`header of tensor "${name}" is not an object`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== 'string' || !Object.hasOwn(ARRAYS, dtype)) {
    throw bad(
      `tensor "${name}" has type ${JSON.stringify(dtype)}, expected one of ${Object.keys(ARRAYS).join(', ')}`,
    );
  }
  if (!isCounts(shape)) {
    throw bad(
      `tensor "${name}" has shape ${JSON.stringify(shape)}, expected a list of integers of at least 0`,
    );
  }
  if (!isCounts(offsets) || offsets.length !== 2 || offsets[0]! > offsets[1]!) {
    throw bad(`tensor "${name}" has data_offsets ${JSON.stringify(offsets)}, expected [begin, end]`);
  }
  return { name, dtype: dtype as TensorType, shape, begin: offsets[0]!, end: offsets[1]! };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && (n as number) >= 0);
}
