import { z } from 'zod';
import { DatasetSpec } from '../core/dataset/spec.ts';
import { DiffusionSpec } from '../core/diffusion/spec.ts';
import { EvaluationSpec } from '../core/metrics/spec.ts';
import { ModelSpec } from '../core/nn/spec.ts';
import { TrainingSpec } from '../core/nn/training-spec.ts';

/** Everything that decides a run's result. Two runs with equal specs and engines give equal weights. */
export const RunSpec = z.strictObject({
  version: z.literal(1),
  dataset: DatasetSpec,
  model: ModelSpec,
  diffusion: DiffusionSpec,
  training: TrainingSpec,
  evaluation: EvaluationSpec,
  seed: z.int().min(0).default(0),
});
export type RunSpec = z.infer<typeof RunSpec>;
export type RunSpecInput = z.input<typeof RunSpec>;
