import { type Dataset, buildDataset } from '../core/dataset/dataset.ts';
import { type DenoiserDesign, denoiserLayout } from '../core/diffusion/graphs.ts';
import type { ParameterLayout } from '../core/nn/parameters.ts';
import { checkGuidance, designDenoiser, shardSizeOf } from '../shared/check-run.ts';
import type { RunSpec } from '../shared/run-spec.ts';

/** Everything derived from a run's spec that engines share. */
export interface RunDesign {
  readonly spec: RunSpec;
  readonly dataset: Dataset;
  readonly denoiser: DenoiserDesign;
  readonly layout: ParameterLayout;
  /** Images of one shard. */
  readonly shardSize: number;
}

/**
 * Derives what a run needs. Specs are checked before they are recorded (`checkRun`); here only what deriving
 * itself finds, since each thread does it.
 * @throws CliffordError INVALID_INPUT
 */
export function designRun(spec: RunSpec): RunDesign {
  checkGuidance(spec.evaluation.sampler, spec.training);
  const denoiser = designDenoiser(spec);
  return {
    spec,
    dataset: buildDataset(spec.dataset),
    denoiser,
    layout: denoiserLayout(denoiser),
    shardSize: shardSizeOf(spec.training),
  };
}
