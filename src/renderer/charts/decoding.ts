import { decodingKind } from '../../core/metrics/representation/decoding.ts';
import { toCsv } from './csv.ts';
import type { EChartsOption } from './echarts.ts';
import { axis, tooltip, type ChartTheme } from './theme.ts';

/** How well x and y are read off a representation by a linear map, on labels that it saw and did not see. */
export interface Decoding {
  readonly targets: readonly {
    readonly feature: 'x' | 'y';
    readonly scores: readonly { readonly on: string; readonly labels: number; readonly r2: number | null }[];
  }[];
}

const COLORS = { x: '#0072b2', y: '#d55e00' } as const;
/** R² has no lower end: bars end here, and their number says how far they would go. */
const FLOOR = -1;

export function decodingOption({ targets }: Decoding, theme: ChartTheme): EChartsOption {
  const keys = [...new Set(targets.flatMap(({ scores }) => scores.map(({ on }) => on)))];
  const find = (feature: 'x' | 'y', on: string) =>
    targets.find((t) => t.feature === feature)?.scores.find((s) => s.on === on);
  const below = targets.some(({ scores }) => scores.some(({ r2 }) => r2 !== null && r2 < 0));
  return {
    animation: false,
    textStyle: { fontFamily: theme.font },
    aria: { enabled: false },
    grid: { left: 56, right: 12, top: 46, bottom: keys.length > 4 ? 62 : 34 },
    legend: {
      top: 0,
      left: 40,
      itemWidth: 16,
      itemHeight: 10,
      textStyle: { color: theme.ink, fontSize: 12 },
    },
    tooltip: tooltip(theme, {
      trigger: 'item',
      formatter: ({ seriesName, dataIndex }: { seriesName: string; dataIndex: number }) => {
        const feature = seriesName as 'x' | 'y';
        const on = keys[dataIndex] ?? '';
        const score = find(feature, on);
        if (!score) return '';
        const kind = decodingKind(feature, on);
        const asks = kind === null || kind === 'seen' ? '' : `\nasks for ${kind}`;
        return `${feature} on ${nameOf(on)}\nR² ${numberOf(score.r2)}\n${score.labels} labels${asks}`;
      },
    }),
    xAxis: {
      type: 'category',
      data: keys.map(nameOf),
      ...axis(theme, '', {
        axisLine: { onZero: false, lineStyle: { color: theme.line } },
        axisLabel: {
          color: theme.ink,
          fontSize: 11,
          interval: 0,
          rotate: keys.length > 4 ? 20 : 0,
          width: 120,
          overflow: 'truncate',
        },
      }),
    },
    yAxis: {
      type: 'value',
      min: below ? FLOOR : 0,
      max: 1,
      ...axis(theme, 'R²', { nameGap: 36 }),
    },
    series: targets.map(({ feature }) => ({
      type: 'bar',
      name: feature,
      data: keys.map((on) => {
        const r2 = find(feature, on)?.r2 ?? null;
        const value = r2 === null ? null : Math.max(FLOOR, r2);
        return {
          value,
          label: {
            formatter: numberOf(r2),
            // Over the zero line where the bar fills the axis: below it stand the names of the axis.
            position: r2 === null || r2 >= 0 || r2 < FLOOR ? 'top' : 'bottom',
          },
        };
      }),
      label: { show: true, color: theme.ink, fontSize: 10, textBorderColor: theme.paper, textBorderWidth: 2 },
      itemStyle: {
        color: COLORS[feature],
        ...(feature === 'y'
          ? {
              decal: {
                symbol: 'rect',
                dashArrayX: [1, 0],
                dashArrayY: [2, 5],
                rotation: Math.PI / 4,
                color: theme.paper,
              },
            }
          : {}),
      },
      emphasis: { disabled: true },
      barMaxWidth: 44,
      // As wide as they can be: their numbers stand side by side.
      barGap: '4%',
      barCategoryGap: '10%',
    })),
  } as EChartsOption;
}

export function decodingCsv({ targets }: Decoding): string {
  return toCsv(
    ['feature', 'on', 'asks for', 'labels', 'R²'],
    targets.flatMap(({ feature, scores }) =>
      scores.map(({ on, labels, r2 }) => [feature, on, decodingKind(feature, on), labels, r2]),
    ),
  );
}

/** The three scores on the section that the regression was fitted to, in words; other sections are named as they are. */
function nameOf(on: string): string {
  switch (on) {
    case 'seen':
      return 'labels fitted';
    case 'folds':
      return 'labels left out';
    case 'value-folds':
      return 'values left out';
    default:
      return on;
  }
}

function numberOf(r2: number | null): string {
  if (r2 === null) return '–';
  return r2.toFixed(r2 < -10 ? 0 : r2 < FLOOR ? 1 : 2).replace('-', '−');
}
