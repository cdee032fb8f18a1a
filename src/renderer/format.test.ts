import { describe, expect, it } from 'vitest';
import { formatAge, heldOutRange, trainedFraction } from './format.ts';

describe('formatAge', () => {
  const now = Date.parse('2026-01-31T12:00:00Z');
  it.each([
    ['2026-01-31T11:59:30Z', 'just now'],
    ['2026-01-31T12:05:00Z', 'just now'], // a clock that is ahead
    ['2026-01-31T11:01:00Z', '59 min ago'],
    ['2026-01-31T11:00:00Z', '1 h ago'],
    ['2026-01-30T12:01:00Z', '23 h ago'],
  ])('%s is %s', (iso, text) => expect(formatAge(iso, now)).toBe(text));
});

describe('heldOutRange', () => {
  it('leaves out the sections that are not held out', () => {
    expect(heldOutRange({ overall: 0.5, 'in-distribution': 0.9 })).toBeNull();
    expect(heldOutRange({ overall: 0.5, vertical: 0.1 })).toBe('0.10');
    expect(heldOutRange({ vertical: 0.1, intersection: 0, horizontal: 0.25 })).toBe('0.00 – 0.25');
  });
});

it('trainedFraction never passes 1', () => {
  expect(trainedFraction({ step: 3, steps: 4 })).toBe(0.75);
  expect(trainedFraction({ step: 5, steps: 4 })).toBe(1);
});
