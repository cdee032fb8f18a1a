import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editDistance, suggest } from './suggest.ts';

describe('editDistance', () => {
  it.each([
    ['steps', 'stesp', 1], // a swap of neighbours is one mistake
    ['kitten', 'sitting', 3], // Levenshtein's textbook pair
    ['', 'abc', 3],
    ['same', 'same', 0],
  ])('of %j and %j is %i', (a, b, distance) => expect(editDistance(a, b)).toBe(distance));

  it('is symmetric and never more than the longer word', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }), (a, b) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
    );
  });
});

describe('suggest', () => {
  it('finds a likely typing mistake and keeps quiet about a different word', () => {
    expect(suggest('Quik', ['paper', 'quick', 'tiny'])).toBe('quick');
    expect(suggest('elephant', ['paper', 'quick', 'tiny'])).toBeNull();
  });
});
