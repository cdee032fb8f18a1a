import type { RunSummary } from '../shared/records.ts';

/** `just now`, `5 min ago`, `3 h ago`, else the date; times in the future count as now. */
export function formatAge(iso: string, nowMs: number): string {
  const minutes = Math.floor((nowMs - Date.parse(iso)) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ago`;
  return DAY.format(new Date(iso));
}
const DAY = new Intl.DateTimeFormat(undefined, { year: 'numeric', month: 'short', day: 'numeric' });

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

/** `45 s`, `8 min`, `2 h 5 min`, `3 d 4 h`. */
export function formatDuration(seconds: number): string {
  if (seconds < 60) return `${Math.max(0, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  const days = Math.floor(hours / 24);
  return hours % 24 === 0 ? `${days} d` : `${days} d ${hours % 24} h`;
}

/** `512 B`, `3.4 KiB`, `1.2 GiB`: binary units, as the system counts memory. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  for (; value >= 1024 && unit < units.length - 1; unit++) value /= 1024;
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}
