import { fileURLToPath } from 'node:url';
import type { RunSummary } from '../../shared/records.ts';
import { analysisOptions, analyze, listAnalyses } from './analyses.ts';
import type { Workbench } from './api.ts';
import { needRun, type Context } from './context.ts';
import { runsCsv } from './csv.ts';
import { changeSettings, readSettings, saveDocument } from './documents.ts';
import type { EngineSpawner } from './engine-process.ts';
import { resolveRun, showRun } from './find-runs.ts';
import { defaultHome, openHome } from './home.ts';
import { createHub } from './hub.ts';
import { evaluate, exportModel, sample } from './jobs.ts';
import { pruneRepresentations } from './prune.ts';
import * as queue from './queue.ts';
import { recoverOrphans, unrecordedFolders } from './recovery.ts';
import * as changes from './run-changes.ts';
import { evaluationSamples, phases } from './samples.ts';
import { shareLock } from './shared-lock.ts';
import { isFull, isReadOnly } from './storage-cause.ts';
import { openStore } from './store/database.ts';
import * as documents from './store/documents.ts';
import { readSummaries } from './store/metrics.ts';
import * as table from './store/runs.ts';
import type { RunRow } from './store/schema.ts';
import * as windows from './table.ts';
import { train } from './training.ts';
import { createTurns } from './turns.ts';
import { watchChanges, watchRun } from './watch.ts';

/** Each reads on all cores, and holds its points in memory. */
const ANALYSES_AT_ONCE = 2;

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
  options: {
    home?: string;
    engineEntry?: string;
    /** How engine processes are made; by default as Node processes. */
    spawnEngine?: EngineSpawner;
    onNotice?: (sentence: string) => void;
  } = {},
): Workbench {
  const { engineEntry = ENGINE_ENTRY, spawnEngine } = options;
  const ctx = openContext(options.home ?? defaultHome(), { engineEntry, spawnEngine });
  const { store } = ctx;
  const onNotice =
    options.onNotice ?? ((sentence: string) => void process.stderr.write(`clifford: ${sentence}\n`));
  try {
    recoverIfPossible(ctx);
    noticeLostHistory(ctx, onNotice);
  } catch (error) {
    store.dispose();
    throw error;
  }

  return {
    home: ctx.home.root,
    createRun: (input) => changes.createRun(ctx, input),
    train: (runId, trainOptions) => train(ctx, runId, trainOptions),
    stop: (runId, timeoutMs = 60_000, { kill = false } = {}) => changes.stop(ctx, runId, timeoutMs, kill),
    resolveRun: (ref, { includeDeleted = false } = {}) => ctx.summary(resolveRun(ctx, ref, includeDeleted)),
    listRuns: (filter = {}) => store.read((db) => table.summarizeRuns(db, table.findRuns(db, filter))),
    findRunsBySpecHash: (hashes) =>
      store.read((db) => table.summarizeRuns(db, table.findRuns(db, {}, table.specHashIn(hashes)))),
    showRun: (runId) => showRun(ctx, runId),
    summarizeMetrics: (runId) => {
      const row = needRun(ctx, runId);
      return store.read((db) => readSummaries(db, row.pk));
    },
    tag: (runId, change) => changes.tag(ctx, runId, change),
    note: (runId, text) => changes.note(ctx, runId, text),
    rename: (runId, name) => changes.rename(ctx, runId, name),
    star: (runId, starred) => changes.star(ctx, runId, starred),
    remove: (runId) => changes.remove(ctx, runId),
    restore: (runId) => changes.restore(ctx, runId),
    purge: (runId) => changes.purge(ctx, runId),
    evaluate: (runId, jobOptions) => evaluate(ctx, runId, jobOptions),
    sample: (runId, sampleOptions) => sample(ctx, runId, sampleOptions),
    export: (runId, exportOptions) => exportModel(ctx, runId, exportOptions),

    analysisOptions: (runId) => analysisOptions(ctx, runId),
    analyze: (runId, analyzeOptions) => analyze(ctx, runId, analyzeOptions),
    listAnalyses: (runId) => listAnalyses(ctx, runId),
    phases: (runId) => phases(ctx, runId),
    pruneRepresentations: (runIds, pruneOptions) => pruneRepresentations(ctx, runIds, pruneOptions),

    pageRuns: (query) => windows.pageRuns(ctx, query),
    runsCsv: (query) => runsCsv(ctx, query),
    rowOf: (runId) => windows.rowOf(ctx, runId),
    viewRun: (runId) => windows.viewRun(ctx, runId),
    seriesOf: (runId, seriesOptions) => windows.seriesOf(ctx, runId, seriesOptions),
    watchRun: (runId, cursor, signal) => watchRun(ctx, runId, cursor, signal),
    watchChanges: (signal) => watchChanges(ctx, signal),
    lineage: (runId) => windows.lineage(ctx, runId),
    evaluationSamples: (runId, step, final) => evaluationSamples(ctx, runId, step, final),

    enqueue: (runId, place) => queue.enqueue(ctx, runId, place),
    leaveQueue: (runId) => queue.leaveQueue(ctx, runId),
    moveInQueue: (runId, to) => queue.moveInQueue(ctx, runId, to),
    queue: () => queue.viewQueue(ctx),
    setQueue: (change) => queue.setQueue(ctx, change),
    runQueue: (queueOptions) => queue.runQueue(ctx, queueOptions),

    // Loaded on use: most commands need neither zip files nor pictures.
    exportBundle: async (runId, bundleOptions) =>
      (await import('../bundles/export.ts')).exportBundle(ctx, runId, bundleOptions),
    importBundle: async (file, bundleOptions) =>
      (await import('../bundles/import.ts')).importBundle(ctx, file, bundleOptions),

    settings: () => readSettings(ctx),
    changeSettings: (change) => changeSettings(ctx, change),
    document: (key) => store.read((db) => documents.readDocument(db, key)),
    documents: (prefix) => store.read((db) => documents.readDocuments(db, prefix)),
    saveDocument: (document) => saveDocument(ctx, document),
    removeDocument: (key) => store.write((db) => documents.deleteDocument(db, key)),

    close() {
      ctx.hub.dispose();
      store.dispose();
    },
  };
}

/** What the functions of the service work on; `openWorkbench` makes the service of it. */
export function openContext(path: string, engine: Pick<Context, 'engineEntry' | 'spawnEngine'>): Context {
  const home = openHome(path);
  const store = openStore(home.database);
  let polls = 0;
  const hub = createHub(store, () => {
    // The process that trains may be killed while windows are open here.
    if (++polls % SWEEP_EVERY === 0) recoverIfPossible(ctx);
  });
  const ctx: Context = {
    home,
    store: {
      ...store,
      write(change) {
        const result = store.write(change);
        hub.touch();
        return result;
      },
    },
    ...engine,
    now: () => new Date().toISOString(),
    hub,
    lock: shareLock(home),
    claimed: new Set(),
    living: new Set(),
    analysisTurns: { answers: createTurns(Infinity), engines: createTurns(ANALYSES_AT_ONCE) },
    queueObstacle: null,
    summary: (row: RunRow): RunSummary => store.read((db) => table.summarizeRun(db, row)),
  };
  return ctx;
}

/** Polls of the hub (300 ms each) between two looks for runs whose process is gone. */
const SWEEP_EVERY = 5;

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
