import { toCsv } from './csv.ts';
import { shortNumber } from './curves.ts';
import type { EChartsOption } from './echarts.ts';
import { axis, tooltip, type ChartTheme } from './theme.ts';

/** Effective dimension and variance of the leading components over training (paper Fig. 2c, d). */
export interface DimensionAtStep {
  readonly step: number;
  readonly participationRatio: number;
  readonly top4: number;
}

export interface DimensionSteps {
  /** Ascending. */
  readonly points: readonly DimensionAtStep[];
  /** Overall accuracy by step; may be empty. */
  readonly accuracy: readonly (readonly [step: number, value: number])[];
  /** Participation ratios of ideals and controls. */
  readonly references: readonly {
    readonly name: string;
    readonly value: number;
    /** Where its name stands: controls may be near each other, and near an ideal. */
    readonly at: 'start' | 'end' | 'end-below';
  }[];
  /** The step that the page stands at. */
  readonly cursor: number | null;
}

/** Exact values on a grid: the factorized shape, and a torus of revolution with R = 2, r = 1. */
export const IDEAL_DIMENSIONS = { clifford: 4, torus: 2.4096 } as const;

const LABEL_PLACES = {
  start: 'insideStartTop',
  end: 'insideEndTop',
  'end-below': 'insideEndBottom',
} as const;

export function dimensionOption(
  { points, accuracy, references, cursor }: DimensionSteps,
  { log }: { log: boolean },
  theme: ChartTheme,
): EChartsOption {
  const steps = [...points.map(({ step }) => step), ...accuracy.map(([step]) => step)];
  const last = steps.length === 0 ? 1 : Math.max(1, ...steps);
  const first = Math.min(...steps.filter((step) => step > 0), Infinity);
  // Lines of reference do not stretch an axis by themselves.
  const most =
    2 *
    Math.ceil(
      0.55 * Math.max(1, ...[...points.map((p) => p.participationRatio), ...references.map((r) => r.value)]),
    );
  // A logarithm has no place for step 0: it stands left of the first step, and its label says so.
  const zero = Number.isFinite(first) ? first / 2 : 0.5;
  const at = (step: number): number => (log && step === 0 ? zero : step);
  const stepText = (place: number): string => (log && place === zero ? '0' : shortNumber(place));
  const line = (name: string, color: string, data: number[][], more: object): object => ({
    type: 'line',
    name,
    data,
    symbolSize: 7,
    lineStyle: { color, width: 2 },
    itemStyle: { color },
    emphasis: { disabled: true },
    animation: false,
    ...more,
  });
  return {
    animation: false,
    textStyle: { fontFamily: theme.font },
    aria: { enabled: false },
    grid: { left: 56, right: 54, top: 34, bottom: 44, outerBoundsMode: 'none' },
    legend: { top: 0, left: 30, itemWidth: 22, textStyle: { color: theme.ink, fontSize: 12 } },
    tooltip: tooltip(theme, {
      trigger: 'item',
      formatter: ({ seriesName, value }: { seriesName: string; value: number[] }) =>
        `step ${stepText(value[0]!)}\n${seriesName}: ${value[1]!.toFixed(3)}`,
    }),
    xAxis: {
      type: log ? 'log' : 'value',
      min: log ? zero : 0,
      max: last,
      ...axis(theme, 'step', {
        nameGap: 26,
        splitLine: { show: false },
        axisLabel: { color: theme.muted, fontSize: 11, hideOverlap: true, formatter: stepText },
      }),
    },
    yAxis: [
      { type: 'value', min: 0, max: most, ...axis(theme, 'participation ratio', { nameGap: 36 }) },
      {
        type: 'value',
        min: 0,
        max: 1,
        ...axis(theme, 'fraction', { nameGap: 36, splitLine: { show: false } }),
      },
    ],
    series: [
      line(
        'participation ratio',
        theme.accent,
        points.map((p) => [at(p.step), p.participationRatio]),
        {
          symbol: 'circle',
          markLine: {
            silent: true,
            symbol: 'none',
            animation: false,
            data: [
              ...references.map(({ name, value, at: place }) => ({
                yAxis: value,
                label: { formatter: `${name} ${value.toFixed(2)}`, position: LABEL_PLACES[place] },
                lineStyle: { color: theme.muted, type: 'dashed' },
              })),
              ...(cursor === null
                ? []
                : [
                    {
                      xAxis: at(cursor),
                      label: { show: false },
                      lineStyle: { color: theme.ink, type: 'solid', opacity: 0.4 },
                    },
                  ]),
            ],
            label: { color: theme.muted, fontSize: 11 },
          },
        },
      ),
      line(
        'top-4 variance',
        '#d55e00',
        points.map((p) => [at(p.step), p.top4]),
        { symbol: 'triangle', yAxisIndex: 1 },
      ),
      ...(accuracy.length === 0
        ? []
        : [
            line(
              'accuracy (both)',
              '#009e73',
              accuracy.map(([step, value]) => [at(step), value]),
              {
                symbol: 'rect',
                symbolSize: 5,
                yAxisIndex: 1,
                lineStyle: { color: '#009e73', width: 1.5, type: 'dotted' },
              },
            ),
          ]),
    ],
  } as EChartsOption;
}

export function dimensionCsv({ points, accuracy }: DimensionSteps): string {
  const measured = new Map(accuracy);
  return toCsv(
    ['step', 'participation ratio', 'top-4 variance', 'accuracy (both)'],
    [...new Set([...points.map(({ step }) => step), ...measured.keys()])]
      .sort((a, b) => a - b)
      .map((step) => {
        const point = points.find((p) => p.step === step);
        return [step, point?.participationRatio ?? null, point?.top4 ?? null, measured.get(step) ?? null];
      }),
  );
}
