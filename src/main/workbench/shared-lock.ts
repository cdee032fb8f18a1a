import type { HomeFolder } from './home.ts';
import { takeLock, type TrainingLock } from './lock.ts';

/** The training lock of a home as one workbench holds it: for as long as any of its runs trains. */
export interface SharedLock {
  /**
   * Takes part in the lock, which is taken from the system when nobody has it here.
   * @throws CliffordError CONFLICT naming the process that holds it
   */
  join(run: { id: string; name: string }, waitMs?: number): Promise<{ dispose(): void }>;
  readonly held: boolean;
}

export function shareLock(home: HomeFolder): SharedLock {
  /** Who takes part, or waits to; the first is the one announced to other processes. */
  const parts: { id: string; name: string }[] = [];
  let lock: TrainingLock | undefined;
  let taking: Promise<void> | undefined;

  const leave = (part: { id: string; name: string }): void => {
    const at = parts.indexOf(part);
    if (at === -1) return;
    parts.splice(at, 1);
    if (parts.length === 0) {
      lock?.dispose();
      lock = undefined;
    } else if (at === 0) lock?.announce(parts[0]!);
  };
  return {
    get held() {
      return lock !== undefined;
    },
    async join({ id, name }, waitMs) {
      const part = { id, name };
      // Before waiting, so that nobody who leaves meanwhile gives the lock back.
      parts.push(part);
      try {
        if (!lock) {
          // Two that come at once must not compete with each other.
          taking ??= takeLock(home.lock, home.root, waitMs)
            .then((taken) => void (lock = taken))
            .finally(() => (taking = undefined));
          await taking;
        }
        if (parts[0] === part) lock!.announce(part);
      } catch (error) {
        leave(part);
        throw error;
      }
      return { dispose: () => leave(part) };
    },
  };
}
