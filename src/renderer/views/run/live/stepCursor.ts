/** Where the page's step cursor stands. Pure: `useStepCursor.ts` keeps it in the address. */

/**
 * The step that is shown: the chosen one, or without a choice the newest. A choice that was not measured (an address
 * written by hand, a run taken back) is the last measured step before it, or the first.
 * @param steps ascending
 * @returns null while nothing was measured
 */
export function shownStep(steps: readonly number[], chosen: number | null): number | null {
  if (steps.length === 0) return null;
  if (chosen === null) return steps.at(-1)!;
  return steps.findLast((step) => step <= chosen) ?? steps[0]!;
}

/** The measured step `by` places on, stopping at either end. */
export function stepFrom(steps: readonly number[], shown: number | null, by: number): number | null {
  if (shown === null) return null;
  const at = steps.indexOf(shown);
  return steps[Math.min(steps.length - 1, Math.max(0, at + by))] ?? null;
}

/** The measured step nearest to a place on the axis. */
export function nearestStep(steps: readonly number[], at: number): number | null {
  let best: number | null = null;
  for (const step of steps) if (best === null || Math.abs(step - at) < Math.abs(best - at)) best = step;
  return best;
}

/** The step in an address (`?step=1200`), null for none or what is none. */
export function parseStep(query: unknown): number | null {
  return typeof query === 'string' && /^\d{1,9}$/.test(query) ? Number(query) : null;
}
