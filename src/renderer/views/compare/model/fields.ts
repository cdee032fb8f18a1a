import { evaluationAt, FEATURES } from '../../../../shared/compare/accuracy.ts';
import type { Series } from '../../../../shared/compare/seeds.ts';
import { diffSpecs, type SpecValue } from '../../../../shared/compare/spec-diff.ts';
import type { Evaluation } from '../../../../shared/records.ts';
import { featureTitle, metricAxis, metricsOf, metricText, parseMetric, sectionsOf } from './metrics.ts';
import type { ComparedRun, SeriesOf } from './run.ts';

/** Something that each run has one value of: an axis of a scatter plot or of parallel coordinates. */
export interface Field {
  readonly key: string;
  /** Title of an axis, with unit. */
  readonly title: string;
  /** For axes side by side. */
  readonly short: string;
  readonly group: FieldGroup;
  /** True when every value is a number. */
  readonly numeric: boolean;
  /** One for each run, in their order; null where a run has none. */
  readonly values: readonly (number | string | null)[];
  /** Not every run has the same value. */
  readonly differs: boolean;
}

export const FIELD_GROUPS = ['Parameter', 'Training data', 'Accuracy', 'Metric', 'Cost'] as const;
export type FieldGroup = (typeof FIELD_GROUPS)[number];

export interface FieldContext {
  /** Step that accuracies at the step cursor are of; null while it follows the newest evaluations. */
  readonly cursor: number | null;
  readonly seriesOf: SeriesOf;
}

/** All fields of some runs: parameters first, in the order of the specification. */
export function fieldsOf(runs: readonly ComparedRun[], context: FieldContext): Field[] {
  return [
    ...diffSpecs(runs.map(({ spec }) => spec)).map(({ path, values }) =>
      field(`spec:${path}`, path, path.split('.').slice(-2).join('.'), 'Parameter', values.map(scalar)),
    ),
    ...DATA.map(({ key, title, short, value }) => field(key, title, short, 'Training data', runs.map(value))),
    ...sectionsOf(runs).flatMap((section) => accuracyFields(runs, section, context.cursor)),
    ...metricsOf(runs).metrics.flatMap((text) => metricFields(runs, text, context.seriesOf)),
    field(
      'seconds',
      'training time (s)',
      'time (s)',
      'Cost',
      runs.map(({ row }) => row.seconds),
    ),
    field(
      'step',
      'steps done',
      'steps done',
      'Cost',
      runs.map(({ row }) => row.step),
    ),
  ];
}

/** The metrics whose points must be read before a field has values. */
export function neededMetric(key: string): string | null {
  const match = /^metric:(.+):(least|greatest)$/s.exec(key);
  return match ? match[1]! : null;
}

interface DataField {
  readonly key: string;
  readonly title: string;
  readonly short: string;
  readonly value: (run: ComparedRun) => number | null;
}

const DATA: readonly DataField[] = [
  {
    key: 'heldOut',
    title: 'held out (fraction of the 2D labels)',
    short: 'held out',
    value: ({ row }) => row.region?.heldOut ?? null,
  },
  {
    key: 'lesion',
    title: 'lesioned (fraction of the 2D labels)',
    short: 'lesioned',
    value: ({ row }) => row.region?.lesion ?? null,
  },
  {
    key: 'images',
    title: 'training images',
    short: 'images',
    value: ({ row }) => row.region?.trainingImages ?? null,
  },
];

function accuracyFields(runs: readonly ComparedRun[], section: string, cursor: number | null): Field[] {
  return FEATURES.toReversed().flatMap((feature) => {
    const of = (evaluation: Evaluation | null): number | null =>
      evaluation?.sections.find((s) => s.section === section)?.[feature].mean ?? null;
    const make = (which: string, text: string, values: (number | null)[]): Field =>
      field(
        `accuracy:${section}:${feature}:${which}`,
        `accuracy of ${section}, ${featureTitle(feature)} (${text})`,
        feature === 'both' ? section : `${section}, ${feature}`,
        'Accuracy',
        values,
      );
    const best = runs.map(({ evaluations }) =>
      evaluations.map(of).reduce((a, b) => (a === null || (b !== null && b > a) ? b : a), null),
    );
    return [
      make(
        'cursor',
        'at the step cursor',
        runs.map((run) => of(evaluationAt(run, cursor))),
      ),
      make(
        'last',
        'last',
        runs.map((run) => of(evaluationAt(run))),
      ),
      make('best', 'best', best),
    ];
  });
}

