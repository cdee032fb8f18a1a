import { z } from 'zod';

/** What an evaluation finds. It is stored in the history and sent between processes, hence schemas. */

/** A mean with its 95 % percentile bootstrap interval over labels. */
export const Estimate = z.object({ mean: z.number(), low: z.number(), high: z.number() });
export type Estimate = z.infer<typeof Estimate>;

/** Fractions that are right in x, in y, and in both. */
export const Score = z.object({ x: z.number(), y: z.number(), both: z.number() });
export type Score = z.infer<typeof Score>;

/** Accuracy of one section (Fig. 4c–e): fractions of generated images whose x, y, or both are right. */
export const SectionAccuracy = z.object({
  /** `overall`, a built-in section such as `in-distribution` or `vertical`, or a shape's name. */
  section: z.string(),
  /** Labels evaluated, and images generated for them. */
  labels: z.int(),
  images: z.int(),
  /** Labels drawn and passed over because their own ground truth cannot be read. */
  unreadableLabels: z.int(),
  x: Estimate,
  y: Estimate,
  both: Estimate,
  /** What copying the nearest seen value (of x, of y, of both) would score. */
  copyBaseline: Score,
  /** What a uniformly drawn position in the frame would score. */
  chance: Score,
  /** Median absolute error in px over images with exactly one feature; null if there was none. */
  medianErrorPx: z.object({ x: z.number().nullable(), y: z.number().nullable() }),
  /** Images with no feature on some axis, and others with several on some axis; both count as wrong. */
  none: z.int(),
  several: z.int(),
});
export type SectionAccuracy = z.infer<typeof SectionAccuracy>;
