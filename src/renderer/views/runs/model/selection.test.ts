import { describe, expect, it } from 'vitest';
import { coverage, extended, NOTHING, toggled, withAll } from './selection.ts';

const order = ['a', 'b', 'c', 'd', 'e'];
const ids = (selection: { ids: ReadonlySet<string> }): string[] => [...selection.ids].sort();

describe('the selection', () => {
  it('takes a range in either direction from where it began', () => {
    expect(ids(extended(toggled(NOTHING, 'b'), 'd', order))).toEqual(['b', 'c', 'd']);
    expect(ids(extended(toggled(NOTHING, 'd'), 'b', order))).toEqual(['b', 'c', 'd']);
  });

  it('moves the end of a range and not its beginning', () => {
    const once = extended(toggled(NOTHING, 'b'), 'c', order);
    expect(ids(extended(once, 'e', order))).toEqual(['b', 'c', 'd', 'e']);
  });

  it('gives up a range that begins at a row just given up', () => {
    const all = withAll(NOTHING, order, true);
    expect(ids(extended(toggled(all, 'b'), 'd', order))).toEqual(['a', 'e']);
  });

  it('toggles when the range would begin on another page', () => {
    expect(ids(extended(toggled(NOTHING, 'elsewhere'), 'c', order))).toEqual(['c', 'elsewhere']);
  });

  it('of a page leaves that of other pages alone', () => {
    const elsewhere = toggled(NOTHING, 'elsewhere');
    expect(ids(withAll(withAll(elsewhere, order, true), order, false))).toEqual(['elsewhere']);
  });

  it('counts only the rows that are there', () => {
    expect(coverage(toggled(NOTHING, 'elsewhere'), order)).toBe('none');
    expect(coverage(toggled(NOTHING, 'a'), order)).toBe('some');
    expect(coverage(withAll(NOTHING, order, true), order)).toBe('all');
    expect(coverage(NOTHING, [])).toBe('none');
  });
});
