import { crossingOf, type Crossing } from '../../../../core/metrics/trends/crossing.ts';
import { powerLaw, type PowerLaw } from '../../../../core/metrics/trends/slope.ts';
import { wilsonInterval } from '../../../../core/metrics/trends/wilson.ts';
import { evaluationAt, type Feature } from '../../../../shared/compare/accuracy.ts';
import { meanOf, type MeanEstimate } from '../../../../shared/compare/seeds.ts';
import type { Evaluation, SectionAccuracy } from '../../../../shared/records.ts';
import type { ComparedRun } from './run.ts';
import type { TrendAxis } from './trend-axes.ts';
import type { TrendGroup } from './trend-groups.ts';

/** Accuracy of one run at one place of the axis. */
export interface TrendPoint {
  readonly run: ComparedRun;
  readonly step: number;
  readonly x: number;
  readonly y: number;
  readonly labels: number;
  /** 95 % over labels: see `labelInterval`. */
  readonly low: number;
  readonly high: number;
}

export interface TrendMean extends MeanEstimate {
  readonly x: number;
}

export interface TrendCurve extends TrendGroup {
  readonly points: readonly TrendPoint[];
  /** One for each x, ascending. */
  readonly means: readonly TrendMean[];
  /** Null without points. */
  readonly crossing: Crossing | null;
  /** Of the means; null unless both axes are logarithmic and two means can be drawn. */
  readonly slope: PowerLaw | null;
}

export interface TrendSettings {
  readonly section: string;
  readonly feature: Feature;
  /** Evaluations after it are left aside; null takes the newest. */
  readonly cursor: number | null;
  /** Accuracy that the crossing is of. */
  readonly level: number;
  readonly xLog: boolean;
  readonly yLog: boolean;
}

/** The curve of a group: its runs, their means over seeds at each x, where these cross the level, and their slope. */
export function trendCurve(group: TrendGroup, axis: TrendAxis, settings: TrendSettings): TrendCurve {
  const { level, xLog, yLog } = settings;
  const found = group.runs.flatMap((run) => pointsOf(run, axis, settings));
  // Values that a logarithmic axis has no place for are in no mean, crossing or slope either.
  const points = found.filter(({ x, y }) => (!xLog || x > 0) && (!yLog || y > 0));
  const columns = [...Map.groupBy(points, ({ x }) => x)].sort(([a], [b]) => a - b);
  // Along training no curve jumps merely because a run that stopped early leaves the mean.
  const runs = new Set(points.map(({ run }) => run.id)).size;
  const whole = axis.along ? columns.filter(([, column]) => column.length === runs) : columns;
  const means = whole.map(([x, column]) => ({ x, ...meanOf(column.map(({ y }) => y)) }));
  const averaged = whole.flatMap(([, column]) => column);
  return {
    ...group,
    points,
    means,
    crossing:
      averaged.length === 0
        ? null
        : crossingOf(
            averaged.map(({ x, y, run }) => ({ x, y, seed: run.seed })),
            { level, log: xLog },
          ),
    slope: xLog && yLog && means.length > 1 ? powerLaw(means.map(({ x, mean }) => [x, mean] as const)) : null,
  };
}

/** Points of the runs that a logarithmic axis leaves out. */
export function pointsLeftOut(
  groups: readonly TrendGroup[],
  axis: TrendAxis,
  settings: TrendSettings,
): number {
  return groups
    .flatMap(({ runs }) => runs.flatMap((run) => pointsOf(run, axis, settings)))
    .filter(({ x, y }) => (settings.xLog && x <= 0) || (settings.yLog && y <= 0)).length;
}

/** Whether an axis is better logarithmic: positive throughout, and over more than a factor of 20. */
export function suggestsLog(values: readonly number[]): boolean {
  const least = Math.min(...values);
  return values.length > 0 && least > 0 && Math.max(...values) / least > 20;
}

/** All places of some runs on an axis. */
export function placesOf(groups: readonly TrendGroup[], axis: TrendAxis, settings: TrendSettings): number[] {
  return groups.flatMap(({ runs }) => runs.flatMap((run) => pointsOf(run, axis, settings).map(({ x }) => x)));
}

function pointsOf(
  run: ComparedRun,
  axis: TrendAxis,
  { section, feature, cursor }: Pick<TrendSettings, 'section' | 'feature' | 'cursor'>,
): TrendPoint[] {
  return evaluationsOf(run, axis.along, cursor).flatMap((evaluation) => {
    const accuracy = evaluation.sections.find((s) => s.section === section);
    const x = axis.at(run, evaluation.step);
    if (accuracy === undefined || x === null) return [];
    const { step } = evaluation;
    const [y, labels] = [accuracy[feature].mean, accuracy.labels];
    return [{ run, step, x, y, labels, ...labelInterval(accuracy, feature) }];
  });
}

function evaluationsOf(run: ComparedRun, along: boolean, cursor: number | null): Evaluation[] {
  if (!along) {
    const evaluation = evaluationAt(run, cursor);
    return evaluation === null ? [] : [evaluation];
  }
  // Of a step the full evaluation, which comes last.
  const bySteps = new Map(run.evaluations.map((evaluation) => [evaluation.step, evaluation]));
  return [...bySteps.values()].filter(({ step }) => cursor === null || step <= cursor);
}

/**
 * 95 % over labels. Of a section Wilson's interval, since a bootstrap of labels that are all right or all wrong has no
 * width; `overall` is no plain share of labels but weighted by the sections' sizes, so that its bootstrap stands.
 */
export function labelInterval(accuracy: SectionAccuracy, feature: Feature): { low: number; high: number } {
  const { mean, low, high } = accuracy[feature];
  return accuracy.section === 'overall' ? { low, high } : wilsonInterval(mean, accuracy.labels);
}
