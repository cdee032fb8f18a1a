import { describe, expect, it } from 'vitest';
import { nearestStep, parseStep, shownStep, stepFrom } from './stepCursor.ts';

describe('shownStep', () => {
  it('follows the newest without a choice', () => {
    expect(shownStep([0, 10], null)).toBe(10);
    expect(shownStep([0, 10, 20], null)).toBe(20);
  });

  it('stays where it was put when later steps arrive, also when it was put on the newest', () => {
    expect(shownStep([0, 10], 10)).toBe(10);
    expect(shownStep([0, 10, 20], 10)).toBe(10);
  });

  it('takes the last measured step before a choice that was not measured', () => {
    expect(shownStep([0, 10, 20], 15)).toBe(10);
    expect(shownStep([5, 10], 2)).toBe(5);
    expect(shownStep([], 2)).toBeNull();
  });
});

it('goes on and back along measured steps, and stops at both ends', () => {
  const steps = [0, 10, 25];
  expect(stepFrom(steps, 10, 1)).toBe(25);
  expect(stepFrom(steps, 25, 1)).toBe(25);
  expect(stepFrom(steps, 10, -1)).toBe(0);
  expect(stepFrom(steps, 0, -1)).toBe(0);
  expect(stepFrom([], null, 1)).toBeNull();
});

it('finds the measured step nearest to a click', () => {
  expect(nearestStep([0, 10, 100], 40)).toBe(10);
  expect(nearestStep([0, 10, 100], 90)).toBe(100);
  expect(nearestStep([], 3)).toBeNull();
});

it('reads steps from addresses and nothing else', () => {
  expect(parseStep('1200')).toBe(1200);
  for (const other of ['-1', '1e3', '', null, undefined, ['1'], '12.5']) expect(parseStep(other)).toBeNull();
});
