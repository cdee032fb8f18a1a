import { onScopeDispose, ref, watch, type Ref } from 'vue';
import type { z } from 'zod';
import { service } from '../service/connection.ts';

/**
 * A value that survives reloads, crashes and other addresses of the same home: written to this browser at once, and
 * to the home folder a moment later. On opening, the newer of the two wins; what does not fit the schema (of another
 * version) is left alone and the default is used.
 *
 * @param key as `StoredDocument.key` of the contract wants it, such as `draft/dataset`
 */
export function usePersisted<S extends z.ZodType>(
  key: string,
  schema: S,
  initial: () => z.output<S>,
): { value: Ref<z.output<S>>; ready: Promise<void>; saved: Ref<'saved' | 'saving' | 'failed'> } {
  const local = readLocal(key, schema);
  const value = ref(local?.value ?? initial()) as Ref<z.output<S>>;
  const saved = ref<'saved' | 'saving' | 'failed'>('saved');
  let savedAt = local?.savedAt ?? 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let touched = false;
  let applying = false; // the value that comes from the home is no change of the user's

  /** Newer than all before, whatever the clock says: it may have been set back, or be another machine's. */
  const change = (after: number): void => {
    touched = true;
    savedAt = Math.max(Date.now(), after + 1);
    writeLocal(key, value.value, savedAt);
    saved.value = 'saving';
    clearTimeout(timer);
    timer = setTimeout(() => void push(), 500);
  };

  const ready = (async () => {
    const found = await service.system.document({ key }).catch(() => null);
    if (!found || found.savedAt <= savedAt) return;
    if (touched) return change(found.savedAt); // written by a clock that is ahead: what is done here is newer
    const parsed = schema.safeParse(found.value);
    if (!parsed.success) return;
    savedAt = found.savedAt;
    applying = true;
    value.value = parsed.data;
    applying = false;
    writeLocal(key, parsed.data, savedAt);
  })();

  const push = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    try {
      await service.system.saveDocument({ key, value: value.value as never, savedAt });
      saved.value = 'saved';
    } catch {
      saved.value = 'failed'; // it is still in this browser
    }
  };
  watch(
    value,
    () => {
      if (!applying) change(savedAt);
    },
    { deep: true, flush: 'sync' },
  );
  onScopeDispose(() => {
    if (timer !== undefined) void push();
  });
  return { value, ready, saved };
}

const prefix = 'clifford:';

function readLocal<S extends z.ZodType>(
  key: string,
  schema: S,
): { value: z.output<S>; savedAt: number } | null {
  try {
    const stored = JSON.parse(localStorage.getItem(prefix + key) ?? 'null') as {
      value: unknown;
      savedAt: number;
    } | null;
    if (stored === null) return null;
    const parsed = schema.safeParse(stored.value);
    return parsed.success ? { value: parsed.data, savedAt: stored.savedAt } : null;
  } catch {
    return null;
  }
}

function writeLocal(key: string, value: unknown, savedAt: number): void {
  try {
    localStorage.setItem(prefix + key, JSON.stringify({ value, savedAt }));
  } catch {
    // Full: the home folder keeps it, half a second later.
  }
}
