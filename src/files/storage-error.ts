import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { CliffordError } from '../core/base/errors.ts';

/**
 * Turns a file system error into one sentence that names the path and what to do. A missing file is NOT_FOUND,
 * everything else STORAGE; errors that are not the file system's pass through unchanged.
 * @param doing what failed, such as "write", put before the path
 */
export function storageError(error: unknown, doing: string, path: string): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (error instanceof CliffordError || typeof code !== 'string' || !('syscall' in (error as object)))
    return error;
  if (code === 'ENOENT' && doing === 'read') {
    return new CliffordError('NOT_FOUND', `${path}: no such file`, { cause: error });
  }
  const reason = REASONS[code] ?? `the system reports ${code}: ${(error as Error).message}`;
  return new CliffordError('STORAGE', `cannot ${doing} ${path}: ${reason}`, { cause: error });
}

/** Runs `work`, turning its file system errors into CliffordErrors. */
export function withStorageErrors<T>(doing: string, path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw storageError(error, doing, path);
  }
}

/**
 * A whole file in an ArrayBuffer of its own (not from Node's pool, so that aligned typed arrays can view it).
 * @throws CliffordError NOT_FOUND or STORAGE
 */
export function readBytes(path: string): Uint8Array<ArrayBuffer> {
  return withStorageErrors('read', path, () => {
    const fd = openSync(path, 'r');
    try {
      const bytes = new Uint8Array(fstatSync(fd).size);
      let at = 0;
      while (at < bytes.length) {
        const got = readSync(fd, bytes, at, Math.min(bytes.length - at, 2 ** 30), at);
        if (got === 0) return bytes.slice(0, at); // cut short while being read
        at += got;
      }
      return bytes;
    } finally {
      closeSync(fd);
    }
  });
}

const REASONS: Record<string, string> = {
  ENOSPC: 'the disk is full; free some space, or choose a home on another disk (--home)',
  EDQUOT: 'your disk quota is used up; free some space, or choose a home on another disk (--home)',
  EFBIG: 'the file system does not take a file of this size; choose a home on another disk (--home)',
  EROFS: 'the file system is read-only; choose a folder that can be written to (--home or --out)',
  EACCES: 'permission denied; change its permissions or choose another folder (--home or --out)',
  EPERM: 'the operation is not permitted; change its permissions or choose another folder (--home or --out)',
  ENOENT: 'its folder does not exist; create the folder or choose another path',
  ENOTDIR: 'a part of the path is a file, not a folder; choose another path',
  EISDIR: 'the path is a folder, expected a file',
  EEXIST: 'something of that name exists already; choose another path',
  ENAMETOOLONG: 'the name is too long for the file system; choose a shorter one',
  EMFILE: 'too many files are open; close other programs and try again',
  EIO: 'the disk reports an input/output error; check the disk',
};
