import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { invalid } from '../core/base/errors.ts';
import { littleEndianBytes } from './little-endian.ts';
import { withStorageErrors } from './storage-error.ts';

/** sha256 in lowercase hex of text (UTF-8), or of an array's little-endian bytes. */
export function sha256(data: string | ArrayBufferView): string {
  return createHash('sha256')
    .update(typeof data === 'string' ? data : littleEndianBytes(data))
    .digest('hex');
}

/**
 * sha256 of a file, read piece by piece.
 * @throws CliffordError NOT_FOUND or STORAGE
 */
export function sha256File(path: string): string {
  return withStorageErrors('read', path, () => {
    const fd = openSync(path, 'r');
    try {
      const hash = createHash('sha256');
      const piece = Buffer.allocUnsafe(1 << 20);
      for (let got; (got = readSync(fd, piece)) > 0;) hash.update(piece.subarray(0, got));
      return hash.digest('hex');
    } finally {
      closeSync(fd);
    }
  });
}

/** sha256 of a spec's canonical JSON: equal for equal content, whatever the order of keys. */
export function specHash(spec: unknown): string {
  return sha256(canonicalJson(spec));
}

/**
 * JSON with sorted keys and no spaces; members that are undefined are left out, as by JSON.stringify.
 * @throws CliffordError INVALID_INPUT for what JSON cannot carry (NaN, Infinity, functions, …)
 */
export function canonicalJson(value: unknown, path = '$'): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw invalid(`${path}: got ${value}, expected a finite number`);
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) {
    return `[${value.map((item, i) => canonicalJson(item, `${path}[${i}]`)).join(',')}]`;
  }
  if (typeof value === 'object' && isPlain(value)) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member, `${path}.${key}`)}`);
    return `{${members.join(',')}}`;
  }
  throw invalid(`${path}: got ${describe(value)}, expected plain JSON data`);
}

/** Maps, dates, and class instances would silently become `{}`. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function describe(value: unknown): string {
  if (typeof value === 'object' && value !== null) return `a ${value.constructor.name}`;
  return `a value of type ${typeof value}`;
}
