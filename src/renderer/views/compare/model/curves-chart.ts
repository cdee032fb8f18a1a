import { curvesOption, type Curve, type CurvesSettings } from '../../../charts/curves.ts';
import type { EChartsOption } from '../../../charts/echarts.ts';
import { clipRange, meanSpacing, smooth, type Point } from '../../../charts/smoothing.ts';
import type { ChartTheme } from '../../../charts/theme.ts';
import { thinned } from './thin.ts';

export interface ComparedCurvesSettings extends CurvesSettings {
  readonly xLog: boolean;
  /** Names of curves that stand back. */
  readonly faint: ReadonlySet<string>;
}

/** More lines in a tooltip would cover the chart. */
const MOST_LINES = 14;
/** More curves than this are drawn without a legend: the list of runs beside the charts is one. */
const MOST_IN_LEGEND = 16;
/** Points that a chart draws in all. Fifty curves over 500 pixels have no room for more. */
const MOST_POINTS = 30_000;

/** `curvesOption` for many runs: curves that stand back, a logarithmic x axis, a tooltip that fits, few enough points. */
export function comparedCurvesOption(
  all: readonly Curve[],
  { xLog, faint, ...given }: ComparedCurvesSettings,
  theme: ChartTheme,
): EChartsOption {
  const { curves, settings } = fewEnough(xLog ? all.map(positive) : all, given);
  const legend = curves.length > 1 && curves.length <= MOST_IN_LEGEND;
  const option = curvesOption(curves, { ...settings, legend }, theme) as Record<string, unknown>;
  const series = (option['series'] as Series[]).map((one) => ({
    ...one,
    // Curves are made anew whenever points come: an animation would begin again each time.
    animation: false,
    ...(one.type === 'line' && one.data.length > 0 ? { data: packed(one.data), dimensions: ['x', 'y'] } : {}),
    ...(faint.has(one.name.replace(/ \(measured\)$/, '')) ? stoodBack(one) : {}),
  }));
  return {
    ...option,
    ...(xLog ? { xAxis: { ...(option['xAxis'] as object), type: 'log' } } : {}),
    tooltip: {
      ...(option['tooltip'] as object),
      formatter: (items: readonly Item[]) => tooltipText(items, settings),
    },
    series,
  } as EChartsOption;
}

interface Series {
  readonly type: string;
  readonly name: string;
  readonly data: readonly Point[];
  readonly lineStyle?: object;
  readonly renderItem?: (...args: unknown[]) => { style: object } | undefined;
}

interface Item {
  readonly seriesName: string;
  readonly marker: string;
  readonly value: readonly unknown[];
}

/**
 * Curves of as many points as can be drawn at once. Where points are left out, averages and the ends of the y axis
 * still follow from all of them, and what was measured is not drawn behind its average.
 */
function fewEnough(
  curves: readonly Curve[],
  settings: CurvesSettings,
): { curves: readonly Curve[]; settings: CurvesSettings } {
  const total = curves.reduce((sum, { points }) => sum + points.length, 0);
  if (total <= MOST_POINTS) return { curves, settings };
  const { smoothing = 0, outliers = 0, log = false } = settings;
  const most = Math.max(200, Math.floor(MOST_POINTS / curves.length));
  const spacing = Math.max(0, ...curves.map(({ points }) => meanSpacing(points)));
  const range =
    outliers > 0
      ? clipRange(
          curves.map(({ points }) => points.map(([, y]) => y)),
          outliers,
          log,
        )
      : null;
  return {
    curves: curves.map((curve) => ({
      ...curve,
      points: drawnPoints(curve.points, most, smoothing, spacing),
    })),
    settings: {
      ...settings,
      smoothing: 0,
      outliers: 0,
      ...(range === null ? {} : { yMin: range[0], yMax: range[1] }),
    },
  };
}

/** By array of points: pointing at a run draws the same curves again. */
const cache = new WeakMap<readonly Point[], { key: string; points: readonly Point[] }>();

function drawnPoints(
  points: readonly Point[],
  most: number,
  smoothing: number,
  spacing: number,
): readonly Point[] {
  const key = `${most} ${smoothing} ${spacing}`;
  const known = cache.get(points);
  if (known?.key === key) return known.points;
  const drawn = thinned(smoothing > 0 ? smooth(points, smoothing, spacing) : points, most);
  cache.set(points, { key, points: drawn });
  return drawn;
}

/**
 * Points one after the other. ECharts copies and looks through every element of an array of arrays whenever an option
 * is set, which takes longer than to draw them.
 * @returns (2 · points) float64: x, y, x, y …
 */
function packed(points: readonly Point[]): Float64Array {
  const out = new Float64Array(2 * points.length);
  points.forEach(([x, y], i) => {
    out[2 * i] = x;
    out[2 * i + 1] = y;
  });
  return out;
}

function positive(curve: Curve): Curve {
  return {
    ...curve,
    points: curve.points.filter(([x]) => x > 0),
    ...(curve.band ? { band: curve.band.filter(([x]) => x > 0) } : {}),
  };
}

function stoodBack({ type, lineStyle = {}, renderItem }: Series): object {
  if (type === 'line')
    return { lineStyle: { ...lineStyle, opacity: 0.12 }, itemStyle: { opacity: 0.12 }, z: 1 };
  if (!renderItem) return {};
  return {
    renderItem: (...args: unknown[]) => {
      const shape = renderItem(...args);
      return shape && { ...shape, style: { ...shape.style, opacity: 0.03 } };
    },
  };
}

/** The greatest values first, and how many more there are. */
export function tooltipText(
  items: readonly Item[],
  { xName, format = String }: Pick<CurvesSettings, 'xName' | 'format'>,
): string {
  const rows = items
    .filter(({ value }) => typeof value[1] === 'number' && Number.isFinite(value[1]))
    .map(({ seriesName, marker, value }) => ({ seriesName, marker, y: value[1] as number }))
    .sort((a, b) => b.y - a.y);
  const x = items[0]?.value[0];
  if (typeof x !== 'number' || rows.length === 0) return '';
  const lines = rows
    .slice(0, MOST_LINES)
    .map(({ seriesName, marker, y }) => `${marker} ${seriesName}: ${format(y)}`);
  const more = rows.length - lines.length;
  return [`${xName}: ${format(x)}`, ...lines, ...(more > 0 ? [`and ${more} more`] : [])].join('\n');
}
