import { describe, expect, it } from 'vitest';
import { comparedRun, specWith } from '../testing/runs.ts';
import { abscissaOf, knowsTime, secondsAt } from './axes.ts';

describe('secondsAt', () => {
  it('adds up stretches at their own speeds', () => {
    // 10 steps of 16 images at 80/s take 2 s; 10 more at 160/s take 1 s.
    const at = secondsAt(
      [
        [10, 80],
        [20, 160],
      ],
      16,
    );
    expect(at(0)).toBe(0);
    expect(at(5)).toBeCloseTo(1, 12);
    expect(at(10)).toBeCloseTo(2, 12);
    expect(at(15)).toBeCloseTo(2.5, 12);
    expect(at(20)).toBeCloseTo(3, 12);
  });

  it('does not know what lies beyond the recorded speeds', () => {
    const at = secondsAt([[10, 80]], 16);
    expect(at(11)).toBeNull();
    expect(secondsAt([], 16)(1)).toBeNull();
    expect(secondsAt([], 16)(0)).toBe(0);
  });

  it('passes over a speed of 0, which would take for ever', () => {
    expect(
      secondsAt(
        [
          [5, 0],
          [10, 80],
        ],
        16,
      )(10),
    ).toBeCloseTo(2, 12);
  });
});

describe('abscissaOf', () => {
  it('counts images by the batch size of each run', () => {
    const run = comparedRun('a', { spec: specWith((spec) => (spec.training.batchSize = 64)) });
    expect(abscissaOf(run, 'images', () => undefined)(10)).toBe(640);
    expect(abscissaOf(run, 'step', () => undefined)(10)).toBe(10);
  });

  it('offers time only when every run measured its speed', () => {
    const timed = comparedRun('a', { metricKeys: ['loss', 'imagesPerSecond'] });
    expect(knowsTime([timed])).toBe(true);
    expect(knowsTime([timed, comparedRun('b')])).toBe(false);
    expect(knowsTime([])).toBe(false);
  });
});
