import { initialParameters } from '../../core/nn/parameters.ts';
import type { RunSpec } from '../../shared/run-spec.ts';
import { designRun } from '../design.ts';
import { exportModel } from '../export.ts';

/** Bytes of an exported denoiser with untrained weights, for tests of what comes after training. */
export function untrainedModel(spec: RunSpec, taps: readonly string[] = []): Uint8Array {
  const { layout } = designRun(spec);
  return exportModel(spec, layout, initialParameters(layout, spec.seed), { step: 12, weights: 'ema' }, taps);
}
