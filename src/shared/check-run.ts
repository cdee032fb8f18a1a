import { invalid } from '../core/base/errors.ts';
import { buildDataset } from '../core/dataset/dataset.ts';
import { type DenoiserDesign, denoiserLayout } from '../core/diffusion/graphs.ts';
import { samplingPlan } from '../core/diffusion/plan.ts';
import { makeSchedule } from '../core/diffusion/schedule.ts';
import type { SamplerSpec } from '../core/diffusion/spec.ts';
import { planEvaluation } from '../core/metrics/evaluation-labels.ts';
import type { TrainingSpec } from '../core/nn/training-spec.ts';
import type { RunSpec } from './run-spec.ts';

/**
 * What the schema cannot see: whether the parts of a specification fit each other. Done before a run is recorded,
 * so that a mistake leaves nothing behind. Takes a fraction of a second at the paper's size.
 * @throws CliffordError INVALID_INPUT, one sentence
 */
export function checkRun(spec: RunSpec): void {
  const { training, evaluation } = spec;
  shardSizeOf(training);
  checkWarmup(training);
  checkGuidance(evaluation.sampler, training);
  samplingPlan(makeSchedule(spec.diffusion), evaluation.sampler);
  const dataset = buildDataset(spec.dataset);
  denoiserLayout(designDenoiser(spec));
  // One label for each section proves that an evaluation has something to read; drawing them all takes longer.
  planEvaluation(dataset, { ...evaluation, labelsPerSection: 1, samplesPerLabel: 1 });
}

/** The network that a specification asks for. */
export function designDenoiser(spec: RunSpec): DenoiserDesign {
  const { size, margin, boundary } = spec.dataset;
  return {
    model: spec.model,
    diffusion: spec.diffusion,
    space: { size, margin, periodic: boundary === 'periodic' },
    withNoLabel: spec.training.labelDrop > 0,
  };
}

/**
 * Images of one shard.
 * @throws CliffordError INVALID_INPUT unless the shards divide the batch
 */
export function shardSizeOf({ batchSize, shards }: Pick<TrainingSpec, 'batchSize' | 'shards'>): number {
  if (batchSize % shards === 0) return batchSize / shards;
  throw invalid(`training.batchSize: got ${batchSize}, expected a multiple of training.shards (${shards})`);
}

/** @throws CliffordError INVALID_INPUT for guidance of a model that never learns to do without a label */
export function checkGuidance(
  { guidance }: Pick<SamplerSpec, 'guidance'>,
  { labelDrop }: Pick<TrainingSpec, 'labelDrop'>,
): void {
  if (guidance === 1 || labelDrop > 0) return;
  throw invalid(
    `evaluation.sampler.guidance: got ${guidance}, expected 1 (off), ` +
      'since training.labelDrop is 0 and the model never learns to do without a label',
  );
}

/** @throws CliffordError INVALID_INPUT for a warm-up that never ends: the peak rate would not be reached */
export function checkWarmup({ steps, rate }: Pick<TrainingSpec, 'steps' | 'rate'>): void {
  if (rate.warmupSteps < steps) return;
  throw invalid(
    `training.rate.warmupSteps: got ${rate.warmupSteps}, expected fewer than training.steps (${steps}), ` +
      'or the learning rate never reaches its peak',
  );
}
