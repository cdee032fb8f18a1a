import {
  computed,
  effectScope,
  onScopeDispose,
  shallowReactive,
  shallowRef,
  watch,
  type ComputedRef,
  type Ref,
} from 'vue';
import { useDocumentVisibility } from '@vueuse/core';
import { MOST_POINTS } from '../../../../shared/contract/runs.ts';
import { service } from '../../../service/connection.ts';
import { shown, type ShownError } from '../../../service/errors.ts';
import { useStream } from '../../../service/stream.ts';
import { runStyle } from '../../../state/runColors.ts';
import { cursorOf, receive } from '../../run/live/liveSeries.ts';
import { uniqueNames } from '../model/names.ts';
import type { ComparedRun, SeriesOf } from '../model/run.ts';
import { changedSince, createEntry, takeSeries, takeView, type Entry } from './entry.ts';

/** A run of the address that cannot be compared. */
export interface AbsentRun {
  readonly id: string;
  /** Null where nothing is known of it. */
  readonly name: string | null;
  /** `deleted`: it lies in the bin and can be restored. */
  readonly kind: 'missing' | 'deleted' | 'failed';
  readonly message: string;
}

export interface NeededSeries {
  readonly key: string;
  /** Every point, as means over runs need them: thinned series have few steps in common. */
  readonly exact: boolean;
}

export interface ComparedRuns {
  /** Those that were read, in the order asked for. */
  readonly runs: ComputedRef<readonly ComparedRun[]>;
  readonly loading: ComputedRef<boolean>;
  readonly absent: ComputedRef<readonly AbsentRun[]>;
  /** What was read of a metric; reading it is tracked. */
  readonly seriesOf: SeriesOf;
  /** Points of a metric are still on their way. */
  isReading(key: string): boolean;
  /** Has these metrics read for as long as the calling scope lives. */
  need(series: () => readonly NeededSeries[]): void;
  /** Asks again for what failed. */
  retry(): void;
  /** A run as the comparison has it needs to be read anew (it was restored). */
  reload(id: string): void;
}

/** Points of live runs are drawn this often, their rows that often. */
const POINTS_MS = 300;
const ROWS_MS = 1000;
/** While many answers are awaited, what came is drawn together. */
const TOGETHER_MS = 700;
/** How often runs that do not train are looked at when something changed in the home. */
const LOOK_MS = 2000;
/** Requests under way at once: the rest of the window wants answers too. */
const AT_ONCE = 4;
/** Enough for every point of a metric; the contract allows no more. */
const ALL_POINTS = 100_000;

