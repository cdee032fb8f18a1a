import type { ChartTheme } from './theme.ts';

/** A mean with the ends of its interval; null where there is no interval. */
export interface Interval {
  readonly mean: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** What ECharts hands to a custom series, as far as it is used here. */
export interface DrawingApi {
  value(dimension: number): number;
  coord(point: readonly [number, number]): [number, number];
  barLayout(options: object): { offsetCenter: number; width: number }[];
}

/** How bars share a category: the same for the bars and for what is drawn over them. */
export const BAR_LAYOUT = { barGap: '8%', barCategoryGap: '24%' } as const;

/**
 * Whiskers over the bars of one series of a grouped bar chart, and a tick where a reference value lies. A custom series
 * beside the bars, since bars have no error bars of their own.
 *
 * @param values by category
 * @param place which of `count` series of bars this is
 * @param references by category: drawn as a tick as wide as the bar; null for none
 */
export function barWhiskers(
  name: string,
  values: readonly (Interval | null)[],
  place: number,
  count: number,
  theme: ChartTheme,
  references: readonly (number | null)[] = [],
): object {
  const data = values.flatMap((value, i) =>
    value === null ? [] : [[i, value.mean, value.low ?? NaN, value.high ?? NaN, references[i] ?? NaN]],
  );
  return {
    type: 'custom',
    name, // the legend switches it with the bars
    data,
    encode: { x: 0, y: [2, 3, 4] },
    silent: true,
    clip: true,
    animation: false,
    tooltip: { show: false },
    z: 4,
    renderItem: (_: unknown, api: DrawingApi) => {
      const { offsetCenter, width } = api.barLayout({ ...BAR_LAYOUT, count })[place]!;
      const at = (value: number): [number, number] => {
        const [x, y] = api.coord([api.value(0), value]);
        return [x + offsetCenter, y];
      };
      const [low, high, reference] = [api.value(2), api.value(3), api.value(4)];
      const children: object[] = [];
      if (Number.isFinite(low) && Number.isFinite(high)) {
        children.push(...verticalWhisker(at(low), at(high), Math.min(5, width / 3), theme.ink));
      }
      if (Number.isFinite(reference)) {
        const [x, y] = at(reference);
        children.push(line([x - width / 2, y], [x + width / 2, y], theme.accent, 2));
      }
      return { type: 'group', children };
    },
  };
}

/** Whiskers along x, one for each row of a vertical category axis. */
export function rowWhiskers(values: readonly (Interval | null)[], color: string): object {
  return {
    type: 'custom',
    data: values.flatMap((value, i) =>
      value === null || value.low === null || value.high === null ? [] : [[value.low, value.high, i]],
    ),
    encode: { x: [0, 1], y: 2 },
    silent: true,
    clip: true,
    animation: false,
    tooltip: { show: false },
    z: 2,
    renderItem: (_: unknown, api: DrawingApi) => {
      const [low, high] = [0, 1].map((end) => api.coord([api.value(end), api.value(2)])) as [
        [number, number],
        [number, number],
      ];
      const cap = ([x, y]: [number, number]) => line([x, y - 4], [x, y + 4], color, 1.5);
      return { type: 'group', children: [line(low, high, color, 1.5), cap(low), cap(high)] };
    },
  };
}

function verticalWhisker(
  low: [number, number],
  high: [number, number],
  halfCap: number,
  color: string,
): object[] {
  const cap = ([x, y]: [number, number]) => line([x - halfCap, y], [x + halfCap, y], color, 1);
  return [line(low, high, color, 1), cap(low), cap(high)];
}

function line(
  [x1, y1]: [number, number],
  [x2, y2]: [number, number],
  stroke: string,
  lineWidth: number,
): object {
  return { type: 'line', shape: { x1, y1, x2, y2 }, style: { stroke, lineWidth, fill: 'none' } };
}
