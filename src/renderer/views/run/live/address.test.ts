import { expect, it } from 'vitest';
import { formatLabels, parseLabels } from './address.ts';

it('brings labels through an address', () => {
  const labels = [
    [3, 7.5],
    [-2, 0.1],
  ] as const;
  expect(parseLabels(formatLabels(labels))).toEqual(labels);
  expect(formatLabels([])).toBeNull();
});

it('writes what sums of steps give as people write it', () => {
  expect(formatLabels([[0.1 + 0.2, 1]])).toBe('0.3,1');
});

it('leaves out what is no label', () => {
  expect(parseLabels('1,2;x,3;4;5,6,7;,;8,9')).toEqual([
    [1, 2],
    [8, 9],
  ]);
  expect(parseLabels(undefined)).toEqual([]);
  expect(parseLabels(['1,2'])).toEqual([]);
});
