import { onScopeDispose, watch } from 'vue';
import { ORPCError } from '@orpc/client';
import { connection } from './connection.ts';
import { shown, type ShownError } from './errors.ts';

/**
 * Reads a stream for as long as the surrounding scope lives, and opens it anew after each loss of the connection.
 * `open` is called each time, so that it can pass the place (a cursor) where the reader stands.
 * @param onError an error that the service answered; the stream is not opened again then
 */
export function useStream<T>(
  open: (signal: AbortSignal) => Promise<AsyncIterable<T>>,
  onEvent: (event: T) => void,
  onError: (error: ShownError) => void = () => {},
): { stop(): void } {
  const end = new AbortController();
  const run = async (): Promise<void> => {
    while (!end.signal.aborted) {
      const { generation } = connection;
      try {
        for await (const event of await open(end.signal)) {
          if (end.signal.aborted) return;
          onEvent(event);
        }
      } catch (error) {
        if (end.signal.aborted) return;
        if (error instanceof ORPCError) return onError(shown(error));
      }
      await reconnected(generation, end.signal);
    }
  };
  void run();
  onScopeDispose(() => end.abort());
  return { stop: () => end.abort() };
}

/** Resolves when the connection is another one than it was, and open. */
function reconnected(generation: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const stop = watch(
      () => connection.status === 'open' && connection.generation !== generation,
      (is) => {
        if (!is) return;
        done();
      },
      { flush: 'sync' },
    );
    // A stream that ended by itself while the connection lives is opened again after a moment.
    const timer = setTimeout(() => {
      if (connection.status === 'open') done();
    }, 1000);
    const done = (): void => {
      clearTimeout(timer);
      stop();
      resolve();
    };
    signal.addEventListener('abort', done, { once: true });
    if (connection.status === 'open' && connection.generation !== generation) done();
  });
}
