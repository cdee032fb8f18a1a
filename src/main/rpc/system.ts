import { closeSync, fstatSync, openSync, readdirSync, readSync, statfsSync, statSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import path from 'node:path';
import { implement } from '@orpc/server';
import { CliffordError } from '../../core/base/errors.ts';
import { systemContract } from '../../shared/contract/system.ts';
import { runDoctor } from '../workbench/doctor.ts';
import { packageVersion } from '../version.ts';
import { mapErrors } from './errors.ts';
import type { RpcContext } from './router.ts';

const os = implement(systemContract);

export function systemHandlers({ workbench, host }: RpcContext) {
  const { home } = workbench;
  return os.router({
    info: os.info.handler(() => ({
      version: packageVersion(),
      home,
      platform: `${process.platform} ${process.arch}`,
      node: process.versions.node,
      electron: host.electron,
      pid: process.pid,
      cores: availableParallelism(),
      memoryBytes: totalmem(),
      homeBytes: folderBytes(home),
      databaseBytes: statSync(path.join(home, 'clifford.db')).size,
      representationBytes: total(workbench.pruneRepresentations(null, { dryRun: true })).bytes,
      freeBytes: freeBytes(home),
    })),
    doctor: os.doctor.handler(async () => {
      const { works, checks } = await runDoctor({ home });
      return { works, checks: [...checks] };
    }),
    pruneRepresentations: os.pruneRepresentations.handler(() => total(workbench.pruneRepresentations(null))),
    settings: os.settings.handler(() => workbench.settings()),
    changeSettings: os.changeSettings.handler(({ input: { engine, threads } }) =>
      workbench.changeSettings({
        ...(engine === undefined ? {} : { engine }),
        ...(threads === undefined ? {} : { threads }),
      }),
    ),
    log: os.log.handler(({ input: { id, bytes } }) => {
      const file = id === null ? host.logFile : path.join(workbench.showRun(id).folder, 'engine.log');
      if (file === null) {
        throw new CliffordError('NOT_FOUND', 'the service has no log file: it writes to its terminal');
      }
      return { file, text: tail(file, bytes) };
    }),
    document: os.document.handler(({ input }) => workbench.document(input.key)),
    documents: os.documents.handler(({ input }) => workbench.documents(input.prefix)),
    saveDocument: os.saveDocument.handler(({ input }) => workbench.saveDocument(input)),
    removeDocument: os.removeDocument.handler(({ input }) => ({
      removed: workbench.removeDocument(input.key),
    })),
    commands: os.commands.handler(({ signal }) => mapErrors(host.commands.listen(signal))),
  });
}

function total(runs: readonly { files: number; bytes: number }[]): { files: number; bytes: number } {
  const sum = { files: 0, bytes: 0 };
  for (const { files, bytes } of runs) {
    sum.files += files;
    sum.bytes += bytes;
  }
  return sum;
}

/** Bytes of all files below a folder; files that vanish meanwhile count nothing. */
function folderBytes(folder: string): number {
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    bytes += statSync(path.join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0;
  }
  return bytes;
}

function freeBytes(folder: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return null; // not every file system tells
  }
}

/** The last whole lines of a text file. */
function tail(file: string, limit: number): string {
  let fd: number;
  try {
    fd = openSync(file, 'r');
  } catch (error) {
    throw new CliffordError('NOT_FOUND', `there is no log ${file} yet`, { cause: error });
  }
  try {
    const { size } = fstatSync(fd);
    const bytes = new Uint8Array(Math.min(limit, size));
    readSync(fd, bytes, 0, bytes.length, size - bytes.length);
    const text = new TextDecoder().decode(bytes);
    return size > limit ? text.slice(text.indexOf('\n') + 1) : text;
  } finally {
    closeSync(fd);
  }
}
