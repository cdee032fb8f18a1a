import { and, asc, eq, gte, lt, lte } from 'drizzle-orm';
import type { StoredDocument } from '../../../shared/contract/system.ts';
import type { Db } from './database.ts';
import { documents, settings } from './schema.ts';

/** JSON that windows keep in the home, and the workbench's own settings. */

export function readDocument(db: Db, key: string): StoredDocument | null {
  const row = db.select().from(documents).where(eq(documents.key, key)).get();
  return row ? toDocument(row) : null;
}

/** Documents whose key begins so, by key. */
export function readDocuments(db: Db, prefix: string): StoredDocument[] {
  const from = and(gte(documents.key, prefix), lt(documents.key, `${prefix}\u{10ffff}`));
  return db.select().from(documents).where(from).orderBy(asc(documents.key)).all().map(toDocument);
}

/** Keeps a document unless a newer one is there; returns what is kept now. */
export function writeDocument(db: Db, { key, value, savedAt }: StoredDocument): StoredDocument {
  const row = { key, value: JSON.stringify(value), savedAt };
  db.insert(documents)
    .values(row)
    .onConflictDoUpdate({ target: documents.key, set: row, setWhere: lte(documents.savedAt, savedAt) })
    .run();
  return readDocument(db, key)!;
}

/** True if there was one. */
export function deleteDocument(db: Db, key: string): boolean {
  return db.delete(documents).where(eq(documents.key, key)).run().changes > 0;
}

/** The JSON kept under a name, undefined if there is none. */
export function readSetting(db: Db, key: string): unknown {
  const row = db.select().from(settings).where(eq(settings.key, key)).get();
  return row && (JSON.parse(row.value) as unknown);
}

export function writeSetting(db: Db, key: string, value: unknown): void {
  const row = { key, value: JSON.stringify(value) };
  db.insert(settings).values(row).onConflictDoUpdate({ target: settings.key, set: row }).run();
}

function toDocument({ key, value, savedAt }: typeof documents.$inferSelect): StoredDocument {
  return { key, value: JSON.parse(value) as StoredDocument['value'], savedAt };
}
