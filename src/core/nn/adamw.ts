import { add, div, minimum, mul, reshape, slice, sqrt, sub, sum } from '../graph/build.ts';
import type { Value } from '../graph/graph.ts';
import type { TrainingSpec } from './training-spec.ts';

/** Each (P) float32. `average` is the exponential moving average of the parameters. */
export interface OptimizerState {
  readonly parameters: Value;
  readonly moment1: Value;
  readonly moment2: Value;
  readonly average: Value;
}

/** Entries of the `hyper` input, which changes from step to step. */
export const HYPER = ['learningRate', 'correction1', 'correction2', 'averageDecay'] as const;

/**
 * AdamW (Loshchilov, Hutter, ICLR 2019) as PyTorch writes it, on flat vectors, after clipping the gradient's
 * global norm as `clip_grad_norm_` does; then the moving average. With decay d: average ← d·average + (1−d)·p,
 * so d = 0 keeps it equal to the parameters.
 */
export function adamW(
  state: OptimizerState,
  rawGradient: Value,
  hyper: Value,
  spec: TrainingSpec['optimizer'],
): Record<
  'nextParameters' | 'nextMoment1' | 'nextMoment2' | 'nextAverage' | 'gradientNorm' | 'parameterNorm',
  Value
> {
  const entry = (name: (typeof HYPER)[number]) => {
    const i = HYPER.indexOf(name);
    return reshape(slice(hyper, 0, i, i + 1), []);
  };
  const rate = entry('learningRate');
  const gradientNorm = sqrt(sum(mul(rawGradient, rawGradient), [0]));
  const g =
    spec.clipNorm === null
      ? rawGradient
      : mul(rawGradient, minimum(div(spec.clipNorm, add(gradientNorm, 1e-6)), 1));
  const m = add(mul(state.moment1, spec.beta1), mul(g, 1 - spec.beta1));
  const v = add(mul(state.moment2, spec.beta2), mul(mul(g, g), 1 - spec.beta2));
  const decayed = mul(state.parameters, sub(1, mul(rate, spec.weightDecay)));
  const denominator = add(div(sqrt(v), sqrt(entry('correction2'))), spec.epsilon);
  const p = sub(decayed, mul(div(m, denominator), div(rate, entry('correction1'))));
  const average = add(p, mul(sub(state.average, p), entry('averageDecay')));
  const parameterNorm = sqrt(sum(mul(p, p), [0]));
  return {
    nextParameters: p,
    nextMoment1: m,
    nextMoment2: v,
    nextAverage: average,
    gradientNorm,
    parameterNorm,
  };
}

/** Learning rate of step k = 0, 1, …: linear warm-up, then the schedule's shape. */
export function learningRate(spec: TrainingSpec, k: number): number {
  const { learningRate: peak } = spec.optimizer;
  const { kind, warmupSteps, final } = spec.rate;
  const cosine = (from: number, to: number, f: number) =>
    to + ((from - to) * (1 + Math.cos(Math.PI * f))) / 2;
  if (k < warmupSteps) {
    const f = (k + 1) / warmupSteps;
    return kind === 'onecycle' ? peak * cosine(1 / 25, 1, f) : peak * f;
  }
  if (kind === 'constant') return peak;
  const rest = Math.max(1, spec.steps - warmupSteps);
  return peak * cosine(1, final, Math.min(1, (k - warmupSteps) / rest));
}

/** Decay of the moving average at step k; 0 before it starts. */
export function averageDecay({ decay, startStep, warmup }: TrainingSpec['ema'], k: number): number {
  if (k < startStep) return 0;
  const n = k - startStep;
  return warmup ? Math.min(decay, (1 + n) / (10 + n)) : decay;
}

/** Values of `HYPER` for step k. */
export function hyperAt(spec: TrainingSpec, k: number, out: Float32Array): void {
  out[0] = learningRate(spec, k);
  out[1] = 1 - spec.optimizer.beta1 ** (k + 1);
  out[2] = 1 - spec.optimizer.beta2 ** (k + 1);
  out[3] = averageDecay(spec.ema, k);
}
