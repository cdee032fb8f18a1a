import type { EffectScope } from 'vue';
import type { RunRow, RunView, SeriesMap } from '../../../../shared/contract/runs.ts';
import type { ShownError } from '../../../service/errors.ts';
import { NO_SERIES, type LiveSeries } from '../../run/live/liveSeries.ts';

/** What is known of one run of the comparison. Not reactive: `useComparedRuns` says when it changed. */
export interface Entry {
  readonly id: string;
  /** Ends with the run's place in the comparison. */
  readonly scope: EffectScope;
  view: RunView | null;
  /** Newer than `view.row`. */
  row: RunRow | null;
  problem: ShownError | null;
  live: LiveSeries;
  /** By metric: what was read of it. */
  readonly loaded: Map<string, 'asked' | 'thinned' | 'exact'>;
  /** Of a run that trains. */
  stream: { stop(): void } | null;
  asking: boolean;
  again: boolean;
  /** Something could not be read: ask again with the next look. */
  stale: boolean;
  gone: boolean;
}

export function createEntry(id: string, scope: EffectScope): Entry {
  return {
    ...{ id, scope, view: null, row: null, problem: null, live: NO_SERIES, loaded: new Map(), stream: null },
    ...{ asking: false, again: false, stale: false, gone: false },
  };
}

export function takeView(entry: Entry, view: RunView): void {
  // A specification never changes: the same object, so that nothing that follows from it is computed again.
  const spec = entry.view?.spec ?? view.spec;
  entry.view = { ...view, spec };
  entry.row = view.row;
  entry.problem = null;
}

/** Takes the points of one metric in; those that a stream brought meanwhile stay. */
export function takeSeries(entry: Entry, key: string, answer: { epoch: number; series: SeriesMap }): void {
  const points = answer.series[key] ?? [];
  if (entry.live.epoch !== null && entry.live.epoch !== answer.epoch) {
    if (entry.stream !== null) return; // the stream knows better, and begins anew by itself
    // The run was taken back to a checkpoint: whatever was read before is of another history.
    for (const [other, state] of entry.loaded)
      if (other !== key && state !== 'asked') entry.loaded.delete(other);
    entry.live = { epoch: answer.epoch, byKey: new Map([[key, points]]) };
    return;
  }
  const last = points.at(-1)?.[0] ?? -Infinity;
  const newer =
    entry.stream === null ? [] : (entry.live.byKey.get(key) ?? []).filter(([step]) => step > last);
  const byKey = new Map(entry.live.byKey).set(key, [...points, ...newer]);
  entry.live = { epoch: answer.epoch, byKey };
}

/** Whether a run must be read again, by its row as it is now (undefined: it is gone). */
export function changedSince({ row, problem, stale }: Entry, now: RunRow | undefined): boolean {
  if (now === undefined) return row !== null || problem === null;
  if (row === null || problem !== null || stale) return true;
  const text = ({ progress: _, ...rest }: RunRow): string => JSON.stringify(rest);
  return text(row) !== text(now);
}
