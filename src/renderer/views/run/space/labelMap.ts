import type { SampledImage, SampledSection } from '../images/sampled.ts';

export type Feature = 'x' | 'y' | 'both';
export type Quantity = 'accuracy' | 'error';

/** One evaluated label of the label space. */
export interface MapCell {
  readonly x: number;
  readonly y: number;
  readonly section: string;
  readonly images: number;
  /** Fraction of its images that are right, or their median error in px; null if no image shows one feature. */
  readonly value: number | null;
}

/** Evaluated labels by what was found there. A label that several sections share (named shapes) comes once. */
export function labelCells(
  sections: readonly SampledSection[],
  quantity: Quantity,
  feature: Feature,
): MapCell[] {
  const cells = new Map<string, MapCell>();
  for (const { section, labels } of sections) {
    for (const { label, images } of labels) {
      const key = label.join();
      if (cells.has(key)) continue;
      const value = quantity === 'accuracy' ? accuracy(images, feature) : medianError(images, feature);
      cells.set(key, { x: label[0], y: label[1], section, images: images.length, value });
    }
  }
  return [...cells.values()];
}

/** The fraction of images that are right. */
export function accuracy(images: readonly SampledImage[], feature: Feature): number {
  const right = images.filter(({ verdict: { rightX, rightY } }) =>
    feature === 'x' ? rightX : feature === 'y' ? rightY : rightX && rightY,
  );
  return right.length / images.length;
}

/**
 * Median |Δ| in px over the images that show exactly one feature; of both, the larger of the two, which is what the
 * rule compares with the tolerance. Null if there is no such image.
 */
export function medianError(images: readonly SampledImage[], feature: Feature): number | null {
  const errors = images
    .map(({ verdict: { errorX, errorY } }) => {
      if (feature !== 'both') return feature === 'x' ? errorX : errorY;
      return errorX === null || errorY === null ? null : Math.max(errorX, errorY);
    })
    .filter((error) => error !== null)
    .sort((a, b) => a - b);
  if (errors.length === 0) return null;
  const middle = errors.length >> 1;
  return errors.length % 2 === 1 ? errors[middle]! : (errors[middle - 1]! + errors[middle]!) / 2;
}
