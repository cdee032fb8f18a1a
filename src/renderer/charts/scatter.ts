import { toCsv } from './csv.ts';
import { shortNumber, type CurveStyle } from './curves.ts';
import type { EChartsOption } from './echarts.ts';
import { axis, tooltip, type ChartTheme } from './theme.ts';

/** One axis of a scatter plot: numbers, or names in an order. */
export interface ScatterAxis {
  /** Title, with unit. */
  readonly name: string;
  readonly numeric: boolean;
  /** Numeric axes only; values that are not positive are not drawn, and counted. */
  readonly log: boolean;
}

export interface ScatterPoint {
  /** Stands first in the tooltip. */
  readonly name: string;
  readonly x: number | string | null;
  readonly y: number | string | null;
  readonly faint?: boolean;
}

/** Points of one colour and marker. */
export interface ScatterSeries {
  readonly name: string;
  readonly style: CurveStyle;
  readonly points: readonly ScatterPoint[];
}

export interface Scatter {
  readonly x: ScatterAxis;
  readonly y: ScatterAxis;
  readonly series: readonly ScatterSeries[];
  readonly legend?: boolean;
}

export function scatterOption(
  { x, y, series, legend = series.length > 1 }: Scatter,
  theme: ChartTheme,
): EChartsOption {
  const all = series.flatMap(({ points }) => points);
  return {
    animation: false, // marks are made anew with the data: each time would begin from nothing
    textStyle: { fontFamily: theme.font },
    aria: { enabled: false }, // the panel describes the chart
    grid: { left: 68, right: 20, top: legend ? 34 : 14, bottom: 48, containLabel: false },
    legend: {
      show: legend,
      type: 'scroll',
      top: 0,
      left: 40,
      right: 8,
      itemWidth: 14,
      textStyle: { color: theme.ink, fontSize: 12 },
      pageTextStyle: { color: theme.muted },
      data: series.map(({ name }) => name),
    },
    tooltip: tooltip(theme, {
      trigger: 'item',
      formatter: ({ data }: { data: { name: string; value: (number | string)[] } }) =>
        `${data.name}\n${x.name}: ${shownValue(data.value[0]!)}\n${y.name}: ${shownValue(data.value[1]!)}`,
    }),
    xAxis: axisOption(
      x,
      all.map((point) => point.x),
      theme,
      28,
    ),
    yAxis: axisOption(
      y,
      all.map((point) => point.y),
      theme,
      52,
    ),
    series: series.map(({ name, style, points }) => ({
      type: 'scatter',
      name,
      symbol: style.marker,
      symbolSize: 11,
      itemStyle: { color: style.color, borderColor: theme.paper, borderWidth: 1 },
      data: points
        .filter((point) => isDrawn(x, point.x) && isDrawn(y, point.y))
        .map((point) => ({
          name: point.name,
          // Text, so that a category axis never takes a number for a place.
          value: [x.numeric ? point.x! : String(point.x), y.numeric ? point.y! : String(point.y)],
          itemStyle: { opacity: point.faint ? 0.15 : 0.9 },
        })),
      emphasis: { scale: 1.4 },
    })),
  } as EChartsOption;
}

/** Points that cannot be drawn: without a value, or not positive on a logarithmic axis. */
export function leftOut({ x, y, series }: Scatter): number {
  return series
    .flatMap(({ points }) => points)
    .filter((point) => !isDrawn(x, point.x) || !isDrawn(y, point.y)).length;
}

export function scatterCsv({ x, y, series }: Scatter): string {
  return toCsv(
    ['run', 'series', x.name, y.name],
    series.flatMap(({ name, points }) => points.map((point) => [point.name, name, point.x, point.y])),
  );
}

function isDrawn({ numeric, log }: ScatterAxis, value: number | string | null): boolean {
  if (value === null) return false;
  return !numeric || !log || (value as number) > 0;
}

function axisOption(
  { name, numeric, log }: ScatterAxis,
  values: readonly (number | string | null)[],
  theme: ChartTheme,
  nameGap: number,
): object {
  const label = { color: theme.muted, fontSize: 11, hideOverlap: true };
  if (!numeric) {
    const data = [...new Set(values.filter((value) => value !== null).map(String))];
    return {
      type: 'category',
      data,
      ...axis(theme, name, { nameGap, axisLabel: { ...label, width: 110, overflow: 'truncate' } }),
    };
  }
  return {
    type: log ? 'log' : 'value',
    scale: true,
    ...axis(theme, name, { nameGap, axisLabel: { ...label, formatter: shortNumber } }),
  };
}

function shownValue(value: number | string): string {
  return typeof value === 'number' ? shortNumber(value) : value;
}
