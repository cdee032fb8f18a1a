import { CliffordError, invalid } from '../../base/errors.ts';
import type { Points } from './points.ts';

/** Points that need not be in memory at once: 102,400 representations of 4,096 numbers are 1.7 GB. */
export interface RowSource {
  readonly count: number;
  readonly dimension: number;
  /** Rows [from, to) as (to − from, dimension); the caller is done with them before it reads again. */
  read(from: number, to: number): Float32Array | Float64Array;
}

/** How a long computation tells where it is and learns that nobody waits any more. */
export interface Watch {
  /** 0…1, never falling. */
  readonly onProgress?: ((fraction: number) => void) | undefined;
  /** Asked between blocks of work; true ends the computation with CANCELLED. */
  readonly shouldStop?: (() => boolean) | undefined;
}

export function rowsOf({ data, count, dimension }: Points): RowSource {
  return { count, dimension, read: (from, to) => data.subarray(from * dimension, to * dimension) };
}

/** @throws CliffordError CANCELLED if the watcher says so */
export function throwIfStopped(watch: Watch, what: string): void {
  if (watch.shouldStop?.()) throw new CliffordError('CANCELLED', `${what}: stopped before it was finished`);
}

/** Part of a watch: its 0…1 is [from, to] of the whole. */
export function partOf(watch: Watch, from: number, to: number): Watch {
  return {
    // Exactly `to` at its end, where the next part begins.
    onProgress: (fraction) => watch.onProgress?.(from * (1 - fraction) + to * fraction),
    shouldStop: watch.shouldStop,
  };
}

/**
 * Calls back with one block of rows after another.
 * @throws CliffordError INVALID_INPUT if the source returns another number of values than it was asked for
 */
export function forEachBlock(
  source: RowSource,
  blockRows: number,
  visit: (rows: Float32Array | Float64Array, from: number, to: number) => void,
): void {
  for (let from = 0; from < source.count; from += blockRows) {
    const to = Math.min(source.count, from + blockRows);
    visit(readRows(source, from, to), from, to);
  }
}

export function readRows(source: RowSource, from: number, to: number): Float32Array | Float64Array {
  const rows = source.read(from, to);
  if (rows.length !== (to - from) * source.dimension) {
    throw invalid(
      `rows ${from}–${to}: got ${rows.length} numbers, expected ${to - from} rows of ${source.dimension}`,
    );
  }
  return rows;
}

export interface Moments {
  // mean: (dimension)
  readonly mean: Float64Array;
  /** Σ over points and coordinates of the squared deviation from the mean. */
  readonly scatter: number;
}

/**
 * Mean and total scatter in one pass. Both are taken about the first row, so that points that are all the same have
 * a scatter of exactly zero and a large common offset costs no digits.
 * @throws CliffordError INVALID_INPUT at the first value that is not finite
 */
export function moments(source: RowSource, blockRows: number, what: string, watch: Watch = {}): Moments {
  const { count, dimension } = source;
  const first = Float64Array.from(readRows(source, 0, 1));
  const sum = new Float64Array(dimension);
  const squares = new Float64Array(dimension);
  forEachBlock(source, blockRows, (rows, from, to) => {
    throwIfStopped(watch, what);
    for (let r = 0; r < to - from; r++) {
      for (let c = 0; c < dimension; c++) {
        const value = rows[r * dimension + c]!;
        if (!Number.isFinite(value)) {
          throw invalid(
            `${what}: got ${value} at point ${from + r}, coordinate ${c}, expected finite numbers`,
          );
        }
        const offset = value - first[c]!;
        sum[c]! += offset;
        squares[c]! += offset * offset;
      }
    }
    watch.onProgress?.(to / count);
  });
  let scatter = 0;
  const mean = first;
  for (let c = 0; c < dimension; c++) {
    scatter += Math.max(0, squares[c]! - (sum[c]! * sum[c]!) / count);
    mean[c]! += sum[c]! / count;
  }
  return { mean, scatter };
}
