import { describe, expect, it } from 'vitest';
import { wilsonInterval } from './wilson.ts';

describe('wilsonInterval', () => {
  // Newcombe 1998 (Statistics in Medicine 17, 857–872), Table I, method 3, rounded to four digits there.
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('is that of Newcombe’s table for %i of %i', (right, labels, low, high) => {
    const interval = wilsonInterval(right / labels, labels);
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });

  it('of nine labels that are all right reaches down to 0.70, and mirrors when all are wrong', () => {
    // With share 1 the lower end is 1/(1 + z²/n) = 9 / (9 + 3.8415).
    expect(wilsonInterval(1, 9).low).toBeCloseTo(9 / (9 + 1.959963984540054 ** 2), 12);
    expect(wilsonInterval(1, 9).high).toBe(1);
    expect(wilsonInterval(0, 9).low).toBe(0);
    expect(wilsonInterval(0, 9).high).toBeCloseTo(1 - wilsonInterval(1, 9).low, 12);
  });

  it('solves |share − p| = z √(p (1 − p) / n) at both ends, for shares between labels too', () => {
    for (const share of [0.013, 0.41, 0.5, 0.87]) {
      const { low, high } = wilsonInterval(share, 17.5);
      for (const p of [low, high]) {
        expect(Math.abs(share - p) / Math.sqrt((p * (1 - p)) / 17.5)).toBeCloseTo(1.959963984540054, 9);
      }
    }
  });

  it('is refused without labels or for what is no share', () => {
    expect(() => wilsonInterval(0.5, 0)).toThrow('got 0 labels, expected more than 0');
    expect(() => wilsonInterval(1.01, 5)).toThrow('got a share of 1.01, expected 0 to 1');
  });
});
