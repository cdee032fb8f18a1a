import { invariant } from '../../../../core/base/errors.ts';
import type { PointCursor, RunPulse } from '../../../../shared/contract/runs.ts';
import type { Point } from '../../../charts/smoothing.ts';

/** The metric points of a run that a reader has, by key, steps ascending. */
export interface LiveSeries {
  /** Null before the first points arrived. */
  readonly epoch: number | null;
  readonly byKey: ReadonlyMap<string, readonly Point[]>;
}

export const NO_SERIES: LiveSeries = { epoch: null, byKey: new Map() };

type Points = Extract<RunPulse, { type: 'points' }>;

/**
 * What a reader has after a pulse. Points that it has already are passed over, so that a pulse which arrives twice
 * (a connection lost between sending and acknowledging) changes nothing.
 * @throws CliffordError INTERNAL for points that follow those of another epoch; read again from no cursor then
 */
export function receive(live: LiveSeries, { reset, epoch, series }: Points): LiveSeries {
  if (reset) return { epoch, byKey: new Map(Object.entries(series)) };
  invariant(epoch === live.epoch, `points of epoch ${epoch} cannot follow those of epoch ${live.epoch}`);
  const byKey = new Map(live.byKey);
  for (const [key, points] of Object.entries(series)) {
    const known = byKey.get(key) ?? [];
    const last = known.at(-1)?.[0] ?? -Infinity;
    const fresh = points.filter(([step]) => step > last);
    if (fresh.length > 0) byKey.set(key, [...known, ...fresh]);
  }
  return { epoch, byKey };
}

/** Where the reader stands, for opening the stream again. */
export function cursorOf({ epoch, byKey }: LiveSeries): PointCursor | null {
  if (epoch === null) return null;
  const last = [...byKey].flatMap(([key, points]) => {
    const at = points.at(-1);
    return at ? [[key, at[0]] as const] : [];
  });
  return { epoch, last: Object.fromEntries(last) };
}
