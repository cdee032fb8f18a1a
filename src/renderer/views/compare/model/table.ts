import { evaluationAt, FEATURES } from '../../../../shared/compare/accuracy.ts';
import { diffSpecs, mergeOrders, type SpecValue } from '../../../../shared/compare/spec-diff.ts';
import { toCsv } from '../../../charts/csv.ts';
import { sectionsOf } from './metrics.ts';
import type { ComparedRun } from './run.ts';

/** A line of the configuration table. */
export interface SpecLine {
  readonly path: string;
  /** As it is written in JSON; empty where a run has no such field. */
  readonly values: readonly string[];
  readonly differs: boolean;
}

/** Specifications side by side; with `environment` what the runs trained on too. */
export function specLines(
  runs: readonly Pick<ComparedRun, 'spec' | 'environment'>[],
  options: { readonly onlyDifferences: boolean; readonly environment: boolean },
): SpecLine[] {
  const lines = diffSpecs(runs.map(({ spec }) => spec)).map(({ path, values, differs }) => ({
    path,
    values: values.map(valueText),
    differs,
  }));
  if (options.environment) {
    for (const key of mergeOrders(runs.map(({ environment }) => Object.keys(environment)))) {
      const values = runs.map(({ environment }) => environment[key] ?? '');
      lines.push({ path: `environment.${key}`, values, differs: new Set(values).size > 1 });
    }
  }
  return options.onlyDifferences ? lines.filter(({ differs }) => differs) : lines;
}

export function valueText(value: SpecValue | undefined): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export function specCsv(runs: readonly Pick<ComparedRun, 'name'>[], lines: readonly SpecLine[]): string {
  return toCsv(
    ['field', ...runs.map(({ name }) => name)],
    lines.map(({ path, values }) => [path, ...values]),
  );
}

/** For pasting into a spreadsheet: tabs between cells, as values hold commas. */
export function specTsv(runs: readonly Pick<ComparedRun, 'name'>[], lines: readonly SpecLine[]): string {
  const rows = [
    ['field', ...runs.map(({ name }) => name)],
    ...lines.map(({ path, values }) => [path, ...values]),
  ];
  return rows.map((row) => row.map((cell) => cell.replaceAll(/[\t\r\n]+/g, ' ')).join('\t')).join('\n');
}

/**
 * The whole comparison: one line for each run with its state, parameters, data, latest metrics and the accuracies of
 * the evaluation at the step cursor (or the last), with their intervals.
 */
export function comparisonCsv(runs: readonly ComparedRun[], cursor: number | null): string {
  const parameters = diffSpecs(runs.map(({ spec }) => spec));
  const metrics = mergeOrders(runs.map(({ metricKeys }) => metricKeys));
  const sections = sectionsOf(runs);
  const header = [
    ...['id', 'name', 'state', 'preset', 'created', 'step', 'seconds', 'engine', 'parent', 'tags'],
    ...['heldOut', 'lesion', 'trainingImages'],
    ...parameters.map(({ path }) => `spec.${path}`),
    ...metrics.map((key) => `latest.${key}`),
    'evaluation.step',
    ...sections.flatMap((section) =>
      FEATURES.flatMap((feature) =>
        ['', '.low', '.high'].map((end) => `accuracy.${section}.${feature}${end}`),
      ),
    ),
  ];
  const lines = runs.map((run, i) => {
    const { row } = run;
    const evaluation = evaluationAt(run, cursor);
    return [
      ...[row.id, row.name, row.state, row.preset, row.createdAt, row.step, row.seconds, row.engine],
      ...[row.parent?.id ?? null, row.tags.join(' ')],
      ...[row.region?.heldOut ?? null, row.region?.lesion ?? null, row.region?.trainingImages ?? null],
      ...parameters.map(({ values }) => (values[i] === undefined ? null : valueText(values[i]))),
      ...metrics.map((key) => row.latest[key] ?? null),
      evaluation?.step ?? null,
      ...sections.flatMap((section) => {
        const found = evaluation?.sections.find((s) => s.section === section);
        return FEATURES.flatMap((feature) => {
          const estimate = found?.[feature];
          return [estimate?.mean ?? null, estimate?.low ?? null, estimate?.high ?? null];
        });
      }),
    ];
  });
  return toCsv(header, lines);
}
