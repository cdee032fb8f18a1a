import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { CliffordError } from '../core/base/errors.ts';
import type { RowSource } from '../core/metrics/representation/rows.ts';
import { requireLittleEndian } from './little-endian.ts';
import { npyLayout } from './npy.ts';
import { formatOf, type ReadPointsOptions } from './points-file.ts';
import { chooseTensor, type RowsLayout, rowsOfShape } from './points/layout.ts';
import { decodeHeader, headerLength } from './safetensors.ts';
import { withStorageErrors } from './storage-error.ts';

/** Points that stay in their file, read by rows. */
export interface PointRows extends RowSource, RowsLayout {
  dispose(): void;
}

/** Below this many bytes a file is simply read. */
const LARGE = 2 ** 28;
/** Bytes in which a header is looked for. */
const HEAD = 2 ** 20;

/**
 * Opens a large npy or safetensors file of float32 or float64 for reading by rows, so that it need not fit in memory.
 * Values are not checked here.
 * @param large bytes from which a file counts as large
 * @returns null for what has to be read whole: a small file, another format or type, another order, or a pipe
 * @throws CliffordError NOT_FOUND, STORAGE, or INVALID_INPUT for a file that is damaged or holds no rows
 */
export function openPointRows(
  path: string,
  { format: asked, kind = 'points', tensor }: Pick<ReadPointsOptions, 'format' | 'kind' | 'tensor'>,
  large = LARGE,
): PointRows | null {
  const format = path === '-' ? null : (asked ?? formatOf(path));
  if (format !== 'npy' && format !== 'safetensors') return null;
  requireLittleEndian();
  return withStorageErrors('read', path, () => {
    const fd = openSync(path, 'r');
    let opened: PointRows | null = null;
    try {
      const stat = fstatSync(fd);
      if (!stat.isFile() || stat.size < large) return null;
      const read = (at: number, length: number) => readAt(fd, at, length, path);
      const place =
        format === 'npy'
          ? npyPlace(read(0, Math.min(HEAD, stat.size)), stat.size, path)
          : tensorPlace(read, stat.size, path, (names) => chooseTensor(names, kind, tensor, path));
      if (place === null) return null;
      const layout = rowsOfShape(place.shape, path);
      const { start, ArrayOf } = place;
      const bytesEach = layout.dimension * ArrayOf.BYTES_PER_ELEMENT;
      opened = {
        ...layout,
        read: (from, to) =>
          new ArrayOf(
            withStorageErrors('read', path, () => read(start + from * bytesEach, (to - from) * bytesEach))
              .buffer,
          ),
        dispose: () => closeSync(fd),
      };
      return opened;
    } finally {
      if (opened === null) closeSync(fd);
    }
  });
}

interface Place {
  readonly shape: readonly number[];
  readonly start: number;
  readonly ArrayOf: typeof Float32Array | typeof Float64Array;
}

function npyPlace(head: Uint8Array, size: number, source: string): Place | null {
  const { shape, fortran, descr, start } = npyLayout(head, size, source);
  const ArrayOf = { '<f4': Float32Array, '<f8': Float64Array }[descr];
  return ArrayOf === undefined || (fortran && shape.length > 1) ? null : { shape, start, ArrayOf };
}

function tensorPlace(
  read: (at: number, length: number) => Uint8Array,
  size: number,
  source: string,
  choose: (names: readonly string[]) => string,
): Place | null {
  const length = headerLength(read(0, Math.min(8, size)), size, source);
  const { placed } = decodeHeader(read(8, length), size, source);
  const name = choose(placed.map((tensor) => tensor.name));
  const { type, shape, from } = placed.find((tensor) => tensor.name === name)!;
  if (type !== 'F32' && type !== 'F64') return null;
  return { shape, start: from, ArrayOf: type === 'F32' ? Float32Array : Float64Array };
}

function readAt(fd: number, position: number, length: number, path: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const got = readSync(fd, bytes, at, Math.min(length - at, 2 ** 30), position + at);
    if (got === 0)
      throw new CliffordError('STORAGE', `${path} ended ${length - at} bytes early while it was read`);
    at += got;
  }
  return bytes;
}
