import { join } from 'node:path';
import { CliffordError } from '../core/base/errors.ts';
import { learningRate } from '../core/nn/adamw.ts';
import { ensureFolder, writeFileAtomic } from '../files/atomic.ts';
import { sha256 } from '../files/hash.ts';
import type { EngineEvent } from '../shared/engine-protocol.ts';
import type { Evaluation, MetricPoint } from '../shared/records.ts';
import { isFinite, type TrainingBackend, type TrainingSession } from './backend.ts';
import { type CheckpointFacts, readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import { type RunDesign, designRun } from './design.ts';
import { evaluateModel, writeEvaluation } from './evaluate.ts';
import { exportModel, tapsOf, VERSION } from './export.ts';
import { planTraining } from './plan.ts';
import { createProgress, phaseReport } from './progress.ts';
import type { RunSpec } from '../shared/run-spec.ts';

export interface TrainingTask {
  readonly spec: RunSpec;
  /** The run's folder. */
  readonly folder: string;
  readonly backend: TrainingBackend;
  readonly threads: number | null;
  /** Checkpoint file relative to the folder. */
  readonly resumeFrom: string | null;
  readonly emit: (event: EngineEvent) => void;
  /** Aborts at the next step with a checkpoint. */
  readonly stop: AbortSignal;
  /** Told each step, so that a failure can say where it happened. */
  readonly onStep?: (step: number) => void;
}

type Ended = Extract<EngineEvent, { type: 'ended' }>;

/**
 * Trains a run from its start or a checkpoint to its last step: the loop that all engines share. Everything
 * it does at step k depends on the spec and k alone, so a resumed run goes on as if it had never stopped.
 */
export async function trainRun(task: TrainingTask): Promise<Ended> {
  const design = designRun(task.spec);
  const session = await task.backend.open(design, task.threads);
  try {
    return await new Training(task, design, session).run();
  } finally {
    await session.dispose();
  }
}

class Training {
  private readonly task: TrainingTask;
  private readonly design: RunDesign;
  private readonly session: TrainingSession;
  /** The newest checkpoint to resume from. */
  private resumeFile: string | null = null;
  /** Best milestones that a newer one replaces: let go once a checkpoint no longer names them. */
  private superseded: string[] = [];
  private readonly environment: Readonly<Record<string, string>>;
  private facts: CheckpointFacts = { step: 0, evaluatedStep: -1, best: null };
  private hash: string | null = null;

  constructor(task: TrainingTask, design: RunDesign, session: TrainingSession) {
    this.task = task;
    this.design = design;
    this.session = session;
    this.environment = {
      clifford: VERSION,
      node: process.version,
      platform: `${process.platform}-${process.arch}`,
      ...task.backend.describe(),
    };
  }

  async run(): Promise<Ended> {
    const { task, design, session } = this;
    const { training } = design.spec;
    const plan = planTraining(design.spec);
    ensureFolder(join(task.folder, 'checkpoints'));
    ensureFolder(join(task.folder, 'milestones'));
    await this.resume();
    task.emit({
      type: 'started',
      engine: task.backend.name,
      threads: session.threads,
      parameters: design.layout.size,
      trainingImages: design.dataset.trainingImages,
      environment: this.environment,
    });
    const progress = createProgress(training, task.emit, plan.recordEvery);

    for (let k = this.facts.step; ; k++) {
      this.facts = { ...this.facts, step: k };
      task.onStep?.(k);
      const stopping = task.stop.aborted;
      const due = k > 0 && (k % training.checkpoint.everySteps === 0 || k === training.steps || stopping);
      if (due) {
        // No recording window crosses a checkpoint, so that resuming from it repeats none and loses none.
        progress.flush();
        await this.saveResume();
      }
      if (plan.milestones.has(k)) await this.saveMilestone('milestones/step', k);
      if (k % training.validation.everySteps === 0 || k === training.steps) await this.validate(k);
      if (plan.evaluations.includes(k) && this.facts.evaluatedStep < k && !stopping) {
        await this.evaluate(k);
        progress.restart();
      }
      // A stop during the evaluation leaves it to be done again: the checkpoint of step k says so.
      if (task.stop.aborted && k < training.steps) {
        progress.flush();
        if (!due) await this.saveResume();
        return this.ended('stopped');
      }
      if (k === training.steps) break;
      const result = await session.step(k);
      if (!isFinite(result)) {
        const { loss, gradientNorm, parameterNorm } = result;
        const what = `training step ${k + 1} gave a gradient norm of ${gradientNorm}, a parameter norm of ${parameterNorm} and a loss of`;
        throw this.nonFinite(what, loss);
      }
      progress.step(k, result, learningRate(training, k));
    }
    progress.flush();
    if (task.stop.aborted && this.facts.evaluatedStep < training.steps) return this.ended('stopped');
    await this.export();
    return this.ended('finished');
  }

  private async resume(): Promise<void> {
    const { task, design, session } = this;
    if (task.resumeFrom === null) return;
    const { state, ...facts } = readCheckpoint(
      join(task.folder, task.resumeFrom),
      design.spec,
      design.layout,
    );
    await session.load(state);
    this.facts = facts;
    this.hash = sha256(state.parameters);
    this.resumeFile = task.resumeFrom;
  }

  /** Writes a checkpoint to resume from; the history keeps the newest two. */
  private async saveResume(): Promise<void> {
    const file = `checkpoints/step-${padded(this.facts.step)}.safetensors`;
    await this.save(file, 'resume');
    this.resumeFile = file;
    if (this.superseded.length) this.task.emit({ type: 'retire', files: this.superseded });
    this.superseded = [];
  }

  private async saveMilestone(prefix: string, k: number): Promise<string> {
    const file = `${prefix}-${padded(k)}.safetensors`;
    await this.save(file, 'milestone');
    return file;
  }

  private async save(file: string, kind: 'resume' | 'milestone'): Promise<void> {
    const { task, design, session, facts } = this;
    const state = await session.state();
    const written = writeCheckpoint(
      join(task.folder, file),
      state,
      facts,
      design.spec,
      design.layout,
      kind,
      this.environment,
    );
    this.hash = sha256(state.parameters);
    task.emit({
      type: 'checkpoint',
      step: facts.step,
      weights: this.hash,
      artifact: { kind: kind === 'resume' ? 'checkpoint' : 'milestone', file, step: facts.step, ...written },
    });
  }

  private weightsNow(): 'raw' | 'ema' {
    return this.facts.step > this.design.spec.training.ema.startStep ? 'ema' : 'raw';
  }

  /** The model as it would be exported now. */
  private async model(taps: readonly string[] = []): Promise<Uint8Array> {
    const { design, facts } = this;
    const weights = this.weightsNow();
    const state = await this.session.state();
    const flat = weights === 'ema' ? state.average : state.parameters;
    return exportModel(design.spec, design.layout, flat, { step: facts.step, weights }, taps);
  }

  private async validate(k: number): Promise<void> {
    const value = await this.session.validationLoss(this.weightsNow());
    if (value !== null && !Number.isFinite(value))
      throw this.nonFinite(`the validation loss after step ${k} is`, value);
    if (value !== null)
      this.task.emit({ type: 'metrics', points: [{ step: k, key: 'validationLoss', value }] });
  }

  private async evaluate(k: number): Promise<void> {
    const { task, design } = this;
    const { steps } = design.spec.training;
    const report = phaseReport(task.emit, 'evaluating', k, steps);
    report(0);
    try {
      const result = await evaluateModel({
        design,
        model: await this.model(),
        step: k,
        weights: this.weightsNow(),
        final: k === steps,
        threads: task.threads,
        onProgress: report,
        signal: task.stop,
      });
      for (const artifact of writeEvaluation(design, result, task.folder, `evaluations/step-${padded(k)}`)) {
        task.emit({ type: 'artifact', artifact });
      }
      task.emit({ type: 'metrics', points: accuracyPoints(result.evaluation) });
      task.emit({ type: 'evaluation', evaluation: result.evaluation });
      this.facts = { ...this.facts, evaluatedStep: k };
      await this.keepBest(result.evaluation);
    } catch (error) {
      if (!(error instanceof CliffordError && error.code === 'CANCELLED')) throw error;
    }
  }

  /** Keeps the weights with the best in-distribution accuracy so far (the first of equals). */
  private async keepBest(evaluation: Evaluation): Promise<void> {
    const section =
      evaluation.sections.find((s) => s.section === 'in-distribution') ?? evaluation.sections[0]!;
    const before = this.facts.best;
    if (before && before.accuracy >= section.both.mean) return;
    const file = await this.saveMilestone('milestones/best', evaluation.step);
    this.facts = { ...this.facts, best: { step: evaluation.step, accuracy: section.both.mean, file } };
    if (before && before.file !== file) this.superseded.push(before.file);
  }

  private async export(): Promise<void> {
    const { task, facts, design } = this;
    const write = async (kind: 'model' | 'taps', file: string, taps: readonly string[]) => {
      const written = writeFileAtomic(join(task.folder, file), await this.model(taps));
      task.emit({ type: 'artifact', artifact: { kind, file, step: facts.step, ...written } });
    };
    await write('model', 'model.onnx', []);
    await write('taps', 'taps.onnx', tapsOf(design.spec));
    // The evaluated flag of the last step belongs to the checkpoint that a later look starts from.
    await this.saveResume();
  }

  private nonFinite(what: string, value: number): CliffordError {
    const kept = this.resumeFile ?? 'none was written yet';
    return new CliffordError(
      'NON_FINITE',
      `${what} ${value}, expected finite numbers; the last good checkpoint is kept (${kept}); ` +
        `a smaller learning rate or a longer warm-up usually helps`,
    );
  }

  private ended(outcome: 'finished' | 'stopped'): Ended {
    return { type: 'ended', outcome, step: this.facts.step, weights: this.hash, error: null };
  }
}

function padded(step: number): string {
  return String(step).padStart(8, '0');
}

function accuracyPoints({ step, sections }: Evaluation): MetricPoint[] {
  return sections.flatMap((s) =>
    (['x', 'y', 'both'] as const).map((k) => ({ step, key: `accuracy/${s.section}/${k}`, value: s[k].mean })),
  );
}
