import type { PercolationCurve } from '../../core/metrics/percolation/curve.ts';
import type { Spread } from '../../core/metrics/percolation/spread.ts';
import { toCsv } from './csv.ts';
import { shortNumber, type CurveStyle } from './curves.ts';
import type { EChartsOption } from './echarts.ts';
import { logTicks } from './smoothing.ts';
import { sharedQuantity } from './legend-names.ts';
import { axis, tooltip, type ChartTheme } from './theme.ts';

/** One curve with its name and look. */
export interface NamedCurve {
  /** Such as `σ = 0.5`; unique within a chart. */
  readonly name: string;
  readonly style: CurveStyle;
  readonly curve: PercolationCurve;
}

export interface PercolationCurvesSettings {
  readonly logLambda: boolean;
  /** What the largest cluster is divided by: bumps kept, or all sites of the lattice. */
  readonly over: 'occupied' | 'sites';
  /** Ends of the λ axis. */
  readonly lambdaRange: readonly [number, number];
  /** λ of the lattice beside the chart. */
  readonly cursor: number;
}

/** Largest cluster against λ, its mean over seeds with a band of 5 % to 95 %, and λ_c of each curve (Fig. 6c, 13, 14b). */
export function percolationCurvesOption(
  curves: readonly NamedCurve[],
  settings: PercolationCurvesSettings,
  theme: ChartTheme,
): EChartsOption {
  const { logLambda, over, lambdaRange, cursor } = settings;
  const [low, high] = logLambda ? lambdaRange : [0, lambdaRange[1]];
  const marks = { customValues: logLambda ? logTicks(lambdaRange) : undefined };
  const shown = (curve: PercolationCurve) =>
    curve.points.filter(({ lambda }) => lambda >= low && lambda <= high);
  return {
    animation: false,
    textStyle: { fontFamily: theme.font },
    aria: { enabled: false }, // the panel describes the chart
    grid: { left: 60, right: 18, top: 34, bottom: 46, outerBoundsMode: 'none' },
    legend: {
      show: true,
      type: 'scroll',
      top: 0,
      left: 44,
      right: 8,
      itemWidth: 18,
      itemGap: 8,
      formatter: sharedQuantity(curves.map(({ name }) => name)),
      textStyle: { color: theme.ink, fontSize: 12 },
      pageTextStyle: { color: theme.muted },
      data: curves.map(({ name }) => name),
    },
    tooltip: tooltip(theme, {
      trigger: 'axis',
      axisPointer: { type: 'line', lineStyle: { color: theme.muted, type: 'dotted' } },
      order: 'seriesAsc',
      valueFormatter: (value: unknown) => (typeof value === 'number' ? value.toFixed(3) : '–'),
    }),
    xAxis: {
      type: logLambda ? 'log' : 'value',
      min: low,
      max: high,
      axisPointer: { label: { formatter: ({ value }: { value: number }) => `λ = ${shortNumber(value)}` } },
      ...axis(theme, 'Fraction of bumps kept, λ', {
        nameGap: 26,
        splitLine: { show: false },
        axisLabel: { color: theme.muted, fontSize: 11, hideOverlap: true, formatter: shortNumber, ...marks },
        axisTick: { lineStyle: { color: theme.line }, ...marks },
      }),
    },
    yAxis: {
      type: 'value',
      min: 0,
      max: 1,
      ...axis(theme, over === 'occupied' ? 'Largest cluster / bumps kept' : 'Largest cluster / all sites', {
        nameGap: 36,
      }),
    },
    dataZoom: [{ type: 'inside', filterMode: 'none', zoomOnMouseWheel: 'ctrl', moveOnMouseMove: 'shift' }],
    series: [
      // Curves first: the legend draws its signs from the first series of each name.
      ...curves.map(({ name, style, curve }) => ({
        type: 'line',
        name,
        data: shown(curve).map((point) => [point.lambda, valuesOf(point, over)[0]]),
        color: style.color,
        lineStyle: { width: 1.75, type: style.dash },
        symbol: 'none',
        emphasis: { disabled: true },
        z: 3,
        markLine: criticalMark(curve.critical.half, style),
      })),
      ...curves.map(({ name, style, curve }, place) =>
        bandSeries(
          name,
          style,
          shown(curve).map((point) => {
            const [, from, to] = valuesOf(point, over);
            return [point.lambda, from, to] as const;
          }),
          place,
        ),
      ),
      {
        type: 'line',
        name: 'λ of the lattice',
        data: [],
        silent: true,
        tooltip: { show: false },
        markLine: {
          silent: true,
          symbol: 'none',
          animation: false,
          precision: EXACT,
          label: { show: false },
          lineStyle: { color: theme.ink, width: 1.5, type: 'solid', opacity: 0.7 },
          data: [{ xAxis: cursor }],
        },
      },
    ],
  } as EChartsOption;
}

