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
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) source.on(signal, handle);
  return {
    stop: stop.signal,
    kill: kill.signal,
    dispose: () => {
      for (const signal of signals) source.off(signal, handle);
    },
  };
}
