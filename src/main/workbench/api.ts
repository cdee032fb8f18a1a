import type { SamplerSpec } from '../../core/diffusion/spec.ts';
import type { RunPhases } from '../../core/metrics/records-analysis.ts';
import type { AnalysisRecord, AnalysisRequest, RepresentationSpec } from '../../shared/analysis.ts';
import type { AnalysisOptions, AnalysisSummary } from '../../shared/contract/analysis.ts';
import type { EngineEvent, EngineName } from '../../shared/engine-protocol.ts';
import type { Artifact, Evaluation, RunDetail, RunState, RunSummary } from '../../shared/records.ts';
import type { RunSpec } from '../../shared/run-spec.ts';
import type { BundleContents } from '../../shared/contract/bundles.ts';
import type { QueueView } from '../../shared/contract/queue.ts';
import type {
  EvaluationSamples,
  PointCursor,
  RunPage,
  RunPulse,
  RunQuery,
  RunRow,
  RunView,
  SeriesMap,
} from '../../shared/contract/runs.ts';
import type { Settings, StoredDocument } from '../../shared/contract/system.ts';
import type { MetricSummary } from './store/metrics.ts';

/** The workbench service, as the command line and the hosts use it. It imports no `electron`. */
export interface Workbench {
  readonly home: string;

  /**
   * Records a run in state `queued`; without a name it gets the preset and two words.
   * @throws CliffordError INVALID_INPUT, also for a spec whose parts do not fit each other
   */
  createRun(input: {
    spec: RunSpec;
    name?: string;
    preset?: string;
    tags?: string[];
    /** The run that this one is forked from; its seed must be the same (INVALID_INPUT). */
    parent?: string;
  }): RunSummary;
  /**
   * Trains a run in an engine process until that ends, or goes on from its newest whole checkpoint. What happens to
   * the engine (an error, a crash, no memory) is a state with a reason in the outcome; it rejects only when the run
   * cannot be started, or its end cannot be recorded.
   * @throws CliffordError CONFLICT when the run is finished or deleted, or a process trains in this home; STORAGE when
   * no recorded checkpoint is whole
   */
  train(runId: string, options: TrainOptions): Promise<TrainOutcome>;
  /**
   * Asks whichever process trains the run to checkpoint and stop, or with `kill` to end at once. Resolves with the
   * state when it has, or after the timeout (60 s) with `running`.
   * @throws CliffordError CONFLICT when the run is not running
   */
  stop(runId: string, timeoutMs?: number, options?: { kill?: boolean }): Promise<RunState>;

  /**
   * Finds a run by id, exact name (the newest wins), unique id prefix, or `latest` (the newest run).
   * @throws CliffordError NOT_FOUND; INVALID_INPUT listing the candidates of a prefix
   */
  resolveRun(ref: string, options?: { includeDeleted?: boolean }): RunSummary;
  listRuns(filter?: {
    state?: RunState;
    tag?: string;
    includeDeleted?: boolean;
    limit?: number;
  }): RunSummary[];
  /** Runs of these specifications that are not deleted, the newest first. */
  findRunsBySpecHash(hashes: readonly string[]): RunSummary[];
  showRun(runId: string): RunDetail;
  /** Latest, least and greatest value of each metric, without reading the points. */
  summarizeMetrics(runId: string): MetricSummary[];
  tag(runId: string, change: { add?: string[]; remove?: string[] }): RunSummary;
  /** @throws CliffordError INVALID_INPUT beyond 10,000 characters */
  note(runId: string, text: string): RunSummary;
  /** Soft delete; `restore` undoes it; `purge` removes the record and the files for good (deleted runs only). */
  remove(runId: string): RunSummary;
  restore(runId: string): RunSummary;
  purge(runId: string): void;

  /*
   * The jobs below use the model that a finished run exported. A run that is not finished has none yet, and that of a
   * finished one may be damaged: the model of its newest whole checkpoint is exported into its folder first, and
   * `onNotice` is told so. Possible while something else trains.
   */

  /**
   * Evaluates the model again, in an engine process.
   * @throws CliffordError NOT_FOUND for a run without model and checkpoint, STORAGE for files that are damaged
   */
  evaluate(runId: string, options: JobOptions): Promise<Evaluation>;
  /**
   * Samples from the model, or from that of a kept step; `files` are absolute paths (`readSample` reads them back),
   * `step` is the model's.
   * @throws CliffordError NOT_FOUND also for a step of which nothing is kept, INVALID_INPUT for a trajectory that is too
   * long to keep
   */
  sample(runId: string, request: SampleOptions): Promise<{ files: string[]; step: number | null }>;
  /** Copies the model (verified against its recorded sha256), or builds one from a kept checkpoint. */
  export(runId: string, options: ExportOptions): Promise<Artifact>;

  /* Measurements of representations. Possible while something else trains. */

