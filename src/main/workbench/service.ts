import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { CliffordError, invalid } from '../../core/base/errors.ts';
import { canonicalJson, specHash } from '../../files/hash.ts';
import { checkRun } from '../../shared/check-run.ts';
import { RunSpec } from '../../shared/run-spec.ts';
import type { RunDetail, RunState, RunSummary } from '../../shared/records.ts';
import type { Workbench } from './api.ts';
import { needLiveRun, needRun, runFolder, specOf, type Context } from './context.ts';
import type { EngineSpawner } from './engine-process.ts';
import { defaultHome, openHome } from './home.ts';
import { evaluate, exportModel, sample } from './jobs.ts';
import { newRunId, newRunName } from './names.ts';
import { finishPurge, recoverOrphans, unrecordedFolders } from './recovery.ts';
import { openStore } from './store/database.ts';
import { readEvaluations } from './store/evaluations.ts';
import { listArtifacts, toArtifact } from './store/ledger.ts';
import { readPoints, readSummaries } from './store/metrics.ts';
import * as table from './store/runs.ts';
import type { RunRow } from './store/schema.ts';
import { train } from './training.ts';

/** The engine process' entry; never imported here. */
const ENGINE_ENTRY = fileURLToPath(
  new URL(`../../engine/main.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url),
);

/**
 * Opens a home folder's workbench (default: CLIFFORD_HOME or the platform's folder). Several processes may have one
 * home open; one of them may train.
 * @param options.onNotice told in one sentence what looks lost; by default it goes to stderr
 * @throws CliffordError STORAGE when the home or its history cannot be used
 */
export function openWorkbench(
  options: { home?: string; engineEntry?: string; spawnEngine?: EngineSpawner; onNotice?: (sentence: string) => void } = {},
): Workbench {
  const home = openHome(options.home ?? defaultHome());
  const store = openStore(home.database);
  const ctx: Context = {
    home,
    store,
    engineEntry: options.engineEntry ?? ENGINE_ENTRY,
    spawnEngine: options.spawnEngine,
    now: () => new Date().toISOString(),
  };
  const onNotice =
    options.onNotice ?? ((sentence: string) => void process.stderr.write(`clifford: ${sentence}\n`));
  try {
    recoverIfPossible(ctx);
    noticeLostHistory(ctx, onNotice);
  } catch (error) {
    store.dispose();
    throw error;
  }
  const summary = (row: RunRow): RunSummary => store.read((db) => table.summarizeRun(db, row));
  /** Checks and changes a run in one transaction. */
  const change = (runId: string, patch: (row: RunRow) => Partial<RunRow>): RunSummary =>
    store.write((db) => {
      const row = needRun(ctx, runId);
      return table.summarizeRun(db, table.patchRun(db, row.pk, patch(row)));
    });

  return {
    home: home.root,
    createRun: (input) => createRun(ctx, input),
    train: (runId, trainOptions) => train(ctx, runId, trainOptions),
    stop: (runId, timeoutMs = 60_000, { kill = false } = {}) => stop(ctx, runId, timeoutMs, kill),
    resolveRun: (ref, { includeDeleted = false } = {}) => summary(resolveRun(ctx, ref, includeDeleted)),
    listRuns: (filter = {}) => store.read((db) => table.summarizeRuns(db, table.findRuns(db, filter))),
    showRun: (runId) => showRun(ctx, runId),
    summarizeMetrics: (runId) => {
      const row = needRun(ctx, runId);
      return store.read((db) => readSummaries(db, row.pk));
    },
    tag(runId, { add = [], remove = [] }) {
      const names = add.map((name) => checkName('tag', name));
      return store.write((db) => {
        const row = needLiveRun(ctx, runId);
        table.changeTags(db, row.pk, names, remove);
        return table.summarizeRun(db, row);
      });
    },
    note(runId, text) {
      if (text.length > NOTE_LIMIT) {
        throw invalid(`note: got ${text.length} characters, expected at most ${NOTE_LIMIT}`);
      }
      return store.write((db) => {
        const row = needLiveRun(ctx, runId);
        return table.summarizeRun(db, table.patchRun(db, row.pk, { note: text }));
      });
    },
    remove: (runId) =>
      change(runId, (row) => {
        if (row.state === 'running') {
          throw conflict(row, `is running; stop it first with \`clifford stop ${row.id}\``);
        }
        if (row.deletedAt) throw conflict(row, `is deleted already, since ${row.deletedAt}`);
        return { deletedAt: ctx.now() };
      }),
    restore: (runId) =>
      change(runId, (row) => {
        if (!row.deletedAt) throw conflict(row, 'is not deleted; nothing to restore');
        if (row.purging) throw conflict(row, 'is being purged and cannot be restored');
        return { deletedAt: null };
      }),
    purge(runId) {
      const mark = (row: RunRow): Partial<RunRow> => {
        if (!row.deletedAt) {
          throw conflict(row, `is not deleted; expected one that is (\`clifford runs rm ${row.id}\`)`);
        }
        return { purging: true };
      };
      try {
        change(runId, mark);
      } catch (error) {
        if (!isFull(error)) throw error;
        // A full disk does not take the mark; without it, the files go first, which is what makes space.
        mark(needRun(ctx, runId));
      }
      finishPurge(ctx, needRun(ctx, runId));
    },
    evaluate: (runId, jobOptions) => evaluate(ctx, runId, jobOptions),
    sample: (runId, sampleOptions) => sample(ctx, runId, sampleOptions),
    export: (runId, exportOptions) => exportModel(ctx, runId, exportOptions),
    close: () => store.dispose(),
  };
}

