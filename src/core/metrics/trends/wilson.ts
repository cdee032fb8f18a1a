import { invalid } from '../../base/errors.ts';

/** The 97.5 % quantile of the standard normal distribution. */
const Z = 1.959963984540054;

/**
 * Wilson's score interval of a proportion, 95 % (Wilson 1927; Newcombe 1998, method 3). Unlike a bootstrap, whose
 * interval has zero width where all labels are right or all are wrong, it says how far a few labels can be trusted.
 *
 * @param share observed proportion in [0, 1]; a mean of shares, such as the accuracy over the images of each label, is
 *   taken as one label's worth of certainty for each label
 * @param labels independent trials: labels, not their images
 * @throws CliffordError INVALID_INPUT
 */
export function wilsonInterval(
  share: number,
  labels: number,
): { readonly low: number; readonly high: number } {
  if (!(share >= 0 && share <= 1)) throw invalid(`Wilson interval: got a share of ${share}, expected 0 to 1`);
  if (!(labels > 0 && Number.isFinite(labels))) {
    throw invalid(`Wilson interval: got ${labels} labels, expected more than 0`);
  }
  const spread = (Z * Z) / labels;
  const centre = (share + spread / 2) / (1 + spread);
  const half = (Math.sqrt(spread) / (1 + spread)) * Math.sqrt(share * (1 - share) + spread / 4);
  // Exactly 0 and 1 at the ends, where rounding would leave 1e-17.
  return { low: share === 0 ? 0 : centre - half, high: share === 1 ? 1 : centre + half };
}
