import type { EChartsOption } from './echarts.ts';
import { legendParts } from './scatter3d-legend.ts';
import type { ColoredLabels, PointColors } from './scatter3d-colors.ts';
import type { Outline } from './label-map.ts';
import { axis, tooltip, type ChartTheme } from './theme.ts';

/** The labels of a cloud's points, in the same colours: the other half of a linked pair. */
export interface LabelView {
  readonly outlines: readonly Outline[];
  readonly selected: ReadonlySet<number>;
  /** By point, as in the cloud's tooltip. */
  readonly text: (index: number) => string;
  /** Distance between neighbouring labels, in label units. */
  readonly spacing: { readonly x: number; readonly y: number };
  /** The chart's in CSS pixels. */
  readonly width: number;
  readonly height: number;
}

export const LABEL_MARGIN = { left: 50, right: 112, top: 12, bottom: 44 } as const;

/** A square of the label space (y downwards, as images are drawn) as large as fits. */
export function labelsOption(
  { labels, extent }: Pick<ColoredLabels, 'labels' | 'extent'>,
  colors: PointColors,
  { outlines, selected, text, spacing, width, height }: LabelView,
  theme: ChartTheme,
): EChartsOption {
  const side = Math.max(
    60,
    Math.min(width - LABEL_MARGIN.left - LABEL_MARGIN.right, height - LABEL_MARGIN.top - LABEL_MARGIN.bottom),
  );
  const pxPerUnit = side / (extent.x[1] - extent.x[0]);
  const cell = [spacing.x, spacing.y].map((d) => Math.max(2, d * pxPerUnit - (d * pxPerUnit > 8 ? 1.5 : 0)));
  const chosen = selected.size > 0;
  const legend = legendParts(colors, height, theme);
  const cells = (name: string, isChosen: boolean): object => ({
    type: 'scatter',
    name,
    symbol: 'rect',
    symbolSize: cell,
    data: labels.flatMap((label, i) =>
      (chosen && selected.has(i)) === isChosen && (chosen || !isChosen) ? [[label[0], label[1], i]] : [],
    ),
    itemStyle: {
      color: ({ value: [, , i] }: { value: number[] }) =>
        `${colors.colors[i!]}${chosen && !isChosen ? '61' : ''}`,
      ...(isChosen ? { borderColor: theme.ink, borderWidth: cell[0]! > 6 ? 1.2 : 0 } : {}),
    },
    emphasis: { disabled: true },
    animation: false,
    z: isChosen ? 4 : 3,
  });
  const quiet = {
    showMinLabel: false,
    showMaxLabel: false,
    color: theme.muted,
    fontSize: 11,
    hideOverlap: true,
  };
  return {
    animation: false,
    textStyle: { fontFamily: theme.font },
    aria: { enabled: false },
    grid: {
      left: LABEL_MARGIN.left,
      top: LABEL_MARGIN.top,
      width: side,
      height: side,
      outerBoundsMode: 'none',
      show: true,
      borderColor: theme.line,
      backgroundColor: 'transparent',
    },
    tooltip: tooltip(theme, {
      trigger: 'item',
      formatter: ({ value }: { value: number[] }) => text(value[2]!),
    }),
    xAxis: {
      type: 'value',
      min: extent.x[0],
      max: extent.x[1],
      ...axis(theme, 'x (px)', {
        nameGap: 26,
        axisLabel: quiet,
        splitLine: { show: false },
        axisLine: { show: false, onZero: false },
      }),
    },
    yAxis: {
      type: 'value',
      inverse: true,
      min: extent.y[0],
      max: extent.y[1],
      ...axis(theme, 'y (px)', {
        nameGap: 32,
        axisLabel: quiet,
        splitLine: { show: false },
        axisLine: { show: false, onZero: false },
      }),
    },
    ...legend.components,
    series: [
      ...legend.series,
      cells('labels', false),
      cells('selected', true),
      ...outlines.map(({ name, segments, dashed }) => ({
        type: 'line',
        name,
        data: segments.flatMap(([x0, y0, x1, y1]) => [
          [x0, y0],
          [x1, y1],
          [NaN, NaN],
        ]),
        color: theme.ink,
        symbol: 'none',
        silent: true,
        animation: false,
        clip: false,
        lineStyle: { width: 1.75, color: theme.ink, type: dashed ? [5, 4] : 'solid' },
        tooltip: { show: false },
        z: 5,
      })),
    ],
  } as EChartsOption;
}
