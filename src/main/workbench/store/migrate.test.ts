import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { is } from 'drizzle-orm';
import { getTableConfig, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { startChild } from '../testing/child.ts';
import { errorOf, temporaryFolder } from '../testing/home.ts';
import { listAnalyses } from './analyses.ts';
import { openStore } from './database.ts';
import { readEvaluations } from './evaluations.ts';
import { listArtifacts } from './ledger.ts';
import { migrate, readMigrations, type Migration } from './migrate.ts';
import { readPoints, readSummaries } from './metrics.ts';
import { findRuns, readEvents, summarizeRuns } from './runs.ts';
import * as schema from './schema.ts';

const file = (): string => join(temporaryFolder(), 'clifford.db');

/** A database of an older version, with the data that a user of that version might have. */
function oldDatabase(path: string, version: number): void {
  const fixture = new URL(`./testing/v${version}.sql`, import.meta.url);
  const client = new Database(path);
  migrate(client, path, readMigrations().slice(0, version));
  client.exec(readFileSync(fixture, 'utf8'));
  client.close();
}

// A migration added without a database of the version before it fails here, for want of its file.
test.for(readMigrations().map((m) => m.version))('a database of version %i keeps its data', (version) => {
  const path = file();
  oldDatabase(path, version);
  const store = openStore(path);
  store.read((db) => {
    const rows = findRuns(db, { includeDeleted: true });
    expect(summarizeRuns(db, rows)).toEqual([
      expect.objectContaining({
        id: '0e2yk4bbbb',
        reason: { code: 'NON_FINITE', message: 'loss is NaN at step 7' },
      }),
      expect.objectContaining({
        name: 'quick-calm-owl',
        tags: ['baseline', 'paper'],
        accuracy: { overall: 0.9 },
      }),
    ]);
    const pk = rows[1]!.pk;
    expect(readPoints(db, pk)).toEqual({
      loss: [
        [1, 1],
        [2, 0.25],
        [3, 0.5],
      ],
    });
    expect(readSummaries(db, pk)).toEqual([
      { key: 'loss', points: 3, latest: [3, 0.5], min: [2, 0.25], max: [1, 1] },
    ]);
    const measured = listAnalyses(db, rows[0]!.pk).map(({ step, request }) => [step, request.kind]);
    expect(measured).toEqual(version < 3 ? [] : [[20, 'pca']]);
    expect(listArtifacts(db, pk)).toMatchObject([{ file: 'checkpoints/000020.safetensors', weights: 'w20' }]);
    expect(readEvaluations(db, pk)).toMatchObject([{ step: 20, weights: 'ema' }]);
    expect(readEvents(db, pk)).toHaveLength(1);
    expect(db.$client.pragma('foreign_key_check')).toEqual([]);
  });
  store.dispose();
});

test('the tables in TypeScript are those in SQL', () => {
  const store = openStore(file());
  store.read((db) => {
    const tables = Object.values(schema).filter((t) => is(t, SQLiteTable));
    const inSql = db.$client
      .prepare(
        `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`,
      )
      .pluck()
      .all();
    expect(tables.map((t) => getTableConfig(t).name).sort()).toEqual(inSql);
    for (const table of tables) {
      const { name, columns } = getTableConfig(table);
      const sqlColumns = db.$client.pragma(`table_info(${name})`) as {
        name: string;
        type: string;
        notnull: number;
        pk: number;
      }[];
      const describe = (n: string, type: string, required: boolean) =>
        `${name}.${n} ${type.toUpperCase()} ${required}`;
      expect(columns.map((c) => describe(c.name, c.getSQLType(), c.notNull)).sort()).toEqual(
        // SQLite does not call a rowid's primary key NOT NULL, though it is.
        sqlColumns.map((c) => describe(c.name, c.type, c.notnull === 1 || c.pk === 1)).sort(),
      );
    }
  });
  store.dispose();
});

test('a history is durable on commit and checks its references', () => {
  const store = openStore(file());
  const pragma = (name: string): unknown => store.read((db) => db.$client.pragma(name, { simple: true }));
  expect([pragma('journal_mode'), pragma('synchronous'), pragma('foreign_keys')]).toEqual(['wal', 2, 1]);
  store.dispose();
});

test('a newer database is refused and left as it is', async () => {
  const path = file();
  openStore(path).dispose();
  const client = new Database(path);
  client.pragma('user_version = 99');
  client.close();
  const before = readFileSync(path);
  const error = await errorOf(() => openStore(path));
  expect(error.code).toBe('STORAGE');
  expect(error.message).toMatch(/version 99, written by a newer Clifford; this one reads up to version \d+/);
  expect(readFileSync(path).equals(before)).toBe(true);
});

test('another program’s database is refused and left as it is', async () => {
  const path = file();
  const client = new Database(path);
  client.exec('CREATE TABLE bookmarks (url TEXT)');
  client.close();
  const before = readFileSync(path);
  expect(await errorOf(() => openStore(path))).toMatchObject({
    code: 'STORAGE',
    message: expect.stringContaining('database of another program'),
  });
  expect(readFileSync(path).equals(before)).toBe(true);
});

test.for([
  ['text', 'this is not a database at all, but a shopping list of some length\n'.repeat(20)],
  ['a short text', 'hello'],
])('%s in place of the database is refused and left as it is', async ([, content]) => {
  const path = file();
  writeFileSync(path, content!);
  expect(await errorOf(() => openStore(path))).toMatchObject({
    code: 'STORAGE',
    message: expect.stringMatching(/clifford\.db is not a database/),
  });
  expect(readFileSync(path, 'utf8')).toBe(content);
});

test('a torn database is told as corrupt', async () => {
  const path = file();
  oldDatabase(path, 1);
  const bytes = readFileSync(path);
  // Pages of 4096 bytes: the header and the schema stay, the tables' pages turn into noise.
  bytes.fill(0xa5, 4096 * 2);
  writeFileSync(path, bytes);
  const error = await errorOf(() => {
    const store = openStore(path);
    try {
      store.read((db) => findRuns(db, {}));
    } finally {
      store.dispose();
    }
  });
  expect(error).toMatchObject({ code: 'STORAGE', message: expect.stringMatching(/is corrupt/) });
});

test('a migration that fails leaves the database as it was, with its version', async () => {
  const path = file();
  oldDatabase(path, 1);
  const bad: Migration = {
    version: 2,
    name: '0002_bad',
    sql: 'CREATE TABLE extra (a); INSERT INTO nowhere VALUES (1);',
  };
  const error = await errorOf(() => openStore(path, { migrations: [readMigrations()[0]!, bad] }));
  expect(error.message).toMatch(/from version 1 to 2 \(0002_bad\): no such table: nowhere; it is unchanged/);
  const client = new Database(path);
  expect(client.pragma('user_version', { simple: true })).toBe(1);
  expect(client.prepare(`SELECT count(*) FROM sqlite_schema WHERE name = 'extra'`).pluck().get()).toBe(0);
  expect(client.prepare('SELECT count(*) FROM runs').pluck().get()).toBe(2);
  client.close();
});

test('a database with data is backed up before it is migrated', () => {
  const path = file();
  oldDatabase(path, 1);
  const next: Migration = { version: 2, name: '0002_next', sql: 'DELETE FROM runs;' };
  const client = new Database(path);
  migrate(client, path, [readMigrations()[0]!, next]);
  client.close();
  const backup = new Database(`${path}.v1-backup`);
  expect(backup.prepare('SELECT count(*) FROM runs').pluck().get()).toBe(2);
  expect(backup.pragma('user_version', { simple: true })).toBe(1);
  backup.close();
  expect(existsSync(`${path}.v0-backup`)).toBe(false);
});

test('processes that open a new home together make one database', async () => {
  const path = file();
  const source = `
    import { openStore } from './store/database.ts';
    const store = openStore(${JSON.stringify(path)});
    console.log(store.read((db) => db.$client.pragma('user_version', { simple: true })));
    store.dispose();
  `;
  const outputs = await Promise.all([1, 2, 3].map(() => startChild(source).finish()));
  expect(outputs.map((o) => o.trim())).toEqual(Array(3).fill(String(readMigrations().length)));
});

test('version 2 fills in best and last accuracies, and keeps each spec byte for byte', () => {
  const path = file();
  const client = new Database(path);
  migrate(client, path, readMigrations().slice(0, 1));
  client.exec(readFileSync(new URL('./testing/v1.sql', import.meta.url), 'utf8'));
  const add = client.prepare(
    `INSERT INTO evaluations (run_pk, step, final, source, accuracy, body, created_at) VALUES (1, ?, ?, ?, ?, '', '')`,
  );
  add.run(0, 0, 'training', `{"overall":0,"o'brien":1}`);
  add.run(10, 0, 'training', '{"overall":0.95,"vertical":0.5}');
  add.run(20, 1, 'request', '{"overall":0.8,"vertical":0.25}'); // later than the training's own at step 20
  const specs = client.prepare('SELECT spec FROM runs ORDER BY pk').pluck().all();
  client.close();
  const store = openStore(path);
  store.read((db) => {
    expect(db.$client.prepare('SELECT * FROM accuracies ORDER BY section').all()).toEqual([
      { run_pk: 1, section: "o'brien", last: null, best: 1 },
      { run_pk: 1, section: 'overall', last: 0.8, best: 0.95 },
      { run_pk: 1, section: 'vertical', last: 0.25, best: 0.5 },
    ]);
    expect(db.$client.prepare('SELECT spec FROM runs ORDER BY pk').pluck().all()).toEqual(specs);
  });
  store.dispose();
});
