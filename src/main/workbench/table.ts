import type { RunPage, RunQuery, RunRow, RunView, SeriesMap } from '../../shared/contract/runs.ts';
import { MOST_POINTS } from '../../shared/contract/runs.ts';
import { describeOldRuns } from './description.ts';
import { needRun, runFolder, specOf, type Context } from './context.ts';
import type { Db } from './store/database.ts';
import { readEvaluations } from './store/evaluations.ts';
import { listArtifacts, toArtifact } from './store/ledger.ts';
import { familyOf, childrenOf } from './store/lineage.ts';
import { readPage } from './store/pages.ts';
import { readRows } from './store/rows.ts';
import { readEvents, summarizeRun } from './store/runs.ts';
import { readSeries, seriesHeads } from './store/series.ts';

/** What windows read of runs. */

/** Rows of a table, with what this process' trainings say right now. */
export function rowsOf(ctx: Context, db: Db, pks: readonly number[]): RunRow[] {
  return withProgress(ctx, readRows(db, pks));
}

function withProgress(ctx: Context, rows: RunRow[]): RunRow[] {
  return rows.map((row) => {
    const progress = row.state === 'running' ? (ctx.hub.progressOf(row.id) ?? row.progress) : null;
    return { ...row, progress };
  });
}

export function rowOf(ctx: Context, runId: string): RunRow {
  describeOldRuns(ctx);
  const { pk } = needRun(ctx, runId);
  return ctx.store.read((db) => rowsOf(ctx, db, [pk])[0]!);
}

export function pageRuns(ctx: Context, query: RunQuery): RunPage {
  describeOldRuns(ctx);
  const page = ctx.store.read((db) => readPage(db, query));
  return { ...page, rows: withProgress(ctx, page.rows) };
}

export function viewRun(ctx: Context, runId: string): RunView {
  const run = needRun(ctx, runId);
  return ctx.store.read((db) => ({
    ...summarizeRun(db, run),
    row: rowsOf(ctx, db, [run.pk])[0]!,
    spec: specOf(run),
    folder: runFolder(ctx, run.id),
    weights: run.weights,
    weightsStep: run.weightsStep,
    evaluations: readEvaluations(db, run.pk),
    artifacts: listArtifacts(db, run.pk).map(toArtifact),
    environment: run.environment,
    events: readEvents(db, run.pk),
    metricKeys: seriesHeads(db, run.pk).map((head) => head.key),
    children: childrenOf(db, run.id),
  }));
}

export function seriesOf(
  ctx: Context,
  runId: string,
  { keys, maxPoints = MOST_POINTS }: { keys?: readonly string[]; maxPoints?: number } = {},
): { epoch: number; series: SeriesMap; thinned: boolean } {
  return ctx.store.read((db) => {
    const { pk, epoch } = needRun(ctx, runId);
    const heads = seriesHeads(db, pk).filter((head) => !keys || keys.includes(head.key));
    return { epoch, ...readSeries(db, heads, maxPoints) };
  });
}

export function lineage(ctx: Context, runId: string): RunRow[] {
  const { id } = needRun(ctx, runId);
  return ctx.store.read((db) => rowsOf(ctx, db, familyOf(db, id)));
}
