import type { TrendChart } from '../../../charts/trend.ts';
import { featureTitle } from './metrics.ts';
import type { TrendAxis } from './trend-axes.ts';
import type { CrossingTrend } from './trend-crossings.ts';
import type { TrendCurve, TrendSettings } from './trend.ts';

/** Curves as the chart draws them. */
export function accuracyTrendChart(
  curves: readonly TrendCurve[],
  axis: TrendAxis,
  { section, feature, level, xLog, yLog }: TrendSettings,
  isFaint: (runId: string) => boolean = () => false,
): TrendChart {
  return {
    ...{ xName: axis.title, xLog, yLog, yRange: [0, 1] },
    yName: `right in ${featureTitle(feature)}, ${section} (fraction)`,
    level: { value: level, name: `${Number((level * 100).toPrecision(4))} %` },
    lines: curves.map(({ name, style, means, points, crossing, slope }) => ({
      ...{ name, style, law: slope },
      marks: means.map(({ x, mean, low, high, n }) => ({
        ...{ x, mean, low, high },
        note: n === 1 ? 'one run' : `mean of ${n} runs`,
      })),
      dots: points.map(({ run, x, y, low, high, labels, step }) => ({
        ...{ name: run.name, x, mean: y, low, high, faint: isFaint(run.id) },
        note: `step ${step.toLocaleString('en')}, ${labels} labels`,
      })),
      crossing:
        crossing === null || crossing.x === null ? null : { x: crossing.x, interval: crossing.interval },
    })),
  };
}

/** Crossings over a parameter, on logarithmic axes where power laws are straight, if all is positive. */
export function crossingTrendChart(
  lines: readonly CrossingTrend[],
  axis: TrendAxis,
  over: TrendAxis,
  { level }: TrendSettings,
): TrendChart {
  const all = lines.flatMap(({ points }) => points);
  const log = all.every(({ x, y }) => x > 0 && y > 0);
  return {
    ...{ xName: over.title, xLog: log, yLog: log, yRange: null, level: null },
    yName: `${axis.short} at ${Number((level * 100).toPrecision(4))} %`,
    lines: lines.map(({ name, style, points, slope }) => ({
      ...{ name, style, dots: [], crossing: null, law: slope },
      marks: points.map(({ curve, x, y }) => ({
        ...{ x, mean: y },
        low: curve.crossing!.interval?.low ?? null,
        high: curve.crossing!.interval?.high ?? null,
        note: curve.name,
      })),
    })),
  };
}
