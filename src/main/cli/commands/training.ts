import path from 'node:path';
import { CliffordError } from '../../../core/base/errors.ts';
import type { EngineName } from '../../../shared/engine-protocol.ts';
import type { Artifact, Evaluation, RunDetail, RunSummary } from '../../../shared/records.ts';
import type { TrainOutcome, Workbench } from '../../workbench/api.ts';
import { accuracyTable } from '../accuracy.ts';
import type { CliContext } from '../context.ts';
import { listenForInterrupts } from '../interrupts.ts';
import { createProgress } from '../progress.ts';
import { formatTable } from '../table.ts';

/** Trains a recorded run to its end with progress on stderr; Ctrl-C once checkpoints and stops, twice kills. */
export async function trainWithProgress(
  context: CliContext,
  workbench: Workbench,
  runId: string,
  options: { engine: EngineName; threads?: number; onStart?: () => void },
): Promise<TrainOutcome> {
  const progress = createProgress(context.terminal);
  const interrupts = listenForInterrupts(() =>
    progress.line('Stopping: writing a checkpoint … (Ctrl-C again ends at once, without one)'),
  );
  try {
    return await workbench.train(runId, {
      engine: options.engine,
      ...(options.threads === undefined ? {} : { threads: options.threads }),
      onEvent(event) {
        if (event.type === 'started') options.onStart?.();
        progress.event(event);
      },
      signal: interrupts.stop,
      kill: interrupts.kill,
    });
  } catch (error) {
    throw stillQueued(error, workbench, runId);
  } finally {
    progress.done();
    interrupts.dispose();
  }
}

/** Where another process trains in the home, the run is recorded and waits: says so, or it would look lost. */
function stillQueued(error: unknown, workbench: Workbench, runId: string): unknown {
  if (!(error instanceof CliffordError) || error.code !== 'CONFLICT') return error;
  const { id, name, state } = workbench.resolveRun(runId);
  if (state !== 'queued') return error;
  const message = `${error.message}; run ${id} (${name}) is queued, "clifford resume ${id}" starts it then`;
  return new CliffordError('CONFLICT', message, { cause: error });
}

/** Where the results of a run lie; null where there is none yet. */
export interface ResultFiles {
  folder: string;
  picture: string | null;
  model: string | null;
}

export function resultFiles(run: RunDetail): ResultFiles {
  return {
    folder: run.folder,
    picture: latestFile(run, 'picture'),
    model: latestFile(run, 'model'),
  };
}

/** The evaluation to report: the full one at the end if there is one, else the newest. */
export function lastEvaluation(run: RunDetail): Evaluation | null {
  return run.evaluations.findLast((e) => e.final) ?? run.evaluations.at(-1) ?? null;
}

/** The document that `train` and `resume` print with --json. */
export function trainingDocument(run: RunDetail) {
  return {
    run: summaryOf(run),
    weights: run.weights,
    evaluation: lastEvaluation(run),
    files: resultFiles(run),
  };
}

/** What `train` and `resume` print for a reader. */
export function trainingText(run: RunDetail): string {
  const parts = [`${sentence(run)}`];
  const evaluation = lastEvaluation(run);
  if (evaluation !== null) parts.push(accuracyTable(evaluation));
  parts.push(filesText(run));
  if (run.state === 'finished') {
    parts.push(
      `Next: clifford runs show ${run.id}\n` +
        `      clifford sample ${run.id} --x 0:${run.spec.dataset.size}:2 --y ${run.spec.dataset.size / 2} --out samples`,
    );
  } else parts.push(`Go on with: clifford resume ${run.id}`);
  return parts.join('\n\n');
}

export function filesText(run: RunDetail): string {
  const files = resultFiles(run);
  const rows = [['Folder', files.folder]];
  if (files.picture !== null) rows.push(['Picture', files.picture]);
  if (files.model !== null) rows.push(['Model', files.model]);
  if (run.weights !== null) rows.push(['Weights', `sha256 ${run.weights}`]);
  return formatTable(rows);
}

function sentence(run: RunDetail): string {
  const name = `Run ${run.id} (${run.name})`;
  if (run.state === 'finished') return `${name} finished after ${run.steps} steps.`;
  const at = `at step ${run.step} of ${run.steps}`;
  // Why a user stopped it needs no words, and the record's say the step again.
  if (run.state === 'stopped' || run.reason === null) return `${name} ${run.state} ${at}.`;
  return `${name} ${run.state} ${at}: ${run.reason.message.replace(/\.$/, '')}.`;
}

function latestFile(run: RunDetail, kind: Artifact['kind']): string | null {
  let latest: Artifact | null = null;
  for (const artifact of run.artifacts) {
    if (artifact.kind === kind && (latest === null || (artifact.step ?? -1) >= (latest.step ?? -1)))
      latest = artifact;
  }
  return latest === null ? null : path.join(run.folder, latest.file);
}

function summaryOf(run: RunDetail): RunSummary {
  const {
    spec,
    folder,
    weights,
    weightsStep,
    metrics,
    evaluations,
    artifacts,
    environment,
    events,
    ...summary
  } = run;
  void [spec, folder, weights, weightsStep, metrics, evaluations, artifacts, environment, events];
  return summary;
}