/** The runs of a comparison and the points that its charts need, kept up to date. */
export function useComparedRuns(ids: Readonly<Ref<readonly string[]>>): ComparedRuns {
  const entries = shallowReactive(new Map<string, Entry>());
  const revision = shallowRef(0);
  const pointsRevision = shallowRef(0);
  const bump = bumper(revision);
  const bumpPoints = bumper(pointsRevision);
  const limited = limiter(AT_ONCE);

  const needs = shallowReactive(new Set<() => readonly NeededSeries[]>());
  const needed = computed(() => {
    const keys = new Map<string, boolean>();
    for (const need of needs) {
      for (const { key, exact } of need()) keys.set(key, exact || (keys.get(key) ?? false));
    }
    return keys;
  });

  async function load(entry: Entry): Promise<void> {
    if (entry.asking) {
      entry.again = true;
      return;
    }
    entry.asking = true;
    try {
      do {
        entry.again = false;
        const view = await limited(() => service.runs.get({ id: entry.id }));
        if (entry.gone) return;
        takeView(entry, view);
      } while (entry.again);
    } catch (problem) {
      entry.problem = shown(problem);
    } finally {
      entry.asking = false;
    }
    if (entry.gone) return;
    follow(entry);
    if ([...entries.values()].some(isAwaited)) bump.soon(TOGETHER_MS);
    else bump.now();
    fetchMissing(entry);
  }

  /** A run that trains is followed point by point; another one's points are asked for. */
  function follow(entry: Entry): void {
    const trains = entry.row?.state === 'running' && entry.row.deletedAt === null;
    if (trains && entry.stream === null) openStream(entry);
    else if (!trains && entry.stream !== null) {
      entry.stream.stop();
      entry.stream = null;
      entry.loaded.clear(); // its last points may not have come
    }
  }

  function openStream(entry: Entry): void {
    let begun = false;
    entry.scope.run(() => {
      entry.stream = useStream(
        (signal) => {
          // From the beginning at first, since what was read so far need not hold every metric.
          const cursor = begun ? cursorOf(entry.live) : null;
          begun = true;
          return service.runs.watch({ id: entry.id, cursor }, { signal });
        },
        (pulse) => {
          if (pulse.type === 'points') {
            entry.live = receive(entry.live, pulse);
            if (pulse.reset) {
              for (const [key, points] of Object.entries(pulse.series)) {
                // A thinned series has at least as many points as there are stretches, half of the most.
                entry.loaded.set(key, points.length < MOST_POINTS / 2 - 1 ? 'exact' : 'thinned');
              }
              fetchMissing(entry);
            }
            bumpPoints.soon(POINTS_MS);
          } else if (pulse.type === 'row') {
            const before = entry.row;
            entry.row = pulse.row;
            if (before?.state !== pulse.row.state) void load(entry);
            else bump.soon(ROWS_MS);
          } else if (pulse.type === 'changed') void load(entry);
        },
        (problem) => {
          entry.stream = null;
          if (problem.code === 'NOT_FOUND') entry.problem = problem;
          bump.now();
        },
      );
    });
  }

  function fetchMissing(entry: Entry): void {
    const { view } = entry;
    if (view === null) return;
    for (const [key, exact] of needed.value) {
      if (!view.metricKeys.includes(key)) continue;
      const has = entry.loaded.get(key);
      if (has === 'asked' || has === 'exact' || (has === 'thinned' && !exact)) continue;
      // While a stream brings everything, only what it thinned is asked for.
      if (entry.stream !== null && has === undefined) continue;
      void fetchSeries(entry, key, exact, has);
    }
  }

  async function fetchSeries(
    entry: Entry,
    key: string,
    exact: boolean,
    before: 'thinned' | undefined,
  ): Promise<void> {
    entry.loaded.set(key, 'asked');
    const maxPoints = exact ? ALL_POINTS : MOST_POINTS;
    const answer = await limited(() => service.runs.series({ id: entry.id, keys: [key], maxPoints })).catch(
      () => null,
    );
    if (entry.gone) return;
    if (answer === null) {
      // The connection was lost, or the run is gone: the next look at the rows asks again.
      if (before === undefined) entry.loaded.delete(key);
      else entry.loaded.set(key, before);
      entry.stale = true;
      return;
    }
    takeSeries(entry, key, answer);
    // What does not fit into one answer stays thinned, and is not asked for again.
    entry.loaded.set(key, exact || !answer.thinned ? 'exact' : 'thinned');
    if ([...entries.values()].some(({ loaded }) => [...loaded.values()].includes('asked')))
      bumpPoints.soon(TOGETHER_MS);
    else bumpPoints.now();
  }

  let lookTimer: ReturnType<typeof setTimeout> | undefined;
  let looked = 0;
  let stale = false;
  const visibility = useDocumentVisibility();
  function look(): void {
    if (visibility.value === 'hidden') {
      stale = true; // nobody sees it: it is made up for when somebody does
      return;
    }
    lookTimer ??= setTimeout(() => void lookNow(), Math.max(0, looked + LOOK_MS - Date.now()));
  }
  async function lookNow(): Promise<void> {
    lookTimer = undefined;
    looked = Date.now();
    stale = false;
    const quiet = [...entries.values()].filter((entry) => entry.stream === null && !entry.asking);
    if (quiet.length === 0) return;
    try {
      const rows = new Map(
        (await service.runs.rows({ ids: quiet.map(({ id }) => id) })).map((row) => [row.id, row]),
      );
      for (const entry of quiet) {
        if (entry.gone || !changedSince(entry, rows.get(entry.id))) continue;
        entry.stale = false;
        entry.loaded.clear();
        void load(entry);
      }
    } catch {
      // The connection was lost: its banner says so, and the stream of changes begins with one when it is back.
    }
  }
  watch(visibility, () => {
    if (stale) look();
  });
  useStream((signal) => service.runs.changes(undefined, { signal }), look);

  watch(
    ids,
    (now) => {
      const wanted = new Set(now);
      for (const [id, entry] of entries) {
        if (wanted.has(id)) continue;
        entry.gone = true;
        entry.scope.stop();
        entries.delete(id);
      }
      for (const id of now) {
        if (entries.has(id)) continue;
        const entry = createEntry(id, effectScope(true));
        entries.set(id, entry);
        void load(entry);
      }
    },
    { immediate: true },
  );
  watch(needed, () => entries.forEach(fetchMissing));
  onScopeDispose(() => {
    clearTimeout(lookTimer);
    bump.dispose();
    bumpPoints.dispose();
    for (const entry of entries.values()) {
      entry.gone = true;
      entry.scope.stop();
    }
  });

  const ordered = computed(() => {
    void revision.value;
    return ids.value.flatMap((id) => entries.get(id) ?? []);
  });
  const runs = computed(() => {
    const ready = ordered.value.filter(
      (entry) => entry.view !== null && entry.row?.deletedAt === null && !isGone(entry),
    );
    const names = uniqueNames(ready.map(({ id, row }) => ({ id, name: row!.name })));
    return ready.map(({ id, view, row }, i): ComparedRun => ({
      id,
      name: names[i]!,
      seed: view!.spec.seed,
      style: runStyle(id),
      row: row!,
      spec: view!.spec,
      evaluations: view!.evaluations,
      metricKeys: view!.metricKeys,
      environment: view!.environment,
    }));
  });
  return {
    runs,
    loading: computed(() => ordered.value.some(isAwaited)),
    absent: computed(() => ordered.value.flatMap((entry) => absence(entry) ?? [])),
    seriesOf: (runId, key) => {
      void pointsRevision.value;
      return entries.get(runId)?.live.byKey.get(key);
    },
    isReading: (key) => {
      void pointsRevision.value;
      return ordered.value.some(
        ({ view, live, loaded }) =>
          view !== null &&
          view.metricKeys.includes(key) &&
          !live.byKey.has(key) &&
          loaded.get(key) !== 'exact',
      );
    },
    need: (series) => {
      needs.add(series);
      onScopeDispose(() => needs.delete(series));
    },
    retry: () => {
      for (const entry of entries.values()) if (entry.problem) void load(entry);
    },
    reload: (id) => {
      const entry = entries.get(id);
      if (entry) void load(entry);
    },
  };
}

