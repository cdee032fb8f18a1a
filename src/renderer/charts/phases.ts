import { PHASES, type Phase, type PhaseCounts } from '../../core/metrics/records-analysis.ts';
import { toCsv } from './csv.ts';
import type { EChartsOption } from './echarts.ts';
import { axis, tooltip, type ChartTheme } from './theme.ts';

/** How generated images turn from nothing to right over training (claim C9). */
export interface PhasesChart {
  /** Of one section, by step; of two at one step the later one counts. */
  readonly counts: readonly PhaseCounts[];
  readonly xMax?: number;
  /** Where the page's step cursor stands. */
  readonly cursor: number | null;
}

/** From the bottom up: what is right grows from below. Okabe and Ito, of rising brightness. */
const ORDER: readonly Phase[] = [...PHASES].reverse();
export const PHASE_TEXT: Readonly<Record<Phase, { name: string; color: string; meaning: string }>> = {
  none: { name: 'none', color: '#8b95a3', meaning: 'no bump along an axis' },
  several: { name: 'several', color: '#56b4e9', meaning: 'several bumps along an axis' },
  misplaced: { name: 'misplaced', color: '#e69f00', meaning: 'one bump, in the wrong place' },
  right: { name: 'right', color: '#009e73', meaning: 'one bump, in the right place' },
};

/** Shares of the phases, stacked to 1, against the training step; a single step is one bar. */
export function phasesOption(chart: PhasesChart, theme: ChartTheme): EChartsOption {
  const found = byStep(chart.counts);
  const single = found.length === 1;
  return {
    animation: false, // areas are made anew with the data: each time would begin from nothing
    textStyle: { fontFamily: theme.font },
    aria: { enabled: false }, // the panel describes the chart
    grid: { left: 56, right: 16, top: 34, bottom: 46, outerBoundsMode: 'none' },
    legend: {
      top: 0,
      left: 40,
      itemWidth: 16,
      itemHeight: 10,
      textStyle: { color: theme.ink, fontSize: 12 },
      data: ORDER.map((phase) => ({ name: PHASE_TEXT[phase].name, icon: 'rect' })),
    },
    tooltip: tooltip(theme, {
      trigger: 'axis',
      axisPointer: { type: 'line', lineStyle: { color: theme.muted, type: 'dotted' } },
      formatter: (points: { dataIndex: number }[]) => stepText(found[points[0]?.dataIndex ?? 0]),
    }),
    xAxis: single
      ? {
          type: 'category',
          data: [String(found[0]!.step)],
          ...axis(theme, 'training step', { nameGap: 26 }),
        }
      : {
          type: 'value',
          min: 0,
          max: chart.xMax ?? 'dataMax',
          ...axis(theme, 'training step', {
            nameGap: 26,
            splitLine: { show: false },
            axisLine: { onZero: false },
          }),
        },
    yAxis: {
      type: 'value',
      min: 0,
      max: 1,
      ...axis(theme, 'share of the images', { nameGap: 38 }),
    },
    series: [
      ...ORDER.map((phase) => ({
        type: single ? 'bar' : 'line',
        name: PHASE_TEXT[phase].name,
        stack: 'phases',
        color: PHASE_TEXT[phase].color,
        data: found.map((one) => (single ? shareOf(one, phase) : [one.step, shareOf(one, phase)])),
        ...(single
          ? { barMaxWidth: 90 }
          : {
              areaStyle: { color: PHASE_TEXT[phase].color, opacity: 0.75 },
              lineStyle: { width: 1, color: theme.paper },
              symbol: 'circle',
              symbolSize: 4,
              showSymbol: found.length <= 60,
            }),
        emphasis: { disabled: true },
      })),
      ...(single ? [] : [cursorLine(chart.cursor, theme)]),
    ],
  } as EChartsOption;
}

export function phasesCsv(counts: readonly PhaseCounts[]): string {
  return toCsv(
    ['section', 'step', 'images', ...PHASES],
    counts.map((one) => [one.section, one.step, one.images, ...PHASES.map((phase) => one.counts[phase])]),
  );
}

/** Sections in the order in which they appear. */
export function phaseSections(counts: readonly PhaseCounts[]): string[] {
  return [...new Set(counts.map(({ section }) => section))];
}

/** Share of a phase among a step's images; 0 of no images. */
export function shareOf({ images, counts }: PhaseCounts, phase: Phase): number {
  return images === 0 ? 0 : counts[phase] / images;
}

/** One row for each step, ascending; without those that have no images. */
function byStep(counts: readonly PhaseCounts[]): PhaseCounts[] {
  const last = new Map(counts.map((one) => [one.step, one]));
  return [...last.values()].filter(({ images }) => images > 0).sort((a, b) => a.step - b.step);
}

function stepText(one: PhaseCounts | undefined): string {
  if (!one) return '';
  // As they are stacked, from the top.
  const lines = PHASES.map(
    (phase) =>
      `${PHASE_TEXT[phase].name}: ${one.counts[phase]} (${(100 * shareOf(one, phase)).toFixed(0)} %)`,
  );
  return [`step ${one.step.toLocaleString('en')}, ${one.images} images`, ...lines].join('\n');
}

function cursorLine(at: number | null, theme: ChartTheme): object {
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
