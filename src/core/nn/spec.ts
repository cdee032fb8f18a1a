import { z } from 'zod';

/** How one label coordinate becomes a vector. */
export const LabelEncoding = z.discriminatedUnion('kind', [
  /** sin and cos of 2π·v/period at geometrically spaced frequencies: angle = v·scale·maxPeriod^(-i/half). */
  z.strictObject({
    kind: z.literal('sinusoidal'),
    dim: z.int().min(2).max(1024),
    maxPeriod: z.number().positive().default(100),
    /** Radians per label unit of the fastest component; null means 8π/N. */
    scale: z.number().positive().nullable().default(null),
  }),
  /** sin and cos of 2πkv/N for k = 1 … count: periodic in the frame. */
  z.strictObject({ kind: z.literal('harmonics'), count: z.int().min(1).max(512) }),
  /** A Gaussian bump on a line of `dim` units across the label space. */
  z.strictObject({
    kind: z.literal('bump'),
    dim: z.int().min(2).max(1024),
    sigma: z.number().positive().default(1),
  }),
  /** One unit for each label unit across the label space (nearest integer). */
  z.strictObject({ kind: z.literal('onehot') }),
]);
export type LabelEncoding = z.infer<typeof LabelEncoding>;

export const ModelSpec = z.strictObject({
  /** Channels after the input convolution. */
  stem: z.int().min(1).max(1024),
  /** Channels of each level, finest first. Every level halves the image once: after its block (`residual`) or before it (`doubleConv`). */
  widths: z.array(z.int().min(1).max(2048)).min(2).max(6),
  /** Channels of the bottleneck's blocks, in order. */
  bottleneck: z.array(z.int().min(1).max(2048)).min(1).max(4),
  /** Channels after each up block, coarsest first. */
  up: z.array(z.int().min(1).max(2048)).min(2).max(6),
  /**
   * - `residual`: pre-activation residual blocks, embedding added between the two convolutions
   * - `doubleConv`: the paper's inferred design (conv, norm, activation twice; embedding added after the block)
   */
  block: z.enum(['residual', 'doubleConv']),
  activation: z.enum(['silu', 'gelu']),
  /** Groups of the group normalization (1: over all channels). */
  normGroups: z.int().min(1).max(256),
  downsample: z.enum(['average', 'max']),
  upsample: z.enum(['nearest', 'bilinear']),
  /** Convolution padding: circular wraps like a torus. */
  padding: z.enum(['zero', 'circular']).default('zero'),
  attention: z.strictObject({
    /** Names of the blocks followed by self-attention: down1 … , bottleneck1 … , up1 … */
    after: z.array(z.string()),
    heads: z.int().min(1).max(64),
    /** `projection`: norm, attention, projection. `transformer`: with layer norm and a feed-forward after it. */
    kind: z.enum(['projection', 'transformer']),
  }),
  embedding: z.strictObject({
    /** Width of the conditioning vector fed to each block. */
    dim: z.int().min(4).max(4096),
    /** `mlp`: linear, SiLU, linear over the concatenated encodings. `none`: the encodings themselves. */
    mix: z.enum(['mlp', 'none']),
    time: z.strictObject({ dim: z.int().min(2).max(1024), maxPeriod: z.number().positive().default(10_000) }),
    label: LabelEncoding,
  }),
});
export type ModelSpec = z.infer<typeof ModelSpec>;
