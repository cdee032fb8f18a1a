import { createHash } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { withStorageErrors } from './storage-error.ts';

/** What was written, as run records and ledgers store it. */
export interface WrittenFile {
  readonly bytes: number;
  /** Lowercase hex, of the whole file. */
  readonly sha256: string;
}

export type FileContent = string | Uint8Array | Iterable<Uint8Array>;

/**
 * Writes a file so that a reader, or a crash at any moment, finds either the old file or the whole new one:
 * temporary file in the same folder, fsync, rename, fsync of the folder. When this returns, the file survives a
 * power loss. A failed write leaves the old file as it was and no temporary file behind.
 * @param content UTF-8 text, bytes, or chunks of bytes
 * @throws CliffordError STORAGE naming the path and what to do (disk full, read-only, no permission, …)
 */
export function writeFileAtomic(path: string, content: FileContent): WrittenFile {
  const file = openAtomicFile(path);
  try {
    for (const chunk of chunksOf(content)) file.write(chunk);
    return file.commit();
  } catch (error) {
    file.discard();
    throw error;
  }
}

/** A file that is being written and is not there yet. Ends by `commit` or `discard`; after that nothing may follow. */
export interface AtomicFile {
  write(chunk: Uint8Array): void;
  /** Puts the whole file in its place, durably. */
  commit(): WrittenFile;
  /** Leaves no trace; does nothing after `commit`. */
  discard(): void;
}

/**
 * `writeFileAtomic` for content that comes bit by bit. What a killed process leaves is a temporary file, which
 * `sweepTemporaries` finds.
 * @throws CliffordError STORAGE here and in each call, as `writeFileAtomic`
 */
export function openAtomicFile(path: string): AtomicFile {
  const guard = <T>(work: () => T): T => withStorageErrors('write', path, work);
  const folder = dirname(path);
  const temporary = join(folder, temporaryName(basename(path)));
  const hash = createHash('sha256');
  let fd: number | null = guard(() => openSync(temporary, 'wx', 0o666));
  let bytes = 0;
  const close = (): void => {
    if (fd === null) return;
    const open = fd;
    fd = null;
    closeSync(open);
  };
  let pending = true;
  return {
    write: (chunk) =>
      guard(() => {
        hash.update(chunk);
        writeAll(fd!, chunk);
        bytes += chunk.length;
      }),
    commit: () =>
      guard(() => {
        fsyncSync(fd!);
        close();
        renameSync(temporary, path);
        pending = false;
        syncFolder(folder);
        return { bytes, sha256: hash.digest('hex') };
      }),
    discard() {
      if (!pending) return;
      pending = false;
      try {
        close();
      } finally {
        rmSync(temporary, { force: true });
      }
    },
  };
}

/**
 * Makes a folder and its parents if missing, each durable.
 * @throws CliffordError STORAGE
 */
export function ensureFolder(folder: string): void {
  withStorageErrors('create the folder', folder, () => makeFolders(folder));
}

/**
 * The same with the system's own errors. One level at a time: the recursive mkdir of Node 24 never returns where
 * the system answers ENOENT, as in /proc.
 */
export function makeFolders(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  const parent = dirname(path);
  if (parent !== path) makeFolders(parent);
  try {
    mkdirSync(path);
  } catch (error) {
    // Another process may have been faster.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    if (statSync(path).isDirectory()) return;
    throw Object.assign(new Error(`${path} is a file, expected a folder`), {
      code: 'ENOTDIR',
      syscall: 'mkdir',
      cause: error,
    });
  }
  syncFolder(parent);
}

/**
 * Makes renames and removals in a folder durable, where the system offers it: Windows cannot open folders and
 * orders such changes itself, some network file systems have no such operation (EINVAL, ENOTSUP), and a folder
 * that may be written but not listed cannot be opened (EACCES). None of these is a failed write.
 */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  try {
    const fd = openSync(folder, 'r');
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    if (!['EACCES', 'EINVAL', 'ENOTSUP'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

/**
 * Removes temporary files that interrupted writes left in a folder: those of dead processes of this machine,
 * and any untouched for `olderThanMs` (another machine may be writing on a shared disk). Never touches others.
 * @param nowMs the present in Unix milliseconds
 * @returns the names removed; an absent folder has none
 */
export function sweepTemporaries(folder: string, nowMs: number, olderThanMs = 24 * 3600 * 1000): string[] {
  return withStorageErrors('clean up', folder, () => {
    const removed: string[] = [];
    for (const name of listFolder(folder)) {
      const match = TEMPORARY.exec(name);
      if (!match) continue;
      const path = join(folder, name);
      const modified = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
      if (modified === undefined) continue; // its writer has just renamed it
      const orphaned = match[1] === HOST && !isAlive(Number(match[2]));
      if (!orphaned && nowMs - modified < olderThanMs) continue;
      rmSync(path, { force: true });
      removed.push(name);
    }
    return removed;
  });
}

let counter = 0;
const HOST = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
const TEMPORARY = /^\..*\.([0-9a-f]{8})-(\d+)-\d+\.clifford-tmp$/;

/** A name beside `name` for a file that is still being written; `sweepTemporaries` knows it. */
export function temporaryName(name: string): string {
  // Long names keep their start only: the temporary name must fit into 255 bytes too.
  return `.${name.slice(0, 60)}.${HOST}-${process.pid}-${counter++}.clifford-tmp`;
}

function* chunksOf(content: FileContent): Iterable<Uint8Array> {
  if (typeof content === 'string') yield Buffer.from(content, 'utf8');
  else if (content instanceof Uint8Array) yield content;
  else yield* content;
}

/** One system call takes at most about 2 GiB and may write less than asked. */
function writeAll(fd: number, chunk: Uint8Array): void {
  for (let at = 0; at < chunk.length;) {
    at += writeSync(fd, chunk, at, Math.min(chunk.length - at, 2 ** 30));
  }
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // alive, but somebody else's
  }
}
