import type { SamplerSpec } from '../../core/diffusion/spec.ts';
import type { EngineEvent, EngineName } from '../../shared/engine-protocol.ts';
import type { Artifact, Evaluation, RunDetail, RunState, RunSummary } from '../../shared/records.ts';
import type { RunSpec } from '../../shared/run-spec.ts';

/** The workbench service, as the command line and the hosts use it. It imports no `electron`. */
export interface Workbench {
  readonly home: string;

  /** Records a run in state `queued`. */
  createRun(input: { spec: RunSpec; name?: string; preset?: string; tags?: string[] }): RunSummary;
  /**
   * Trains (or goes on training) a run in an engine process until it ends.
   * @throws CliffordError CONFLICT when another process trains in this home
   */
  train(runId: string, options: TrainOptions): Promise<TrainOutcome>;
  /** Asks whichever process trains the run to checkpoint and stop; resolves when it has (or after the timeout). */
  stop(runId: string, timeoutMs?: number): Promise<RunState>;

  /** Finds a run by id, unique id prefix, or exact name (the newest wins; `latest` is the newest run). */
  resolveRun(ref: string, options?: { includeDeleted?: boolean }): RunSummary;
  listRuns(filter?: { state?: RunState; tag?: string; includeDeleted?: boolean; limit?: number }): RunSummary[];
  showRun(runId: string): RunDetail;
  tag(runId: string, change: { add?: string[]; remove?: string[] }): RunSummary;
  note(runId: string, text: string): RunSummary;
  /** Soft delete; `restore` undoes it; `purge` removes the record and the files for good (deleted runs only). */
  remove(runId: string): RunSummary;
  restore(runId: string): RunSummary;
  purge(runId: string): void;

  evaluate(runId: string, options: { threads?: number; onEvent?: (e: EngineEvent) => void }): Promise<Evaluation>;
  sample(runId: string, request: SampleOptions): Promise<{ files: string[] }>;
  /** Copies the exported denoiser (verified against its recorded sha256), or builds one from a kept checkpoint. */
  export(runId: string, options: { out: string; step?: number; tap?: string }): Promise<Artifact>;

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

export interface SampleOptions {
  labels: [number, number][];
  count: number;
  sampler: SamplerSpec;
  seed: number;
  threads?: number;
  out: string;
  onEvent?: (e: EngineEvent) => void;
}
