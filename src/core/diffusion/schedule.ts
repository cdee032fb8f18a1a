import { invalid } from '../base/errors.ts';
import type { DiffusionSpec } from './spec.ts';

/**
 * The noise schedule of a diffusion process with the symbols of DDPM (Ho, Jain, Abbeel, "Denoising diffusion
 * probabilistic models", NeurIPS 2020). Index t = 0 … T−1 is the paper's t = 1 … T. Each table is
 * Float64Array (T), and all values are finite.
 */
export interface Schedule {
  /** T, the number of diffusion steps. */
  readonly timesteps: number;
  /** β_t, the variance added in one forward step (eq. 2), in (0, 1). */
  readonly beta: Float64Array;
  /** α_t = 1 − β_t. */
  readonly alpha: Float64Array;
  /** ᾱ_t = ∏_{s ≤ t} α_s, the signal's share of the variance of x_t (eq. 4), in (0, 1), decreasing. */
  readonly alphaBar: Float64Array;
  /** √ᾱ_t: x_t = √ᾱ_t x₀ + √(1−ᾱ_t) ε (eq. 4). */
  readonly sqrtAlphaBar: Float64Array;
  /** √(1−ᾱ_t). */
  readonly sqrtOneMinusAlphaBar: Float64Array;
  /** β̃_t = (1−ᾱ_{t−1})/(1−ᾱ_t) β_t, the variance of q(x_{t−1} | x_t, x₀) (eq. 7); 0 at t = 0. */
  readonly posteriorVariance: Float64Array;
}

/**
 * Tables of a schedule.
 * @throws CliffordError INVALID_INPUT when T or a β is out of range
 */
export function makeSchedule(spec: Pick<DiffusionSpec, 'timesteps' | 'schedule'>): Schedule {
  const T = spec.timesteps;
  if (!Number.isInteger(T) || T < 2) {
    throw invalid(`diffusion.timesteps: got ${T}, expected an integer of at least 2`);
  }
  const beta = spec.schedule.kind === 'linear' ? linearBeta(T, spec.schedule) : cosineBeta(T, spec.schedule);
  return fromBeta(beta);
}

/** ᾱ at t, where t = −1 is the clean image: ᾱ(−1) = 1. */
export function alphaBarAt(schedule: Schedule, t: number): number {
  if (t === -1) return 1;
  const value = schedule.alphaBar[t];
  if (value === undefined) {
    throw invalid(`timestep: got ${t}, expected an integer from -1 to ${schedule.timesteps - 1}`);
  }
  return value;
}

/** β from betaStart to betaEnd in T equal steps (DDPM, section 4). */
function linearBeta(T: number, { betaStart, betaEnd }: { betaStart: number; betaEnd: number }): Float64Array {
  openUnit('diffusion.schedule.betaStart', betaStart);
  openUnit('diffusion.schedule.betaEnd', betaEnd);
  if (betaStart > betaEnd) {
    throw invalid(
      `diffusion.schedule: got betaStart ${betaStart} above betaEnd ${betaEnd}, expected betaStart ≤ betaEnd`,
    );
  }
  return Float64Array.from({ length: T }, (_, t) => betaStart + ((betaEnd - betaStart) * t) / (T - 1));
}

/**
 * f(t) = cos²((t/T + s)/(1 + s)·π/2), β_t = min(1 − f(t+1)/f(t), maxBeta) (Nichol, Dhariwal, "Improved
 * denoising diffusion probabilistic models", ICML 2021, eq. 17).
 */
function cosineBeta(T: number, { s, maxBeta }: { s: number; maxBeta: number }): Float64Array {
  if (!(s > 0 && Number.isFinite(s))) {
    throw invalid(`diffusion.schedule.s: got ${s}, expected a finite number greater than 0`);
  }
  openUnit('diffusion.schedule.maxBeta', maxBeta);
  const f = (t: number) => Math.cos((((t / T + s) / (1 + s)) * Math.PI) / 2) ** 2;
  return Float64Array.from({ length: T }, (_, t) => Math.min(1 - f(t + 1) / f(t), maxBeta));
}

/** β = 1 would make ᾱ zero, and no x₀ could be predicted from x_t. */
function openUnit(name: string, value: number): void {
  if (!(value > 0 && value < 1)) {
    throw invalid(`${name}: got ${value}, expected a number between 0 and 1, both excluded`);
  }
}

function fromBeta(beta: Float64Array): Schedule {
  const alpha = beta.map((b) => 1 - b);
  let product = 1;
  const alphaBar = alpha.map((a) => (product *= a));
  const last = alphaBar.length - 1;
  // Thousands of steps with a large β underflow: x_t would hold no trace of x₀, and 1/√ᾱ is not finite.
  if (alphaBar[last]! < 1e-30) {
    const t = alphaBar.findIndex((a) => a < 1e-30);
    throw invalid(
      `diffusion.schedule: ᾱ falls to ${alphaBar[t]} at t = ${t}, expected at least 1e-30; use fewer steps or a smaller β`,
    );
  }
  return {
    timesteps: beta.length,
    beta,
    alpha,
    alphaBar,
    sqrtAlphaBar: alphaBar.map(Math.sqrt),
    sqrtOneMinusAlphaBar: alphaBar.map((a) => Math.sqrt(1 - a)),
    posteriorVariance: beta.map((b, t) => (t === 0 ? 0 : ((1 - alphaBar[t - 1]!) / (1 - alphaBar[t]!)) * b)),
  };
}
