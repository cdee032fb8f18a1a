import { invalid } from '../base/errors.ts';
import { alphaBarAt, type Schedule } from './schedule.ts';
import type { SamplerSpec } from './spec.ts';

/**
 * One denoising step from t to tPrevious as a weighted sum over each pixel:
 * x_{t'} = fromX0·x₀ + fromEpsilon·ε + fromX·x_t + sigma·z, z ~ N(0, 1), x₀ and ε as predicted at t.
 */
export interface PlannedStep {
  readonly t: number;
  /** The next timestep, −1 for the clean image. */
  readonly tPrevious: number;
  readonly fromX0: number;
  readonly fromEpsilon: number;
  readonly fromX: number;
  readonly sigma: number;
}

/**
 * All steps of a sampler, noisiest first.
 * @throws CliffordError INVALID_INPUT when there are more steps than timesteps
 */
export function samplingPlan(
  schedule: Schedule,
  sampler: Pick<SamplerSpec, 'kind' | 'steps' | 'eta' | 'spacing' | 'variance'>,
): PlannedStep[] {
  const visited = sampledTimesteps(schedule.timesteps, sampler.steps, sampler.spacing);
  return Array.from(visited, (t, i) => {
    const tPrevious = visited[i + 1] ?? -1;
    return sampler.kind === 'ddim'
      ? ddimStep(schedule, t, tPrevious, sampler.eta)
      : ddpmStep(schedule, t, tPrevious, sampler.variance);
  });
}

/** The timesteps that a sampler visits, (steps) decreasing integers in [0, T). */
export function sampledTimesteps(T: number, steps: number, spacing: SamplerSpec['spacing']): Int32Array {
  if (!Number.isInteger(steps) || steps < 1 || steps > T) {
    throw invalid(`sampler.steps: got ${steps}, expected an integer from 1 to the model's ${T} timesteps`);
  }
  if (spacing === 'leading') {
    const ratio = Math.floor(T / steps);
    return Int32Array.from({ length: steps }, (_, i) => (steps - 1 - i) * ratio);
  }
  if (steps === 1) return Int32Array.of(T - 1);
  return Int32Array.from({ length: steps }, (_, i) => Math.round(((T - 1) * (steps - 1 - i)) / (steps - 1)));
}

/** Variance of q(x_{t'} | x_t, x₀) for any t' < t: (1−ᾱ_{t'})/(1−ᾱ_t)·(1 − ᾱ_t/ᾱ_{t'}); DDPM eq. 7 at t' = t − 1. */
export function posteriorVariance(schedule: Schedule, t: number, tPrevious: number): number {
  const aPrevious = alphaBarAt(schedule, tPrevious);
  const a = alphaBarAt(schedule, t);
  return ((1 - aPrevious) / (1 - a)) * (1 - a / aPrevious);
}

/** DDIM eq. 12 with σ² = η²·posterior variance (eq. 16). */
function ddimStep(schedule: Schedule, t: number, tPrevious: number, eta: number): PlannedStep {
  const aPrevious = alphaBarAt(schedule, tPrevious);
  const variance = eta ** 2 * posteriorVariance(schedule, t, tPrevious);
  return {
    t,
    tPrevious,
    fromX0: Math.sqrt(aPrevious),
    // At η = 1 and t' = −1 both terms are zero and rounding could make the difference negative.
    fromEpsilon: Math.sqrt(Math.max(0, 1 - aPrevious - variance)),
    fromX: 0,
    sigma: Math.sqrt(variance),
  };
}

/**
 * The posterior mean (DDPM eq. 7) over a stride, whose β is 1 − ᾱ_t/ᾱ_{t'}; no noise in the last step
 * (algorithm 2, z = 0).
 */
function ddpmStep(
  schedule: Schedule,
  t: number,
  tPrevious: number,
  variance: SamplerSpec['variance'],
): PlannedStep {
  const a = alphaBarAt(schedule, t);
  const aPrevious = alphaBarAt(schedule, tPrevious);
  const alpha = a / aPrevious;
  const sigma2 = variance === 'beta' ? 1 - alpha : posteriorVariance(schedule, t, tPrevious);
  return {
    t,
    tPrevious,
    fromX0: (Math.sqrt(aPrevious) * (1 - alpha)) / (1 - a),
    fromEpsilon: 0,
    fromX: (Math.sqrt(alpha) * (1 - aPrevious)) / (1 - a),
    sigma: tPrevious === -1 ? 0 : Math.sqrt(sigma2),
  };
}
