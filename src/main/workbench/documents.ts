import { z } from 'zod';
import { invalid } from '../../core/base/errors.ts';
import { Settings, StoredDocument } from '../../shared/contract/system.ts';
import type { Context } from './context.ts';
import * as store from './store/documents.ts';

/** A drawing with every stroke of its undo history takes a few hundred kilobytes. */
const MOST_BYTES = 4 * 2 ** 20;

/** @throws CliffordError INVALID_INPUT for a key that is none, or a document beyond 4 MiB */
export function saveDocument(ctx: Context, document: StoredDocument): StoredDocument {
  const parsed = StoredDocument.safeParse(document);
  if (!parsed.success) {
    throw invalid(`document: ${z.prettifyError(parsed.error).replaceAll(/\s+/g, ' ')}`);
  }
  const bytes = Buffer.byteLength(JSON.stringify(parsed.data.value));
  if (bytes > MOST_BYTES) {
    throw invalid(`document ${document.key}: got ${bytes} bytes, expected at most ${MOST_BYTES} (4 MiB)`);
  }
  return ctx.store.write((db) => store.writeDocument(db, parsed.data));
}

const SETTINGS = 'workbench';

export function readSettings(ctx: Context): Settings {
  const kept = ctx.store.read((db) => store.readSetting(db, SETTINGS)) ?? {};
  // A later version may know engines that this one does not.
  const parsed = Settings.safeParse(kept);
  return parsed.success ? parsed.data : Settings.parse({});
}

/** @throws CliffordError INVALID_INPUT */
export function changeSettings(ctx: Context, change: Partial<Settings>): Settings {
  return ctx.store.write((db) => {
    const parsed = Settings.safeParse({ ...readSettings(ctx), ...change });
    if (!parsed.success) throw invalid(`settings: ${z.prettifyError(parsed.error).replaceAll(/\s+/g, ' ')}`);
    store.writeSetting(db, SETTINGS, parsed.data);
    return parsed.data;
  });
}
