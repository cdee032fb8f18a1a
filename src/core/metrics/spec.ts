import { z } from 'zod';
import { SamplerSpec } from '../diffusion/spec.ts';

export const EvaluationSpec = z.strictObject({
  sampler: SamplerSpec,
  /** At most this many labels for each section, drawn once with the evaluation seed. */
  labelsPerSection: z.int().min(1).max(100_000),
  /** Generated images for each label. */
  samplesPerLabel: z.int().min(1).max(1000),
  /** The same two numbers for the (cheaper) evaluations during training. */
  during: z.strictObject({
    labelsPerSection: z.int().min(1).max(100_000),
    samplesPerLabel: z.int().min(1).max(1000),
  }),
  /** How many evaluations between step 0 and the end, evenly spaced in steps; step 0 and the end always. */
  points: z.int().min(0).max(10_000),
  /** Error strictly below this many pixels counts as right; null means N/32. */
  tolerancePx: z.number().positive().nullable().default(null),
  readout: z.enum(['matchedFilter', 'centreOfMass', 'marginalArgmax']).default('matchedFilter'),
  seed: z.int().min(0).default(0),
});
export type EvaluationSpec = z.infer<typeof EvaluationSpec>;
