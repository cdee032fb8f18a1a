import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { CliffordError, invalid, toErrorData } from '../../core/base/errors.ts';
import type { QueueView } from '../../shared/contract/queue.ts';
import type { RunRow as TableRow } from '../../shared/contract/runs.ts';
import type { TrainOutcome } from './api.ts';
import { needLiveRun, type Context } from './context.ts';
import { readSettings } from './documents.ts';
import { needWritable } from './home.ts';
import { describeOwner, readOwner, tryLock } from './lock.ts';
import { recoverOrphans } from './recovery.ts';
import { readSetting, writeSetting } from './store/documents.ts';
import { endPosition, renumber, setPosition, waitingRuns } from './store/queue.ts';
import { enterState, findRuns } from './store/runs.ts';
import type { RunRow } from './store/schema.ts';
import { rowOf, rowsOf } from './table.ts';
import { train } from './training.ts';

const QueueState = z.object({
  paused: z.boolean().default(false),
  concurrency: z.int().min(1).max(16).default(1),
});
type QueueState = z.infer<typeof QueueState>;

const SETTING = 'queue';

function readState(ctx: Context): QueueState {
  const parsed = QueueState.safeParse(ctx.store.read((db) => readSetting(db, SETTING)) ?? {});
  return parsed.success ? parsed.data : QueueState.parse({});
}

export function viewQueue(ctx: Context): QueueView {
  const state = readState(ctx);
  const lists = ctx.store.read((db) => ({
    running: rowsOf(
      ctx,
      db,
      findRuns(db, { state: 'running' })
        .map((run) => run.pk)
        .reverse(),
    ),
    waiting: rowsOf(
      ctx,
      db,
      waitingRuns(db).map((run) => run.pk),
    ),
  }));
  const obstacle = lists.waiting.length === 0 ? null : obstacleOf(ctx, state);
  return { ...state, ...lists, obstacle };
}

function obstacleOf(ctx: Context, { paused }: QueueState): string | null {
  if (paused) return 'The queue is paused.';
  if (ctx.queueObstacle !== null) return ctx.queueObstacle;
  if (ctx.lock.held) return null;
  try {
    const lock = tryLock(ctx.home.lock);
    lock?.dispose();
    if (lock) return null;
  } catch (error) {
    return toErrorData(error).message; // on a read-only disk
  }
  return `This home ${describeOwner(readOwner(ctx.home.lock))}; queued runs start when that has ended.`;
}

/** @throws CliffordError INVALID_INPUT */
export function setQueue(ctx: Context, change: { paused?: boolean; concurrency?: number }): QueueView {
  ctx.store.write((db) => {
    const parsed = QueueState.safeParse({ ...readState(ctx), ...change });
    if (!parsed.success) {
      throw invalid(`queue: ${z.prettifyError(parsed.error).replaceAll(/\s+/g, ' ')}`);
    }
    writeSetting(db, SETTING, parsed.data);
  });
  return viewQueue(ctx);
}

/** @throws CliffordError CONFLICT for a run that is finished, running or deleted; NOT_FOUND */
export function enqueue(ctx: Context, runId: string, place: 'front' | 'back'): TableRow {
  ctx.store.write((db) => {
    const run = needLiveRun(ctx, runId);
    if (run.state === 'finished' || run.state === 'running') {
      const why = run.state === 'finished' ? 'finished: nothing is left to train' : 'running already';
      throw new CliffordError('CONFLICT', `run ${run.id} (${run.name}) is ${why}; it cannot be queued`);
    }
    setPosition(db, run.pk, null);
    setPosition(db, run.pk, endPosition(db, place));
  });
  return rowOf(ctx, runId);
}

export function leaveQueue(ctx: Context, runId: string): QueueView {
  ctx.store.write((db) => setPosition(db, needWaiting(ctx, runId).pk, null));
  return viewQueue(ctx);
}

export function moveInQueue(ctx: Context, runId: string, to: number): QueueView {
  ctx.store.write((db) => {
    const { pk } = needWaiting(ctx, runId);
    const order = waitingRuns(db).map((run) => run.pk);
    if (!Number.isInteger(to) || to < 0) throw invalid(`place in the queue: got ${to}, expected 0 or more`);
    order.splice(order.indexOf(pk), 1);
    // Beyond the end is the end: runs may have started since the caller counted.
    order.splice(to, 0, pk);
    renumber(db, order);
  });
  return viewQueue(ctx);
}

