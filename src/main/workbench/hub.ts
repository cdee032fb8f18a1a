import type { RunProgress } from '../../shared/contract/runs.ts';
import type { Store } from './store/database.ts';

/** How soon another process' writes are noticed. */
const POLL_MS = 300;

/**
 * Who would like to know of changes, and how they are told: at once of what this process writes, within 300 ms of
 * what others do.
 */
export interface Hub {
  /** Calls back after changes, any number of them at once; what changed is to be read from the store. */
  listen(listener: () => void): () => void;
  /** Something was committed here. */
  touch(): void;
  /** What a run of this process said of itself last. */
  progress(runId: string, progress: RunProgress | null): void;
  progressOf(runId: string): RunProgress | null;
  /** Aborted when the workbench is closed. */
  readonly closed: AbortSignal;
  dispose(): void;
}

/** @param onPoll called at each poll while anybody listens */
export function createHub(store: Store, onPoll: () => void = () => undefined): Hub {
  const listeners = new Set<() => void>();
  const progress = new Map<string, RunProgress>();
  const closing = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let version = 0;
  let told = true;
  let failed = false;

  const tell = (): void => {
    for (const listener of [...listeners]) listener();
  };
  const touch = (): void => {
    if (!told) return;
    told = false;
    // After the transaction that is under way, and once for many.
    queueMicrotask(() => {
      told = true;
      tell();
    });
  };
  const poll = (): void => {
    try {
      onPoll();
      const now = store.version();
      failed = false;
      if (now === version) return;
      version = now;
      tell();
    } catch (error) {
      // A disk that fails for a moment: the next poll tries again, and whoever reads is told.
      if (!failed) process.emitWarning(error instanceof Error ? error : String(error));
      failed = true;
    }
  };
  return {
    closed: closing.signal,
    touch,
    listen(listener) {
      listeners.add(listener);
      if (!timer) {
        version = store.version();
        timer = setInterval(poll, POLL_MS).unref();
      }
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
    progress(runId, said) {
      if (said) progress.set(runId, said);
      else progress.delete(runId);
      touch();
    },
    progressOf: (runId) => progress.get(runId) ?? null,
    dispose() {
      closing.abort();
      clearInterval(timer);
      listeners.clear();
    },
  };
}
