import type { z } from 'zod';
import type { Workbench } from '../workbench/api.ts';

/** A value that the shell keeps in the home, as a document beside the window's own. */
export interface Stored<T> {
  get(): T;
  set(value: T): void;
}

/**
 * @param key of the document
 * @param fallback when nothing was kept yet, or what was kept cannot be read (which is told)
 */
export function stored<S extends z.ZodType>(
  workbench: Pick<Workbench, 'document' | 'saveDocument'>,
  key: string,
  schema: S,
  fallback: z.output<S>,
  warn: (sentence: string) => void,
): Stored<z.output<S>> {
  return {
    get() {
      const document = workbench.document(key);
      if (document === null) return fallback;
      const parsed = schema.safeParse(document.value);
      if (parsed.success) return parsed.data;
      warn(`document ${key} of the home cannot be read and is started anew`);
      return fallback;
    },
    set(value) {
      try {
        workbench.saveDocument({ key, value: value as z.core.util.JSONType, savedAt: Date.now() });
      } catch (error) {
        // A convenience only: a full disk is told by what matters.
        warn(`document ${key} could not be kept: ${(error as Error).message}`);
      }
    },
  };
}
