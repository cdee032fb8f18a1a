import { CliffordError } from '../../../../core/base/errors.ts';
import { judge } from '../../../../core/metrics/evaluation-labels.ts';
import { mergeOrders } from '../../../../shared/compare/spec-diff.ts';
import type { EvaluationSamples } from '../../../../shared/contract/runs.ts';

/** Generated images of several runs at the same labels. */

export type Label = readonly [x: number, y: number];
export type ImageReading = EvaluationSamples['readings'][number];

/** The images that one evaluation made of one label. */
export interface LabelImages {
  readonly label: Label;
  readonly section: string;
  /** Place of the first image; `samplesPerLabel` of them follow each other. */
  readonly first: number;
}

/** Every label of an evaluation, in order; a label of a section and of an overlay stands twice. */
export function labelsOf({ sections, samplesPerLabel, readings }: Readable): LabelImages[] {
  const out: LabelImages[] = [];
  let first = 0;
  for (const { section, labels } of sections) {
    for (let i = 0; i < labels; i++, first += samplesPerLabel) {
      const reading = readings[first];
      if (reading === undefined) {
        throw new CliffordError(
          'STORAGE',
          `samples: section ${section} ends at image ${first}, expected ${labels} labels of ${samplesPerLabel} images`,
        );
      }
      out.push({ label: reading.label, section, first });
    }
  }
  return out;
}

type Readable = Pick<EvaluationSamples, 'sections' | 'samplesPerLabel' | 'readings'>;

export interface Row {
  readonly label: Label;
  /** One for each run; null where it has no image near. */
  readonly cells: readonly Cell[];
}

/** The images nearest to a row's label, and how far in px their label is; 0 is the label itself. */
export type Cell = (LabelImages & { readonly distance: number }) | null;

/**
 * Labels of a section that as many runs as possible were evaluated at, those of the first runs first.
 * @param runs labels of each run's evaluation; null where there is none
 * @param section its name, or `overall` for all sections in turn
 */
export function rowsOfSection(
  runs: readonly (readonly LabelImages[] | null)[],
  section: string,
  count: number,
): Row[] {
  const counted = new Map<string, { label: Label; runs: number; turn: number }>();
  for (const labels of runs) {
    const turns = new Map<string, number>();
    const seen = new Set<string>();
    for (const { label, section: name } of labels ?? []) {
      if (section !== 'overall' && name !== section) continue;
      const turn = turns.get(name) ?? 0;
      turns.set(name, turn + 1);
      const key = label.join(' ');
      if (seen.has(key)) continue;
      seen.add(key);
      const known = counted.get(key);
      if (known) known.runs++;
      else counted.set(key, { label, runs: 1, turn });
    }
  }
  // By turn, the first label of each section comes before the second of any.
  const chosen = [...counted.values()].sort((a, b) => b.runs - a.runs || a.turn - b.turn).slice(0, count);
  return rowsAt(
    runs,
    chosen.map(({ label }) => label),
  );
}

/** What each run has at the given labels, or nearest to them. */
export function rowsAt(runs: readonly (readonly LabelImages[] | null)[], labels: readonly Label[]): Row[] {
  return labels.map((label) => ({ label, cells: runs.map((images) => nearest(images ?? [], label)) }));
}

function nearest(images: readonly LabelImages[], [x, y]: Label): Cell {
  let best: Cell = null;
  for (const image of images) {
    const distance = Math.hypot(image.label[0] - x, image.label[1] - y);
    if (best === null || distance < best.distance) best = { ...image, distance };
  }
  return best;
}

/** Sections that any of the evaluations has, in the order of report. */
export function sampledSections(samples: readonly (Pick<EvaluationSamples, 'sections'> | null)[]): string[] {
  return mergeOrders(samples.map((s) => s?.sections.map(({ section }) => section) ?? []));
}

/** Whether an image is right, as accuracy counts it, and how to say what was read. */
export function verdictOf(
  reading: ImageReading,
  tolerancePx: number,
  period: number | null,
): { right: boolean; text: string } {
  const [lx, ly] = reading.label;
  const read = { ...reading, x: reading.x ?? NaN, y: reading.y ?? NaN };
  const { rightX, rightY } = judge(read, lx, ly, tolerancePx, period);
  const axis = (name: 'x' | 'y', value: number | null, count: 0 | 1 | 2): string =>
    count === 0 || value === null
      ? `no ${name}`
      : `${name} ${tenths(value)}${count === 2 ? ' (several)' : ''}`;
  const texts = [axis('x', reading.x, reading.countX), axis('y', reading.y, reading.countY)];
  return { right: rightX && rightY, text: texts.join(', ') };
}

/** One decimal; what rounds to zero has no sign. */
export function tenths(value: number): string {
  return (Math.round(10 * value) / 10 || 0).toFixed(1);
}
