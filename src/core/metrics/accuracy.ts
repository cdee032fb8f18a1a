import { invariant } from '../base/errors.ts';
import { Rng } from '../base/rng.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { labelAt } from '../dataset/lattice.ts';
import { bootstrapMeans, percentileInterval, weightedMedian } from './bootstrap.ts';
import { chanceScore, copyBaseline } from './copy-baseline.ts';
import { hashName, judge, type EvaluationPlan, type PlannedSection } from './evaluation-labels.ts';
import { COUNT, type Reading } from './readout.ts';
import type { Estimate, Score, SectionAccuracy } from './records.ts';

/**
 * Scores an evaluation.
 *
 * An image is right in x if it shows exactly one feature along x whose error is strictly below the tolerance.
 * An image with none or several bumps is wrong throughout; of a sum of stripes, in the axis concerned and in
 * `both`. Intervals come from a cluster bootstrap over labels. The copy baseline and chance are those of the
 * very labels evaluated.
 *
 * `overall`, the first entry, estimates the accuracy over all 2D labels of the frame that can be read, by
 * stratification: each section that partitions the frame counts by its size times the share of readable labels
 * among those drawn from it, however many these were; labels are resampled within sections.
 * Its counts (`labels`, `images`, `none`, `several`) are plain sums over these sections.
 *
 * @param readings one for each entry of plan.labels, in order
 * @returns `overall`, then one entry for each section of the plan
 */
export function scoreEvaluation(
  dataset: Dataset,
  plan: EvaluationPlan,
  readings: readonly Reading[],
): SectionAccuracy[] {
  invariant(
    readings.length === plan.labels.length,
    `evaluation: got ${readings.length} readings, expected ${plan.labels.length}`,
  );
  let from = 0;
  const tallies = plan.sections.map((section) => {
    const to = from + section.labels.length * plan.samplesPerLabel;
    const tally = tallySection(dataset, plan, section, readings.slice(from, to));
    from = to;
    return tally;
  });
  const strata = tallies.filter((t) => t.planned.kind === 'partition');
  const overall = combine('overall', strata);
  overall.unreadableLabels += plan.skipped.reduce(
    (n, s) => n + (isPartition(dataset, s.section) ? s.unreadableLabels : 0),
    0,
  );
  return [overall, ...tallies.map((t) => combine(t.planned.section, [t]))];
}

interface Tally {
  readonly planned: PlannedSection;
  /** Readable labels of the whole section, estimated. */
  readonly weight: number;
  readonly images: number;
  readonly means: Score;
  // resampled: for x, y, both the bootstrap's means, float64
  readonly resampled: readonly Float64Array[];
  readonly copy: Score;
  readonly chance: Score;
  readonly errorsX: readonly number[];
  readonly errorsY: readonly number[];
  readonly none: number;
  readonly several: number;
}

function tallySection(
  dataset: Dataset,
  plan: EvaluationPlan,
  planned: PlannedSection,
  readings: readonly Reading[],
): Tally {
  const { samplesPerLabel: samples, rule } = plan;
  const n = planned.labels.length;
  const period = dataset.lattice.periodic ? dataset.lattice.size : null;
  // x, y, both: (n) float64, first the number, then the fraction of each label's images that are right
  const [x, y, both] = [new Float64Array(n), new Float64Array(n), new Float64Array(n)];
  const errorsX: number[] = [];
  const errorsY: number[] = [];
  let [none, several] = [0, 0];
  readings.forEach((reading, i) => {
    const label = Math.floor(i / samples);
    const [lx, ly] = labelAt(dataset.lattice, planned.labels[label]!);
    const verdict = judge(reading, lx, ly, rule.tolerancePx, period);
    if (verdict.rightX) x[label]! += 1;
    if (verdict.rightY) y[label]! += 1;
    if (verdict.rightX && verdict.rightY) both[label]! += 1;
    if (verdict.errorX !== null) errorsX.push(verdict.errorX);
    if (verdict.errorY !== null) errorsY.push(verdict.errorY);
    if (reading.countX === COUNT.none || reading.countY === COUNT.none) none++;
    else if (reading.countX === COUNT.several || reading.countY === COUNT.several) several++;
  });
  for (const column of [x, y, both]) column.forEach((right, i) => (column[i] = right / samples));
  const rng = new Rng(plan.seed, 'bootstrap', hashName(planned.section));
  const mean = (v: Float64Array) => v.reduce((a, b) => a + b, 0) / n;
  return {
    planned,
    weight: (planned.size * n) / (n + planned.unreadableLabels),
    images: readings.length,
    means: { x: mean(x), y: mean(y), both: mean(both) },
    resampled: bootstrapMeans([x, y, both], rng),
    copy: copyBaseline(dataset, planned.labels, rule.tolerancePx),
    chance: chanceScore(dataset, planned.labels, rule.tolerancePx),
    errorsX,
    errorsY,
    none,
    several,
  };
}

/** Weighted combination of strata; of one stratum, its own score. */
function combine(section: string, strata: readonly Tally[]): SectionAccuracy {
  const total = strata.reduce((sum, t) => sum + t.weight, 0);
  const share = (t: Tally) => t.weight / total;
  // Divided last, so that strata which are all right make exactly 1.
  const mix = (pick: (t: Tally) => number) => strata.reduce((sum, t) => sum + t.weight * pick(t), 0) / total;
  const score = (pick: (t: Tally) => Score): Score => ({
    x: mix((t) => pick(t).x),
    y: mix((t) => pick(t).y),
    both: mix((t) => pick(t).both),
  });
  const estimate = (column: number, mean: number): Estimate => {
    const mixed = new Float64Array(strata[0]!.resampled[column]!.length);
    for (const t of strata) {
      t.resampled[column]!.forEach((v, b) => (mixed[b]! += t.weight * v));
    }
    return percentileInterval(
      mean,
      mixed.map((v) => v / total),
    );
  };
  const count = (pick: (t: Tally) => number) => strata.reduce((sum, t) => sum + pick(t), 0);
  const median = (pick: (t: Tally) => readonly number[]) =>
    weightedMedian(strata.flatMap((t) => pick(t).map((value) => ({ value, weight: share(t) / t.images }))));
  const means = score((t) => t.means);
  return {
    section,
    labels: count((t) => t.planned.labels.length),
    images: count((t) => t.images),
    unreadableLabels: count((t) => t.planned.unreadableLabels),
    x: estimate(0, means.x),
    y: estimate(1, means.y),
    both: estimate(2, means.both),
    copyBaseline: score((t) => t.copy),
    chance: score((t) => t.chance),
    medianErrorPx: { x: median((t) => t.errorsX), y: median((t) => t.errorsY) },
    none: count((t) => t.none),
    several: count((t) => t.several),
  };
}

function isPartition(dataset: Dataset, name: string): boolean {
  return dataset.sections.some((s) => s.name === name && s.kind === 'partition');
}
