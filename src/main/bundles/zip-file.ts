import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { Reader, ZipWriter } from '@zip.js/zip.js';
import { CliffordError } from '../../core/base/errors.ts';
import { syncFolder, temporaryName } from '../../files/atomic.ts';
import { storageError } from '../../files/storage-error.ts';

/** One file to be put into a zip. */
export interface ZipItem {
  readonly path: string;
  /** Text and bytes are deflated; files of the disk are stored, since weights and pictures hardly shrink. */
  readonly content: string | Uint8Array | FileOnDisk;
}

/** A file that must be as it was recorded. */
export interface FileOnDisk {
  readonly file: string;
  /** Open for reading, when the file may be deleted meanwhile. */
  readonly fd?: number;
  readonly bytes: number;
  readonly sha256: string;
  /** What to call it in messages. */
  readonly name: string;
}

/**
 * Writes a zip file atomically: whoever looks finds the old file or the whole new one. Zip64 is used where it is
 * needed; equal items give equal bytes.
 * @throws CliffordError STORAGE naming a file that is not as it was recorded, or what the disk refuses; CANCELLED
 */
export async function writeZip(
  out: string,
  items: readonly ZipItem[],
  { onProgress, signal }: { onProgress?: (fraction: number) => void; signal?: AbortSignal } = {},
): Promise<void> {
  const temporary = path.join(path.dirname(out), temporaryName(path.basename(out)));
  const total = items.reduce((sum, { content }) => sum + sizeOf(content), 0);
  let done = 0;
  const advance = (bytes: number): void => onProgress?.(Math.min(1, (done += bytes) / Math.max(1, total)));
  let file: FileHandle | undefined;
  try {
    file = await open(temporary, 'wx');
    const zip = new ZipWriter(sinkOf(file), ZIP_OPTIONS);
    for (const { path: name, content } of items) {
      needGoingOn(signal);
      const options = { ...(signal ? { signal } : {}), level: isOnDisk(content) ? 0 : 6 };
      await zip.add(name, { readable: sourceOf(content, advance) }, options);
    }
    await zip.close();
    await file.sync();
    await file.close();
    file = undefined;
    needGoingOn(signal);
    await rename(temporary, out);
    syncFolder(path.dirname(out));
  } catch (error) {
    await file?.close().catch(() => {});
    await rm(temporary, { force: true }).catch(() => {});
    if (signal?.aborted) throw cancelled(error);
    throw storageError(error, 'write', out);
  }
}

/** Random access to a file for a zip reader. */
export class FileSource extends Reader<FileHandle> {
  private readonly handle: FileHandle;

  constructor(handle: FileHandle, size: number) {
    super(handle);
    this.handle = handle;
    this.size = size;
  }

  override async readUint8Array(index: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, this.size - index)));
    let at = 0;
    while (at < bytes.length) {
      const { bytesRead } = await this.handle.read(bytes, at, bytes.length - at, index + at);
      if (bytesRead === 0) return bytes.subarray(0, at); // cut short while being read
      at += bytesRead;
    }
    return bytes;
  }
}

export function cancelled(cause?: unknown): CliffordError {
  return new CliffordError('CANCELLED', 'the bundle was cancelled', { cause });
}

export function needGoingOn(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw cancelled(signal.reason);
}

/** No worker threads, and nothing in it that depends on when or where it was written. */
const ZIP_OPTIONS = {
  useWebWorkers: false,
  extendedTimestamp: false,
  // 1980-01-01 00:00, the first date that zip knows; the run's own dates are in the manifest.
  rawLastModDate: 0x00210000,
};

function isOnDisk(content: ZipItem['content']): content is FileOnDisk {
  return typeof content === 'object' && 'file' in content;
}

function sizeOf(content: ZipItem['content']): number {
  if (typeof content === 'string') return Buffer.byteLength(content);
  return isOnDisk(content) ? content.bytes : content.length;
}

function sourceOf(content: ZipItem['content'], advance: (bytes: number) => void): ReadableStream<Uint8Array> {
  if (isOnDisk(content)) return ReadableStream.from(readVerified(content, advance));
  const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
  return ReadableStream.from(
    (function* () {
      yield bytes;
      advance(bytes.length);
    })(),
  );
}

/** What goes into the zip is what was verified: both see the same bytes. */
async function* readVerified(
  { file, fd, bytes, sha256, name }: FileOnDisk,
  advance: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  const damaged = (what: string) =>
    new CliffordError('STORAGE', `${name} is not as it was recorded: it ${what}`);
  const hash = createHash('sha256');
  let got = 0;
  const opened = fd === undefined ? {} : { fd, start: 0, autoClose: false };
  const options = { highWaterMark: 1 << 20, ...opened };
  try {
    for await (const chunk of createReadStream(file, options) as Readable) {
      const piece = chunk as Buffer;
      hash.update(piece);
      got += piece.length;
      if (got > bytes) throw damaged(`has more than ${bytes} bytes`);
      yield piece;
      advance(piece.length);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw damaged('is missing');
    throw storageError(error, 'read', file);
  }
  if (got !== bytes) throw damaged(`has ${got} bytes, expected ${bytes}`);
  const actual = hash.digest('hex');
  if (actual !== sha256) throw damaged(`has sha256 ${actual}, expected ${sha256}`);
}

function sinkOf(file: FileHandle): WritableStream<Uint8Array> {
  return new WritableStream({
    async write(chunk) {
      for (let at = 0; at < chunk.length;) {
        at += (await file.write(chunk, at, chunk.length - at)).bytesWritten;
      }
    },
  });
}
