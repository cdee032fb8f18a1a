import { createReadStream, statSync } from 'node:fs';
import { extname } from 'node:path';
import type { Readable } from 'node:stream';
import { CliffordError, invalid } from '../core/base/errors.ts';
import type { Points } from '../core/metrics/representation/points.ts';
import { decodeNpy } from './npy.ts';
import { needRoom } from './points/growing.ts';
import { csvReader } from './points/csv.ts';
import { parseJsonRows } from './points/json.ts';
import { chooseTensor, type RowsKind, rowsOfShape } from './points/layout.ts';
import type { Table } from './points/table.ts';
import { decodeSafetensors } from './safetensors.ts';
import { readBytes, storageError } from './storage-error.ts';

export type { RowsKind } from './points/layout.ts';

export const POINTS_FORMATS = ['csv', 'json', 'npy', 'safetensors'] as const;
export type PointsFormat = (typeof POINTS_FORMATS)[number];

export interface ReadPointsOptions {
  readonly kind?: RowsKind;
  /** By default the ending of the file's name says it. Standard input has none. */
  readonly format?: PointsFormat | undefined;
  /** Of csv: whether the first row names the columns; by default it does if none of its cells is a number. */
  readonly header?: boolean | undefined;
  /** Of safetensors: the tensor's name. */
  readonly tensor?: string | undefined;
  /** What `-` stands for, if not the process's own. */
  readonly stdin?: Readable;
  /** Bytes that the numbers may take; by default what is free. */
  readonly room?: number | null;
  /** 0…1, of the file's bytes. Not told of standard input. */
  readonly onProgress?: (fraction: number) => void;
}

export interface PointsFile extends Points {
  /** Of the coordinates, where the file gives them. */
  readonly names: readonly string[] | null;
  /** The file as messages name it. */
  readonly source: string;
  /** What was taken for granted, in sentences. */
  readonly notices: readonly string[];
}

/**
 * Reads points, one row each, from csv, JSON, npy or safetensors; csv as a stream. Every number is finite and every row
 * equally long. Axes after the first are flattened.
 * @param path of the file, or `-` for standard input
 * @throws CliffordError NOT_FOUND, STORAGE, or INVALID_INPUT naming the place, what was got and what was expected
 */
export async function readPoints(path: string, options: ReadPointsOptions = {}): Promise<PointsFile> {
  if (path.trim() === '') throw invalid('got an empty path, expected a file of points');
  const source = path === '-' ? 'standard input' : path;
  const format = options.format ?? formatOf(path);
  const kind = options.kind ?? 'points';
  const room = options.room === undefined ? freeBytes() : options.room;
  if (format === 'csv') {
    const table = await readCsv(path, source, room, options);
    return { ...pointsOf(table), source, notices: [] };
  }
  const bytes = await wholeFile(path, source, room, options.stdin);
  if (format === 'json') {
    const fields = [kind, 'points'];
    return { ...pointsOf(parseJsonRows(bytes, source, { fields, room })), source, notices: [] };
  }
  const array = format === 'npy' ? decodeNpy(bytes, source) : tensorOf(bytes, source, kind, options.tensor);
  return { ...matrixOf(array, source, room), source };
}

/** @throws CliffordError INVALID_INPUT for an ending that says nothing */
export function formatOf(path: string): PointsFormat {
  if (path === '-')
    throw invalid(`standard input: got no format, expected --format ${POINTS_FORMATS.join(', ')}`);
  const ending = extname(path).toLowerCase();
  const format = ENDINGS[ending];
  if (format !== undefined) return format;
  const got = ending === '' ? 'a name without an ending' : `a file of the kind ${ending}`;
  throw invalid(
    `${path}: got ${got}, expected ${Object.keys(ENDINGS).join(', ')}, or --format to say what it is`,
  );
}

const ENDINGS: Readonly<Record<string, PointsFormat>> = {
  '.csv': 'csv',
  '.tsv': 'csv',
  '.txt': 'csv',
  '.dat': 'csv',
  '.json': 'json',
  '.npy': 'npy',
  '.safetensors': 'safetensors',
};

