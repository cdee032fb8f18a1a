import { describe, expect, it } from 'vitest';
import { Rng } from '../../base/rng.ts';
import { Column, FORGOTTEN, NONE } from './column.ts';

/** The same sum as a set of keys. */
class PlainSum {
  private readonly keys = new Set<number>();
  add(key: number): void {
    if (!this.keys.delete(key)) this.keys.add(key);
  }
  least(): number {
    let least = Infinity;
    for (const key of this.keys) least = Math.min(least, key);
    return least === Infinity ? -1 : least;
  }
}

describe('a column', () => {
  // 40,000 keys are more than stay in one heap; few distinct ones cancel often, and 2⁵² is the largest range there is.
  it.each([
    [300, 3000, 1],
    [40_000, 2 ** 52, 2],
    [40_000, 60_000, 3],
    [40_000, 500, 4],
  ])('has the pivots of a sum over Z/2: %i keys below %i', (count, range, seed) => {
    const rng = new Rng(seed, 'noise');
    const column = new Column(range);
    const plain = new PlainSum();
    const draw = (from: number) => from + Math.floor(rng.uniform() * (range - from));
    const add = (keys: readonly number[]) => {
      column.reserve(keys.length);
      for (const key of keys) {
        column.push(key);
        plain.add(key);
      }
    };
    for (let i = 0; i < count / 100; i++) add(Array.from({ length: 100 }, () => draw(0)));
    for (let step = 0; step < 60; step++) {
      const pivot = column.pivot();
      expect(pivot).toBe(plain.least());
      if (pivot < 0) break;
      // As in a reduction: what is added begins with the pivot, and the rest lies behind it.
      add([pivot, ...Array.from({ length: 100 }, () => draw(pivot))]);
    }
  });

  it('empties in order', () => {
    const range = 1e9;
    const rng = new Rng(9, 'noise');
    const keys = new Float64Array(50_000).map(() => Math.floor(rng.uniform() * range));
    const column = new Column(range);
    for (const key of keys) {
      column.reserve(1);
      column.push(key);
    }
    const odd = new Map<number, number>();
    for (const key of keys) odd.set(key, (odd.get(key) ?? 0) + 1);
    const expected = [...odd].filter(([, times]) => times % 2 === 1).map(([key]) => key);
    const out: number[] = [];
    for (let pivot = column.pivot(); pivot >= 0; pivot = column.pivot()) {
      out.push(pivot);
      column.reserve(1);
      column.push(pivot);
    }
    expect(out).toEqual(expected.sort((p, q) => p - q));
  });

  it('asks again for what did not fit, and has the same pivots', () => {
    const range = 1e12;
    const rng = new Rng(8, 'noise');
    const draw = (from: number) => from + Math.floor(rng.uniform() * (range - from));
    // The buckets hold 65,536 keys at least; of these 300,000 all but 3,000 stand twice.
    const twice = Array.from({ length: 148_500 }, () => draw(0));
    const keys = [...twice, ...Array.from({ length: 3000 }, () => draw(0)), ...twice];
    const odd = new Set<number>();
    for (const key of keys) if (!odd.delete(key)) odd.add(key);
    const column = new Column(range, 1);
    const pushed: number[] = [];
    const push = (some: readonly number[]) => {
      for (const key of some) {
        column.reserve(1);
        column.push(key);
      }
    };
    const add = (some: readonly number[]) => {
      pushed.push(...some);
      push(some);
    };
    for (let i = 0; i < keys.length; i += 1000) add(keys.slice(i, i + 1000));
    let forgotten = 0;
    for (const expected of [...odd].sort((p, q) => p - q)) {
      let pivot = column.pivot();
      for (; pivot === FORGOTTEN; pivot = column.pivot()) {
        forgotten++;
        column.again();
        push(pushed);
      }
      expect(pivot).toBe(expected);
      add([pivot]);
    }
    expect(forgotten).toBeGreaterThan(1);
    expect(column.pivot()).toBe(NONE);
    expect(column.bytes).toBeLessThan(2 * 8 * 65_536 + 2 ** 20);
  });

  it('is empty after it was cleared', () => {
    const column = new Column(1e6);
    column.reserve(50_000);
    for (let i = 0; i < 50_000; i++) column.push(i * 20);
    expect(column.pivot()).toBe(0);
    column.clear();
    expect(column.pivot()).toBe(NONE);
    column.reserve(1);
    column.push(999_999);
    expect(column.pivot()).toBe(999_999);
  });
});