const isAwaited = ({ view, problem }: Entry): boolean => view === null && problem === null;
const isGone = ({ problem }: Entry): boolean => problem?.code === 'NOT_FOUND';

function absence(entry: Entry): AbsentRun | null {
  const { id, row, view, problem } = entry;
  const name = row?.name ?? null;
  if (isGone(entry)) return { id, name, kind: 'missing', message: problem!.message };
  if (row !== null && row.deletedAt !== null)
    return { id, name, kind: 'deleted', message: `${row.name} was deleted` };
  if (view === null && problem !== null)
    return { id, name, kind: 'failed', message: (problem as ShownError).message };
  return null;
}

/** Counts up, at most once in a while, so that charts are not drawn for every single answer. */
function bumper(counter: Ref<number>): { now(): void; soon(withinMs: number): void; dispose(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const now = (): void => {
    clearTimeout(timer);
    timer = undefined;
    counter.value++;
  };
  return {
    now,
    soon: (withinMs) => {
      timer ??= setTimeout(now, withinMs);
    },
    dispose: () => clearTimeout(timer),
  };
}

/** Runs jobs in the order given, only so many at the same time. */
function limiter(most: number): <T>(job: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let busy = 0;
  return async (job) => {
    if (busy >= most) await new Promise<void>((go) => waiting.push(go));
    else busy++;
    try {
      return await job();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else busy--;
    }
  };
}
