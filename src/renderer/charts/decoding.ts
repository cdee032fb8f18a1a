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
  const names = [...new Set(targets.flatMap(({ scores }) => scores.map(({ on }) => on)))];
  const find = (feature: 'x' | 'y', on: string) =>
    targets.find((t) => t.feature === feature)?.scores.find((s) => s.on === on);
  const below = targets.some(({ scores }) => scores.some(({ r2 }) => r2 !== null && r2 < 0));
  return {
    animation: false,
    textStyle: { fontFamily: theme.font },
    aria: { enabled: false },
    grid: { left: 56, right: 12, top: 46, bottom: names.length > 4 ? 62 : 34 },
    legend: {
      top: 0,
      left: 40,
      itemWidth: 16,
      itemHeight: 10,
      textStyle: { color: theme.ink, fontSize: 12 },
    },
    tooltip: tooltip(theme, {
      trigger: 'item',
      formatter: ({ seriesName, name }: { seriesName: string; name: string }) => {
        const score = find(seriesName as 'x' | 'y', name);
        return score ? `${seriesName} on ${name}\nR² ${numberOf(score.r2)}\n${score.labels} labels` : '';
      },
    }),
    xAxis: {
      type: 'category',
      data: names,
      ...axis(theme, '', {
        axisLine: { onZero: false, lineStyle: { color: theme.line } },
        axisLabel: {
          color: theme.ink,
          fontSize: 11,
          interval: 0,
          rotate: names.length > 4 ? 20 : 0,
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
      data: names.map((on) => {
        const r2 = find(feature, on)?.r2 ?? null;
        const value = r2 === null ? null : Math.max(FLOOR, r2);
        return {
          value,
          label: {
            formatter: numberOf(r2),
            position: r2 === null || r2 >= 0 ? 'top' : r2 < FLOOR ? 'insideBottom' : 'bottom',
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
      barGap: '12%',
    })),
  } as EChartsOption;
}

export function decodingCsv({ targets }: Decoding): string {
  return toCsv(
    ['feature', 'on', 'labels', 'R²'],
    targets.flatMap(({ feature, scores }) => scores.map(({ on, labels, r2 }) => [feature, on, labels, r2])),
  );
}

function numberOf(r2: number | null): string {
  return r2 === null ? '–' : r2.toFixed(r2 < -10 ? 0 : 2);
}
