import { statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { drizzle, type BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { CliffordError } from '../../../core/base/errors.ts';
import { migrate, type Migration } from './migrate.ts';
import * as schema from './schema.ts';

export type Db = BetterSQLite3Database<typeof schema> & { readonly $client: Database.Database };

/** How long a process waits for another one's transaction. Reading never waits. */
const BUSY_MS = 10_000;

/** The open run history. The functions beside this file take the `Db` that `read` and `write` hand out. */
export interface Store {
  readonly file: string;
  /** Runs queries on one snapshot; SQLite's errors become CliffordErrors of code STORAGE. */
  read<T>(query: (db: Db) => T): T;
  /** The same in one transaction that takes the write lock at its start: all or nothing, durable on return. */
  write<T>(change: (db: Db) => T): T;
  dispose(): void;
}

/**
 * Opens the history, making or migrating it if need be.
 * @throws CliffordError STORAGE naming what is wrong with the file; a file that is not ours is left untouched
 */
export function openStore(file: string, options: { migrations?: Migration[] } = {}): Store {
  return guard(file, () => {
    if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) {
      throw new CliffordError('STORAGE', `${file} is a folder; expected the file of the run history`);
    }
    const client = new Database(file, { timeout: BUSY_MS });
    try {
      // Before anything that writes: throws SQLITE_NOTADB on a file that is no database.
      client.pragma('schema_version');
      migrate(client, file, options.migrations);
      useWal(client);
      // In WAL mode the library's default is NORMAL, which may forget the last commits when power fails.
      client.pragma('synchronous = FULL');
      client.pragma('foreign_keys = ON');
    } catch (error) {
      client.close();
      throw error;
    }
    const db: Db = drizzle(client, { schema });
    return {
      file,
      read: (query) => guard(file, () => client.transaction(() => query(db)).deferred()),
      write: (change) => guard(file, () => client.transaction(() => change(db)).immediate()),
      dispose: () => client.close(),
    };
  });
}

/** Readers then never wait for the writer. SQLite does not honour the busy timeout in this switch. */
function useWal(client: Database.Database): void {
  const deadline = Date.now() + BUSY_MS;
  for (;;) {
    try {
      const mode = client.pragma('journal_mode = WAL', { simple: true }) as string;
      if (mode === 'wal') return;
      throw new CliffordError(
        'STORAGE',
        `run history ${client.name} is in journal mode ${mode}; expected wal, which network file systems lack`,
      );
    } catch (error) {
      if (!sqliteCode(error)?.startsWith('SQLITE_BUSY') || Date.now() > deadline) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
}

const WHY: readonly (readonly [prefix: string, why: string])[] = [
  ['SQLITE_FULL', 'could not be written to: the disk is full; expected some free space'],
  ['SQLITE_READONLY', 'is read-only; expected a file and folder that can be written to'],
  ['SQLITE_PERM', 'cannot be opened: permission denied'],
  ['SQLITE_CANTOPEN', 'cannot be opened; expected a folder that exists and can be written to'],
  ['SQLITE_NOTADB', 'is not a database; move it away, or choose another home folder'],
  ['SQLITE_CORRUPT', 'is corrupt; keep a copy, then restore a backup or choose another home folder'],
  ['SQLITE_BUSY', 'was locked by another process for more than 10 s; try again'],
  ['SQLITE_IOERR', 'could not be read or written: the disk reported an error'],
];

function guard<T>(file: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (error instanceof CliffordError) throw error;
    const code = sqliteCode(error);
    if (code === undefined) throw error;
    const why = WHY.find(([prefix]) => code.startsWith(prefix))?.[1];
    const message = error instanceof Error ? error.message : String(error);
    if (why) throw new CliffordError('STORAGE', `run history ${file} ${why} (${code})`, { cause: error });
    throw new CliffordError('INTERNAL', `run history ${file}: ${message} (${code})`, { cause: error });
  }
}

/** Drizzle wraps some of the driver's errors, so look along the chain of causes. */
function sqliteCode(error: unknown): string | undefined {
  for (let e = error; e instanceof Error; e = e.cause) {
    const code = (e as { code?: unknown }).code;
    if (typeof code === 'string' && code.startsWith('SQLITE_')) return code;
  }
  return undefined;
}
