import { counted } from '../../base/counted.ts';
import { invalid } from '../../base/errors.ts';
import { choose, LARGEST_KEY } from './simplices.ts';

/** What a computation may take, in bytes; more would not leave room for the rest of the process. */
const DEFAULT_MEMORY = 2 ** 30;

export interface MemoryBudget {
  /** All bytes that may be used. */
  readonly memory: number;
  /** @throws CliffordError INVALID_INPUT if columns under reduction take more than is left */
  check(bytes: number): void;
}

/**
 * Bytes that n points need at worst: the distances and ranks of all pairs, and a key, its place while sorting, and a pivot
 * for every simplex that could become a column. Most become none; what the columns' sums take beside is bounded (`Column`).
 */
function memoryEstimate(points: number, maxDim: number): number {
  const matrices = points * points * (8 + 4 + 4 + 8);
  const columns = maxDim === 0 ? 0 : choose(points, maxDim + 1) * 24;
  return matrices + columns;
}

/** The most points of which the simplices up to the dimension fit in memory, and their keys in a double. */
export function mostPoints(maxDim: number, memory = DEFAULT_MEMORY): number {
  let [low, high] = [2, 1_000_000];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(middle, maxDim, memory)) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** @throws CliffordError INVALID_INPUT naming how many landmarks would fit */
export function memoryBudget(points: number, maxDim: number, memory = DEFAULT_MEMORY): MemoryBudget {
  const most = mostPoints(maxDim, memory);
  if (points > most) {
    const needs = memoryEstimate(points, maxDim);
    const why =
      needs > memory
        ? `which may need ${Math.ceil(needs / 2 ** 20)} MiB, expected at most ${Math.floor(memory / 2 ** 20)} MiB: at most`
        : 'whose simplices are more than a double can number, expected at most';
    throw invalid(
      `topology: got ${counted(points, 'point')} up to H${maxDim}, ${why} ${most} points or landmarks`,
    );
  }
  return {
    memory,
    check(bytes) {
      if (bytes <= memory) return;
      throw invalid(
        `topology: got more than ${Math.floor(memory / 2 ** 20)} MiB while reducing ${points} points up to H${maxDim}, ` +
          `expected less: take fewer landmarks, such as ${Math.max(2, Math.floor(points / 2))}`,
      );
    },
  };
}

function fits(points: number, maxDim: number, memory: number): boolean {
  const keys = choose(points, 2) * choose(points, maxDim + 2);
  return memoryEstimate(points, maxDim) <= memory && keys <= LARGEST_KEY;
}
