import type { RunSpec } from '../../shared/run-spec.ts';

/** The same run over another number of steps: the warm-up stays the same share of it, so that the peak rate is reached. */
export function withSteps(spec: RunSpec, steps: number): RunSpec {
  const { training } = spec;
  const { warmupSteps } = training.rate;
  // Rounding may not leave a very short training without any step after the warm-up.
  const scaled = Math.min(steps - 1, Math.round((warmupSteps / training.steps) * steps));
  return { ...spec, training: { ...training, steps, rate: { ...training.rate, warmupSteps: scaled } } };
}
