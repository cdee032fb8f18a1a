import type { RunDesign } from './design.ts';

/** The state of training between two steps: four flat vectors (P) float32. */
export interface TrainingState {
  readonly parameters: Float32Array;
  readonly moment1: Float32Array;
  readonly moment2: Float32Array;
  /** Moving average of the parameters; equal to them before the average starts. */
  readonly average: Float32Array;
}

export const STATE_VECTORS = ['parameters', 'moment1', 'moment2', 'average'] as const;

export interface StepResult {
  /** Mean squared error of the batch. */
  readonly loss: number;
  /** Global norm before clipping. */
  readonly gradientNorm: number;
  /** Norm of all parameters after the step. */
  readonly parameterNorm: number;
}

export function isFinite({ loss, gradientNorm, parameterNorm }: StepResult): boolean {
  return [loss, gradientNorm, parameterNorm].every(Number.isFinite);
}

/** A training run on some device. One step at a time; the caller waits for each. */
export interface TrainingSession {
  readonly threads: number;
  /**
   * Runs optimizer step k = 0, 1, …. When the loss or a norm is not finite the state stays as it was before the
   * step, and the result says so.
   */
  step(k: number): Promise<StepResult>;
  /** The current state: a view that is valid until the next step. */
  state(): Promise<TrainingState>;
  /** Replaces the state. */
  load(state: TrainingState): Promise<void>;
  /** Validation loss of the raw or averaged weights over the fixed labels; null when there are none. */
  validationLoss(weights: 'raw' | 'ema'): Promise<number | null>;
  dispose(): Promise<void>;
}

/** An executor of training graphs. Everything else (datasets, sampling, files) is common to all engines. */
export interface TrainingBackend {
  readonly name: string;
  /** Versions and device, for the run's environment record. */
  describe(): Record<string, string>;
  open(design: RunDesign, threads: number | null): Promise<TrainingSession>;
}