/** A tenth of what is free stays so, for what is computed with the numbers. */
function freeBytes(): number | null {
  const free = process.availableMemory();
  return free > 0 ? 0.9 * free : null;
}

function pointsOf({ data, rows, columns, names }: Table) {
  return { data, count: rows, dimension: columns, names };
}

async function readCsv(
  path: string,
  source: string,
  room: number | null,
  { header, stdin, onProgress }: ReadPointsOptions,
): Promise<Table> {
  const reader = csvReader(source, { header, room });
  const size = path === '-' ? 0 : fileSize(path);
  let read = 0;
  for await (const chunk of chunks(path, stdin)) {
    reader.feed(chunk);
    read += chunk.length;
    if (size > 0) onProgress?.(Math.min(1, read / size));
  }
  return reader.end();
}

async function* chunks(path: string, stdin: Readable = process.stdin): AsyncGenerator<Uint8Array> {
  try {
    const stream = path === '-' ? stdin : createReadStream(path, { highWaterMark: 2 ** 20 });
    for await (const chunk of stream as AsyncIterable<Uint8Array>) yield chunk;
  } catch (error) {
    throw storageError(error, 'read', path === '-' ? 'standard input' : path);
  }
}

function fileSize(path: string): number {
  try {
    const stat = statSync(path);
    if (stat.isDirectory()) throw invalid(`${path}: got a folder, expected a file of points`);
    return stat.size;
  } catch (error) {
    throw storageError(error, 'read', path);
  }
}

async function wholeFile(
  path: string,
  source: string,
  room: number | null,
  stdin: Readable | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  if (path !== '-' && fileSize(path) > 0) {
    needRoom(fileSize(path), room, source, 'the whole file');
    return readBytes(path);
  }
  // Pipes and devices have no size.
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks(path, stdin)) {
    parts.push(chunk);
    length += chunk.length;
    needRoom(2 * length, room, source, `${length} bytes so far`);
  }
  // In memory of its own, since typed arrays need it aligned.
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

interface AnyArray {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number> | ArrayLike<bigint>;
}

function tensorOf(
  bytes: Uint8Array<ArrayBuffer>,
  source: string,
  kind: RowsKind,
  name: string | undefined,
): AnyArray {
  const { tensors } = decodeSafetensors(bytes, source);
  return tensors.get(chooseTensor([...tensors.keys()], kind, name, source))!;
}

/** Rows of an array of any number of axes; what is neither float32 nor float64 becomes float64. */
function matrixOf({ shape, data }: AnyArray, source: string, room: number | null) {
  const { count, dimension, notices } = rowsOfShape(shape, source);
  let numbers: Float32Array | Float64Array;
  if (data instanceof Float32Array || data instanceof Float64Array) numbers = data;
  else {
    if (data instanceof BigInt64Array || data instanceof BigUint64Array) needExact(data, dimension, source);
    needRoom(8 * data.length, room, source, `${data.length} integers as float64`);
    numbers = Float64Array.from(data as ArrayLike<number>, Number);
  }
  for (let i = 0; i < numbers.length; i++) {
    if (Number.isFinite(numbers[i])) continue;
    const [row, column] = [Math.floor(i / dimension), i % dimension];
    throw new CliffordError(
      'INVALID_INPUT',
      `${source}, row ${row}, coordinate ${column} (both from 0): got ${numbers[i]}, expected a finite number; ` +
        'leave such rows out',
    );
  }
  return { data: numbers, count, dimension, names: null, notices };
}

/** Up to here float64 holds every integer. */
const LARGEST_INTEGER = 2n ** 53n;

/** Beyond it neighbouring integers would become one point. */
function needExact(data: BigInt64Array | BigUint64Array, dimension: number, source: string): void {
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    if (value <= LARGEST_INTEGER && value >= -LARGEST_INTEGER) continue;
    const [row, column] = [Math.floor(i / dimension), i % dimension];
    throw invalid(
      `${source}, row ${row}, coordinate ${column} (both from 0): got the integer ${value}, which float64 cannot ` +
        `be relied on to hold; expected integers of at most 2^53 = ${LARGEST_INTEGER} in magnitude`,
    );
  }
}
