import { describe, expect, it } from 'vitest';
import type { Dataset } from '../dataset/dataset.ts';
import { labelAt } from '../dataset/lattice.ts';
import { createRenderer } from '../dataset/render.ts';
import { BETWEEN, datasetOf, NARROW, paperCross } from '../dataset/testing.ts';
import { scoreEvaluation } from './accuracy.ts';
import { planEvaluation, type EvaluationPlan, type PlanOptions } from './evaluation-labels.ts';
import { createReadout, type Reading } from './readout.ts';

const options = (o: Partial<PlanOptions> = {}): PlanOptions => ({
  labelsPerSection: 40,
  samplesPerLabel: 2,
  tolerancePx: null,
  readout: 'matchedFilter',
  seed: 1,
  ...o,
});
const cross16 = datasetOf({ heldOut: [paperCross(16)] });

/** Readings of a generator that answers label number i of the plan with the given error. */
function answer(
  d: Dataset,
  plan: EvaluationPlan,
  error: (x: number, y: number, i: number) => Partial<Reading>,
): Reading[] {
  return Array.from(plan.labels, (index, i) => {
    const [x, y] = labelAt(d.lattice, index);
    return { x, y, countX: 1, countY: 1, responseX: 1, responseY: 1, ...error(x, y, i) };
  });
}
const bySection = (scores: ReturnType<typeof scoreEvaluation>) =>
  Object.fromEntries(scores.map((s) => [s.section, s]));

