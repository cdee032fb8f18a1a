import { powerLaw, type PowerLaw } from '../../../../core/metrics/trends/slope.ts';
import type { Style } from './run.ts';
import type { TrendAxis } from './trend-axes.ts';
import { namesByValues, type TrendGroup } from './trend-groups.ts';
import type { TrendCurve } from './trend.ts';

/** Where the curves cross the level, over a parameter of theirs (Fig. 5c: the dataset size needed, over N). */
export interface CrossingTrend {
  readonly name: string;
  readonly style: Style;
  /** By x, ascending. */
  readonly points: readonly CrossingPoint[];
  /** Null of fewer than two x, or where not all numbers are positive. */
  readonly slope: PowerLaw | null;
}

export interface CrossingPoint {
  readonly curve: TrendCurve;
  readonly x: number;
  readonly y: number;
}

/** Axes over which crossings can be drawn: each curve has one value there, and they differ. */
export function crossingAxes(
  groups: readonly TrendGroup[],
  axes: readonly TrendAxis[],
  shown: TrendAxis,
): TrendAxis[] {
  return axes.filter((axis) => {
    if (axis.along || axis.key === shown.key) return false;
    const values = groups.map(({ runs }) => [...new Set(runs.map((run) => axis.at(run, 0)))]);
    if (values.some((all) => all.length !== 1 || all[0] === null)) return false;
    return new Set(values.map(([value]) => value)).size > 1;
  });
}

/** Crossings over a parameter, in as many lines as the other parameters that tell the curves apart make. */
export function crossingTrends(curves: readonly TrendCurve[], over: TrendAxis): CrossingTrend[] {
  const rest = (path: string): boolean => !over.owns(path) && !over.carries(path);
  const paths = [...(curves[0]?.values.keys() ?? [])].filter(rest);
  const lines = [
    ...Map.groupBy(curves, ({ values }) => JSON.stringify(paths.map((path) => values.get(path)))).values(),
  ];
  const names = namesByValues(
    paths,
    lines.map(([first]) => first!.values),
  );
  return lines.map((members, i) => {
    const points = members
      .flatMap((curve): CrossingPoint[] => {
        const [x, y] = [over.at(curve.runs[0]!, 0), curve.crossing?.x ?? null];
        return x === null || y === null ? [] : [{ curve, x, y }];
      })
      .sort((a, b) => a.x - b.x);
    const drawable = points.every(({ x, y }) => x > 0 && y > 0) && new Set(points.map(({ x }) => x)).size > 1;
    return {
      name: names[i]! || 'crossing',
      style: members[0]!.style,
      points,
      slope: drawable ? powerLaw(points.map(({ x, y }) => [x, y] as const)) : null,
    };
  });
}
