import type { Broadcast } from '../rpc/broadcast.ts';

/** At most so many wait for a window; beyond, the oldest are of no use to anybody. */
const MOST_WAITING = 50;

/**
 * A broadcast that keeps what nobody has heard yet and tells it to whoever listens next: a file opened from the desktop
 * arrives before there is a page, and a page that reloads does not listen for a moment.
 */
export function createPatientBroadcast<T>(): Broadcast<T> {
  const unheard: T[] = [];
  const readers = new Set<{ waiting: T[]; wake(): void }>();
  const keep = (values: readonly T[]): void => {
    unheard.push(...values);
    unheard.splice(0, unheard.length - MOST_WAITING);
  };
  return {
    send(value) {
      if (readers.size === 0) keep([value]);
      for (const reader of readers) {
        reader.waiting.push(value);
        reader.wake();
      }
    },
    async *listen(signal) {
      if (signal?.aborted) return;
      const reader = { waiting: unheard.splice(0), wake: () => {} };
      const leave = (): void => {
        if (readers.delete(reader) && readers.size === 0) keep(reader.waiting);
        reader.wake();
      };
      readers.add(reader);
      signal?.addEventListener('abort', leave);
      try {
        while (readers.has(reader)) {
          if (reader.waiting.length > 0) yield reader.waiting.shift()!;
          else await new Promise<void>((resolve) => (reader.wake = resolve));
        }
      } finally {
        leave();
        signal?.removeEventListener('abort', leave);
      }
    },
  };
}
