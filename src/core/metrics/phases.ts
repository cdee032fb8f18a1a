import { invalid } from '../base/errors.ts';
import type { Dataset } from '../dataset/dataset.ts';
import { judge } from './evaluation-labels.ts';
import { COUNT, type FeatureCount } from './readout.ts';
import { PHASES, type Phase, type PhaseCounts } from './records-analysis.ts';

/** What was read off one image, as evaluations store it: null where nothing was found. */
export interface StoredReading {
  readonly x: number | null;
  readonly y: number | null;
  readonly countX: FeatureCount;
  readonly countY: FeatureCount;
}

/** A stored evaluation, as far as phases need it; `EvaluationFile` is one. */
export interface StoredReadings {
  readonly evaluation: { readonly step: number; readonly tolerancePx: number };
  /** Sections with their number of labels; the readings of one follow those of the one before. */
  readonly sections: readonly { readonly section: string; readonly labels: number }[];
  readonly samplesPerLabel: number;
  readonly readings: readonly (StoredReading & { readonly label: readonly [x: number, y: number] })[];
}

/** What a stored evaluation does not say of its dataset. */
export interface PhaseContext {
  /** Pixels along a side: the period of a torus. */
  readonly size: number;
  readonly periodic: boolean;
  /** Sections that split the frame; the others hold labels of these again and stay out of `overall`. */
  readonly partition: readonly string[];
}

/** The context of evaluations of a dataset. */
export function phaseContext(dataset: Dataset): PhaseContext {
  return {
    size: dataset.lattice.size,
    periodic: dataset.lattice.periodic,
    partition: dataset.sections.filter(({ kind }) => kind === 'partition').map(({ name }) => name),
  };
}

/**
 * The phase of generation that an image is in (claim C9): `none` if a feature is missing along an axis, `several` if
 * there is more than one along an axis, else `right` exactly if the evaluation counts it right in both x and y, else
 * `misplaced`. An image with none along one axis and several along the other shows none, as in the counts of an
 * evaluation.
 * @param label x, y of the condition in frame coordinates
 * @param tolerancePx an error strictly below it is right
 * @param size period in pixels if the boundary is periodic
 */
export function phaseOf(
  reading: StoredReading,
  label: readonly [x: number, y: number],
  tolerancePx: number,
  size: number,
  periodic: boolean,
): Phase {
  const { countX, countY } = reading;
  if (countX === COUNT.none || countY === COUNT.none) return 'none';
  if (countX === COUNT.several || countY === COUNT.several) return 'several';
  const { rightX, rightY } = judge(
    { x: reading.x ?? NaN, y: reading.y ?? NaN, countX, countY },
    label[0],
    label[1],
    tolerancePx,
    periodic ? size : null,
  );
  return rightX && rightY ? 'right' : 'misplaced';
}

/**
 * Images in each phase: `overall`, the plain sum over the sections that split the frame, then every section in the
 * order of the evaluation.
 * @throws CliffordError INVALID_INPUT if the readings are not as many as the sections announce
 */
export function countPhases(
  file: StoredReadings,
  { size, periodic, partition }: PhaseContext,
): PhaseCounts[] {
  const { step, tolerancePx } = file.evaluation;
  const expected = file.samplesPerLabel * file.sections.reduce((n, { labels }) => n + labels, 0);
  if (file.readings.length !== expected) {
    throw invalid(
      `phases at step ${step}: got ${file.readings.length} readings, expected ${expected} ` +
        `(${file.samplesPerLabel} for each label of ${file.sections.length} sections)`,
    );
  }
  let from = 0;
  const sections = file.sections.map(({ section, labels }) => {
    const readings = file.readings.slice(from, (from += labels * file.samplesPerLabel));
    const counts = noCounts();
    for (const reading of readings) counts[phaseOf(reading, reading.label, tolerancePx, size, periodic)]++;
    return { step, section, images: readings.length, counts };
  });
  const overall = { step, section: 'overall', images: 0, counts: noCounts() };
  for (const { section, images, counts } of sections) {
    if (!partition.includes(section)) continue;
    overall.images += images;
    for (const phase of PHASES) overall.counts[phase] += counts[phase];
  }
  return [overall, ...sections];
}

function noCounts(): Record<Phase, number> {
  return { none: 0, several: 0, misplaced: 0, right: 0 };
}
