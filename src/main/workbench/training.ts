import { CliffordError, type ErrorData } from '../../core/base/errors.ts';
import { ensureFolder } from '../../files/atomic.ts';
import type { EngineEvent } from '../../shared/engine-protocol.ts';
import type { RunProgress } from '../../shared/contract/runs.ts';
import type { MetricPoint } from '../../shared/records.ts';
import type { TrainOptions, TrainOutcome } from './api.ts';
import { needReported, settleRetired } from './artifact-files.ts';
import { needLiveRun, needRun, runFolder, specOf, type Context } from './context.ts';
import { needWritable } from './home.ts';
import { endProcess, processIdentity } from './process-identity.ts';
import { pickCheckpoint, recoverUnderLock, rewind, whereItResumes } from './recovery.ts';
import type { Db } from './store/database.ts';
import { recordEvaluation } from './store/evaluations.ts';
import { recordArtifact, retireFiles, rotateCheckpoints } from './store/ledger.ts';
import { insertPoints } from './store/metrics.ts';
import { addEvent, enterState, patchRun, summarizeRun } from './store/runs.ts';
import type { RunRow } from './store/schema.ts';
import { startEngine, type EngineEnd, type EngineProcess } from './supervisor.ts';

/**
 * Trains a run, or goes on from its newest whole checkpoint, until its engine process ends; what that process says is
 * recorded on the way. Rejects when the run cannot be started or its end cannot be recorded; everything that happens
 * to the engine is a state with a reason.
 * @throws CliffordError CONFLICT (deleted, finished, or somebody trains in this home), STORAGE, NOT_FOUND
 */
export async function train(ctx: Context, runId: string, options: QueueOptions): Promise<TrainOutcome> {
  const release = claim(ctx, needTrainable(ctx, runId));
  try {
    needWritable(ctx.home);
    // First of all, so that whoever is refused meanwhile can be told who trains.
    const lock = await ctx.lock.join(needTrainable(ctx, runId), options.queue?.lockWaitMs);
    try {
      recoverUnderLock(ctx);
      const run = needTrainable(ctx, runId);
      if (options.queue) needWaiting(run, options.signal);
      const resumeFrom = await prepare(ctx, run);
      const { end, flush } = await runTraining(ctx, run, resumeFrom, options);
      const row = await patiently(() => {
        flush();
        return finish(ctx, run, end, options.queue?.returnsTo() ?? null);
      });
      return { state: row.state, run: ctx.store.read((db) => summarizeRun(db, row)) };
    } finally {
      ctx.living.delete(runId);
      ctx.hub.progress(runId, null);
      lock.dispose();
    }
  } finally {
    release();
  }
}

/** Options of a training, and what the queue of this workbench adds to them. */
export interface QueueOptions extends TrainOptions {
  queue?: {
    /** How long to wait for the lock. */
    lockWaitMs: number;
    /** Asked when the engine has stopped: the place to return to if the workbench is being closed. */
    returnsTo: () => number | null;
  };
}

/** While the lock was waited for, the run may have been taken out of the queue, or trained by whoever had the lock. */
function needWaiting(run: RunRow, signal: AbortSignal | undefined): void {
  if (run.queuePosition !== null && !signal?.aborted) return;
  throw new CliffordError('CONFLICT', `run ${run.id} (${run.name}) is not to be started any more`);
}

/** The lock keeps other processes away from a run, and this keeps away the rest of our own. */
function claim({ claimed }: Context, run: RunRow): () => void {
  if (claimed.has(run.id)) {
    throw new CliffordError(
      'CONFLICT',
      `run ${run.id} (${run.name}) is being trained by this process already`,
    );
  }
  claimed.add(run.id);
  return () => void claimed.delete(run.id);
}

function needTrainable(ctx: Context, runId: string): RunRow {
  const run = needLiveRun(ctx, runId);
  if (run.state === 'finished') {
    throw new CliffordError(
      'CONFLICT',
      `run ${run.id} (${run.name}) is finished: step ${run.step} of ${run.steps}, nothing is left to train; ` +
        `to train longer, start a run whose spec has more steps`,
    );
  }
  return run;
}

