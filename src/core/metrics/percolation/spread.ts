import { quantile } from '../bootstrap.ts';

/** How a quantity varies over seeds. */
export interface Spread {
  readonly mean: number;
  /** Over n − 1; null for a single seed. */
  readonly sd: number | null;
  readonly median: number;
  /** 5 % and 95 % quantiles, interpolated. */
  readonly low: number;
  readonly high: number;
}

/** The ends of `Spread.low` and `Spread.high`. */
const BAND = [0.05, 0.95] as const;

/** @param values at least one, finite */
export function spread(values: readonly number[]): Spread {
  const n = values.length;
  const mean = values.reduce((a, b) => a + b, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const sorted = Float64Array.from(values).sort();
  return {
    mean,
    sd: n === 1 ? null : Math.sqrt(squares / (n - 1)),
    median: quantile(sorted, 0.5),
    low: quantile(sorted, BAND[0]),
    high: quantile(sorted, BAND[1]),
  };
}