function needWaiting(ctx: Context, runId: string): RunRow {
  const run = needLiveRun(ctx, runId);
  if (run.queuePosition !== null) return run;
  throw new CliffordError('CONFLICT', `run ${run.id} (${run.name}) does not wait in the queue`);
}

/** How often a queue that cannot start anything looks again: the end of another process is told by nothing. */
const RETRY_MS = 1000;

interface Training {
  readonly stop: AbortController;
  readonly done: Promise<void>;
}

type Waiting = ReturnType<typeof waitingRuns>[number];

/** Starts queued runs from now on. See `Workbench.runQueue`. */
export function runQueue(
  ctx: Context,
  { onEnd }: { onEnd?: (outcome: TrainOutcome) => void } = {},
): { stop(): Promise<void> } {
  const trainings = new Map<string, Training>();
  let stopped = false;
  /** Where each run goes back to when the workbench is closed, in the order of their starts. */
  const places = new Map<string, number>();

  /** A listener's mistake is its own and must not stop the queue. */
  const report = (outcome: TrainOutcome): void => {
    try {
      onEnd?.(outcome);
    } catch (error) {
      process.emitWarning(error instanceof Error ? error : String(error));
    }
  };

  const look = (): void => {
    if (stopped) return;
    if (ctx.hub.closed.aborted) {
      clearInterval(timer);
      return;
    }
    try {
      startNext();
    } catch (error) {
      // A history that cannot be read or written for a moment.
      ctx.queueObstacle = toErrorData(error).message;
    }
  };

  const startNext = (): void => {
    recoverOrphans(ctx);
    const { paused, concurrency } = readState(ctx);
    if (paused) return;
    ctx.queueObstacle = null;
    const waiting = ctx.store.read(waitingRuns).filter((run) => !trainings.has(run.id));
    if (waiting.length === 0 || othersTrain()) return;
    for (const run of waiting) {
      if (trainings.size >= concurrency) return;
      needWritable(ctx.home);
      start(run, concurrency);
      // Whether the lock can be had at all is seen with the first.
      if (!ctx.lock.held) return;
    }
  };

  /** What the sweep left running belongs to a process that lives. */
  const othersTrain = (): boolean =>
    !ctx.lock.held &&
    ctx.store.read((db) => findRuns(db, { state: 'running', includeDeleted: true, limit: 1 })).length > 0;

  const start = (run: Waiting, concurrency: number): void => {
    const stop = new AbortController();
    const { engine, threads } = readSettings(ctx);
    const done = train(ctx, run.id, {
      engine,
      threads: threads ?? Math.max(1, Math.floor(availableParallelism() / concurrency)),
      signal: stop.signal,
      queue: { lockWaitMs: 200, returnsTo: () => places.get(run.id) ?? null },
    }).then(
      (outcome) => {
        trainings.delete(run.id);
        report(outcome);
        look();
      },
      (error: unknown) => {
        trainings.delete(run.id);
        refused(run, error);
      },
    );
    trainings.set(run.id, { stop, done });
  };

  /** A run that could not even be started. */
  const refused = (run: Waiting, error: unknown): void => {
    // Somebody else trains, or the run is no longer what it was: the next look sees.
    if (error instanceof CliffordError && error.code === 'CONFLICT') return;
    try {
      const row = ctx.store.write((db) => {
        setPosition(db, run.pk, null);
        const now = ctx.now();
        return enterState(db, run.pk, 'failed', toErrorData(error), now, { endedAt: now, progress: null });
      });
      report({ state: row.state, run: ctx.summary(row) });
    } catch (cause) {
      // Not again at once: the timer comes soon enough.
      ctx.queueObstacle = toErrorData(cause).message;
      return;
    }
    look();
  };

  const unlisten = ctx.hub.listenToCommits(look);
  const timer = setInterval(look, RETRY_MS);
  look();

  return {
    async stop() {
      if (!stopped) {
        stopped = true;
        unlisten();
        clearInterval(timer);
        const first = ctx.store.read((db) => endPosition(db, 'front'));
        [...trainings.keys()].forEach((id, i) => places.set(id, first - trainings.size + 1 + i));
        for (const { stop } of trainings.values()) stop.abort();
      }
      await Promise.all([...trainings.values()].map((training) => training.done));
    },
  };
}
