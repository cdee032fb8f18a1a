import {
  bumpOverlap,
  overlapCutoff,
  pixelOverlap,
  type PixelOverlap,
} from '../../core/metrics/percolation/overlap.ts';
import { toCsv } from './csv.ts';
import { shortNumber, type CurveStyle } from './curves.ts';
import type { EChartsOption } from './echarts.ts';
import { logTicks } from './smoothing.ts';
import { sharedQuantity } from './legend-names.ts';
import { axis, tooltip, type ChartTheme } from './theme.ts';

export interface OverlapCurve {
  readonly sigma: number;
  readonly style: CurveStyle;
  /** Where the closed form falls to θ, in pixels. */
  readonly cutoff: number;
  readonly points: readonly { distance: number; plane: number; pixels: PixelOverlap }[];
}

export interface OverlapSettings {
  readonly logOverlap: boolean;
  /** Overlaps on the pixel grid, beside the closed form. */
  readonly pixels: boolean;
  readonly threshold: number;
  /** d of the lattice, in pixels. */
  readonly spacing: number;
}

/** Overlaps below this are not drawn on a logarithmic axis. */
const LEAST = 1e-4;
const POINTS = 120;

/**
 * Overlap against distance for each σ, a little beyond the widest cutoff.
 * @param size image side N
 */
export function overlapCurves(
  widths: readonly { sigma: number; style: CurveStyle }[],
  { size, threshold, periodic }: { size: number; threshold: number; periodic: boolean },
): OverlapCurve[] {
  const farthest = Math.max(0, ...widths.map(({ sigma }) => overlapCutoff(sigma, threshold)));
  const end = Math.min(Math.max(0, size - 2), Math.max(1, 1.15 * farthest));
  return widths.map(({ sigma, style }) => ({
    sigma,
    style,
    cutoff: overlapCutoff(sigma, threshold),
    points: Array.from({ length: POINTS + 1 }, (_, i) => {
      const distance = (end * i) / POINTS;
      return {
        distance,
        plane: bumpOverlap(distance, sigma),
        pixels: pixelOverlap(distance, sigma, { size, periodic }),
      };
    }),
  }));
}

