import type { RunProgress } from '../../shared/contract/runs.ts';
import type { Store } from './store/database.ts';

/** How soon another process' writes are noticed. */
const POLL_MS = 300;

/**
 * Who would like to know of changes, and how they are told: at once of what this process writes, within 300 ms of
 * what others do.
 */
export interface Hub {
  /** Calls back after changes, any number of them at once; what changed is to be read from the store and from here. */
  listen(listener: () => void): () => void;
  /** The same for who does not care for progress, which comes many times a second. */
  listenToCommits(listener: () => void): () => void;
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
  /** What each listener is told of: commits only, or progress too. */
  const listeners = new Map<() => void, 'commits' | 'all'>();
  const progress = new Map<string, RunProgress>();
  const closing = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let version = 0;
  let pending: 'commits' | 'all' | null = null;
  let failed = false;

  const tell = (what: 'commits' | 'all'): void => {
    for (const [listener, wants] of [...listeners]) if (what === 'commits' || wants === 'all') listener();
  };
  /** After the transaction that is under way, and once for many. */
  const tellSoon = (what: 'commits' | 'all'): void => {
    if (pending !== null) {
      if (what === 'commits') pending = 'commits';
      return;
    }
    pending = what;
    queueMicrotask(() => {
      const now = pending!;
      pending = null;
      tell(now);
    });
  };
  const poll = (): void => {
    try {
      onPoll();
      const now = store.version();
      failed = false;
      if (now === version) return;
      version = now;
      tell('commits');
    } catch (error) {
      // A disk that fails for a moment: the next poll tries again, and whoever reads is told.
      if (!failed) process.emitWarning(error instanceof Error ? error : String(error));
      failed = true;
    }
  };
  const listen =
    (wants: 'commits' | 'all') =>
    (listener: () => void): (() => void) => {
      listeners.set(listener, wants);
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
    };
  return {
    closed: closing.signal,
    touch: () => tellSoon('commits'),
    listen: listen('all'),
    listenToCommits: listen('commits'),
    progress(runId, said) {
      if (said) progress.set(runId, said);
      else progress.delete(runId);
      tellSoon('all');
    },
    progressOf: (runId) => progress.get(runId) ?? null,
    dispose() {
      closing.abort();
      clearInterval(timer);
      listeners.clear();
    },
  };
}