/** All points of all curves, and λ_c in the column after: it is the curve's, so the same in each of its rows. */
export function percolationCurvesCsv(curves: readonly NamedCurve[]): string {
  const header = [
    ...['curve', 'sigma', 'threshold', 'lambda', 'occupied', 'mass_ratio', 'sd', 'q05', 'q95'],
    ...['mass_ratio_of_sites', 'susceptibility', 'lambda_c', 'lambda_c_sd'],
  ];
  return toCsv(
    header,
    curves.flatMap(({ name, curve: { sigma, threshold, points, critical } }) =>
      points.map(({ lambda, occupied, massRatio, massRatioOfSites, susceptibility }) => [
        ...[name, sigma, threshold, lambda, occupied],
        ...[massRatio.mean, massRatio.sd, massRatio.low, massRatio.high, massRatioOfSites, susceptibility],
        ...[critical.half?.mean ?? null, critical.half?.sd ?? null],
      ]),
    ),
  );
}

/** Decimals of places on the axis: of two, as ECharts has it, none of a λ_c of 0.0006 are left. */
const EXACT = 12;

type Point = PercolationCurve['points'][number];

/** Mean, 5 % and 95 %. Over all sites each is the same multiple: every seed keeps as many bumps. */
function valuesOf(
  { massRatio, massRatioOfSites }: Point,
  over: 'occupied' | 'sites',
): [number, number, number] {
  const scale = over === 'occupied' ? 1 : massRatioOfSites / massRatio.mean;
  return [massRatio.mean * scale, massRatio.low * scale, massRatio.high * scale];
}

/** A dashed line at λ_c. */
function criticalMark(half: Spread | null, { color }: CurveStyle): object {
  return {
    silent: true,
    symbol: 'none',
    animation: false,
    precision: EXACT,
    label: { show: false },
    lineStyle: { color, width: 1, type: 'dashed', opacity: 0.8 },
    data: half === null ? [] : [{ xAxis: half.mean }],
  };
}

/** A shaded interval, as one polygon. The same name as the curve, so that the legend switches the two together. */
function bandSeries(
  name: string,
  { color }: CurveStyle,
  band: readonly (readonly [number, number, number])[],
  place: number,
): object {
  return {
    type: 'custom',
    name,
    color,
    // One item, which draws all: a call for each point would be for nothing.
    data: band.slice(0, 1),
    encode: { x: 0, y: [1, 2] },
    silent: true,
    clip: true,
    animation: false,
    tooltip: { show: false },
    z: 1,
    renderItem: (_: unknown, api: { coord(point: [number, number]): number[] }) => {
      const upper = band.map(([x, , to]) => api.coord([x, to]));
      const lower = band.map(([x, from]) => api.coord([x, from]));
      return {
        type: 'polygon',
        id: `band${place}`,
        shape: { points: [...upper, ...lower.reverse()] },
        style: { fill: color, opacity: 0.16 },
      };
    },
  };
}
