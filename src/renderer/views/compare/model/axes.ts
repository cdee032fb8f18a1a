import type { Series } from '../../../../shared/compare/seeds.ts';
import type { ComparedRun, SeriesOf } from './run.ts';

export type Abscissa = 'step' | 'images' | 'seconds';

export const ABSCISSAS: { readonly [X in Abscissa]: { label: string; title: string } } = {
  step: { label: 'Step', title: 'step' },
  images: { label: 'Images seen', title: 'training images seen' },
  seconds: { label: 'Training time', title: 'training time without evaluations (s)' },
};

/** The metric that times follow from. */
export const THROUGHPUT = 'imagesPerSecond';

/**
 * Where a step of a run lies on an axis; null where that is not known (a time beyond the recorded throughput).
 * Points of metrics carry no clock, but the throughput measured along with them does: a stretch of k steps at v
 * images/s takes k · batch / v seconds.
 */
export function abscissaOf(
  run: Pick<ComparedRun, 'id' | 'spec'>,
  kind: Abscissa,
  seriesOf: SeriesOf,
): (step: number) => number | null {
  const { batchSize } = run.spec.training;
  if (kind === 'step') return (step) => step;
  if (kind === 'images') return (step) => step * batchSize;
  return secondsAt(seriesOf(run.id, THROUGHPUT) ?? [], batchSize);
}

/** True when times are known for every run. */
export function knowsTime(runs: readonly Pick<ComparedRun, 'metricKeys'>[]): boolean {
  return runs.length > 0 && runs.every(({ metricKeys }) => metricKeys.includes(THROUGHPUT));
}

/**
 * Seconds of training up to a step, linear between the points of the throughput.
 * @param throughput [step, images/s], steps ascending; a point holds for the stretch that ends at it
 */
export function secondsAt(throughput: Series, batchSize: number): (step: number) => number | null {
  const steps = [0];
  const seconds = [0];
  for (const [step, rate] of throughput) {
    if (!(rate > 0) || step <= steps.at(-1)!) continue;
    seconds.push(seconds.at(-1)! + ((step - steps.at(-1)!) * batchSize) / rate);
    steps.push(step);
  }
  return (step) => {
    if (step < 0 || step > steps.at(-1)!) return null;
    let low = 0;
    let high = steps.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (steps[middle]! <= step) low = middle;
      else high = middle;
    }
    if (steps[low] === step) return seconds[low]!;
    const part = (step - steps[low]!) / (steps[high]! - steps[low]!);
    return seconds[low]! + part * (seconds[high]! - seconds[low]!);
  };
}
