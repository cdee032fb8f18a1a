/** Undo and redo of immutable states. */
export interface History<T> {
  readonly past: readonly T[];
  readonly now: T;
  readonly future: readonly T[];
  /** What was changed last and when: a slider that is dragged is one step. */
  readonly last: { readonly what: string; readonly atMs: number } | null;
}

/** More would only make each save to the home larger. */
const MOST_STEPS = 50;
/** Changes of the same thing within this time are one step. */
const SAME_STEP_MS = 800;

export function startHistory<T>(now: T): History<T> {
  return { past: [], now, future: [], last: null };
}

/** @param what names the thing that was changed (`curves.smoothing`) */
export function commit<T>(history: History<T>, next: T, what: string, atMs: number): History<T> {
  if (JSON.stringify(next) === JSON.stringify(history.now)) return history;
  const { last } = history;
  const same = last !== null && last.what === what && atMs - last.atMs < SAME_STEP_MS;
  const past = same ? history.past : [...history.past, history.now].slice(-MOST_STEPS);
  return { past, now: next, future: [], last: { what, atMs } };
}

export function undo<T>(history: History<T>): History<T> {
  const before = history.past.at(-1);
  if (before === undefined) return history;
  return {
    past: history.past.slice(0, -1),
    now: before,
    future: [history.now, ...history.future],
    last: null,
  };
}

export function redo<T>(history: History<T>): History<T> {
  const [next, ...future] = history.future;
  if (next === undefined) return history;
  return { past: [...history.past, history.now], now: next, future, last: null };
}
