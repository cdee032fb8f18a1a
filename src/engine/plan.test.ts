import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planTraining } from './plan.ts';
import { tinySpec } from './testing/tiny-spec.ts';

function plan(steps: number, points: number, milestones: number) {
  return planTraining(
    tinySpec({ training: { steps, checkpoint: { everySteps: 5, milestones } }, evaluation: { points } }),
  );
}

describe('planTraining', () => {
  it('evaluates at 0, at evenly spaced steps and at the end', () => {
    expect(plan(2000, 4, 8).evaluations).toEqual([0, 400, 800, 1200, 1600, 2000]);
    expect(plan(10, 0, 0).evaluations).toEqual([0, 10]);
  });

  it('keeps milestones at 0, at steps with equal ratios and at the end', () => {
    expect([...plan(1000, 0, 2).milestones]).toEqual([0, 10, 100, 1000]);
  });

  it('stays within the run whatever the numbers, however short the run', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.integer({ min: 0, max: 50 }),
        fc.integer({ min: 0, max: 50 }),
        (steps, points, milestones) => {
          const { evaluations, milestones: kept, recordEvery } = plan(steps, points, milestones);
          for (const at of [evaluations, [...kept].sort((a, b) => a - b)]) {
            expect(at[0]).toBe(0);
            expect(at.at(-1)).toBe(steps);
            expect(at.every((k) => Number.isInteger(k))).toBe(true);
            expect(new Set(at).size).toBe(at.length);
          }
          expect(evaluations).toEqual([...evaluations].sort((a, b) => a - b));
          expect(evaluations.length).toBeLessThanOrEqual(points + 2);
          // A curve has at most 2000 points, and no fewer than half of that once the run is long enough.
          expect(steps / recordEvery).toBeLessThanOrEqual(2000);
          expect(steps / recordEvery).toBeGreaterThan(Math.min(steps, 1000) - 1);
        },
      ),
      { numRuns: 100 },
    );
  });
});
