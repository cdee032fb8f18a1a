import type { PointColors } from './scatter3d-colors.ts';
import type { ChartTheme } from './theme.ts';

/** Explains colours at the right edge of a chart: a scale, names, or both. Its series go first in the chart. */
export function legendParts(
  { name, scale, categories }: PointColors,
  height: number,
  theme: ChartTheme,
): { components: object; series: object[] } {
  const length = Math.max(60, Math.min(200, height * 0.45));
  const components = {
    visualMap: {
      show: scale !== null,
      type: 'continuous',
      seriesIndex: 0,
      dimension: 0,
      min: scale?.from ?? 0,
      max: scale?.to ?? 1,
      inRange: { color: [...(scale?.palette ?? ['#000000', '#000000'])] },
      calculable: false,
      hoverLink: false,
      orient: 'vertical',
      right: 8,
      top: 6,
      itemWidth: 12,
      itemHeight: length,
      text: [`${name}\n${shortEnd(scale?.to)}`, shortEnd(scale?.from)],
      textStyle: { color: theme.ink, fontSize: 11, lineHeight: 14 },
    },
    legend: {
      show: categories.length > 0,
      orient: 'vertical',
      right: 4,
      top: scale === null ? 8 : length + 78,
      itemWidth: 10,
      itemHeight: 10,
      itemGap: 6,
      selectedMode: false,
      textStyle: { color: theme.ink, fontSize: 11, width: 84, overflow: 'break' },
      data: categories.map((category) => category.name),
    },
  };
  const empty = (series: string, color: string): object => ({
    type: 'scatter',
    name: series,
    data: [],
    silent: true,
    symbol: 'circle',
    itemStyle: { color },
  });
  return {
    components,
    series: [empty('colour scale', theme.muted), ...categories.map((c) => empty(c.name, c.color))],
  };
}

function shortEnd(value: number | undefined): string {
  return value === undefined ? '' : String(Number(value.toFixed(2)));
}
