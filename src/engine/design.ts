import { type Dataset, buildDataset } from '../core/dataset/dataset.ts';
import { type DenoiserDesign, denoiserLayout } from '../core/diffusion/graphs.ts';
import type { ParameterLayout } from '../core/nn/parameters.ts';
import { invalid } from '../core/base/errors.ts';
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

/** Derives and checks; throws INVALID_INPUT where parts of the spec do not fit each other. */
export function designRun(spec: RunSpec): RunDesign {
  const { batchSize, shards, labelDrop } = spec.training;
  if (batchSize % shards !== 0) {
    throw invalid(`training.shards (${shards}) must divide training.batchSize (${batchSize})`);
  }
  if (spec.evaluation.sampler.guidance !== 1 && labelDrop === 0) {
    throw invalid(
      `evaluation.sampler.guidance is ${spec.evaluation.sampler.guidance}, which needs training.labelDrop above 0, got 0`,
    );
  }
  const denoiser = designDenoiser(spec);
  return {
    spec,
    dataset: buildDataset(spec.dataset),
    denoiser,
    layout: denoiserLayout(denoiser),
    shardSize: batchSize / shards,
  };
}

export function designDenoiser(spec: RunSpec): DenoiserDesign {
  const { size, margin, boundary } = spec.dataset;
  return {
    model: spec.model,
    diffusion: spec.diffusion,
    space: { size, margin, periodic: boundary === 'periodic' },
    withNoLabel: spec.training.labelDrop > 0,
  };
}
