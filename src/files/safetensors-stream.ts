import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { CliffordError, invalid } from '../core/base/errors.ts';
import { openAtomicFile, type WrittenFile } from './atomic.ts';
import { littleEndianBytes } from './little-endian.ts';
import { decodeHeader, encodeHeader, headerLength, type TensorData, type TensorType } from './safetensors.ts';
import { withStorageErrors } from './storage-error.ts';

/** Safetensors files larger than memory: written piece by piece, and read by rows. */

/** A tensor whose values come in pieces, in row-major order. */
export interface StreamedTensor {
  readonly type: TensorType;
  readonly shape: readonly number[];
  readonly pieces: Iterable<TensorData> | AsyncIterable<TensorData>;
}

/**
 * Writes a file as `writeSafetensors` would, atomically and durably, holding one piece at a time. Pieces are asked for
 * in the order of the file: wide types first, then by name.
 * @throws CliffordError INVALID_INPUT when the pieces are not as many values as the shape says, STORAGE; nothing is
 *   left behind then, nor when asking for a piece throws
 */
export async function writeSafetensorsStream(
  path: string,
  tensors: Readonly<Record<string, StreamedTensor>>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<WrittenFile> {
  const plans = Object.entries(tensors).map(([name, { type, shape }]) => ({ name, type, shape }));
  const { head, order } = encodeHeader(plans, metadata);
  const file = openAtomicFile(path);
  try {
    file.write(head);
    for (const name of order) {
      const { shape, pieces } = tensors[name]!;
      const expected = shape.reduce((product, n) => product * n, 1);
      let got = 0;
      for await (const piece of pieces) {
        got += piece.length;
        if (got > expected) break;
        file.write(littleEndianBytes(piece));
      }
      if (got !== expected) {
        const count = got > expected ? `at least ${got}` : got;
        throw invalid(`tensor "${name}": got ${count} values for shape (${shape}), expected ${expected}`);
      }
    }
    return file.commit();
  } catch (error) {
    file.discard();
    throw error;
  }
}

/** A float32 matrix (count, dimension) in a file, of which only the rows asked for are in memory. */
export interface RowFile {
  readonly count: number;
  readonly dimension: number;
  readonly metadata: Readonly<Record<string, string>>;
  /** Rows from ≤ row < to. */
  read(from: number, to: number): Float32Array;
  dispose(): void;
}

/**
 * Opens one tensor of a file for reading by rows.
 * @throws CliffordError NOT_FOUND, STORAGE, or INVALID_INPUT for a damaged file or one without that matrix
 */
export function openRows(path: string, name: string): RowFile {
  return withStorageErrors('read', path, () => {
    const fd = openSync(path, 'r');
    try {
      const size = fstatSync(fd).size;
      const length = headerLength(readAt(fd, 0, Math.min(8, size)), size, path);
      const { placed, metadata } = decodeHeader(readAt(fd, 8, length), size, path);
      const tensor = placed.find((t) => t.name === name);
      if (!tensor || tensor.type !== 'F32' || tensor.shape.length !== 2) {
        const got = tensor ? `${tensor.type} (${tensor.shape})` : 'nothing of that name';
        throw invalid(`${path}: expected a tensor "${name}" of F32 (rows, columns), got ${got}`);
      }
      const [count, dimension] = [tensor.shape[0]!, tensor.shape[1]!];
      return {
        count,
        dimension,
        metadata,
        read: (from, to) =>
          withStorageErrors('read', path, () => {
            if (!(from >= 0 && from <= to && to <= count)) {
              throw new RangeError(`rows ${from} to ${to} of ${count}`);
            }
            const row = 4 * dimension;
            return new Float32Array(readAt(fd, tensor.from + from * row, (to - from) * row).buffer);
          }),
        dispose: () => closeSync(fd),
      };
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  });
}

/** Bytes of a file in an ArrayBuffer of their own. */
function readAt(fd: number, position: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const got = readSync(fd, bytes, at, Math.min(length - at, 2 ** 30), position + at);
    if (got === 0)
      throw new CliffordError('STORAGE', `a file ended ${length - at} bytes early while it was read`);
    at += got;
  }
  return bytes;
}
