import { MOST_POINTS, type PointCursor, type RunPulse, type SeriesMap } from '../../shared/contract/runs.ts';
import { needRun, type Context } from './context.ts';
import { pointsAfter, readSeries, seriesHeads } from './store/series.ts';
import { rowsOf } from './table.ts';

/** Of progress and of changes. */
const PULSE_MS = 200;
const CHANGES_MS = 500;

/** Points of one series in one pulse. */
const CHUNK = 5000;

/**
 * A run as it changes. Within an epoch points are only appended, so the last step of each series tells what a reader
 * has; each look at the history is one snapshot, so nothing can fall between a row and its points.
 */
export function watchRun(
  ctx: Context,
  runId: string,
  cursor: PointCursor | null,
  signal?: AbortSignal,
): AsyncGenerator<RunPulse> {
  return cancellable(ctx, signal, (ends) => pulses(ctx, runId, cursor, ends));
}

async function* pulses(
  ctx: Context,
  runId: string,
  cursor: PointCursor | null,
  ends: AbortSignal,
): AsyncGenerator<RunPulse> {
  const { pk } = needRun(ctx, runId);
  const wake = waker(ctx, PULSE_MS, ends);
  try {
    let at = cursor;
    let before: { row: string; parts: string; progress: string } | undefined;
    do {
      const look = ctx.store.read((db) => {
        needRun(ctx, runId); // purged meanwhile: the stream ends with that error
        const [row] = rowsOf(ctx, db, [pk]);
        const points = readPointsFrom(ctx, pk, at);
        const parts = db.$client.prepare(PARTS).raw().get({ pk }) as unknown[];
        return { row: row!, points, parts: parts.join(' ') };
      });
      const { progress, ...rest } = look.row;
      const now = { row: JSON.stringify(rest), parts: look.parts, progress: JSON.stringify(progress) };
      if (now.row !== before?.row || (progress === null && before.progress !== now.progress)) {
        yield { type: 'row', row: look.row };
      } else if (progress && now.progress !== before.progress) yield { type: 'progress', progress };
      if (look.points) {
        const { reset, epoch, series } = look.points;
        at = look.points.cursor;
        yield { type: 'points', reset, epoch, series };
      }
      if (before && now.parts !== before.parts) yield { type: 'changed' };
      before = now;
      if (look.points?.more) wake.now();
    } while (await wake.next());
  } finally {
    wake.dispose();
  }
}

/** Changes with every evaluation or file that comes or goes. */
const PARTS = `
  SELECT
    (SELECT count(*) || '/' || ifnull(max(pk), 0) FROM evaluations WHERE run_pk = @pk),
    (SELECT count(*) || '/' || ifnull(max(pk), 0) || '/' || ifnull(max(created_at), '')
     FROM artifacts WHERE run_pk = @pk AND retiring = 0),
    (SELECT ifnull(max(pk), 0) FROM events WHERE run_pk = @pk)`;

interface Found {
  reset: boolean;
  epoch: number;
  series: SeriesMap;
  cursor: PointCursor;
  /** There are further points already. */
  more: boolean;
}

/** What follows the cursor, or all (thinned) for a reader that knows nothing of this epoch; null if nothing new. */
function readPointsFrom(ctx: Context, pk: number, cursor: PointCursor | null): Found | null {
  return ctx.store.read((db) => {
    const epoch = db.$client.prepare('SELECT epoch FROM runs WHERE pk = ?').pluck().get(pk) as number;
    const heads = seriesHeads(db, pk);
    const latest = new Map(heads.map((head) => [head.key, head.latestStep]));
    // A reader that is ahead of us read another history: a backup was restored.
    const foreign = Object.entries(cursor?.last ?? {}).some(([key, step]) => step > (latest.get(key) ?? -1));
    if (cursor === null || cursor.epoch !== epoch || foreign) {
      const { series } = readSeries(db, heads, MOST_POINTS);
      const last = Object.fromEntries(latest);
      return { reset: true, epoch, series, cursor: { epoch, last }, more: false };
    }
    const series: SeriesMap = {};
    const last = { ...cursor.last };
    let more = false;
    for (const head of heads) {
      const from = last[head.key] ?? -1;
      if (head.latestStep <= from) continue;
      const points = pointsAfter(db, head.pk, from, CHUNK);
      series[head.key] = points;
      last[head.key] = points.at(-1)![0];
      more ||= last[head.key]! < head.latestStep;
    }
    if (Object.keys(series).length === 0) return null;
    return { reset: false, epoch, series, cursor: { epoch, last }, more };
  });
}

/** A number that grows with every change of any run or of the queue, also over restarts of the service. */
export function watchChanges(ctx: Context, signal?: AbortSignal): AsyncGenerator<{ revision: number }> {
  return cancellable(ctx, signal, async function* (ends) {
    const wake = waker(ctx, CHANGES_MS, ends);
    let revision = 0;
    try {
      do {
        revision = Math.max(revision + 1, Date.now());
        yield { revision };
      } while (await wake.next());
    } finally {
      wake.dispose();
    }
  });
}

interface Waker {
  /** Resolves with true after the next change, not before the interval is over; with false at the end. */
  next(): Promise<boolean>;
  now(): void;
  dispose(): void;
}

function waker(ctx: Context, everyMs: number, ends: AbortSignal): Waker {
  let changed = false;
  let lastAt = Date.now();
  let timer: NodeJS.Timeout | undefined;
  let resolve: ((go: boolean) => void) | undefined;
  const settle = (): void => {
    if (!resolve) return;
    if (ends.aborted) {
      clearTimeout(timer);
      resolve(false);
      resolve = undefined;
      return;
    }
    if (!changed || timer) return;
    const wait = lastAt + everyMs - Date.now();
    timer = setTimeout(
      () => {
        timer = undefined;
        changed = false;
        lastAt = Date.now();
        resolve?.(true);
        resolve = undefined;
      },
      Math.max(0, wait),
    );
  };
  const onChange = (): void => {
    changed = true;
    settle();
  };
  const unlisten = ctx.hub.listen(onChange);
  ends.addEventListener('abort', settle);
  return {
    next: () =>
      new Promise((done) => {
        resolve = done;
        settle();
      }),
    now() {
      changed = true;
      lastAt = 0;
    },
    dispose() {
      unlisten();
      clearTimeout(timer);
      ends.removeEventListener('abort', settle);
    },
  };
}

/** A generator that ends when the signal aborts, the workbench closes, or its reader leaves in the middle of a wait. */
function cancellable<T>(
  ctx: Context,
  signal: AbortSignal | undefined,
  body: (ends: AbortSignal) => AsyncGenerator<T>,
): AsyncGenerator<T> {
  const left = new AbortController();
  const generator = body(AbortSignal.any([left.signal, ctx.hub.closed, ...(signal ? [signal] : [])]));
  const end = generator.return.bind(generator);
  // Without this, `return` would wait for the next event of a run that may be silent for ever.
  generator.return = (value) => {
    left.abort();
    return end(value);
  };
  return generator;
}
