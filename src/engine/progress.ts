import type { TrainingSpec } from '../core/nn/training-spec.ts';
import type { EngineEvent } from '../shared/engine-protocol.ts';
import type { StepResult } from './backend.ts';

export interface Progress {
  /** Step k (from 0) is done. */
  step(k: number, result: StepResult, learningRate: number): void;
  /** Time spent elsewhere (evaluating) does not count as training time. */
  restart(): void;
  /** Writes what is left of the current window. */
  flush(): void;
}

const REPORT_MS = 200;
/** Throughput is measured over about this long. */
const RATE_MS = 3000;

/**
 * Turns steps into `progress` events (a few each second) and `metrics` events: loss, gradient norm and learning
 * rate as means over windows of `every` steps that end at its multiples, whatever the start.
 */
export function createProgress(
  { steps, batchSize }: TrainingSpec,
  emit: (event: EngineEvent) => void,
  every: number,
): Progress {
  let window = { count: 0, loss: 0, norm: 0, rate: 0, last: 0 };
  let reported = 0;
  let measuredFrom = performance.now();
  let measuredSteps = 0;
  let imagesPerSecond: number | null = null;

  const flush = (): void => {
    if (window.count === 0) return;
    const at = window.last + 1;
    const mean = (v: number) => v / window.count;
    emit({
      type: 'metrics',
      points: [
        { step: at, key: 'loss', value: mean(window.loss) },
        { step: at, key: 'gradientNorm', value: mean(window.norm) },
        { step: at, key: 'learningRate', value: mean(window.rate) },
        ...(imagesPerSecond === null ? [] : [{ step: at, key: 'imagesPerSecond', value: imagesPerSecond }]),
      ],
    });
    window = { count: 0, loss: 0, norm: 0, rate: 0, last: window.last };
  };

  return {
    step(k, { loss, gradientNorm }, learningRate) {
      window.count++;
      window.loss += loss;
      window.norm += gradientNorm;
      window.rate += learningRate;
      window.last = k;
      const now = performance.now();
      measuredSteps++;
      if (now - measuredFrom > RATE_MS || imagesPerSecond === null) {
        imagesPerSecond = (measuredSteps * batchSize * 1000) / (now - measuredFrom);
        if (now - measuredFrom > RATE_MS) {
          measuredFrom = now;
          measuredSteps = 0;
        }
      }
      if ((k + 1) % every === 0) flush();
      if (now - reported < REPORT_MS && k + 1 < steps) return;
      reported = now;
      emit({
        type: 'progress',
        phase: 'training',
        step: k + 1,
        steps,
        loss,
        imagesPerSecond,
        secondsLeft: ((steps - k - 1) * batchSize) / imagesPerSecond,
        fraction: (k + 1) / steps,
      });
    },
    restart() {
      measuredFrom = performance.now();
      measuredSteps = 0;
    },
    flush,
  };
}

/** Reports how far a phase other than training is, 0 … 1; `step` is where training stands. */
export function phaseReport(
  emit: (event: EngineEvent) => void,
  phase: 'evaluating' | 'sampling',
  step = 0,
  steps = 0,
): (fraction: number) => void {
  const unknown = { loss: null, imagesPerSecond: null, secondsLeft: null };
  return (fraction) => emit({ type: 'progress', phase, step, steps, ...unknown, fraction });
}
