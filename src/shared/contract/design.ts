import { oc } from '@orpc/contract';
import { z } from 'zod';
import { RunSpec } from '../run-spec.ts';

/** What the designer asks for besides what it computes itself. */

export const PresetView = z.object({
  name: z.string(),
  title: z.string(),
  description: z.string(),
  spec: RunSpec,
  /** Saved by the user in this home; those that come with Clifford cannot be changed. */
  own: z.boolean(),
});
export type PresetView = z.infer<typeof PresetView>;

export const Estimate = z.object({
  parameters: z.int(),
  trainingImages: z.int(),
  /** Floating-point operations of one training step. */
  stepFlops: z.number(),
  /** Of training, without evaluations, and of all evaluations. */
  trainingSeconds: z.number(),
  evaluationSeconds: z.number(),
  memoryBytes: z.number(),
  /** One sentence: what the speed was taken from (an earlier run on this machine, or a typical value). */
  basis: z.string(),
});
export type Estimate = z.infer<typeof Estimate>;

export const designContract = {
  presets: oc.output(z.array(PresetView)),
  savePreset: oc
    .input(
      z.object({
        name: z.string(),
        title: z.string(),
        description: z.string(),
        spec: RunSpec,
        replace: z.boolean().default(false),
      }),
    )
    .output(PresetView),
  removePreset: oc.input(z.object({ name: z.string() })).output(z.object({ removed: z.string() })),
  /** @throws INVALID_INPUT in one sentence for a spec whose parts do not fit each other */
  estimate: oc.input(z.object({ spec: RunSpec })).output(Estimate),
};
