import { copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
  /** A number that differs once another process (or another store) has written. Costs microseconds. */
  version(): number;
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
    const { client, dispose } = openClient(file, options.migrations);
    addFunctions(client);
    const db: Db = drizzle(client, { schema });
    return {
      file,
      version: () => guard(file, () => client.pragma('data_version', { simple: true }) as number),
      read: (query) => guard(file, () => client.transaction(() => query(db)).deferred()),
      write: (change) => guard(file, () => client.transaction(() => change(db)).immediate()),
      dispose,
    };
  });
}

/** Comparison of text as people expect it; SQLite itself folds ASCII only. */
function addFunctions(client: Database.Database): void {
  const fold = (text: unknown): string =>
    String(text ?? '')
      .normalize('NFKC')
      .toLowerCase();
  client.function('fold', { deterministic: true }, fold);
  client.function(
    'holds_words',
    { deterministic: true, varargs: true },
    (words: unknown, ...texts: unknown[]) => {
      const all = fold(texts.filter((text) => text !== null).join('\n'));
      return fold(words)
        .split(' ')
        .every((word) => all.includes(word))
        ? 1
        : 0;
    },
  );
}

interface Client {
  readonly client: Database.Database;
  dispose(): void;
}

/**
 * The ways to open it, from the usual one to those that only read. A history in WAL mode needs new files beside it even
 * to be read, which a full disk and a read-only one refuse.
 */
function openClient(file: string, migrations?: Migration[]): Client {
  let first: unknown;
  for (const open of [openUsually, openAlone, openReadOnly, openCopy]) {
    try {
      return open(file, migrations);
    } catch (error) {
      first ??= error;
      // There is nothing to read in a history that could not even be begun.
      const begun = (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0;
      if (!begun || !/^SQLITE_(FULL|IOERR|READONLY|CANTOPEN)/.test(sqliteCode(first) ?? '')) break;
    }
  }
  throw first;
}

function openUsually(file: string, migrations?: Migration[]): Client {
  return connect(new Database(file, { timeout: BUSY_MS }), (client) => {
    // Before anything that writes: throws SQLITE_NOTADB on a file that is no database.
    client.pragma('schema_version');
    migrate(client, file, migrations);
    useWal(client);
    // In WAL mode the library's default is NORMAL, which may forget the last commits when power fails.
    client.pragma('synchronous = FULL');
    client.pragma('foreign_keys = ON');
  });
}

/**
 * For a full disk: whoever locks the whole database keeps the index of its log in memory. Writing works as soon as there
 * is space.
 */
function openAlone(file: string, migrations?: Migration[]): Client {
  return connect(new Database(file, { timeout: BUSY_MS }), (client) => {
    client.pragma('locking_mode = EXCLUSIVE');
    migrate(client, file, migrations);
    client.pragma('synchronous = FULL');
    client.pragma('foreign_keys = ON');
  });
}

/** Beside a process that writes: the files beside the database are there already. */
function openReadOnly(file: string, migrations?: Migration[]): Client {
  return connect(new Database(file, { timeout: BUSY_MS, readonly: true }), (client) =>
    migrate(client, file, migrations),
  );
}

/** On a read-only file system nobody writes, so a copy is what it is a copy of. Writing to it is refused. */
function openCopy(file: string, migrations?: Migration[]): Client {
  const folder = mkdtempSync(join(tmpdir(), 'clifford-history-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const copy = join(folder, 'clifford.db');
    copyFileSync(file, copy);
    if (existsSync(`${file}-wal`)) copyFileSync(`${file}-wal`, `${copy}-wal`);
    const { client } = connect(new Database(copy), (opened) => {
      migrate(opened, copy, migrations);
      opened.pragma('query_only = ON');
    });
    const dispose = (): void => {
      client.close();
      remove();
    };
    return { client, dispose };
  } catch (error) {
    remove();
    throw error;
  }
}

function connect(client: Database.Database, prepare: (client: Database.Database) => void): Client {
  try {
    prepare(client);
  } catch (error) {
    client.close();
    throw error;
  }
  return { client, dispose: () => client.close() };
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
