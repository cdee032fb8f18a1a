import { toCsv } from './csv.ts';
import { shortNumber } from './curves.ts';
import type { EChartsOption } from './echarts.ts';
import { axis, tooltip, type ChartTheme } from './theme.ts';

/** Eigenvalues of a representation as shares of its variance (paper Fig. 2). */
export interface Spectrum {
  /** Descending. */
  readonly explainedVariance: readonly number[];
  /** Of the total variance, which may be more than the components listed hold. */
  readonly explainedVarianceRatio: readonly number[];
}

/** What the leading components hold together. */
export function cumulative(ratios: readonly number[]): number[] {
  let sum = 0;
  return ratios.map((ratio) => (sum += ratio));
}

/** Components of a factorized code of two periodic features: a Clifford torus. */
export const TORUS_COMPONENTS = 4;

/** @param most components drawn */
export function spectrumOption(
  { explainedVarianceRatio }: Spectrum,
  { log, most }: { log: boolean; most: number },
  theme: ChartTheme,
): EChartsOption {
  const shown = explainedVarianceRatio.slice(0, most);
  const sums = cumulative(shown);
  // Variances of nothing but rounding would stretch a logarithmic axis beyond reading.
  const least = Math.max(1e-8, Math.min(...shown.filter((v) => v > 0), 1));
  return {
    animation: false,
    textStyle: { fontFamily: theme.font },
    aria: { enabled: false },
    grid: { left: 62, right: 54, top: 34, bottom: 44, outerBoundsMode: 'none' },
    legend: { top: 0, left: 40, itemWidth: 16, textStyle: { color: theme.ink, fontSize: 12 } },
    tooltip: tooltip(theme, {
      trigger: 'axis',
      formatter: (items: { dataIndex: number }[]) => {
        const i = items[0]!.dataIndex;
        return `component ${i + 1}\nshare ${percent(shown[i]!)}\nfirst ${i + 1} together ${percent(sums[i]!)}`;
      },
    }),
    xAxis: {
      type: 'category',
      data: shown.map((_, i) => String(i + 1)),
      ...axis(theme, 'component', { nameGap: 26, splitLine: { show: false } }),
    },
    yAxis: [
      {
        type: log ? 'log' : 'value',
        min: log ? 10 ** Math.floor(Math.log10(least)) : 0,
        max: undefined,
        ...axis(theme, 'share of variance', {
          nameGap: 46,
          axisLabel: { color: theme.muted, fontSize: 11, hideOverlap: true, formatter: shortNumber },
        }),
      },
      {
        type: 'value',
        min: 0,
        max: 1,
        ...axis(theme, 'cumulative', { nameGap: 36, splitLine: { show: false } }),
      },
    ],
    series: [
      {
        type: 'bar',
        name: 'share of variance',
        data: shown.map((value, i) => ({
          value: log && value < least ? null : value,
          itemStyle: { color: i < TORUS_COMPONENTS ? theme.accent : theme.muted },
        })),
        itemStyle: { color: theme.accent },
        barMaxWidth: 34,
        emphasis: { disabled: true },
      },
      {
        type: 'line',
        name: 'cumulative',
        yAxisIndex: 1,
        data: sums,
        symbol: 'circle',
        symbolSize: 5,
        lineStyle: { color: theme.ink, width: 1.5 },
        itemStyle: { color: theme.ink },
        emphasis: { disabled: true },
      },
    ],
  } as EChartsOption;
}

export function spectrumCsv({ explainedVariance, explainedVarianceRatio }: Spectrum): string {
  const sums = cumulative(explainedVarianceRatio);
  return toCsv(
    ['component', 'explained variance', 'share', 'cumulative share'],
    explainedVarianceRatio.map((ratio, i) => [i + 1, explainedVariance[i] ?? null, ratio, sums[i]!]),
  );
}

export function percent(value: number): string {
  return `${(100 * value).toLocaleString('en', { maximumSignificantDigits: 3 })} %`;
}
