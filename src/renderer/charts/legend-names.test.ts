import { expect, it } from 'vitest';
import { sharedQuantity } from './legend-names.ts';

const written = (names: string[]): string[] => names.map(sharedQuantity(names));

it('names a quantity that all share once', () => {
  expect(written(['σ = 0.1', 'σ = 0.25', 'σ = 2'])).toEqual(['σ = 0.1', '0.25', '2']);
});

it('leaves names whole that are of several quantities, or of none', () => {
  expect(written(['σ = 0.1', 'θ = 0.25'])).toEqual(['σ = 0.1', 'θ = 0.25']);
  expect(written(['trained', 'untrained'])).toEqual(['trained', 'untrained']);
  expect(written([])).toEqual([]);
});
