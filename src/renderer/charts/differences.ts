import { rowWhiskers, type Interval } from './band.ts';
import { toCsv } from './csv.ts';
import type { EChartsOption } from './echarts.ts';
import { axis, tooltip, type ChartTheme } from './theme.ts';

/** Differences of accuracy, in [-1, 1], with their intervals, one below the other, about a line at zero. */
export interface Differences {
  readonly rows: readonly DifferenceRow[];
  /** Axis title: what minus what, with unit. */
  readonly xName: string;
}

export interface DifferenceRow extends Interval {
  readonly name: string;
  /** Number of pairs. */
  readonly n: number;
}

export function differencesOption({ rows, xName }: Differences, theme: ChartTheme): EChartsOption {
  const widest = Math.max(
    0.05,
    ...rows.flatMap(({ mean, low, high }) => [mean, low ?? 0, high ?? 0].map(Math.abs)),
  );
  // Intervals of two or three pairs can be wider than accuracies can differ; their ends stand in the tooltip.
  const reach = niceReach(Math.min(1, widest));
  return {
    animation: false, // marks are made anew with the data: each time would begin from nothing
    textStyle: { fontFamily: theme.font },
    aria: { enabled: false }, // the panel describes the chart
    grid: { left: 130, right: 20, top: 10, bottom: 44, containLabel: false },
    tooltip: tooltip(theme, {
      trigger: 'item',
      formatter: ({ dataIndex }: { dataIndex: number }) =>
        rows[dataIndex] ? `${rows[dataIndex].name}: ${differenceText(rows[dataIndex])}` : '',
    }),
    xAxis: {
      type: 'value',
      // About zero, so that the side is seen at once.
      min: -reach,
      max: reach,
      ...axis(theme, xName, { nameGap: 26 }),
    },
    yAxis: {
      type: 'category',
      inverse: true,
      data: rows.map(({ name }) => name),
      ...axis(theme, '', {
        axisLabel: { color: theme.ink, fontSize: 11, width: 118, overflow: 'truncate' },
        splitLine: { show: true, lineStyle: { color: theme.line, opacity: 0.4 } },
      }),
    },
    series: [
      {
        type: 'scatter',
        symbolSize: 10,
        // Hollow where the interval holds zero, or there is none.
        data: rows.map((row, i) => ({
          value: [row.mean, i],
          itemStyle: {
            color: isClear(row) ? theme.accent : theme.paper,
            borderColor: theme.accent,
            borderWidth: 2,
          },
        })),
        z: 5,
        markLine: {
          silent: true,
          symbol: 'none',
          animation: false,
          label: { show: false },
          lineStyle: { color: theme.muted, type: 'solid', width: 1 },
          data: [{ xAxis: 0 }],
        },
      },
      rowWhiskers(rows, theme.accent),
    ],
  } as EChartsOption;
}

export function differencesCsv({ rows, xName }: Differences): string {
  return toCsv(
    ['section', xName, 'low', 'high', 'pairs'],
    rows.map(({ name, mean, low, high, n }) => [name, mean, low, high, n]),
  );
}

/** The interval does not hold zero. */
export function isClear({ low, high }: Interval): boolean {
  return low !== null && high !== null && (low > 0 || high < 0);
}

export function differenceText({ mean, low, high, n }: DifferenceRow): string {
  const signed = (value: number) => signedNumber(value, 3);
  if (low === null || high === null) return `${signed(mean)} (one pair: no interval)`;
  return `${signed(mean)} (95 %: ${signed(low)} to ${signed(high)}; ${n} pairs)`;
}

/** With its sign, a true minus; what rounds to zero has none. */
export function signedNumber(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits);
  if (Number(text) === 0) return text;
  return (value < 0 ? '−' : '+') + text;
}

/** The next of 1, 2, 5 · 10ⁿ, so that ticks fall on round numbers. */
function niceReach(reach: number): number {
  const power = 10 ** Math.floor(Math.log10(reach));
  return [1, 2, 5, 10].map((factor) => factor * power).find((nice) => nice >= reach)!;
}
