import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  initialLayout,
  moved,
  shownColumns,
  shownKeys,
  wantedParameters,
  withColumn,
  withMovedColumn,
} from './layout.ts';

const known = { sections: ['overall'] };

describe('the layout', () => {
  it('follows the home as long as nothing was chosen, and then no longer', () => {
    const layout = initialLayout();
    expect(shownKeys(layout, { sections: ['overall', 'lesion'] })).toContain('accuracy:lesion');
    const chosen = withColumn(layout, known, 'seed', true);
    expect(shownKeys(chosen, { sections: ['overall', 'lesion'] })).not.toContain('accuracy:lesion');
    expect(shownKeys(chosen, known).at(-1)).toBe('seed');
  });

  it('never loses the name', () => {
    expect(shownKeys(withColumn(initialLayout(), known, 'name', false), known)).toContain('name');
    expect(shownKeys({ ...initialLayout(), columns: ['seed'] }, known)).toEqual(['name', 'seed']);
  });

  it('shows no column twice and skips those that mean nothing', () => {
    const layout = { ...initialLayout(), columns: ['name', 'seed', 'seed', 'unheard-of'] };
    expect(shownColumns(layout, known).map((column) => column.key)).toEqual(['name', 'seed']);
  });

  it('uses the width that the user chose', () => {
    const layout = { ...initialLayout(), columns: ['name', 'seed'], widths: { seed: 300 } };
    expect(shownColumns(layout, known)[1]!.width).toBe(300);
  });

  it('asks the service for the parameters that are shown', () => {
    const layout = { ...initialLayout(), columns: ['name', 'spec:training.steps', 'metric:loss'] };
    expect(wantedParameters(layout)).toEqual(['training.steps']);
  });

  it('puts a column exactly where it was dropped', () => {
    const layout = { ...initialLayout(), columns: ['name', 'seed', 'state', 'tags'] };
    expect(withMovedColumn(layout, known, 'tags', 1).columns).toEqual(['name', 'tags', 'seed', 'state']);
  });
});

describe('moved', () => {
  it('keeps every entry and the order of the others, and ends where asked', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(99), { minLength: 1, maxLength: 12 }),
        fc.nat(20),
        fc.nat(20),
        (list, at, to) => {
          const entry = list[at % list.length]!;
          const result = moved(list, entry, to);
          expect(result.indexOf(entry)).toBe(Math.min(to, list.length - 1));
          expect(result.filter((e) => e !== entry)).toEqual(list.filter((e) => e !== entry));
        },
      ),
    );
  });

  it('leaves a list alone that does not hold the entry', () => {
    expect(moved(['a', 'b'], 'c', 0)).toEqual(['a', 'b']);
  });
});
