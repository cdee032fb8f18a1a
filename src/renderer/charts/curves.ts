import { toCsv } from './csv.ts';
import type { EChartsOption } from './echarts.ts';
import { clipRange, logPoints, logTicks, meanSpacing, smooth, type Point } from './smoothing.ts';
import { axis, tooltip, type ChartTheme } from './theme.ts';

/** How a curve is drawn; `RunStyle` of state/runColors.ts is one. */
export interface CurveStyle {
  readonly color: string;
  readonly dash: 'solid' | 'dashed' | 'dotted';
  readonly marker: 'circle' | 'triangle' | 'rect' | 'diamond';
}

export interface Curve {
  /** In the legend and the tooltip; unique within a chart. */
  readonly name: string;
  readonly style: CurveStyle;
  /** [x, y], x ascending. */
  readonly points: readonly Point[];
  /** [x, low, high], x ascending: an interval around the curve. It is never smoothed. */
  readonly band?: readonly (readonly [number, number, number])[];
  /** A marker at each point, for curves of few points. */
  readonly markers?: boolean;
}

/** A thin horizontal line with its name. */
export interface Reference {
  readonly name: string;
  readonly value: number;
  /** The colour of the curve that it belongs to; none is quiet. */
  readonly color?: string;
}

export interface CurvesSettings {
  /** Axis titles, with units. */
  readonly xName: string;
  readonly yName: string;
  readonly log?: boolean;
  /** Weight of the past in the moving average, 0 (off) … 0.999. What was measured stays behind it, faint. */
  readonly smoothing?: number;
  /** Fraction of the values that may lie beyond each end of the y axis; 0 shows all. */
  readonly outliers?: number;
  /** Ends of the y axis; else the data's. */
  readonly yMin?: number;
  readonly yMax?: number;
  /** Ends of the x axis (the whole length of a run that still trains); else the data's. */
  readonly xMin?: number;
  readonly xMax?: number;
  /** Where the page's step cursor stands. */
  readonly cursor?: number | null;
  readonly references?: readonly Reference[];
  readonly legend?: boolean;
  /** Ends and number of y values, as they are to be read. */
  readonly format?: (value: number) => string;
}

/** Curves over one axis, with intervals, smoothing and the step cursor. */
export function curvesOption(
  curves: readonly Curve[],
  settings: CurvesSettings,
  theme: ChartTheme,
): EChartsOption {
  const { log = false, smoothing = 0, outliers = 0, references = [], legend = curves.length > 1 } = settings;
  const drawable = log ? curves.map((curve) => ({ ...curve, points: logPoints(curve.points) })) : curves;
  // One scale for all, so that curves recorded at different rates are smoothed alike.
  const spacing = Math.max(0, ...drawable.map(({ points }) => meanSpacing(points)));
  const smoothed = drawable.map(({ points }) =>
    smoothing > 0 ? smooth(points, smoothing, spacing) : points,
  );
  // A logarithmic axis left to itself marks powers of ten only, of which there may be none.
  const range = outliers > 0 || log ? clipRange(drawable.map(rangeValues), outliers, log) : null;
  const marks = { customValues: log && range ? logTicks(range) : undefined };
  const format = settings.format ?? shortNumber;
  return {
    // Series are drawn anew with each point that arrives: curves that wipe in each time would never be whole.
    animation: false,
    textStyle: { fontFamily: theme.font },
    aria: { enabled: false }, // the panel describes the chart
    grid: { left: 72, right: 16, top: legend ? 34 : 14, bottom: 66, outerBoundsMode: 'none' },
    legend: {
      show: legend,
      type: 'scroll',
      top: 0,
      left: 56,
      right: 8,
      itemWidth: 22,
      textStyle: { color: theme.ink, fontSize: 12 },
      pageTextStyle: { color: theme.muted },
      data: curves.map(({ name }) => name),
    },
    tooltip: tooltip(theme, {
      trigger: 'axis',
      axisPointer: { type: 'line', lineStyle: { color: theme.muted, type: 'dotted' } },
      order: 'valueDesc',
      valueFormatter: (value: unknown) => (typeof value === 'number' ? format(value) : '–'),
    }),
    xAxis: {
      type: 'value',
      min: settings.xMin ?? 'dataMin',
      max: settings.xMax ?? 'dataMax',
      axisPointer: { label: { formatter: ({ value }: { value: number }) => shortNumber(value) } },
      ...axis(theme, settings.xName, {
        nameGap: 26,
        splitLine: { show: false },
        axisLine: { onZero: false },
      }),
    },
    yAxis: {
      type: log ? 'log' : 'value',
      scale: true,
      min: settings.yMin ?? range?.[0],
      max: settings.yMax ?? range?.[1],
      ...axis(theme, settings.yName, {
        nameGap: 56,
        axisLabel: { color: theme.muted, fontSize: 11, hideOverlap: true, formatter: shortNumber, ...marks },
        axisTick: { lineStyle: { color: theme.line }, ...marks },
      }),
    },
    dataZoom: [
      { type: 'inside', filterMode: 'none', zoomOnMouseWheel: 'ctrl', moveOnMouseMove: 'shift' },
      {
        type: 'slider',
        filterMode: 'none',
        height: 14,
        bottom: 6,
        showDetail: false,
        showDataShadow: false,
        brushSelect: false,
        borderColor: theme.line,
        fillerColor: `${theme.accent}22`,
        handleStyle: { color: theme.paper, borderColor: theme.accent },
        moveHandleStyle: { color: theme.line },
      },
    ],
    series: [
      // Curves first: the legend draws its signs from the first series of each name.
      ...drawable.map((curve, i) => curveSeries(curve, smoothed[i]!)),
      ...drawable.flatMap((curve, i) => bandSeries(curve, i)),
      ...(smoothing > 0 ? drawable.map(measuredSeries) : []),
      ...references.map((reference) => referenceSeries(reference, firstX(drawable), log, theme)),
      cursorSeries(settings.cursor ?? null, theme),
    ],
  } as EChartsOption;
}