  analysisOptions(runId: string): AnalysisOptions;
  /**
   * Reads a tap of the run's network (at a kept step, or untrained) and measures it, in an engine process. Both files
   * stay with the run: the same question to the same weights is answered from them (`stored`), if they are whole.
   * @throws CliffordError INVALID_INPUT for a tap, timestep or grid that the run does not have or points that cannot be
   *   measured, NOT_FOUND for a step that is not kept (naming those that are), STORAGE, CANCELLED
   */
  analyze(runId: string, options: AnalyzeOptions): Promise<{ record: AnalysisRecord; stored: boolean }>;
  /** The latest first. */
  listAnalyses(runId: string): AnalysisSummary[];
  /**
   * Phases of generation by step and section, from the newest evaluation of each step. Files that are damaged or missing
   * are named in `damaged`.
   */
  phases(runId: string): RunPhases;
  /**
   * Deletes the stored representations of runs that are not deleted, all of them if none are named: large files that are
   * read again when they are needed. Answers stay.
   * @param options.dryRun only tells what would go
   * @throws CliffordError STORAGE
   */
  pruneRepresentations(
    runIds: readonly string[] | null,
    options?: { dryRun?: boolean },
  ): { runId: string; name: string; files: number; bytes: number }[];

  /* What windows need (shapes in shared/contract). */

  /** One page of the table of runs, filtered, sorted and grouped by SQL. */
  pageRuns(query: RunQuery): RunPage;
  /** The same rows, all pages, with every parameter of their specs as columns. */
  runsCsv(query: RunQuery): string;
  rowOf(runId: string): RunRow;
  viewRun(runId: string): RunView;
  /** Points thinned in SQL to at most `maxPoints` for each key: the least and the greatest of each stretch stay. */
  seriesOf(
    runId: string,
    options?: { keys?: readonly string[]; maxPoints?: number },
  ): { epoch: number; series: SeriesMap; thinned: boolean };
  /** What `runs.watch` of the contract promises; ends when the signal aborts. Other processes' writes are seen too. */
  watchRun(runId: string, cursor: PointCursor | null, signal?: AbortSignal): AsyncGenerator<RunPulse>;
  /** A number that grows when any run or the queue changed, in this or another process. */
  watchChanges(signal?: AbortSignal): AsyncGenerator<{ revision: number }>;
  rename(runId: string, name: string): RunSummary;
  star(runId: string, starred: boolean): RunSummary;
  /** The family of a run by forks, parents first. */
  lineage(runId: string): RunRow[];
  evaluationSamples(runId: string, step: number, final: boolean): EvaluationSamples;

  /**
   * Puts a run that is not finished into the queue. @throws CliffordError CONFLICT for a finished, running or deleted run
   */
  enqueue(runId: string, place: 'front' | 'back'): RunRow;
  leaveQueue(runId: string): QueueView;
  /** To a place from 0; beyond the end is the end. */
  moveInQueue(runId: string, to: number): QueueView;
  queue(): QueueView;
  setQueue(change: { paused?: boolean; concurrency?: number }): QueueView;
  /**
   * From now on this process starts queued runs, as many at a time as the queue's concurrency says, as long as no
   * other process trains in this home. Resolves the returned `stop` when all that it had started are checkpointed.
   */
  runQueue(options?: { onEnd?: (outcome: TrainOutcome) => void }): { stop(): Promise<void> };

  /** Writes a run as one file (docs/bundle-format.md). @throws CliffordError STORAGE naming a damaged file, CANCELLED */
  exportBundle(runId: string, options: BundleExportOptions): Promise<void>;
  /** @throws CliffordError INVALID_INPUT for what is no bundle or a damaged one; nothing is left behind then */
  importBundle(
    file: string,
    options?: { onProgress?: (fraction: number) => void; signal?: AbortSignal },
  ): Promise<{ runId: string; name: string; existed: boolean }>;

  settings(): Settings;
  changeSettings(change: Partial<Settings>): Settings;
  document(key: string): StoredDocument | null;
  documents(prefix: string): StoredDocument[];
  saveDocument(document: StoredDocument): StoredDocument;
  removeDocument(key: string): boolean;

  close(): void;
}

export interface TrainOptions {
  engine: EngineName;
  threads?: number;
  onEvent?: (event: EngineEvent) => void;
  /** Aborting once asks for a checkpoint and `stopped`; the second abort (`kill`) ends the engine at once. */
  signal?: AbortSignal;
  kill?: AbortSignal;
}

export interface TrainOutcome {
  state: RunState;
  run: RunSummary;
}

/** Of the jobs besides training. */
export interface JobOptions {
  threads?: number;
  onEvent?: (event: EngineEvent) => void;
  /** Told in one sentence which step's model is used when the run is not finished, or its own model is damaged. */
  onNotice?: (sentence: string) => void;
  /** Aborting ends the job at once; it rejects with CANCELLED. */
  signal?: AbortSignal;
}

export interface SampleOptions extends JobOptions {
  /** Frame coordinates, x then y. */
  labels: [number, number][];
  /** Images for each label. */
  count: number;
  sampler: SamplerSpec;
  seed: number;
  /** A folder; made if missing. */
  out: string;
  /** Keep the way from noise: x before each call of the network, and what it predicted. */
  trajectory?: boolean;
  /** Of a kept checkpoint or milestone; without it, the run's model. */
  step?: number;
}

export interface AnalyzeOptions extends JobOptions {
  /** Of a kept checkpoint or milestone; null takes the newest. Means nothing for the untrained network. */
  step: number | null;
  representation: RepresentationSpec;
  request: AnalysisRequest;
}

export interface ExportOptions extends JobOptions {
  /** A file, replaced if there; its folder must exist and lie outside of the run history. */
  out: string;
  /** A kept checkpoint's or milestone's. */
  step?: number;
  /** The tap whose representation is a second output. */
  tap?: string;
}

export interface BundleExportOptions {
  contents: BundleContents;
  /** A file, replaced if there. */
  out: string;
  onProgress?: (fraction: number) => void;
  signal?: AbortSignal;
}
