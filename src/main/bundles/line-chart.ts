import { FAINT, INK, MUTED } from '../../files/figure/palette.ts';
import { figure, path, rect, round, text, wrap, type Figure } from '../../files/figure/svg.ts';

export interface ChartSeries {
  readonly name: string;
  /** x ascending. */
  readonly points: readonly ChartPoint[];
}

export interface ChartPoint {
  readonly x: number;
  readonly y: number;
  /** An interval about y, drawn as a band. */
  readonly low?: number;
  readonly high?: number;
}

export interface LineChart {
  readonly title: string;
  readonly subtitle: string;
  readonly xTitle: string;
  readonly yTitle: string;
  readonly series: readonly ChartSeries[];
  /** Limits of y; by default those of the values. */
  readonly yRange?: readonly [number, number];
  /** A logarithmic axis of y; needs values above 0. */
  readonly logarithmic?: boolean;
}

/** Lines over one x axis, with bands for intervals, a legend, and ticks at round numbers. */
export function lineChart(chart: LineChart): Figure {
  const { title, subtitle, series, logarithmic = false } = chart;
  const elements: string[] = [];
  let top = 26;
  for (const line of wrap(title, 18, WIDTH + LEGEND_WIDTH, true)) {
    elements.push(text(LEFT, top + 16, line, { size: 18, bold: true }));
    top += 25;
  }
  for (const line of wrap(subtitle, 12, WIDTH + LEGEND_WIDTH)) {
    elements.push(text(LEFT, top + 13, line, { color: MUTED }));
    top += 17;
  }
  top += 16;
  const points = series.flatMap((s) => s.points);
  const [minX, maxX] = widened(limits(points.map((p) => p.x)), false);
  const all = points.flatMap(({ y, low = y, high = y }) => [y, low, high]);
  const [minY, maxY] = chart.yRange ?? widened(limits(all), logarithmic);
  const scale = (v: number) => (logarithmic ? Math.log10(v) : v);
  const x = (v: number) => round(LEFT + ((v - minX) / (maxX - minX)) * WIDTH);
  const y = (v: number) =>
    round(top + HEIGHT - ((scale(v) - scale(minY)) / (scale(maxY) - scale(minY))) * HEIGHT);

  for (const tick of logarithmic ? decadeTicks(minY, maxY) : ticks(minY, maxY)) {
    elements.push(path(`M${LEFT} ${y(tick)}h${WIDTH}`, FAINT));
    elements.push(text(LEFT - 8, y(tick) + 4, format(tick), { size: 11, color: MUTED, anchor: 'end' }));
  }
  for (const tick of ticks(minX, maxX)) {
    elements.push(path(`M${x(tick)} ${top + HEIGHT}v5`, MUTED));
    const label = { size: 11, color: MUTED, anchor: 'middle' } as const;
    elements.push(text(x(tick), top + HEIGHT + 18, format(tick), label));
  }
  elements.push(rect(LEFT, top, WIDTH, HEIGHT, { stroke: MUTED }));
  elements.push(text(LEFT + WIDTH / 2, top + HEIGHT + 38, chart.xTitle, { anchor: 'middle' }));
  elements.push(text(20, top + HEIGHT / 2, chart.yTitle, { anchor: 'middle', rotate: -90 }));

  series.forEach(({ name, points: line }, i) => {
    const color = COLORS[i % COLORS.length]!;
    const dash = DASHES[Math.floor(i / COLORS.length) % DASHES.length]!;
    const banded = line.filter((p) => p.low !== undefined && p.high !== undefined);
    if (banded.length > 1) {
      const edge = [
        ...banded.map((p) => [p.x, p.high!] as const),
        ...banded.toReversed().map((p) => [p.x, p.low!] as const),
      ];
      elements.push(`<path d="${polyline(edge, x, y)}Z" fill="${color}" fill-opacity="0.15" stroke="none"/>`);
    }
    elements.push(
      `<path d="${polyline(
        line.map((p) => [p.x, p.y] as const),
        x,
        y,
      )}" fill="none" stroke="${color}" ` +
        `stroke-width="1.8" stroke-linejoin="round"${dash === '' ? '' : ` stroke-dasharray="${dash}"`}/>`,
    );
    // A curve of few points shows where they are; a single one would show nothing else.
    if (line.length <= 40) {
      for (const p of line) elements.push(`<circle cx="${x(p.x)}" cy="${y(p.y)}" r="2.6" fill="${color}"/>`);
    }
    const at = top + 8 + i * 20;
    const dashed = dash === '' ? '' : ` stroke-dasharray="${dash}"`;
    const legend = LEFT + WIDTH + 20;
    elements.push(`<path d="M${legend} ${at}h22" stroke="${color}" stroke-width="2.4"${dashed}/>`);
    elements.push(text(legend + 30, at + 4, wrap(name, 12, LEGEND_WIDTH - 50)[0] ?? '', { color: INK }));
  });
  const bottom = Math.max(top + HEIGHT + 56, top + 20 + series.length * 20);
  return figure(LEFT + WIDTH + LEGEND_WIDTH, bottom, elements, title);
}

/** CSS pixels of the plot area and what lies beside it. */
const LEFT = 76;
const WIDTH = 620;
const HEIGHT = 330;
const LEGEND_WIDTH = 240;

/** Okabe and Ito's colours ("Color universal design", 2008) without yellow, which is lost on white. */
const COLORS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#1b2330'];
/** Beyond the colours, lines of the same colour differ in their strokes. */
const DASHES = ['', '6 3', '2 3'];

function polyline(
  points: readonly (readonly [number, number])[],
  x: (v: number) => number,
  y: (v: number) => number,
): string {
  return points.map(([px, py], i) => `${i === 0 ? 'M' : 'L'}${x(px)} ${y(py)}`).join('');
}

function limits(values: readonly number[]): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const v of values) [low, high] = [Math.min(low, v), Math.max(high, v)];
  return [low, high];
}

/** Limits that are not one and the same number. */
function widened([low, high]: [number, number], logarithmic: boolean): [number, number] {
  if (low < high) return [low, high];
  if (logarithmic) return [low / 2, high * 2];
  const by = Math.abs(low) / 2 || 1;
  return [low - by, high + by];
}

/** About six round numbers within limits. */
function ticks(low: number, high: number): number[] {
  const rough = (high - low) / 6;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough * 0.999)!;
  const out: number[] = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) out.push(i * step);
  return out;
}

/** 1, 2 and 5 of each decade, or its ends where there are many. */
function decadeTicks(low: number, high: number): number[] {
  const [from, to] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const factors = to - from > 3 ? [1] : [1, 2, 5];
  const out: number[] = [];
  for (let e = from; e <= to; e++) out.push(...factors.map((f) => f * 10 ** e));
  return out.filter((v) => v >= low * 0.999999 && v <= high * 1.000001);
}

/** At most four digits that say something. */
function format(value: number): string {
  const short = Number(value.toPrecision(4));
  const far = short !== 0 && (Math.abs(short) >= 1e6 || Math.abs(short) < 1e-3);
  return (far ? short.toExponential() : String(short)).replace('-', '−').replace('e−', 'e-');
}
