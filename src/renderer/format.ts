import type { RunSummary } from '../shared/records.ts';

/** `just now`, `5 min ago`, `3 h ago`, else the date; times in the future count as now. */
export function formatAge(iso: string, nowMs: number): string {
  const minutes = Math.floor((nowMs - Date.parse(iso)) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ago`;
  return new Date(iso).toLocaleDateString(undefined, { year: 'numeric', month: 'short', day: 'numeric' });
}

export function formatFraction(value: number): string {
  return value.toFixed(2);
}

export function formatPx(value: number | null): string {
  return value === null ? '–' : `${value.toFixed(2)} px`;
}

/** How far training is, in [0, 1]. */
export function trainedFraction(run: Pick<RunSummary, 'step' | 'steps'>): number {
  return Math.min(1, run.step / run.steps);
}

/** Lowest and highest `both` accuracy of the held-out sections, or null if none was measured. */
export function heldOutRange(accuracy: RunSummary['accuracy']): string | null {
  const values = Object.entries(accuracy)
    .filter(([section]) => section !== 'overall' && section !== 'in-distribution')
    .map(([, value]) => value);
  if (values.length === 0) return null;
  const [low, high] = [formatFraction(Math.min(...values)), formatFraction(Math.max(...values))];
  return low === high ? low : `${low} – ${high}`;
}
