import { CliffordError } from '../../core/base/errors.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Signals within this time are one: npm, npx and our own launcher each forward the terminal's Ctrl-C. */
const SAME_KEY_MS = 400;

/**
 * Listens for Ctrl-C (and termination): the first calls `stop` (checkpoint, then end), the second `kill`
 * (end at once). Returns the abort signals that the service takes, and what to call at the end.
 */
export function listenForInterrupts(
  onFirst: () => void,
  source: Pick<NodeJS.Process, 'on' | 'off'> = process,
  now: () => number = () => performance.now(),
): { stop: AbortSignal; kill: AbortSignal; dispose(): void } {
  const stop = new AbortController();
  const kill = new AbortController();
  let last = -Infinity;
  const handle = () => {
    const together = now() - last < SAME_KEY_MS;
    last = now();
    if (together) return;
    if (!stop.signal.aborted) {
      onFirst();
      stop.abort();
    } else kill.abort();
  };
  for (const signal of SIGNALS) source.on(signal, handle);
  return {
    stop: stop.signal,
    kill: kill.signal,
    dispose: () => {
      for (const signal of SIGNALS) source.off(signal, handle);
    },
  };
}

/**
 * The interrupt of a command that does not listen itself, or does not yet (it is still being loaded, or opens the
 * history): `cancelled` rejects with CANCELLED. While anybody else listens (`listenForInterrupts`) it is theirs.
 */
export function cancelUnlessListening(
  source: Pick<NodeJS.Process, 'on' | 'off' | 'listenerCount'> = process,
): { cancelled: Promise<never>; dispose(): void } {
  const { promise, reject } = Promise.withResolvers<never>();
  const handlers = SIGNALS.map((signal) => {
    const handle = () => {
      if (source.listenerCount(signal) > 1) return;
      reject(
        new CliffordError('CANCELLED', `got ${signal} before the command had a result; it was given up`),
      );
    };
    source.on(signal, handle);
    return { signal, handle };
  });
  return {
    cancelled: promise,
    dispose: () => {
      for (const { signal, handle } of handlers) source.off(signal, handle);
    },
  };
}

/**
 * Lets signals in that came while modules were being loaded or a file was being opened: Node hands them on only
 * between two turns of its event loop, and a command that has begun by then would have to be stopped instead.
 */
export function letSignalsIn(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}
