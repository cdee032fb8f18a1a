import { createHash } from 'node:crypto';
import { createWriteStream, statfsSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import { type FileEntry, ZipReader } from '@zip.js/zip.js';
import { CliffordError, invalid } from '../../core/base/errors.ts';
import { makeFolders, syncFolder } from '../../files/atomic.ts';
import { storageError, withStorageErrors } from '../../files/storage-error.ts';
import { formatBytes } from '../cli/table.ts';
import { parseJson, shorten } from '../presets/json.ts';
import { parseWith } from '../presets/zod-sentence.ts';
import {
  ARTIFACTS,
  type BundleFile,
  DOCUMENTS,
  FIGURES,
  FORMAT,
  FORMAT_VERSION,
  MANIFEST,
  Manifest,
  ManifestHead,
  unsafePath,
} from './format.ts';
import { FileSource, needGoingOn, cancelled } from './zip-file.ts';

/**
 * Bundles come from elsewhere: nothing in one is trusted. Its list of entries is checked as a whole before anything is
 * unpacked; each entry must then have exactly the size and the hash that the manifest gives.
 */
export interface OpenBundle {
  readonly manifest: Manifest;
  /** Text of a document, verified. */
  document(name: string): Promise<string>;
  /**
   * Verifies all that is not a document and writes the artifacts below a new folder, durably.
   * @param folder exists and is empty
   */
  unpack(folder: string, onProgress?: (fraction: number) => void): Promise<void>;
  close(): Promise<void>;
}

/** Documents are held in memory. */
const MOST_DOCUMENT_BYTES = 256 * 2 ** 20;
const MOST_MANIFEST_BYTES = 64 * 2 ** 20;
const MOST_ENTRIES = 100_001;
/** Files of more than this, unpacked, may not be packed tighter than `MOST_RATIO`: what runs write never is. */
const RATIO_FREE_BYTES = 64 * 2 ** 20;
const MOST_RATIO = 100;

/**
 * @param source what to call the file in messages
 * @throws CliffordError INVALID_INPUT saying what is wrong with the file, NOT_FOUND, STORAGE, CANCELLED
 */
export async function openBundle(file: string, source: string, signal?: AbortSignal): Promise<OpenBundle> {
  let handle: FileHandle;
  try {
    handle = await open(file, 'r');
  } catch (error) {
    throw storageError(error, 'read', source);
  }
  try {
    const { size } = await needRegular(handle, source);
    const zip = new Zip(handle, size, source, signal);
    const entries = await zip.entries();
    const manifest = await readManifest(zip, entries, source);
    checkFiles(manifest, entries, size, source);
    const byPath = new Map(manifest.files.map((listed) => [listed.path, listed]));
    return {
      manifest,
      document: (name) => zip.text(entries.get(name)!, byPath.get(name)!, MOST_DOCUMENT_BYTES),
      unpack: (folder, onProgress) => unpack(zip, manifest, entries, folder, onProgress, signal),
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** A zip file's entries by name, and their verified content. */
class Zip {
  private readonly reader: ZipReader<FileHandle>;
  private readonly source: string;
  private readonly signal: AbortSignal | undefined;

  constructor(handle: FileHandle, size: number, source: string, signal: AbortSignal | undefined) {
    this.source = source;
    this.signal = signal;
    this.reader = new ZipReader(new FileSource(handle, size), {
      useWebWorkers: false,
      // Names that lead out of the folder, twice the same name, bytes before or behind the archive, headers that
      // contradict each other: whatever two programs could read in two ways.
      strictness: 'strict',
      filenameValidation: 'strict',
      checkCrc32: true,
      checkOverlappingEntry: true,
    });
  }

  async entries(): Promise<Map<string, FileEntry>> {
    const entries = new Map<string, FileEntry>();
    /** On systems that ignore case two names may be one file. */
    const folded = new Set<string>();
    await this.guard(async () => {
      for await (const entry of this.reader.getEntriesGenerator()) {
        needGoingOn(this.signal);
        if (entries.size >= MOST_ENTRIES) {
          throw this.bad(`it has more than ${MOST_ENTRIES} entries, expected fewer`);
        }
        const name = shorten(JSON.stringify(entry.filename));
        if (entry.directory) throw this.bad(`entry ${name} is a folder, expected files only`);
        const type = (entry.unixMode ?? 0) & 0o170000;
        if (entry.symlink || (type !== 0 && type !== 0o100000)) {
          throw this.bad(`entry ${name} is a link or a device, expected files only`);
        }
        if (entry.encrypted) throw this.bad(`entry ${name} is encrypted, expected plain files`);
        if (entry.compressionMethod !== 0 && entry.compressionMethod !== 8) {
          throw this.bad(
            `entry ${name} is packed by method ${entry.compressionMethod}, expected stored or deflated`,
          );
        }
        const unsafe = unsafePath(entry.filename);
        if (unsafe !== null) throw this.bad(`entry ${name} cannot be unpacked: ${unsafe}`);
        const key = entry.filename.toLowerCase();
        if (folded.has(key)) throw this.bad(`entry ${name} is there twice, expected each name once`);
        folded.add(key);
        entries.set(entry.filename, entry);
      }
    });
    return entries;
  }

  /** Passes an entry's bytes on, never more than it should have, and checks them at the end. */
  async pass(
    entry: FileEntry,
    listed: Pick<BundleFile, 'bytes' | 'sha256'> | null,
    write: (chunk: Uint8Array) => void | Promise<void>,
  ): Promise<void> {
    const expected = listed?.bytes ?? entry.uncompressedSize;
    const hash = createHash('sha256');
    let got = 0;
    const sink = new WritableStream<Uint8Array>({
      write: async (chunk) => {
        got += chunk.length;
        // Declared sizes may lie. The library sees to that as well; memory and disk are worth a second look.
        if (got > expected)
          throw this.bad(`${entry.filename} has more than the ${expected} bytes it should have`);
        hash.update(chunk);
        await write(chunk);
      },
    });
    const options = this.signal ? { signal: this.signal } : {};
    await this.guard(() => entry.getData(sink, options));
    if (listed === null) return;
    if (got !== expected) throw this.bad(`${entry.filename} has ${got} bytes, expected ${expected}`);
    const actual = hash.digest('hex');
    if (actual === listed.sha256) return;
    throw this.bad(`${entry.filename} is damaged: it has sha256 ${actual}, expected ${listed.sha256}`);
  }

  async text(entry: FileEntry, listed: BundleFile | null, most: number): Promise<string> {
    if (entry.uncompressedSize > most) {
      throw this.bad(
        `${entry.filename} has ${formatBytes(entry.uncompressedSize)}, expected at most ${formatBytes(most)}`,
      );
    }
    const chunks: Uint8Array[] = [];
    await this.pass(entry, listed, (chunk) => void chunks.push(chunk.slice()));
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
    } catch {
      throw this.bad(`${entry.filename} is not text in UTF-8`);
    }
  }

  bad(what: string): CliffordError {
    return invalid(`${this.source} is no bundle that can be imported: ${what}`);
  }

  /** What the zip library finds wrong, as a sentence about the file. */
  private async guard<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      if (this.signal?.aborted) throw cancelled(error);
      const known = storageError(error, 'read', this.source);
      if (known instanceof CliffordError) throw known;
      throw this.bad(
        `the archive is truncated or damaged (${error instanceof Error ? error.message : String(error)})`,
      );
    }
  }
}

async function needRegular(handle: FileHandle, source: string): Promise<{ size: number }> {
  const stats = await handle.stat();
  if (!stats.isFile()) throw invalid(`${source} is no regular file, expected a run bundle`);
  const head = Buffer.alloc(4);
  const { bytesRead } = await handle.read(head, 0, 4, 0);
  if (bytesRead === 4 && head.equals(Buffer.from('PK\u0003\u0004'))) return stats;
  throw invalid(`${source} is no run bundle: it does not begin like a zip file`);
}

async function readManifest(
  zip: Zip,
  entries: ReadonlyMap<string, FileEntry>,
  source: string,
): Promise<Manifest> {
  const entry = entries.get(MANIFEST);
  if (!entry) throw zip.bad(`it has no ${MANIFEST}`);
  const document = parseJson(await zip.text(entry, null, MOST_MANIFEST_BYTES), `${source}, ${MANIFEST}`);
  const head = ManifestHead.safeParse(document);
  if (!head.success || head.data.format !== FORMAT) {
    throw zip.bad(`its ${MANIFEST} is not that of a run bundle, expected the format "${FORMAT}"`);
  }
  const { version } = head.data;
  if (version > FORMAT_VERSION) {
    throw invalid(
      `${source} is a bundle of version ${version}, expected at most ${FORMAT_VERSION}: it was written by a newer ` +
        'Clifford; update this one to import it',
    );
  }
  return parseWith(Manifest, document, `${source}, ${MANIFEST}`);
}

/** The manifest and the archive must tell the same, before anything is unpacked. */
function checkFiles(
  { files }: Manifest,
  entries: ReadonlyMap<string, FileEntry>,
  size: number,
  source: string,
): void {
  const bad = (what: string) => invalid(`${source} is no bundle that can be imported: ${what}`);
  const listed = new Set([MANIFEST]);
  for (const file of files) {
    const name = shorten(JSON.stringify(file.path));
    if (listed.has(file.path)) throw bad(`its manifest lists ${name} twice`);
    listed.add(file.path);
    const entry = entries.get(file.path);
    if (!entry) throw bad(`${name} of its manifest is missing`);
    if (entry.uncompressedSize !== file.bytes) {
      throw bad(`${name} has ${entry.uncompressedSize} bytes, expected ${file.bytes} as its manifest says`);
    }
    if (!belongs(file)) throw bad(`${name} is in the wrong place for a ${file.kind}`);
    const isState = file.kind === 'checkpoint' || file.kind === 'milestone';
    if (isState && (file.weights === null || file.step === null)) {
      throw bad(`${name} lacks the step and the hash of its weights`);
    }
  }
  for (const name of Object.values(DOCUMENTS)) if (!listed.has(name)) throw bad(`it has no ${name}`);
  for (const name of entries.keys()) {
    if (!listed.has(name)) throw bad(`${shorten(JSON.stringify(name))} is not in its manifest`);
  }
  const total = files.reduce((sum, file) => sum + file.bytes, 0);
  if (total > RATIO_FREE_BYTES && total > size * MOST_RATIO) {
    throw bad(
      `its ${formatBytes(size)} would unpack to ${formatBytes(total)}, expected at most ${MOST_RATIO} times its size`,
    );
  }
}

function belongs({ path: name, kind }: BundleFile): boolean {
  if (kind === 'document') return Object.values<string>(DOCUMENTS).includes(name);
  return name.startsWith(kind === 'figure' ? FIGURES : ARTIFACTS);
}

async function unpack(
  zip: Zip,
  { files }: Manifest,
  entries: ReadonlyMap<string, FileEntry>,
  folder: string,
  onProgress: ((fraction: number) => void) | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  const rest = files.filter((file) => file.kind !== 'document');
  const total = rest.reduce((sum, file) => sum + file.bytes, 0);
  needSpace(
    folder,
    rest.filter((file) => file.kind !== 'figure').reduce((sum, file) => sum + file.bytes, 0),
  );
  let done = 0;
  const advance = (bytes: number): void => onProgress?.((done += bytes) / Math.max(1, total));
  const folders = new Set<string>();
  for (const file of rest) {
    needGoingOn(signal);
    const entry = entries.get(file.path)!;
    if (file.kind === 'figure') {
      await zip.pass(entry, file, (chunk) => advance(chunk.length));
      continue;
    }
    const target = path.join(folder, ...file.path.slice(ARTIFACTS.length).split('/'));
    withStorageErrors('write', target, () => makeFolders(path.dirname(target)));
    folders.add(path.dirname(target));
    await writeEntry(zip, entry, file, target, advance);
  }
  for (const written of folders) withStorageErrors('write', written, () => syncFolder(written));
}

async function writeEntry(
  zip: Zip,
  entry: FileEntry,
  listed: BundleFile,
  target: string,
  advance: (bytes: number) => void,
): Promise<void> {
  // `flush`: each file is on the disk before the history knows of it.
  const out = createWriteStream(target, { flags: 'wx', flush: true });
  const written = finished(out);
  written.catch(() => {}); // told by the write that meets it, or below
  try {
    await zip.pass(entry, listed, async (chunk) => {
      await new Promise<void>((resolve, reject) => {
        out.write(chunk, (error) =>
          error ? reject(storageError(error, 'write', target) as Error) : resolve(),
        );
      });
      advance(chunk.length);
    });
    out.end();
    await written;
  } catch (error) {
    out.destroy();
    throw storageError(error, 'write', target);
  }
}

/** A disk that is filled to its end by an import would stop whatever else trains there. */
function needSpace(folder: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(folder);
  if (bytes <= bavail * bsize) return;
  throw new CliffordError(
    'STORAGE',
    `the bundle needs ${formatBytes(bytes)}, but ${path.dirname(folder)} has ${formatBytes(bavail * bsize)} left; free some space`,
  );
}