const NOTE_LIMIT = 10_000;

/** On a disk that is full or read-only the history can still be read; it is made true again once it can be written. */
function recoverIfPossible(ctx: Context): void {
  try {
    recoverOrphans(ctx);
  } catch (error) {
    if (!isFull(error) && !isReadOnly(error)) throw error;
  }
}

/** Runs do not vanish by themselves: an empty history beside their folders means that its file was lost. */
function noticeLostHistory(ctx: Context, onNotice: (sentence: string) => void): void {
  const lost = ctx.store.read((db) =>
    table.findRuns(db, { includeDeleted: true, limit: 1 }).length > 0
      ? []
      : unrecordedFolders(ctx.home.runs, db),
  );
  if (lost.length === 0) return;
  const folders = lost.length === 1 ? '1 run folder' : `${lost.length} run folders`;
  onNotice(
    `run history ${ctx.home.database} is empty, but ${ctx.home.runs} holds ${folders} without a record; ` +
      `restore a backup of the history if it was lost`,
  );
}

const causeIs =
  (prefix: RegExp) =>
  (error: unknown): boolean => {
    for (let e = error; e instanceof Error; e = e.cause) {
      if (prefix.test(String((e as { code?: unknown }).code))) return true;
    }
    return false;
  };
const isFull = causeIs(/^(SQLITE_FULL|ENOSPC|EDQUOT)/);
const isReadOnly = causeIs(/^(SQLITE_READONLY|SQLITE_CANTOPEN|SQLITE_IOERR|EROFS|EACCES)/);

function createRun(ctx: Context, input: Parameters<Workbench['createRun']>[0]): RunSummary {
  const parsed = RunSpec.safeParse(input.spec);
  if (!parsed.success) throw invalid(`spec: ${z.prettifyError(parsed.error).replaceAll(/\s+/g, ' ')}`);
  const spec = parsed.data;
  checkRun(spec);
  const given = input.name === undefined ? undefined : checkName('name', input.name);
  const tags = (input.tags ?? []).map((tag) => checkName('tag', tag));
  const now = new Date(ctx.now());
  return ctx.store.write((db) => {
    const taken = (name: string) =>
      table.findRuns(db, { includeDeleted: true, limit: 1 }, table.nameIs(name)).length > 0;
    let id = newRunId(now);
    while (table.getRun(db, id)) id = newRunId(now);
    const row = table.insertRun(db, {
      id,
      name: given ?? newRunName(input.preset, taken),
      preset: input.preset ?? null,
      spec: canonicalJson(spec),
      specHash: specHash(spec),
      seed: spec.seed,
      steps: spec.training.steps,
      createdAt: now.toISOString(),
    });
    table.changeTags(db, row.pk, tags, []);
    return table.summarizeRun(db, row);
  });
}

/** Names and tags are shown in tables and typed on command lines. */
function checkName(what: 'name' | 'tag', text: string): string {
  const name = text.trim();
  // eslint-disable-next-line no-control-regex
  if (name.length < 1 || name.length > 120 || /[\u0000-\u001f\u007f]/.test(name)) {
    throw invalid(
      `${what} ${JSON.stringify(text)}: expected 1 to 120 characters, none of them control characters`,
    );
  }
  if (what === 'name' && name === 'latest') {
    throw invalid('name "latest" stands for the newest run; expected another name');
  }
  return name;
}

function resolveRun(ctx: Context, ref: string, includeDeleted: boolean): RunRow {
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

function showRun(ctx: Context, runId: string): RunDetail {
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

async function stop(ctx: Context, runId: string, timeoutMs: number, kill: boolean): Promise<RunState> {
  // An orphan would never answer.
  recoverOrphans(ctx);
  ctx.store.write((db) => {
    const row = needRun(ctx, runId);
    if (row.state !== 'running') throw conflict(row, `is ${row.state}, not running; nothing to stop`);
    table.patchRun(db, row.pk, { stopRequest: Math.max(row.stopRequest, kill ? 2 : 1) });
  });
  const deadline = Date.now() + timeoutMs;
  for (let polls = 1; ; polls++) {
    await new Promise((wake) => setTimeout(wake, 100));
    if (polls % 10 === 0) recoverOrphans(ctx);
    const { state } = needRun(ctx, runId);
    if (state !== 'running' || Date.now() >= deadline) return state;
  }
}

function conflict(run: RunRow, what: string): CliffordError {
  return new CliffordError('CONFLICT', `run ${run.id} (${run.name}) ${what}`);
}
