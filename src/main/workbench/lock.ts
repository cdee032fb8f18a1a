import { readFileSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import Database from 'better-sqlite3';
import { z } from 'zod';
import { CliffordError } from '../../core/base/errors.ts';
import { writeFileAtomic } from '../../files/atomic.ts';

/** Who trains in a home, for the message to whoever would like to. Informative only: the lock itself decides. */
export const LockOwner = z.object({
  pid: z.int(),
  host: z.string(),
  runId: z.string(),
  runName: z.string(),
  since: z.string(),
});
export type LockOwner = z.infer<typeof LockOwner>;

/** The right to train in a home, held until `dispose` or the end of the process, however it ends. */
export interface TrainingLock {
  announce(run: { id: string; name: string }): void;
  dispose(): void;
}

/**
 * Takes the lock if it is free, without waiting; undefined if it is held.
 *
 * The lock is SQLite's exclusive file lock on an empty database of its own: the operating system releases it with
 * the process, even after kill -9, and no stale pid file can block a home. Nothing is ever written to that file.
 * Network file systems without working locks are not supported, as for the run history itself.
 */
export function tryLock(file: string): TrainingLock | undefined {
  let client: Database.Database | undefined;
  try {
    client = new Database(file, { timeout: 0 });
    client.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    client?.close();
    const code = String((error as { code?: string }).code);
    if (code.startsWith('SQLITE_BUSY')) return undefined;
    throw new CliffordError(
      'STORAGE',
      `lock file ${file} cannot be used (${code}); expected an empty file that can be written to`,
      { cause: error },
    );
  }
  const held = client;
  return {
    announce({ id, name }) {
      const owner: LockOwner = {
        pid: process.pid,
        host: hostname(),
        runId: id,
        runName: name,
        since: new Date().toISOString(),
      };
      writeFileAtomic(ownerFile(file), JSON.stringify(owner));
    },
    dispose() {
      // First the name, then the lock: the name of the next owner must not be removed.
      if (!held.open) return;
      rmSync(ownerFile(file), { force: true });
      held.close();
    },
  };
}

/**
 * Takes the lock, waiting a moment, since opening a home holds it for milliseconds to look for orphaned runs.
 * @throws CliffordError CONFLICT naming the owner
 */
export async function takeLock(file: string, home: string, waitMs = 1000): Promise<TrainingLock> {
  const deadline = Date.now() + waitMs;
  for (;;) {
    const lock = tryLock(file);
    if (lock) return lock;
    if (Date.now() >= deadline) break;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  const owner = readOwner(file);
  const stop = owner ? `stop it with \`clifford stop ${owner.runId}\`, ` : '';
  throw new CliffordError(
    'CONFLICT',
    `home ${home} ${describeOwner(owner)}; expected a home in which nothing trains: wait, ${stop}or use another --home`,
  );
}

/** "is training run …", after the name of a home. */
export function describeOwner(owner: LockOwner | undefined): string {
  if (!owner) return 'is in use by another process';
  const where = owner.host === hostname() ? '' : ` on ${owner.host}`;
  return `is training run ${owner.runId} (${owner.runName}) in process ${owner.pid}${where} since ${owner.since}`;
}

/** The owner as announced; undefined if none was, or its file cannot be read. */
export function readOwner(file: string): LockOwner | undefined {
  try {
    return LockOwner.parse(JSON.parse(readFileSync(ownerFile(file), 'utf8')));
  } catch {
    return undefined;
  }
}

const ownerFile = (file: string): string => `${file}.json`;
