import { evaluationAt, FEATURES } from '../../../../shared/compare/accuracy.ts';
import { diffSpecs, type SpecValue } from '../../../../shared/compare/spec-diff.ts';
import { featureTitle, metricAxis, metricsOf, metricText, parseMetric, sectionsOf } from './metrics.ts';
import type { ComparedRun, SeriesOf } from './run.ts';

/** Something that each run has one value of: an axis of a scatter plot or of parallel coordinates. */
export interface Field {
  readonly key: string;
  /** Title of an axis, with unit. */
  readonly title: string;
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
  /** Step cursor that accuracies are taken at; null is the last evaluation. */
  readonly cursor: number | null;
  readonly seriesOf: SeriesOf;
}

/** All fields of some runs: parameters first, in the order of the specification. */
export function fieldsOf(runs: readonly ComparedRun[], context: FieldContext): Field[] {
  const { metrics } = metricsOf(runs);
  return [
    ...diffSpecs(runs.map(({ spec }) => spec)).map(({ path, values }) =>
      field(`spec:${path}`, path, 'Parameter', values.map(scalar)),
    ),
    ...DATA.map(({ key, title, value }) => field(key, title, 'Training data', runs.map(value))),
    ...sectionsOf(runs).flatMap((section) =>
      FEATURES.toReversed().flatMap((feature) => {
        const at = (step: number | null) =>
          runs.map(
            (run) =>
              evaluationAt(run, step)?.sections.find((s) => s.section === section)?.[feature].mean ?? null,
          );
        const best = runs.map((run) =>
          greatest(
            run.evaluations.flatMap(
              (e) => e.sections.find((s) => s.section === section)?.[feature].mean ?? [],
            ),
          ),
        );
        const title = `accuracy of ${section}, ${featureTitle(feature)}`;
        const key = `accuracy:${section}:${feature}`;
        return [
          field(`${key}:last`, `${title} (last)`, 'Accuracy', at(null)),
          field(`${key}:best`, `${title} (best)`, 'Accuracy', best),
          ...(context.cursor === null
            ? []
            : [field(`${key}:cursor`, `${title} (at the step cursor)`, 'Accuracy', at(context.cursor))]),
        ];
      }),
    ),
    ...metrics.flatMap((text) => metricFields(runs, text, context.seriesOf)),
    field(
      'seconds',
      'training time (s)',
      'Cost',
      runs.map(({ row }) => row.seconds),
    ),
    field(
      'step',
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

const DATA: readonly { key: string; title: string; value: (run: ComparedRun) => number | null }[] = [
  {
    key: 'heldOut',
    title: 'held out (fraction of the 2D labels)',
    value: ({ row }) => row.region?.heldOut ?? null,
  },
  {
    key: 'lesion',
    title: 'lesioned (fraction of the 2D labels)',
    value: ({ row }) => row.region?.lesion ?? null,
  },
  { key: 'images', title: 'training images', value: ({ row }) => row.region?.trainingImages ?? null },
];

function metricFields(runs: readonly ComparedRun[], text: string, seriesOf: SeriesOf): Field[] {
  const metric = parseMetric(text);
  if (metric?.kind !== 'metric') return [];
  const values = (run: ComparedRun) => (seriesOf(run.id, metric.key) ?? []).map(([, value]) => value);
  const latest = runs.map((run) => run.row.latest[metric.key] ?? null);
  return [
    field(`${text}:latest`, `${metricAxis(text)} (latest)`, 'Metric', latest),
    field(
      `${text}:least`,
      `${metricAxis(text)} (least)`,
      'Metric',
      runs.map((run) => least(values(run))),
    ),
    field(
      `${text}:greatest`,
      `${metricAxis(text)} (greatest)`,
      'Metric',
      runs.map((run) => greatest(values(run))),
    ),
  ];
}

function field(
  key: string,
  title: string,
  group: FieldGroup,
  values: readonly (number | string | null)[],
): Field {
  const known = values.filter((value) => value !== null);
  return {
    key,
    title,
    group,
    numeric: known.length > 0 && known.every((value) => typeof value === 'number' && Number.isFinite(value)),
    values,
    differs: new Set(values).size > 1,
  };
}

/** What an axis can show of a value: numbers as they are, the rest as text. */
function scalar(value: SpecValue | undefined): number | string | null {
  if (value === undefined) return null;
  if (typeof value === 'number' || typeof value === 'string') return value;
  return JSON.stringify(value);
}

function greatest(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((a, b) => Math.max(a, b));
}

function least(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((a, b) => Math.min(a, b));
}

/** Fields that a parallel plot begins with: what differs (the seed last), then the accuracies, then the loss. */
export function defaultAxes(fields: readonly Field[]): string[] {
  const parameters = fields.filter((f) => f.group === 'Parameter' && f.differs && isShort(f));
  const chosen = [
    ...parameters.filter(({ key }) => key !== 'spec:seed').slice(0, 5),
    ...fields.filter((f) => f.key === 'heldOut' && f.differs),
    ...parameters.filter(({ key }) => key === 'spec:seed'),
    ...fields.filter((f) => f.key.startsWith('accuracy:') && f.key.endsWith(':both:last')).slice(0, 3),
    ...fields.filter(({ key }) => key === `${metricText('loss')}:latest`),
  ];
  return chosen.map(({ key }) => key);
}

/** The axes that a scatter plot begins with: the first parameter that differs against overall accuracy. */
export function defaultScatter(fields: readonly Field[]): { x: string | null; y: string | null } {
  const parameter =
    fields.find((f) => f.group === 'Parameter' && f.differs && f.numeric && f.key !== 'spec:seed') ??
    fields.find((f) => f.key === 'heldOut' && f.differs) ??
    fields.find((f) => f.key === 'spec:seed');
  const outcome =
    fields.find(({ key }) => key === 'accuracy:overall:both:last') ??
    fields.find((f) => f.group === 'Accuracy' || f.group === 'Metric');
  return { x: parameter?.key ?? null, y: outcome?.key ?? null };
}

/** A drawing's points would fill the axis with text. */
function isShort({ values }: Field): boolean {
  return values.every((value) => typeof value !== 'string' || value.length <= 40);
}
