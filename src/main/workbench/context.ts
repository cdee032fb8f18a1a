import { join } from 'node:path';
import { z } from 'zod';
import { CliffordError } from '../../core/base/errors.ts';
import { RunSpec } from '../../shared/run-spec.ts';
import type { EngineSpawner } from './engine-process.ts';
import type { RunSummary } from '../../shared/records.ts';
import type { HomeFolder } from './home.ts';
import type { Hub } from './hub.ts';
import type { SharedLock } from './shared-lock.ts';
import type { Store } from './store/database.ts';
import { getRun } from './store/runs.ts';
import type { RunRow } from './store/schema.ts';
import type { Turns } from './turns.ts';

/** What the parts of the service share. */
export interface Context {
  readonly home: HomeFolder;
  readonly store: Store;
  readonly engineEntry: string;
  /** How the host makes engine processes; undefined is by Node. */
  readonly spawnEngine: EngineSpawner | undefined;
  /** The present, ISO 8601 in UTC. */
  readonly now: () => string;
  readonly summary: (row: RunRow) => RunSummary;
  readonly hub: Hub;
  readonly lock: SharedLock;
  /** Ids of the runs that this workbench trains or is about to. */
  readonly claimed: Set<string>;
  /** Those of them that it trains, from their state `running` to their end. */
  readonly living: Set<string>;
  /** Measurements of representations: those that wait for one answer, and those that wait for an engine process. */
  readonly analysisTurns: { readonly answers: Turns; readonly engines: Turns };
  /** Why the queue of this workbench cannot start a run, other than by being paused. */
  queueObstacle: string | null;
}

export function runFolder(ctx: Context, runId: string): string {
  return join(ctx.home.runs, runId);
}

/** @throws CliffordError NOT_FOUND */
export function needRun(ctx: Context, runId: string): RunRow {
  const row = ctx.store.read((db) => getRun(db, runId));
  if (!row) throw new CliffordError('NOT_FOUND', `no run has the id ${runId} in home ${ctx.home.root}`);
  return row;
}

/** @throws CliffordError CONFLICT for a deleted run, NOT_FOUND */
export function needLiveRun(ctx: Context, runId: string): RunRow {
  const row = needRun(ctx, runId);
  if (row.deletedAt !== null) {
    throw new CliffordError(
      'CONFLICT',
      `run ${row.id} (${row.name}) was deleted at ${row.deletedAt}; restore it first with \`clifford runs restore ${row.id}\``,
    );
  }
  return row;
}

/** @throws CliffordError STORAGE when the recorded spec does not fit this version's schema */
export function specOf(row: RunRow): RunSpec {
  try {
    return RunSpec.parse(JSON.parse(row.spec));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause).replaceAll(/\s+/g, ' ') : String(cause);
    throw new CliffordError('STORAGE', `the recorded spec of run ${row.id} cannot be read: ${why}`, {
      cause,
    });
  }
}
