import { describe, expect, it } from 'vitest';
import { groupName, groupNames, uniqueNames } from './names.ts';

describe('names', () => {
  it('tells runs of one name apart', () => {
    const names = uniqueNames([
      { id: 'a1', name: 'quick' },
      { id: 'b2', name: 'quick' },
      { id: 'c3', name: 'slow' },
    ]);
    expect(names).toEqual(['quick (a1)', 'quick (b2)', 'slow']);
  });

  it('calls a group what its runs are called in common, without a dangling seed', () => {
    expect(groupName(['cross-s1', 'cross-s2', 'cross-s10'])).toBe('cross');
    expect(groupName(['lr 0.01 seed=1', 'lr 0.01 seed=2'])).toBe('lr 0.01');
    expect(groupName(['stripes', 'stripes'])).toBe('stripes');
    expect(groupName(['only-s1'])).toBe('only-s1');
  });

  it('does not cut a word that merely ends with an s', () => {
    expect(groupName(['lesions 1', 'lesions 2'])).toBe('lesions');
    expect(groupName(['glass-a', 'glass-b'])).toBe('glass');
  });

  it('says how many more there are when the names have nothing in common', () => {
    expect(groupName(['brave owl', 'quiet fox', 'red hen'])).toBe('brave owl and 2 more');
  });

  it('numbers groups that would be called the same', () => {
    const group = (...names: string[]) => names.map((name) => ({ name }));
    expect(
      groupNames([group('a-1', 'a-2'), group('cross-1', 'cross-2'), group('cross-3', 'cross-4')]),
    ).toEqual(['a-1 and 1 more', 'cross #1', 'cross #2']);
  });
});
