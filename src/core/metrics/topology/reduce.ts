import type { MemoryBudget } from './memory.ts';
import { Column, FORGOTTEN, NONE } from './column.ts';
import { coboundary } from './cofaces.ts';
import { Keys } from './keys.ts';
import { Pivots } from './pivots.ts';
import type { Pulse } from './pulse.ts';
import type { Complex } from './simplices.ts';

export interface Reduction {
  /** Ranks of birth and death in turn; the death of an essential class is −1. Pairs of equal ranks are left out. */
  readonly pairs: readonly number[];
  /** Simplices of the next dimension that end a class: they begin none (clearing). */
  readonly pivots: Pivots;
}

/**
 * Reduces the coboundary matrix of one dimension. The matrix is never stored: of a reduced column only which columns
 * were added to it, and their coboundaries are enumerated again when it is added to another.
 * @param columns keys, ascending; columns are reduced from the last in the filtration to the first
 */
export function reduce(
  complex: Complex,
  dimension: 1 | 2,
  columns: Float64Array,
  budget: MemoryBudget,
  beat: Pulse,
): Reduction {
  const { n, sizes } = complex;
  const size = sizes[dimension]!;
  const cofaceSize = sizes[dimension + 1]!;
  const { add, sameDiameter, apparentFacet } = coboundary(complex, dimension);
  const pairs: number[] = [];
  const pivots = new Pivots();
  const column = new Column(complex.limit * cofaceSize, budget.memory / 8);
  // added: what was added to the column at hand; stored[from[i] … from[i + 1] − 1] what was added to column i
  const added = new Keys();
  const stored = new Keys();
  const from = new Float64Array(columns.length + 1);

  for (let done = 0; done < columns.length; done++) {
    beat.progress = done / columns.length;
    beat.work(n);
    const key = columns[columns.length - 1 - done]!;
    const birth = Math.floor(key / size);

    // Emergent pair: the first coface is the pivot if it has the same diameter and no other column has it.
    const first = sameDiameter(key);
    if (first >= 0 && pivots.get(first) < 0 && apparentFacet(first) < 0) {
      pivots.set(first, done);
      from[done + 1] = stored.length;
      continue;
    }

    added.length = 0;
    column.clear();
    add(key, column);
    let pivot: number;
    while ((pivot = column.pivot()) !== NONE) {
      if (pivot === FORGOTTEN) {
        column.again();
        add(key, column);
        for (let i = 0; i < added.length; i++) {
          add(added.values[i]!, column);
          beat.work(n);
        }
        continue;
      }
      const other = pivots.get(pivot);
      if (other >= 0) {
        const otherKey = columns[columns.length - 1 - other]!;
        added.push(otherKey);
        add(otherKey, column);
        const end = from[other + 1]!;
        for (let i = from[other]!; i < end; i++) {
          added.push(stored.values[i]!);
          add(stored.values[i]!, column);
        }
        beat.work(n * (end - from[other]! + 1) * 4);
        continue;
      }
      const facet = apparentFacet(pivot);
      if (facet < 0) break;
      added.push(facet);
      add(facet, column);
      beat.work(4 * n);
    }
    if (pivot === NONE) {
      pairs.push(birth, -1);
    } else {
      pivots.set(pivot, done);
      const death = Math.floor(pivot / cofaceSize);
      if (death !== birth) pairs.push(birth, death);
      keepOdd(added, stored);
    }
    from[done + 1] = stored.length;
    budget.check(8 * (stored.values.length + added.values.length) + pivots.bytes + column.bytes);
  }
  return { pairs, pivots };
}

/** Appends what stands in the list an odd number of times. */
function keepOdd(list: Keys, to: Keys): void {
  const sorted = list.sorted();
  for (let i = 0; i < sorted.length;) {
    let same = i + 1;
    while (same < sorted.length && sorted[same] === sorted[i]) same++;
    if ((same - i) % 2 === 1) to.push(sorted[i]!);
    i = same;
  }
}