/** Makes the folder and the history ready; returns the checkpoint to go on from. */
async function prepare(ctx: Context, run: RunRow): Promise<string | null> {
  // The engine of an owner that was killed may still be finishing a file in this very folder.
  if (run.enginePid !== null && run.engineIdentity !== null)
    await endProcess(run.enginePid, run.engineIdentity);
  needTrainable(ctx, run.id); // it may have been deleted meanwhile
  ensureFolder(runFolder(ctx, run.id));
  const { checkpoint, rejected } = pickCheckpoint(ctx, run);
  rewind(ctx, run, checkpoint, rejected);
  const now = ctx.now();
  ctx.store.write((db) => {
    needTrainable(ctx, run.id); // by another process: only now is it sure
    const row = enterState(db, run.pk, 'running', null, now, {
      startedAt: run.startedAt ?? now,
      endedAt: null,
      heartbeatAt: now,
      ownerPid: process.pid,
      enginePid: null,
      engineIdentity: null,
      stopRequest: 0,
      queuePosition: null,
    });
    ctx.living.add(run.id);
    if (checkpoint)
      addEvent(db, row, now, { message: `resumes from ${checkpoint.file} at step ${checkpoint.step}` });
  });
  return checkpoint?.file ?? null;
}

const POLL_MS = 200;
const HEARTBEAT_MS = 2000;

/** How long a full disk may hinder the record of an end: its reason would be lost with this process. */
const PATIENCE_MS = 5000;

