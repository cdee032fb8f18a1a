import { counted } from '../../base/counted.ts';
import { invalid } from '../../base/errors.ts';

/** Points of any dimension, one row each. */
export interface Points {
  // data: (count, dimension)
  readonly data: Float32Array | Float64Array;
  readonly count: number;
  readonly dimension: number;
}

/**
 * Checks shape and values.
 * @param least points that the measurement needs
 * @throws CliffordError INVALID_INPUT naming the first row that is not finite, or how many points there are
 */
export function checkPoints({ data, count, dimension }: Points, least: number, what: string): void {
  if (data.length !== count * dimension || dimension < 1) {
    throw invalid(
      `${what}: got ${counted(data.length, 'number')} for ${counted(count, 'point')} of ${counted(dimension, 'dimension')}`,
    );
  }
  if (count < least) throw invalid(`${what}: got ${counted(count, 'point')}, expected at least ${least}`);
  for (let i = 0; i < data.length; i++) {
    if (!Number.isFinite(data[i])) {
      const [row, column] = [Math.floor(i / dimension), i % dimension];
      throw invalid(`${what}: got ${data[i]} at point ${row}, coordinate ${column}, expected finite numbers`);
    }
  }
}
