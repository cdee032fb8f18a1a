import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type Database from 'better-sqlite3';
import { CliffordError, invariant } from '../../../core/base/errors.ts';

export interface Migration {
  /** The version of the schema after it; 1 makes the first tables. */
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

/** "CLFD" in the header of the file: tells our databases from other programs'. */
export const APPLICATION_ID = 0x434c4644;

/**
 * Brings a database to the newest version, one transaction for each step, after copying a database that holds
 * data to `<file>.v<old>-backup`. Drizzle's own migrator is not used: it compares timestamps, reads the state
 * outside of its transaction (two processes may open a new home together), and does not notice a newer database.
 * @throws CliffordError STORAGE when the file is not ours, comes from a newer version, or a step fails; the
 * database is then as it was.
 */
export function migrate(client: Database.Database, file: string, migrations = readMigrations()): void {
  const newest = migrations.length;
  // One snapshot: another process may be making the tables.
  const before = client.transaction(() => identify(client, file, newest)).deferred();
  if (before === newest) return;
  if (before > 0) {
    // Under a name of its own first: another process may be doing the same.
    const backup = `${file}.v${before}-backup`;
    const unfinished = `${backup}-${process.pid}`;
    rmSync(unfinished, { force: true });
    client.prepare('VACUUM INTO ?').run(unfinished);
    renameSync(unfinished, backup);
  }
  for (const migration of migrations) {
    client
      .transaction(() => {
        // Read again under the write lock: another process may have done this step meanwhile.
        const version = client.pragma('user_version', { simple: true }) as number;
        if (version >= migration.version) return;
        try {
          client.exec(migration.sql);
        } catch (cause) {
          // Full disks and the like are told as such by the caller.
          if (!/^SQLITE_(ERROR|CONSTRAINT)/.test((cause as { code?: string }).code ?? '')) throw cause;
          throw new CliffordError(
            'STORAGE',
            `run history ${file} could not be brought from version ${version} to ${migration.version} ` +
              `(${migration.name}): ${(cause as Error).message}; it is unchanged`,
            { cause },
          );
        }
        client.pragma(`application_id = ${APPLICATION_ID}`);
        client.pragma(`user_version = ${migration.version}`);
      })
      .immediate();
  }
}

/** The version of a database that is ours (0: new and empty). Changes nothing. */
function identify(client: Database.Database, file: string, newest: number): number {
  const id = client.pragma('application_id', { simple: true }) as number;
  const version = client.pragma('user_version', { simple: true }) as number;
  const tables = client.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() as number;
  if (id !== APPLICATION_ID && (tables > 0 || id !== 0 || version !== 0)) {
    throw new CliffordError(
      'STORAGE',
      `${file} is a database of another program (application id ${id}, expected ${APPLICATION_ID}); ` +
        `choose another home folder`,
    );
  }
  if (version > newest) {
    throw new CliffordError(
      'STORAGE',
      `run history ${file} has version ${version}, written by a newer Clifford; this one reads up to version ` +
        `${newest}: update Clifford or choose another home folder`,
    );
  }
  return version;
}

/** Reads `NNNN_name.sql` files; their numbers are the versions 1, 2, 3 … without gaps. */
export function readMigrations(
  folder = fileURLToPath(new URL('./migrations', import.meta.url)),
): Migration[] {
  invariant(existsSync(folder), `the folder of migrations ${folder} is missing`);
  return readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .map((name, i) => {
      const version = Number.parseInt(name, 10);
      invariant(
        version === i + 1,
        `migrations are numbered without gaps: got ${name}, expected number ${i + 1}`,
      );
      return { version, name: name.slice(0, -4), sql: readFileSync(join(folder, name), 'utf8') };
    });
}
