import { describe, expect, it } from 'vitest';
import { buildDataset } from '../dataset/dataset.ts';
import { DatasetSpec } from '../dataset/spec.ts';
import { scoreEvaluation } from './accuracy.ts';
import { planEvaluation } from './evaluation-labels.ts';
import { labelAt } from '../dataset/lattice.ts';
import { countPhases, phaseContext, phaseOf, type StoredReading, type StoredReadings } from './phases.ts';
import { PhaseCounts, PHASES, type Phase } from './records-analysis.ts';
import type { FeatureCount, Reading } from './readout.ts';
import { Rng } from '../base/rng.ts';

const reading = (countX: FeatureCount, countY: FeatureCount, x: number, y: number): StoredReading => ({
  ...{ countX, countY },
  x: countX === 0 ? null : x,
  y: countY === 0 ? null : y,
});

describe('phaseOf', () => {
  // By counts along x (rows) and y (columns), for a position that is right.
  const table: readonly (readonly Phase[])[] = [
    ['none', 'none', 'none'],
    ['none', 'right', 'several'],
    ['none', 'several', 'several'],
  ];
  for (const countX of [0, 1, 2] as const) {
    for (const countY of [0, 1, 2] as const) {
      it(`is ${table[countX]![countY]} for ${countX} along x and ${countY} along y`, () => {
        expect(phaseOf(reading(countX, countY, 4, 9), [4, 9], 1, 16, false)).toBe(table[countX]![countY]);
      });
    }
  }

  it('is right only if both errors are strictly below the tolerance', () => {
    const at = (x: number, y: number) => phaseOf(reading(1, 1, x, y), [4, 9], 0.5, 16, false);
    expect(at(4.49, 8.51)).toBe('right');
    expect(at(4.5, 9)).toBe('misplaced');
    expect(at(4, 8.5)).toBe('misplaced');
    expect(at(12, 1)).toBe('misplaced');
  });

  it('goes around a torus, and does not on an open square', () => {
    expect(phaseOf(reading(1, 1, 15.9, 0.1), [0, 15.8], 0.5, 16, true)).toBe('right');
    expect(phaseOf(reading(1, 1, 15.9, 0.1), [0, 15.8], 0.5, 16, false)).toBe('misplaced');
    expect(phaseOf(reading(1, 1, 15.9, 0.1), [0, 15.8], 0.5, 32, true)).toBe('misplaced');
  });
});

describe('countPhases', () => {
  // A named band is an overlay: its labels are in `vertical` too.
  const spec = DatasetSpec.parse({
    size: 8,
    parts: [{ kind: 'bump2d' }],
    heldOut: [{ type: 'band', axis: 'x', range: [2, 3], name: 'gap' }],
  });
  const dataset = buildDataset(spec);
  const plan = planEvaluation(dataset, {
    ...{ labelsPerSection: 5, samplesPerLabel: 3, tolerancePx: null, readout: 'matchedFilter', seed: 1 },
  });
  const rng = new Rng(4, 'evaluationLabels');
  const readings: Reading[] = [...plan.labels].map((index) => {
    const [x, y] = labelAt(dataset.lattice, index);
    const count = [1, 1, 1, 2, 0][rng.int(5)] as FeatureCount;
    const near = () => (rng.uniform() - 0.5) * 0.6;
    const [fx, fy] = count === 0 ? [NaN, NaN] : [x + near(), y + near()];
    return { x: fx, y: fy, countX: count, countY: count, responseX: 1, responseY: 1 };
  });
  const file: StoredReadings = {
    evaluation: { step: 40, tolerancePx: plan.rule.tolerancePx },
    sections: plan.sections.map(({ section, labels }) => ({ section, labels: labels.length })),
    samplesPerLabel: 3,
    readings: readings.map((r, i) => ({
      ...r,
      x: Number.isNaN(r.x) ? null : r.x,
      y: Number.isNaN(r.y) ? null : r.y,
      label: labelAt(dataset.lattice, plan.labels[i]!),
    })),
  };

  it('agrees with the accuracy of the same readings, section by section', () => {
    const phases = countPhases(file, phaseContext(dataset));
    const accuracy = scoreEvaluation(dataset, plan, readings);
    expect(phases.map(({ section }) => section)).toEqual(accuracy.map(({ section }) => section));
    expect(phases.map(({ section }) => section)).toContain('gap');
    phases.forEach((counted, i) => {
      expect(PhaseCounts.parse(counted)).toEqual(counted);
      const { section, images, none, several, both } = accuracy[i]!;
      expect(counted).toMatchObject({ step: 40, images, counts: { none, several } });
      expect(Object.values(counted.counts).reduce((a, b) => a + b)).toBe(images);
      // Of `overall` the accuracy is weighted by the sections' sizes, so only its counts are the same.
      if (section !== 'overall') expect(counted.counts.right).toBe(Math.round(both.mean * images));
    });
    for (const phase of PHASES) expect(phases[0]!.counts[phase]).toBeGreaterThan(0);
  });

  it('refuses a file whose readings are not as many as it announces', () => {
    const short = { ...file, readings: file.readings.slice(2) };
    expect(() => countPhases(short, phaseContext(dataset))).toThrow(
      `phases at step 40: got ${readings.length - 2} readings, expected ${readings.length} ` +
        `(3 for each label of ${plan.sections.length} sections)`,
    );
  });
});
