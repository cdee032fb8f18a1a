import { z } from 'zod';

export const TrainingSpec = z.strictObject({
  /** Optimizer steps. */
  steps: z.int().min(1).max(100_000_000),
  batchSize: z.int().min(1).max(65_536),
  /** Each batch is cut into this many equal shards whose gradients are summed in order, whatever the cores. */
  shards: z.int().min(1).max(256).default(2),
  optimizer: z.strictObject({
    /** Peak learning rate of AdamW. */
    learningRate: z.number().positive(),
    beta1: z.number().min(0).lt(1).default(0.9),
    beta2: z.number().min(0).lt(1).default(0.999),
    epsilon: z.number().positive().default(1e-8),
    /** Decoupled; PyTorch's default. */
    weightDecay: z.number().min(0).default(0.01),
    /** Global gradient norm is clipped to this; null switches it off. */
    clipNorm: z.number().positive().nullable().default(1),
  }),
  rate: z.strictObject({
    /** After warm-up: `cosine` to `final`·peak, `onecycle` (cosine up over the warm-up, cosine down), or `constant`. */
    kind: z.enum(['cosine', 'onecycle', 'constant']),
    warmupSteps: z.int().min(0).default(0),
    /** Last rate as a fraction of the peak. */
    final: z.number().min(0).max(1).default(0),
  }),
  ema: z.strictObject({
    decay: z.number().min(0).lt(1),
    /** Before this step the average is not started, and raw weights are evaluated and exported. */
    startStep: z.int().min(0).default(0),
    /** decay_k = min(decay, (1 + k)/(10 + k)), k counted from startStep. */
    warmup: z.boolean().default(false),
  }),
  /** Fraction of labels replaced by "no label" for classifier-free guidance. */
  labelDrop: z.number().min(0).lt(1).default(0),
  validation: z.strictObject({
    /** Fixed unselected labels outside all regions; 0 switches it off. */
    count: z.int().min(0).max(65_536),
    everySteps: z.int().min(1),
  }),
  checkpoint: z.strictObject({
    /** Resume checkpoints, rotated (the newest two are kept). */
    everySteps: z.int().min(1),
    /** Logarithmically spaced milestones kept for analysis, besides step 0, the best and the last. */
    milestones: z.int().min(0).max(1000).default(8),
  }),
});
export type TrainingSpec = z.infer<typeof TrainingSpec>;