function metricFields(runs: readonly ComparedRun[], text: string, seriesOf: SeriesOf): Field[] {
  const metric = parseMetric(text);
  if (metric?.kind !== 'metric') return [];
  const ends = runs.map((run) => extremes(seriesOf(run.id, metric.key) ?? []));
  const make = (which: string, values: (number | null)[]): Field =>
    field(`${text}:${which}`, `${metricAxis(text)} (${which})`, `${metric.key} (${which})`, 'Metric', values);
  return [
    make(
      'latest',
      runs.map((run) => run.row.latest[metric.key] ?? null),
    ),
    make(
      'least',
      ends.map(([least]) => least),
    ),
    make(
      'greatest',
      ends.map(([, greatest]) => greatest),
    ),
  ];
}

type Ends = readonly [least: number | null, greatest: number | null];
/** By array of points, which are made anew when points come. */
const known = new WeakMap<Series, Ends>();

function extremes(points: Series): Ends {
  let ends = known.get(points);
  if (ends === undefined) {
    let [least, greatest]: [number | null, number | null] = [null, null];
    for (const [, value] of points) {
      if (least === null || value < least) least = value;
      if (greatest === null || value > greatest) greatest = value;
    }
    known.set(points, (ends = [least, greatest]));
  }
  return ends;
}

function field(
  key: string,
  title: string,
  short: string,
  group: FieldGroup,
  values: readonly (number | string | null)[],
): Field {
  const present = values.filter((value) => value !== null);
  const numeric = present.length > 0 && present.every((value) => Number.isFinite(value));
  return { key, title, short, group, numeric, values, differs: new Set(values).size > 1 };
}

/** What an axis can show of a value: numbers as they are, the rest as text. */
function scalar(value: SpecValue | undefined): number | string | null {
  if (value === undefined) return null;
  if (typeof value === 'number' || typeof value === 'string') return value;
  return JSON.stringify(value);
}

/**
 * Fields that a parallel plot begins with: what differs (the seed last), then the accuracies, then the loss. Of
 * parameters that tell the runs apart in the same way only the first, as they would repeat each other.
 */
export function defaultAxes(fields: readonly Field[]): string[] {
  const patterns = new Set<string>();
  const telling = (f: Field): boolean => {
    const pattern = patternOf(f);
    if (!f.differs || !isShort(f) || patterns.has(pattern)) return false;
    patterns.add(pattern);
    return true;
  };
  const parameters = fields.filter((f) => f.group === 'Parameter' && f.key !== 'spec:seed').filter(telling);
  const chosen = [
    ...parameters.slice(0, 6),
    ...fields.filter((f) => f.key === 'heldOut' && telling(f)),
    ...fields.filter((f) => f.key === 'spec:seed' && f.differs),
    ...fields.filter((f) => f.key.startsWith('accuracy:') && f.key.endsWith(':both:cursor')).slice(0, 3),
    ...fields.filter(({ key }) => key === `${metricText('loss')}:latest`),
  ];
  return chosen.map(({ key }) => key);
}

/** Which runs have equal values, whatever they are. */
function patternOf({ values }: Field): string {
  const places = new Map<number | string | null, number>();
  return values
    .map((value) => {
      if (!places.has(value)) places.set(value, places.size);
      return places.get(value);
    })
    .join();
}

/** The axes that a scatter plot begins with: the first parameter that differs against overall accuracy. */
export function defaultScatter(fields: readonly Field[]): { x: string | null; y: string | null } {
  const parameter =
    fields.find((f) => f.group === 'Parameter' && f.differs && f.numeric && f.key !== 'spec:seed') ??
    fields.find((f) => f.key === 'heldOut' && f.differs) ??
    fields.find((f) => f.key === 'spec:seed');
  const outcome =
    fields.find(({ key }) => key === 'accuracy:overall:both:cursor') ??
    fields.find((f) => f.group === 'Accuracy' || f.group === 'Metric');
  return { x: parameter?.key ?? null, y: outcome?.key ?? null };
}

/** A drawing's points would fill the axis with text. */
function isShort({ values }: Field): boolean {
  return values.every((value) => typeof value !== 'string' || value.length <= 40);
}
