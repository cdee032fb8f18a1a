import type { ChartTheme } from './theme.ts';

/** In CSS pixels. */
export interface ChartSize {
  readonly width: number;
  readonly height: number;
}

/** Space in CSS pixels about each of several panels. */
export interface PanelMargins {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** Above all panels, for the legend. */
  readonly head: number;
}

export interface PanelPlace {
  readonly box: { left: string; right: string; top: string; bottom: string };
  /** Of its title. */
  readonly corner: { left: string; top: string };
  /** It is the first of its row. */
  readonly first: boolean;
  /** Of the area within its axes, in CSS pixels. */
  readonly inner: ChartSize;
}

/** Places of small multiples, row by row; in percent of the chart, so that they follow it while it is drawn wider. */
export function layPanels(
  count: number,
  columns: number,
  margins: PanelMargins,
  size: ChartSize,
): PanelPlace[] {
  const wide = Math.max(1, Math.min(columns, count));
  const rows = Math.max(1, Math.ceil(count / wide));
  const width = Math.max(size.width, 1) / wide;
  const height = Math.max(size.height - margins.head, 1) / rows;
  const x = (px: number): string => percent(px / Math.max(size.width, 1));
  const y = (px: number): string => percent(px / Math.max(size.height, 1));
  return Array.from({ length: count }, (_, i) => {
    const [column, row] = [i % wide, Math.floor(i / wide)];
    const [left, top] = [column * width, margins.head + row * height];
    return {
      box: {
        left: x(left + margins.left),
        right: x(size.width - left - width + margins.right),
        top: y(top + margins.top),
        bottom: y(size.height - top - height + margins.bottom),
      },
      corner: { left: x(left + margins.left), top: y(top + 6) },
      first: column === 0,
      inner: {
        width: width - margins.left - margins.right,
        height: height - margins.top - margins.bottom,
      },
    };
  });
}

/** The name of a panel, over its upper left corner. */
export function panelTitle(text: string, { corner, inner }: PanelPlace, theme: ChartTheme): object {
  return {
    text,
    ...corner,
    padding: 0,
    textStyle: {
      color: theme.ink,
      fontSize: 13,
      fontWeight: 600,
      width: Math.max(60, inner.width),
      overflow: 'truncate',
    },
  };
}

function percent(share: number): string {
  return `${Math.round(share * 1e5) / 1e3}%`;
}