/** Repeats what storage refused, as while the disk is full for a moment. */
async function patiently<T>(action: () => T): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return action();
    } catch (error) {
      const storage = error instanceof CliffordError && error.code === 'STORAGE';
      if (!storage || Date.now() > deadline) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Resolves when the engine is gone; what it said last is still to be flushed. */
async function runTraining(
  ctx: Context,
  run: RunRow,
  resumeFrom: string | null,
  options: TrainOptions,
): Promise<{ end: EngineEnd; flush: () => void }> {
  const folder = runFolder(ctx, run.id);
  const recorder = startRecorder(ctx, run, resumeFrom !== null);
  const engine = startEngine({
    entry: ctx.engineEntry,
    spawn: ctx.spawnEngine,
    logFile: `${folder}/engine.log`,
    request: {
      type: 'train',
      runId: run.id,
      folder,
      spec: specOf(run),
      engine: options.engine,
      threads: options.threads ?? null,
      resumeFrom,
    },
    onEvent(event) {
      recorder.record(event);
      tell(options.onEvent, event);
    },
    onSpawn(pid) {
      const patch = { enginePid: pid, engineIdentity: processIdentity(pid) ?? null };
      ctx.store.write((db) => patchRun(db, run.pk, patch));
    },
  });
  const timer = setInterval(() => {
    try {
      recorder.heartbeat();
      obeyRequests(ctx, run, engine);
    } catch (error) {
      engine.fail(error);
    }
  }, POLL_MS);
  const undo = [onAbort(options.signal, engine.stop), onAbort(options.kill, engine.kill)];
  try {
    return { end: await engine.done, flush: recorder.flush };
  } finally {
    clearInterval(timer);
    for (const remove of undo) remove();
  }
}

function progressOf({ type: _, ...progress }: Extract<EngineEvent, { type: 'progress' }>): RunProgress {
  return progress;
}

/** `stop` may be asked for by any process: it leaves a request in the history. */
function obeyRequests(ctx: Context, run: RunRow, engine: EngineProcess): void {
  const request = needRun(ctx, run.id).stopRequest;
  if (request >= 2) engine.kill();
  else if (request === 1) engine.stop();
}

function onAbort(signal: AbortSignal | undefined, action: () => void): () => void {
  if (signal?.aborted) action();
  signal?.addEventListener('abort', action);
  return () => signal?.removeEventListener('abort', action);
}

/** A listener's mistake is its own and must not end a training run. */
export function tell(listener: ((event: EngineEvent) => void) | undefined, event: EngineEvent): void {
  try {
    listener?.(event);
  } catch (error) {
    process.emitWarning(error instanceof Error ? error : String(error));
  }
}

interface Recorder {
  record(event: EngineEvent): void;
  /** Writes what is pending every two seconds, so that the history shows that the run is alive. */
  heartbeat(): void;
  flush(): void;
}

/**
 * Writes a run's events to the history. Metric points wait for each other up to half a second, since each transaction
 * waits for the disk; everything else is written at once, with the points before it.
 */
function startRecorder(ctx: Context, run: RunRow, resumes: boolean): Recorder {
  const folder = runFolder(ctx, run.id);
  let points: MetricPoint[] = [];
  let step: number | null = null;
  let progress: RunProgress | null = null;
  const startedAt = Date.now();
  let flushedAt = startedAt;

  const write = (patch: Partial<RunRow>, change?: (db: Db, row: RunRow) => void): void => {
    const pending = points;
    const known: Partial<RunRow> = {
      seconds: run.seconds + (Date.now() - startedAt) / 1000,
      ...(step === null ? {} : { step }),
      ...(progress === null ? {} : { progress }),
    };
    ctx.store.write((db) => {
      insertPoints(db, run.pk, pending);
      const row = patchRun(db, run.pk, { heartbeatAt: ctx.now(), ...known, ...patch });
      change?.(db, row);
    });
    points = [];
    step = null;
    flushedAt = Date.now();
  };

  return {
    record(event) {
      switch (event.type) {
        case 'started': {
          const environment = environmentOf(event);
          if (!resumes) return write({ engine: event.engine, environment });
          return write({}, (db, row) => noteChanges(db, row, environment, ctx.now()));
        }
        case 'progress':
          progress = progressOf(event);
          if (event.phase === 'training') step = event.step;
          return;
        case 'metrics':
          points.push(...event.points);
          if (Date.now() - flushedAt > 500) write({});
          return;
        case 'checkpoint': {
          const { artifact, weights } = event;
          needReported(folder, artifact);
          // Milestones are kept for analysis; a run goes on from checkpoints only.
          const resumable = artifact.kind === 'checkpoint' ? { weights, weightsStep: event.step } : {};
          write({ step: event.step, ...resumable }, (db) => {
            recordArtifact(db, run.pk, { ...artifact, step: event.step }, ctx.now(), weights);
            rotateCheckpoints(db, run.pk);
          });
          return settleRetired(ctx, run);
        }
        case 'artifact':
          needReported(folder, event.artifact);
          return write({}, (db) => recordArtifact(db, run.pk, event.artifact, ctx.now(), null));
        case 'retire':
          write({}, (db) => retireFiles(db, run.pk, event.files));
          return settleRetired(ctx, run);
        case 'evaluation':
          return write({}, (db) => recordEvaluation(db, run.pk, event.evaluation, 'training', ctx.now()));
        case 'ended':
          return write({ step: event.step });
      }
    },
    heartbeat() {
      if (Date.now() - flushedAt > HEARTBEAT_MS) write({});
    },
    flush: () => write({}),
  };
}

function environmentOf(event: Extract<EngineEvent, { type: 'started' }>): Record<string, string> {
  const { threads, parameters, trainingImages } = event;
  return {
    engine: event.engine,
    threads: `${threads}`,
    parameters: `${parameters}`,
    trainingImages: `${trainingImages}`,
    ...event.environment,
  };
}

/** What a run's result does not depend on: gradients are summed by shard, whatever the cores. */
const WITHOUT_EFFECT = ['threads', 'cores'];

/** The record keeps where a run started; where a resumed one goes on with something else, its history says so. */
function noteChanges(db: Db, run: RunRow, environment: Record<string, string>, at: string): void {
  const first = run.environment;
  const changes = Object.keys({ ...first, ...environment })
    .filter((key) => first[key] !== environment[key] && !WITHOUT_EFFECT.includes(key))
    .map((key) => `${key} ${environment[key] ?? 'unknown'} (${first[key] ?? 'unknown'} at its start)`);
  if (changes.length === 0) return;
  const message =
    `goes on with other versions or hardware than it started with: ${changes.join(', ')}; ` +
    'the result may differ in the last bits from that of a run in one go';
  addEvent(db, run, at, { message });
}

/** Turns the end of the process into the run's state. */
function finish(ctx: Context, { pk }: RunRow, end: EngineEnd, returnsTo: number | null): RunRow {
  const now = ctx.now();
  return ctx.store.write((db) => {
    const run = patchRun(db, pk, { heartbeatAt: now });
    const patch: Partial<RunRow> = {
      endedAt: now,
      enginePid: null,
      engineIdentity: null,
      stopRequest: 0,
      progress: null,
    };
    // The hash at the end counts only for the step of a checkpoint: without its file it could not be resumed from.
    if (end.weights !== null && end.step !== null && end.outcome === 'finished') {
      Object.assign(patch, { weights: end.weights, weightsStep: end.step });
    }
    const userEnded = end.killed || end.outcome === 'stopped';
    if (!userEnded)
      return enterState(db, pk, end.outcome === 'finished' ? 'finished' : 'failed', end.error, now, patch);
    const at = `at step ${run.step} of ${run.steps}`;
    // A user who asked for a stop meant it, also when the workbench is closed at the same time.
    if (returnsTo !== null && run.stopRequest === 0) {
      const message = `stopped ${at} because the workbench was closed; it is first in the queue, and ${whereItResumes(run)}`;
      const back = { ...patch, queuePosition: returnsTo };
      return enterState(db, pk, 'stopped', { code: 'CANCELLED', message }, now, back);
    }
    const how = end.killed ? 'ended at once' : 'stopped';
    const reason: ErrorData = {
      code: 'CANCELLED',
      message: `${how} by the user ${at}; ${whereItResumes(run)}`,
    };
    return enterState(db, pk, 'stopped', reason, now, patch);
  });
}
