/** What pure option functions need to know of the page. */
export interface ChartTheme {
  readonly ink: string;
  readonly muted: string;
  readonly line: string;
  readonly paper: string;
  readonly accent: string;
  readonly font: string;
  readonly animate: boolean;
}

export const LIGHT: ChartTheme = {
  ink: '#1b2330',
  muted: '#536070',
  line: '#d5dae1',
  paper: '#ffffff',
  accent: '#00639c',
  font: "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif",
  animate: false,
};

export const DARK: ChartTheme = {
  ...LIGHT,
  ink: '#e4e9f0',
  muted: '#9ba7b7',
  line: '#2d3744',
  paper: '#11161d',
  accent: '#74b7e6',
};

/** Axis settings that all charts share: title with unit, quiet lines, readable ticks. */
export function axis(theme: ChartTheme, name: string, more: object = {}): object {
  return {
    name,
    nameLocation: 'middle',
    nameTextStyle: { color: theme.muted, fontSize: 12 },
    axisLine: { lineStyle: { color: theme.line } },
    axisLabel: { color: theme.muted, fontSize: 11, hideOverlap: true },
    splitLine: { lineStyle: { color: theme.line, opacity: 0.6 } },
    axisTick: { lineStyle: { color: theme.line } },
    ...more,
  };
}

export function tooltip(theme: ChartTheme, more: object = {}): object {
  return {
    confine: true,
    // Drawn on the canvas: markup with styles of its own is what the page's policy forbids.
    renderMode: 'richText',
    backgroundColor: theme.paper,
    borderColor: theme.line,
    textStyle: { color: theme.ink, fontSize: 12 },
    ...more,
  };
}
