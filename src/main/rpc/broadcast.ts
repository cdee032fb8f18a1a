/** Values told to everybody who listens at that moment. */
export interface Broadcast<T> {
  send(value: T): void;
  /** Ends when the signal aborts. A listener that is slow loses nothing. */
  listen(signal?: AbortSignal): AsyncGenerator<T>;
}

export function createBroadcast<T>(): Broadcast<T> {
  const listeners = new Set<(value: T) => void>();
  return {
    send: (value) => {
      for (const listener of listeners) listener(value);
    },
    async *listen(signal) {
      const waiting: T[] = [];
      let wake = (): void => {};
      const hear = (value: T): void => {
        waiting.push(value);
        wake();
      };
      const end = (): void => wake();
      listeners.add(hear);
      signal?.addEventListener('abort', end);
      try {
        while (!signal?.aborted) {
          if (waiting.length > 0) yield waiting.shift()!;
          else await new Promise<void>((resolve) => (wake = resolve));
        }
      } finally {
        listeners.delete(hear);
        signal?.removeEventListener('abort', end);
      }
    },
  };
}
