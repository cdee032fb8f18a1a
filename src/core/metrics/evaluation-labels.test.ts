import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BETWEEN, datasetOf, findSection, NARROW, paperCross } from '../dataset/testing.ts';
import {
  createReadabilityTest,
  planEvaluation,
  selectEvaluationLabels,
  type EvaluationRule,
  type PlanOptions,
} from './evaluation-labels.ts';

const options = (o: Partial<PlanOptions> = {}): PlanOptions => ({
  labelsPerSection: 40,
  samplesPerLabel: 2,
  tolerancePx: null,
  readout: 'matchedFilter',
  seed: 1,
  ...o,
});
const RULE: EvaluationRule = { tolerancePx: 0.5, readout: 'matchedFilter' };
const cross16 = datasetOf({ heldOut: [paperCross(16)] });

describe('selectEvaluationLabels', () => {
  it('draws each section’s own labels, all of them if asked for enough', () => {
    const few = selectEvaluationLabels(cross16, RULE, 5, 7);
    const many = selectEvaluationLabels(cross16, RULE, 1000, 7);
    for (const s of many) {
      expect([...s.labels].sort((a, b) => a - b)).toEqual([...findSection(cross16, s.section).labels]);
    }
    expect(few.map((s) => s.labels.length)).toEqual([5, 5, 5, 5]);
    expect(many.map((s) => s.size)).toEqual([169, 39, 39, 9]);
  });

  it('draws readable labels without replacement, a smaller number being a prefix, and no fewer than there are', () => {
    // Every second x is unreadable in general; in the band all are, and the overlay repeats its labels.
    const datasets = [
      datasetOf({ ...BETWEEN, heldOut: [{ type: 'band', axis: 'x', range: [2.5, 4], name: 'gap' }] }),
      datasetOf(BETWEEN),
      cross16,
    ].map((dataset) => {
      const readable = createReadabilityTest(dataset, RULE);
      return {
        dataset,
        readable,
        counts: dataset.sections.map((s) => s.labels.filter((i) => readable(i)).length),
      };
    });
    fc.assert(
      fc.property(
        fc.constantFrom(...datasets),
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 200 }),
        fc.nat(1000),
        ({ dataset, readable, counts }, a, b, seed) => {
          const [fewer, more] = [Math.min(a, b), Math.max(a, b)];
          const few = selectEvaluationLabels(dataset, RULE, fewer, seed);
          const many = selectEvaluationLabels(dataset, RULE, more, seed);
          expect(selectEvaluationLabels(dataset, RULE, more, seed)).toEqual(many);
          dataset.sections.forEach((section, k) => {
            const { labels, unreadableLabels, size } = many[k]!;
            expect(size).toBe(section.labels.length);
            expect(labels.length).toBe(Math.min(more, counts[k]!));
            expect(new Set(labels).size).toBe(labels.length);
            expect(labels.every((i) => readable(i) && section.labels.includes(i))).toBe(true);
            expect(few[k]!.labels).toEqual(labels.slice(0, fewer));
            expect(few[k]!.unreadableLabels).toBeLessThanOrEqual(unreadableLabels);
            expect(labels.length + unreadableLabels).toBeLessThanOrEqual(size);
            // Short of what was asked for, the whole section was looked at.
            if (labels.length < more) expect(labels.length + unreadableLabels).toBe(size);
          });
        },
      ),
      { numRuns: 60 },
    );
  });

  it('gives the same test labels at every λ, and others for another seed', () => {
    const at = (lambda: number) =>
      selectEvaluationLabels(
        datasetOf({ parts: [{ kind: 'bump2d', lambda }], heldOut: [paperCross(16)] }),
        RULE,
        20,
        0,
      );
    expect(at(0.05)).toEqual(at(1));
    expect(String(selectEvaluationLabels(cross16, RULE, 20, 1)[0]!.labels)).not.toBe(
      String(at(1)[0]!.labels),
    );
  });
});

describe('planEvaluation', () => {
  it('passes over and counts labels whose own image cannot be read: 95 % at σ = 0.1, d = 0.1 (paper.md)', () => {
    const [section] = planEvaluation(datasetOf(NARROW), options({ labelsPerSection: 300 })).sections;
    expect(section!.labels).toHaveLength(300);
    // Negative binomial, 300 successes of p = 0.05: mean 5700, SD √(300·0.95)/0.05 = 338.
    expect(Math.abs(section!.unreadableLabels - 5700)).toBeLessThan(5 * 338);
  });

  it('reads every label at σ = 1 on the unit lattice', () => {
    const plan = planEvaluation(cross16, options({ labelsPerSection: 1000 }));
    expect(plan.sections.map((s) => s.unreadableLabels)).toEqual([0, 0, 0, 0]);
    expect(plan.labels).toHaveLength(512);
    expect(plan.rule.tolerancePx).toBe(0.5);
  });

  it('skips a section without a readable label, having looked at all of it', () => {
    const plan = planEvaluation(datasetOf(BETWEEN), options({ labelsPerSection: 1 }));
    expect(plan.skipped).toEqual([{ section: 'vertical', unreadableLabels: 8 }]);
  });

  it('finds the one readable label of a frame, so that no seed decides whether a run can be evaluated', () => {
    // Of 7 × 7 labels j·1.3 only (0, 0) is within 2 σ = 0.1 px of a pixel in both axes.
    const d = datasetOf({ size: 8, sigma: { x: 0.05, y: 0.05 }, spacing: { x: 1.3, y: 1.3 } });
    for (let seed = 0; seed < 20; seed++) {
      const plan = planEvaluation(d, options({ labelsPerSection: 1, samplesPerLabel: 1, seed }));
      expect([...plan.labels]).toEqual([0]);
    }
  });

  it('refuses a dataset of which no label can be read, naming rule and σ', () => {
    // A bump this wide is a flat image.
    const flat = datasetOf({ sigma: { x: 1000, y: 1000 } });
    expect(() => planEvaluation(flat, options({ labelsPerSection: 1 }))).toThrow(
      /none of the 256 labels can be read .* within 0\.5 px \(matchedFilter\), expected another σ than 1000 × 1000 px/,
    );
  });
});