/** Overlap against distance (Fig. 6b): closed form solid, on pixels dashed with the range over places in a pixel. */
export function overlapOption(
  curves: readonly OverlapCurve[],
  { logOverlap, pixels, threshold, spacing }: OverlapSettings,
  theme: ChartTheme,
): EChartsOption {
  const low = Math.min(LEAST, threshold / 2);
  // A logarithmic axis has no place for less than its end, zero above all.
  const drawn = (value: number) => (logOverlap ? Math.max(low, value) : value);
  const marks = { customValues: logOverlap ? logTicks([low, 1]) : undefined };
  const names = curves.map(({ sigma }) => `σ = ${sigma}`);
  return {
    animation: false,
    textStyle: { fontFamily: theme.font },
    aria: { enabled: false },
    grid: { left: 60, right: 18, top: 34, bottom: 46, outerBoundsMode: 'none' },
    legend: {
      show: true,
      type: 'scroll',
      top: 0,
      left: 44,
      right: 8,
      itemWidth: 18,
      itemGap: 8,
      formatter: sharedQuantity(names),
      textStyle: { color: theme.ink, fontSize: 12 },
      pageTextStyle: { color: theme.muted },
      data: names,
    },
    tooltip: tooltip(theme, {
      trigger: 'axis',
      axisPointer: { type: 'line', lineStyle: { color: theme.muted, type: 'dotted' } },
      order: 'seriesAsc',
      valueFormatter: (value: unknown) => (typeof value === 'number' ? shortNumber(value) : '–'),
    }),
    xAxis: {
      type: 'value',
      min: 0,
      max: 'dataMax',
      axisPointer: { label: { formatter: ({ value }: { value: number }) => `${shortNumber(value)} px` } },
      ...axis(theme, 'Distance of two bumps (px)', { nameGap: 26, splitLine: { show: false } }),
    },
    yAxis: {
      type: logOverlap ? 'log' : 'value',
      min: logOverlap ? low : 0,
      max: 1,
      ...axis(theme, 'Overlap', {
        nameGap: 44,
        axisLabel: { color: theme.muted, fontSize: 11, hideOverlap: true, formatter: shortNumber, ...marks },
        axisTick: { lineStyle: { color: theme.line }, ...marks },
      }),
    },
    dataZoom: [{ type: 'inside', filterMode: 'none', zoomOnMouseWheel: 'ctrl', moveOnMouseMove: 'shift' }],
    series: [
      ...curves.map(({ style, points, cutoff }, i) => ({
        ...line(
          names[i]!,
          style,
          points.map(({ distance, plane }) => [distance, drawn(plane)]),
        ),
        markLine: {
          silent: true,
          symbol: 'none',
          animation: false,
          precision: 12,
          label: { show: false },
          lineStyle: { color: style.color, width: 1, type: 'dashed', opacity: 0.8 },
          data: [[{ coord: [cutoff, drawn(threshold)] }, { coord: [cutoff, drawn(0)] }]],
        },
      })),
      ...(pixels ? curves : []).map(({ sigma, style, points }) => ({
        ...line(
          `σ = ${sigma}, pixels`,
          style,
          points.map((p) => [p.distance, drawn(p.pixels.mean)]),
        ),
        lineStyle: { width: 1.25, type: 'dotted' },
        z: 2,
      })),
      ...(pixels ? curves : []).map(({ sigma, style, points }, place) => ({
        type: 'custom',
        name: `σ = ${sigma}, pixels`,
        color: style.color,
        // One item, which draws all.
        data: points.slice(0, 1).map((p) => [p.distance, drawn(p.pixels.min), drawn(p.pixels.max)]),
        encode: { x: 0, y: [1, 2] },
        silent: true,
        clip: true,
        animation: false,
        tooltip: { show: false },
        z: 1,
        renderItem: (_: unknown, api: { coord(point: [number, number]): number[] }) => {
          const upper = points.map((p) => api.coord([p.distance, drawn(p.pixels.max)]));
          const lower = points.map((p) => api.coord([p.distance, drawn(p.pixels.min)]));
          return {
            type: 'polygon',
            id: `pixels${place}`,
            shape: { points: [...upper, ...lower.reverse()] },
            style: { fill: style.color, opacity: 0.12 },
          };
        },
      })),
      reference(theme, `θ = ${threshold}`, { yAxis: threshold }),
      reference(theme, `d = ${spacing}`, { xAxis: spacing }),
    ],
  } as EChartsOption;
}

export function overlapCsv(curves: readonly OverlapCurve[]): string {
  return toCsv(
    ['sigma', 'distance_px', 'overlap', 'pixels_mean', 'pixels_min', 'pixels_max', 'cutoff_px'],
    curves.flatMap(({ sigma, cutoff, points }) =>
      points.map(({ distance, plane, pixels }) => [
        ...[sigma, distance, plane, pixels.mean, pixels.min, pixels.max, cutoff],
      ]),
    ),
  );
}

function line(name: string, { color }: CurveStyle, data: number[][]): object {
  return {
    type: 'line',
    name,
    data,
    color,
    lineStyle: { width: 1.75 },
    symbol: 'none',
    emphasis: { disabled: true },
    z: 3,
  };
}

function reference(theme: ChartTheme, name: string, at: object): object {
  return {
    type: 'line',
    name,
    data: [],
    silent: true,
    tooltip: { show: false },
    markLine: {
      silent: true,
      symbol: 'none',
      animation: false,
      precision: 12,
      label: {
        show: true,
        position: 'xAxis' in at ? 'insideMiddleBottom' : 'insideEndTop',
        formatter: name,
        color: theme.muted,
        fontSize: 11,
        backgroundColor: theme.paper,
        borderRadius: 3,
        padding: [1, 4],
      },
      lineStyle: { color: theme.muted, width: 1, type: 'dashed', opacity: 0.8 },
      data: [at],
    },
  };
}
