import { invalid } from '../base/errors.ts';
import { Rng } from '../base/rng.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { labelAt } from '../dataset/lattice.ts';
import { createRenderer } from '../dataset/render.ts';
import type { Section } from '../dataset/sections.ts';
import { axisDistance } from './matched-filter.ts';
import { COUNT, createReadout, type Readout, type Reading, type ReadoutMethod } from './readout.ts';

/** How an evaluation reads and judges images. */
export interface EvaluationRule {
  /** An error strictly below this is right; in pixels. */
  readonly tolerancePx: number;
  readonly readout: ReadoutMethod;
}

/** A section with the labels that test it. */
export interface PlannedSection {
  readonly section: string;
  readonly kind: Section['kind'];
  /** Labels that the section has in all. */
  readonly size: number;
  // labels: flat label indices of readable labels, in the order drawn
  readonly labels: Uint32Array;
  /** Labels drawn on the way and passed over, since their own images cannot be read. */
  readonly unreadableLabels: number;
}

export interface EvaluationPlan {
  readonly rule: EvaluationRule;
  readonly samplesPerLabel: number;
  readonly seed: number;
  readonly sections: readonly PlannedSection[];
  /** Sections without a readable label, which are not evaluated. */
  readonly skipped: readonly { readonly section: string; readonly unreadableLabels: number }[];
  // labels: flat label indices of all sections in order, each repeated samplesPerLabel times: one per image
  readonly labels: Uint32Array;
}

export interface PlanOptions {
  readonly labelsPerSection: number;
  readonly samplesPerLabel: number;
  /** null: N/32 pixels. */
  readonly tolerancePx: number | null;
  readonly readout: ReadoutMethod;
  readonly seed: number;
}

/**
 * Decides what an evaluation generates. Labels whose own ground-truth image is not read back within the
 * tolerance (a bump of σ = 0.1 between pixels is dark) are passed over before anything is generated, and counted.
 * With one label per section this is the cheap check of whether a dataset can be evaluated at all.
 * @throws CliffordError INVALID_INPUT if no 2D label of the frame can be read
 */
export function planEvaluation(dataset: Dataset, options: PlanOptions): EvaluationPlan {
  const rule = { tolerancePx: toleranceOf(dataset.spec.size, options.tolerancePx), readout: options.readout };
  const drawn = selectEvaluationLabels(dataset, rule, options.labelsPerSection, options.seed);
  const sections = drawn.filter((s) => s.labels.length > 0);
  // Overlays lie within the partition, so where one has a readable label so does a section of the partition.
  if (!sections.some((s) => s.kind === 'partition')) {
    throw invalid(
      `evaluation: none of the ${dataset.frameLabels} labels can be read off its own image within ` +
        `${rule.tolerancePx} px (${rule.readout}), expected another σ than ` +
        `${dataset.spec.sigma.x} × ${dataset.spec.sigma.y} px or a larger tolerance`,
    );
  }
  const { samplesPerLabel } = options;
  const total = sections.reduce((n, s) => n + s.labels.length, 0) * samplesPerLabel;
  const labels = new Uint32Array(total);
  let at = 0;
  for (const s of sections) {
    for (const index of s.labels) {
      labels.fill(index, at, at + samplesPerLabel);
      at += samplesPerLabel;
    }
  }
  return {
    rule,
    samplesPerLabel,
    seed: options.seed,
    sections,
    skipped: drawn
      .filter((s) => s.labels.length === 0)
      .map((s) => ({ section: s.section, unreadableLabels: s.unreadableLabels })),
    labels,
  };
}

/**
 * Draws the labels that test each section: `labelsPerSection` readable ones, without replacement, by stream
 * `evaluationLabels` with the section's name; fewer only if the section has no more, and then all of its labels
 * were looked at. A smaller number gives a prefix of a larger one, and since sections come before subsampling,
 * runs that differ in λ are tested on the same labels.
 */
export function selectEvaluationLabels(
  dataset: Dataset,
  rule: EvaluationRule,
  labelsPerSection: number,
  seed: number,
): PlannedSection[] {
  const readable = createReadabilityTest(dataset, rule);
  return dataset.sections.map(({ name, kind, labels }) => {
    const order = labels.slice();
    const rng = new Rng(seed, 'evaluationLabels', hashName(name));
    let [drawn, found] = [0, 0];
    const chosen = new Uint32Array(Math.min(labelsPerSection, order.length));
    // Forward Fisher–Yates: the first draws do not depend on how many follow.
    for (; drawn < order.length && found < chosen.length; drawn++) {
      const j = drawn + rng.int(order.length - drawn);
      const index = order[j]!;
      order[j] = order[drawn]!;
      if (readable(index)) chosen[found++] = index;
    }
    return {
      section: name,
      kind,
      size: order.length,
      labels: chosen.slice(0, found),
      unreadableLabels: drawn - found,
    };
  });
}

/** The tolerance in pixels: as given, or N/32 (1 px for images of 32 px). */
export function toleranceOf(size: number, tolerancePx: number | null): number {
  return tolerancePx ?? size / 32;
}

/** A test of whether a label's own rendering is read back right in x and y. */
export function createReadabilityTest(dataset: Dataset, rule: EvaluationRule): (index: number) => boolean {
  const { spec, testKind, lattice } = dataset;
  const render = createRenderer(spec);
  const read: Readout = createReadout(spec, testKind, rule.readout);
  const image = new Float32Array(spec.size * spec.size);
  const period = lattice.periodic ? lattice.size : null;
  return (index) => {
    const [x, y] = labelAt(lattice, index);
    render(testKind, x, y, image, 0);
    const verdict = judge(read(image, 0), x, y, rule.tolerancePx, period);
    return verdict.rightX && verdict.rightY;
  };
}

export interface Verdict {
  readonly rightX: boolean;
  readonly rightY: boolean;
  /** Absolute error in pixels; null where the image does not show exactly one feature. */
  readonly errorX: number | null;
  readonly errorY: number | null;
}

/** Judges one reading: right if there is exactly one feature and it lies strictly within the tolerance. */
export function judge(
  reading: Pick<Reading, 'x' | 'y' | 'countX' | 'countY'>,
  x: number,
  y: number,
  tolerancePx: number,
  period: number | null,
): Verdict {
  const errorX = reading.countX === COUNT.one ? axisDistance(reading.x, x, period) : null;
  const errorY = reading.countY === COUNT.one ? axisDistance(reading.y, y, period) : null;
  return {
    rightX: errorX !== null && errorX < tolerancePx,
    rightY: errorY !== null && errorY < tolerancePx,
    errorX,
    errorY,
  };
}

/** FNV-1a over UTF-16 units: a stable number for a section's name, whatever other sections there are. */
export function hashName(name: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) h = Math.imul(h ^ name.charCodeAt(i), 0x01000193);
  return h >>> 0;
}