describe('scoreEvaluation', () => {
  it('leaves out a section without a readable label, but counts its labels', () => {
    const between = datasetOf(BETWEEN);
    const plan = planEvaluation(between, options({ labelsPerSection: 500 }));
    const scores = bySection(
      scoreEvaluation(
        between,
        plan,
        answer(between, plan, () => ({})),
      ),
    );
    expect(Object.keys(scores)).toEqual(['overall', 'in-distribution']);
    // Half-integer x: 8 values of 8 labels, those of the skipped section among them.
    expect(scores.overall!.unreadableLabels).toBe(64);
  });

  it('scores ground truth as right everywhere, for bumps and sums, open and periodic', () => {
    for (const kind of ['bump2d', 'sos2d'] as const) {
      for (const boundary of ['open', 'periodic'] as const) {
        const d = datasetOf({ parts: [{ kind }], boundary, heldOut: [paperCross(16)] });
        const plan = planEvaluation(d, options());
        const render = createRenderer(d.spec);
        const read = createReadout(d.spec, kind);
        const image = new Float32Array(256);
        const readings = Array.from(plan.labels, (index) => {
          const [x, y] = labelAt(d.lattice, index);
          render(kind, x, y, image, 0);
          return read(image, 0);
        });
        for (const s of scoreEvaluation(d, plan, readings)) {
          expect([s.x, s.y, s.both]).toEqual(Array(3).fill({ mean: 1, low: 1, high: 1 }));
          expect(s.medianErrorPx.x).toBeLessThan(0.01);
          expect([s.none, s.several, s.unreadableLabels]).toEqual([0, 0, 0]);
        }
      }
    }
  });

  it('scores every section, overlays too, whatever the seed, where one label in twenty can be read', () => {
    const d = datasetOf({ ...NARROW, heldOut: [{ type: 'band', axis: 'x', range: [13, 19], name: 'gap' }] });
    for (let seed = 0; seed < 40; seed++) {
      const plan = planEvaluation(d, options({ labelsPerSection: 8, samplesPerLabel: 1, seed }));
      const scores = scoreEvaluation(
        d,
        plan,
        answer(d, plan, () => ({})),
      );
      expect(scores.map((s) => [s.section, s.labels, s.both.mean])).toEqual([
        ['overall', 16, 1],
        ['in-distribution', 8, 1],
        ['vertical', 8, 1],
        ['gap', 8, 1],
      ]);
    }
  });

  it('weights by readable labels in `overall`, estimated from those passed over', () => {
    const between = datasetOf({
      size: 8,
      sigma: { x: 0.1, y: 0.1 },
      spacing: { x: 0.5, y: 1 },
      heldOut: [{ type: 'band', axis: 'x', range: [2, 3.5] }],
    });
    // Held out: x = 2, 2.5, 3, 3.5, of which 2 and 3 lie on pixels: 16 labels; outside it 6 values, 48 labels.
    const plan = planEvaluation(between, options({ labelsPerSection: 500 }));
    const [overall] = scoreEvaluation(
      between,
      plan,
      answer(between, plan, (x) => (x >= 2 && x <= 3.5 ? { x: x + 2 } : {})),
    );
    expect(overall).toMatchObject({ labels: 64, unreadableLabels: 64 });
    expect(overall!.x.mean).toBeCloseTo(48 / 64, 12);
  });

  it('calls an error equal to the tolerance wrong', () => {
    const plan = planEvaluation(cross16, options());
    const off = (dx: number) =>
      scoreEvaluation(
        cross16,
        plan,
        answer(cross16, plan, (x) => ({ x: x + dx })),
      )[0]!;
    expect(off(0.5)).toMatchObject({
      x: { mean: 0 },
      y: { mean: 1 },
      both: { mean: 0 },
      medianErrorPx: { x: 0.5 },
    });
    expect(off(0.499).x.mean).toBe(1);
  });

  it('measures errors around the torus', () => {
    const d = datasetOf({ boundary: 'periodic' });
    const plan = planEvaluation(d, options({ labelsPerSection: 256 }));
    const [overall] = scoreEvaluation(
      d,
      plan,
      answer(d, plan, (x) => ({ x: (x + 15.75) % 16 })),
    );
    expect(overall!.x.mean).toBe(1);
    expect(overall!.medianErrorPx.x).toBeCloseTo(0.25, 12);
  });

  it('counts none and several as wrong: throughout for bumps, by axis for stripes', () => {
    const plan = planEvaluation(cross16, options({ samplesPerLabel: 4 }));
    const readings = answer(cross16, plan, (_x, _y, i) =>
      i % 4 === 0 ? { x: NaN, y: NaN, countX: 0, countY: 0 } : i % 4 === 1 ? { countX: 2, countY: 2 } : {},
    );
    for (const s of scoreEvaluation(cross16, plan, readings)) {
      expect([s.x.mean, s.y.mean, s.both.mean, s.none, s.several]).toEqual([
        0.5,
        0.5,
        0.5,
        s.images / 4,
        s.images / 4,
      ]);
      expect(s.medianErrorPx.x).toBe(0);
    }
    const stripes = answer(cross16, plan, () => ({ countX: 2 }));
    expect(scoreEvaluation(cross16, plan, stripes)[0]).toMatchObject({
      x: { mean: 0 },
      y: { mean: 1 },
      both: { mean: 0 },
      several: plan.labels.length,
      medianErrorPx: { x: null, y: 0 },
    });
  });

  it('weights sections in `overall` by their size, not by the labels drawn', () => {
    const plan = planEvaluation(cross16, options({ labelsPerSection: 9 }));
    // Right in distribution only: 169 of 256 labels, though nine labels were drawn from each of four sections.
    const isIn = (x: number, y: number) => (x < 7 || x > 9) && (y < 7 || y > 9);
    const [overall, ...sections] = scoreEvaluation(
      cross16,
      plan,
      answer(cross16, plan, (x, y) => (isIn(x, y) ? {} : { x: x + 3, y: y + 3 })),
    );
    expect(overall!.both.mean).toBeCloseTo(169 / 256, 12);
    expect(overall!.labels).toBe(36);
    expect(sections.map((s) => s.both.mean)).toEqual([1, 0, 0, 0]);
    expect(overall!.copyBaseline.both).toBeCloseTo(169 / 256, 12);
  });

  it('estimates what an evaluation of all labels finds, and its interval covers it', () => {
    const wrong = (x: number, y: number) => (x * 7 + y * 13) % 5 < 2;
    const score = (labelsPerSection: number, seed: number) => {
      const plan = planEvaluation(cross16, options({ labelsPerSection, seed, samplesPerLabel: 1 }));
      return scoreEvaluation(
        cross16,
        plan,
        answer(cross16, plan, (x, y) => (wrong(x, y) ? { x: x + 2 } : {})),
      )[0]!.x;
    };
    const truth = score(256, 0).mean;
    let covered = 0;
    for (let seed = 0; seed < 20; seed++) {
      const s = score(30, seed);
      expect(Math.abs(s.mean - truth)).toBeLessThan(0.3);
      if (s.low <= truth && truth <= s.high) covered++;
    }
    // Nominal 0.95, and more as draws are without replacement; fewer than 15 of 20 has probability below 1e-3.
    expect(covered).toBeGreaterThanOrEqual(15);
  });

  it('lets nine labels carry nine, however many images each has', () => {
    const width = (samplesPerLabel: number) => {
      const plan = planEvaluation(cross16, options({ labelsPerSection: 9, samplesPerLabel }));
      // All images of a label agree: x is right for even labels.
      const scores = scoreEvaluation(
        cross16,
        plan,
        answer(cross16, plan, (x, y) => ((x + y) % 2 ? { x: x + 2 } : {})),
      );
      const s = bySection(scores).intersection!.x;
      return s.high - s.low;
    };
    expect(width(20)).toBe(width(1));
    // Nine labels, five right: SE 0.166, so a 95 % interval about 0.65 wide.
    expect(width(1)).toBeGreaterThan(0.5);
  });

  it('shows the copier of the very labels evaluated', () => {
    const plan = planEvaluation(cross16, options());
    const copier = answer(cross16, plan, (x, y) => {
      const nearest = (v: number) => (v < 7 || v > 9 ? v : v < 8 ? 6 : 10);
      return { x: nearest(x), y: nearest(y) };
    });
    for (const s of scoreEvaluation(cross16, plan, copier)) {
      expect(s.copyBaseline.x).toBeCloseTo(s.x.mean, 12);
      expect(s.copyBaseline.both).toBeCloseTo(s.both.mean, 12);
      expect(s.chance.both).toBeLessThan(1 / 200);
    }
  });

  it('is deterministic', () => {
    const run = () => {
      const plan = planEvaluation(cross16, options());
      return scoreEvaluation(
        cross16,
        plan,
        answer(cross16, plan, (x, _y, i) => (i % 3 ? {} : { x: x + 1 })),
      );
    };
    expect(run()).toEqual(run());
  });

  it('refuses readings that do not belong to the plan', () => {
    const plan = planEvaluation(cross16, options());
    expect(() => scoreEvaluation(cross16, plan, [])).toThrow(/got 0 readings, expected/);
  });
});
