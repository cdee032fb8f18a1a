import { CliffordError, invalid } from '../../core/base/errors.ts';
import type { RunDetail } from '../../shared/records.ts';
import { needLiveRun, needRun, runFolder, specOf, type Context } from './context.ts';
import { readEvaluations } from './store/evaluations.ts';
import { listArtifacts, toArtifact } from './store/ledger.ts';
import { readPoints } from './store/metrics.ts';
import * as table from './store/runs.ts';
import type { RunRow } from './store/schema.ts';

/** See `Workbench.resolveRun`. */
export function resolveRun(ctx: Context, ref: string, includeDeleted: boolean): RunRow {
  const find = (all: boolean): RunRow[] =>
    ctx.store.read((db) => {
      if (ref === 'latest') return table.findRuns(db, { includeDeleted: all, limit: 1 });
      const id = ref.toLowerCase();
      const exact = table.getRun(db, id);
      if (exact && (all || exact.deletedAt === null)) return [exact];
      const named = table.findRuns(db, { includeDeleted: all, limit: 1 }, table.nameIs(ref));
      if (named.length > 0 || ref === '') return named;
      return table.findRuns(db, { includeDeleted: all }, table.idStartsWith(id));
    });
  const found = find(includeDeleted);
  if (found.length === 1) return found[0]!;
  if (found.length > 1) {
    const shown = found.slice(0, 8).map((run) => `${run.id} (${run.name})`);
    const rest = found.length > 8 ? `, and ${found.length - 8} more` : '';
    throw invalid(
      `"${ref}" stands for ${found.length} runs: ${shown.join(', ')}${rest}; expected a longer prefix`,
    );
  }
  const deleted = !includeDeleted && ref !== 'latest' ? find(true) : [];
  if (deleted.length === 1) return needLiveRun(ctx, deleted[0]!.id);
  throw new CliffordError(
    'NOT_FOUND',
    ref === 'latest'
      ? `there are no runs yet in home ${ctx.home.root}`
      : `no run "${ref}" in home ${ctx.home.root}; expected an id, the start of one, a name, or latest ` +
          `(\`clifford runs list\` shows them)`,
  );
}

export function showRun(ctx: Context, runId: string): RunDetail {
  const row = needRun(ctx, runId);
  return ctx.store.read((db) => ({
    ...table.summarizeRun(db, row),
    spec: specOf(row),
    folder: runFolder(ctx, row.id),
    weights: row.weights,
    weightsStep: row.weightsStep,
    metrics: readPoints(db, row.pk),
    evaluations: readEvaluations(db, row.pk),
    artifacts: listArtifacts(db, row.pk).map(toArtifact),
    environment: row.environment,
    events: table.readEvents(db, row.pk),
  }));
}