/** The data shown: one row for each point, as measured, with the smoothed value beside it. */
export function curvesCsv(curves: readonly Curve[], { xName, yName, smoothing = 0 }: CurvesSettings): string {
  const spacing = Math.max(0, ...curves.map(({ points }) => meanSpacing(points)));
  const banded = curves.some(({ band }) => band !== undefined);
  const header = [
    'curve',
    xName,
    yName,
    ...(smoothing > 0 ? ['smoothed'] : []),
    ...(banded ? ['low', 'high'] : []),
  ];
  const rows = curves.flatMap(({ name, points, band }) => {
    const calm = smoothing > 0 ? smooth(points, smoothing, spacing) : points;
    const intervals = new Map(band?.map(([x, low, high]) => [x, [low, high]] as const));
    return points.map(([x, y], i) => [
      name,
      x,
      y,
      ...(smoothing > 0 ? [calm[i]![1]] : []),
      ...(banded ? (intervals.get(x) ?? [null, null]) : []),
    ]);
  });
  return toCsv(header, rows);
}

/** Four significant digits; powers of ten where they would hide them. */
export function shortNumber(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size < 1e-3 || size >= 1e7) return value.toExponential(2).replace(/\.?0+e/, 'e');
  return value.toLocaleString('en', { maximumSignificantDigits: 4 });
}

function rangeValues({ points, band = [] }: Curve): number[] {
  return [...points.map(([, y]) => y), ...band.flatMap(([, low, high]) => [low, high])];
}

function curveSeries({ name, style, markers = false }: Curve, points: readonly Point[]) {
  return {
    type: 'line',
    name,
    data: points,
    color: style.color,
    lineStyle: { width: 1.75, type: style.dash },
    symbol: style.marker,
    symbolSize: 6,
    showSymbol: markers || points.length === 1,
    sampling: points.length > 3000 ? 'minmax' : undefined,
    emphasis: { disabled: true },
    z: 3,
  };
}

/** What was measured, behind its moving average. */
function measuredSeries({ name, style, points }: Curve) {
  return {
    type: 'line',
    name: `${name} (measured)`,
    data: points,
    color: style.color,
    lineStyle: { width: 1, opacity: 0.25 },
    showSymbol: false,
    silent: true,
    animation: false,
    tooltip: { show: false },
    z: 2,
  };
}

/** A shaded interval, as one polygon: stacked areas would not do on a logarithmic axis. */
function bandSeries({ name, style, band = [] }: Curve, place: number) {
  if (band.length === 0) return [];
  return [
    {
      type: 'custom',
      // The same name: the legend switches the two together.
      name,
      color: style.color,
      data: band,
      encode: { x: 0, y: [1, 2] },
      silent: true,
      clip: true,
      animation: false,
      tooltip: { show: false },
      z: 1,
      zlevel: 0,
      renderItem: (params: { dataIndex: number }, api: { coord(point: [number, number]): number[] }) => {
        if (params.dataIndex !== 0) return undefined;
        const upper = band.map(([x, , high]) => api.coord([x, high]));
        const lower = band.map(([x, low]) => api.coord([x, low]));
        return {
          type: 'polygon',
          id: `band${place}`,
          shape: { points: [...upper, ...lower.reverse()] },
          style: { fill: style.color, opacity: 0.15 },
        };
      },
    },
  ];
}

function firstX(curves: readonly Curve[]): number | null {
  return curves.find(({ points }) => points.length > 0)?.points[0]![0] ?? null;
}

/** @param at where curves have a point, for the axis to reach the line: mark lines alone do not stretch it */
function referenceSeries(
  { name, value, color }: Reference,
  at: number | null,
  log: boolean,
  theme: ChartTheme,
) {
  return {
    type: 'line',
    name,
    data: at === null || (log && value <= 0) ? [] : [[at, value]],
    symbol: 'none',
    silent: true,
    tooltip: { show: false },
    markLine: {
      silent: true,
      symbol: 'none',
      animation: false,
      label: {
        show: true,
        position: 'insideEndTop',
        formatter: name,
        color: theme.muted,
        fontSize: 11,
        // Curves pass below it.
        backgroundColor: theme.paper,
        borderRadius: 3,
        padding: [1, 4],
      },
      lineStyle: { color: color ?? theme.muted, width: 1, type: 'dashed', opacity: 0.8 },
      data: [{ yAxis: value }],
    },
  };
}

function cursorSeries(at: number | null, theme: ChartTheme) {
  return {
    type: 'line',
    name: 'step cursor',
    data: [],
    silent: true,
    tooltip: { show: false },
    markLine: {
      silent: true,
      symbol: 'none',
      animation: false,
      label: { show: false },
      lineStyle: { color: theme.accent, width: 1.5, type: 'solid' },
      data: at === null ? [] : [{ xAxis: at }],
    },
  };
}
