import { z } from 'zod';

export const DiffusionSpec = z.strictObject({
  /** Number of diffusion steps T. */
  timesteps: z.int().min(2).max(10_000),
  schedule: z.discriminatedUnion('kind', [
    /** β from betaStart to betaEnd in equal steps (DDPM). */
    z.strictObject({
      kind: z.literal('linear'),
      betaStart: z.number().positive().max(1).default(1e-4),
      betaEnd: z.number().positive().max(1).default(0.02),
    }),
    /** ᾱ(t) = cos²((t/T + s)/(1 + s)·π/2), β at most maxBeta (improved DDPM). */
    z.strictObject({
      kind: z.literal('cosine'),
      s: z.number().positive().default(0.008),
      maxBeta: z.number().positive().max(1).default(0.999),
    }),
  ]),
  /** What the network predicts: the noise ε, or v = √ᾱ ε − √(1−ᾱ) x₀. */
  prediction: z.enum(['epsilon', 'v']).default('epsilon'),
});
export type DiffusionSpec = z.infer<typeof DiffusionSpec>;

export const SamplerSpec = z.strictObject({
  kind: z.enum(['ddim', 'ddpm']).default('ddim'),
  /** Number of denoising steps; `ddpm` with steps = T is ancestral sampling. */
  steps: z.int().min(1).max(10_000).default(50),
  /** DDIM noise: 0 is deterministic, 1 the DDPM-like variance. */
  eta: z.number().min(0).max(1).default(0),
  /**
   * Which of the T timesteps `steps` visits. `linspace`: from T−1 to 0 at equal distances, rounded, both ends
   * included. `leading`: the multiples 0, r, 2r … of r = ⌊T/steps⌋, so the noisiest ones are left out.
   */
  spacing: z.enum(['linspace', 'leading']).default('linspace'),
  /** DDPM noise: σ² = β, or the posterior variance β̃ (DDPM, section 3.2). Ignored by `ddim`. */
  variance: z.enum(['beta', 'posterior']).default('beta'),
  /** Clip the predicted clean image to [-1, 1] at each step. */
  clip: z.boolean().default(true),
  /**
   * DDIM after clipping x₀: `recompute` takes the ε that belongs to the clipped x₀, so that x₀ and ε still
   * explain x_t, which matters with few steps; `keep` uses the network's ε as it is. Ignored by `ddpm`,
   * whose posterior mean has no ε.
   */
  epsilonAfterClip: z.enum(['recompute', 'keep']).default('recompute'),
  /** Classifier-free guidance weight; 1 is off. Needs a model trained with label drop. */
  guidance: z.number().min(0).max(100).default(1),
});
export type SamplerSpec = z.infer<typeof SamplerSpec>;
