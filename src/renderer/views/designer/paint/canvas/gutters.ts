import type { AxisCoverage } from '../../../../../core/dataset/describe.ts';
import type { Lattice } from '../../../../../core/dataset/lattice.ts';
import type { CanvasTheme } from './theme.ts';
import { GUTTERS, ticksOf, toScreen, type Viewport } from './viewport.ts';

/** How often each value of x and of y is shown in training, drawn beside the plot; null while it is not known. */
export type Coverage = { readonly x: AxisCoverage; readonly y: AxisCoverage } | null;

/** CSS pixels: height of the charts, and of the strip that marks values no training image shows. */
const CHART = 38;
const STRIP = 5;
const FONT = '11px system-ui, sans-serif';

/**
 * Axes with ticks in label units left and below, and marginal coverage above and right: 2D images from the plot
 * outwards, 1D images on top of them. The context is in CSS pixels.
 */
export function drawGutters(
  context: CanvasRenderingContext2D,
  width: number,
  height: number,
  lattice: Lattice,
  view: Viewport,
  theme: CanvasTheme,
  coverage: Coverage,
): void {
  const { plot } = view;
  context.save();
  context.beginPath();
  context.rect(0, 0, width, height);
  context.rect(plot.left, plot.top, plot.width, plot.height);
  context.clip('evenodd');
  context.fillStyle = theme.paper;
  context.fillRect(0, 0, width, height);
  context.font = FONT;
  drawTicks(context, view, theme);
  if (coverage !== null) {
    drawCoverage(context, lattice, view, theme, 'x', coverage.x);
    drawCoverage(context, lattice, view, theme, 'y', coverage.y);
  }
  context.restore();
}

function drawTicks(context: CanvasRenderingContext2D, view: Viewport, theme: CanvasTheme): void {
  const { plot, scale } = view;
  const bottom = plot.top + plot.height;
  const right = plot.left + plot.width;
  context.strokeStyle = theme.lineStrong;
  context.fillStyle = theme.muted;
  context.lineWidth = 1;
  context.beginPath();
  context.textAlign = 'center';
  context.textBaseline = 'top';
  const x = ticksOf(view.x0, view.x0 + plot.width / scale, 52 / scale);
  for (const value of x.values) {
    const at = Math.round(toScreen(view, value, 0)[0]) + 0.5;
    if (at < plot.left || at > right) continue;
    context.moveTo(at, bottom);
    context.lineTo(at, bottom + 4);
    context.fillText(number(value, x.decimals), at, bottom + 6);
  }
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  const y = ticksOf(view.y0, view.y0 + plot.height / scale, 40 / scale);
  for (const value of y.values) {
    const at = Math.round(toScreen(view, 0, value)[1]) + 0.5;
    if (at < plot.top || at > bottom) continue;
    context.moveTo(plot.left, at);
    context.lineTo(plot.left - 4, at);
    context.fillText(number(value, y.decimals), plot.left - 6, at);
  }
  context.stroke();
  context.fillStyle = theme.ink;
  context.textAlign = 'center';
  context.textBaseline = 'bottom';
  context.fillText('label x (px)', (plot.left + right) / 2, bottom + 36);
  context.save();
  context.translate(plot.left - GUTTERS.left + 13, (plot.top + bottom) / 2);
  context.rotate(-Math.PI / 2);
  context.fillText('label y (px)', 0, 3);
  context.restore();
}

/** Typographic minus, as in text. */
function number(value: number, decimals: number): string {
  return value.toFixed(decimals).replace('-', '−');
}

function drawCoverage(
  context: CanvasRenderingContext2D,
  lattice: Lattice,
  view: Viewport,
  theme: CanvasTheme,
  name: 'x' | 'y',
  coverage: AxisCoverage,
): void {
  const { plot } = view;
  const { values, images2d, images1d } = coverage;
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, images2d[i]! + images1d[i]!);
  const half = lattice[name].spacing / 2;
  // `out` is the distance from the plot's edge: upwards for x, to the right for y.
  const at = (value: number, out: number): [number, number] => {
    const [sx, sy] = toScreen(view, value, value);
    return name === 'x' ? [sx, plot.top - out] : [plot.left + plot.width + out, sy];
  };
  const base = STRIP + 2;
  const unit = most === 0 ? 0 : CHART / most;
  // One path of steps for a series, since bars side by side would show seams.
  const fillSteps = (color: string, height: (i: number) => number, from = 0, to = values.length) => {
    context.fillStyle = color;
    context.beginPath();
    context.moveTo(...at(values[from]! - half, base));
    for (let i = from; i < to; i++) {
      context.lineTo(...at(values[i]! - half, base + height(i)));
      context.lineTo(...at(values[i]! + half, base + height(i)));
    }
    context.lineTo(...at(values[to - 1]! + half, base));
    context.fill();
  };
  context.save();
  context.beginPath();
  if (name === 'x') context.rect(plot.left, 0, plot.width, plot.top);
  else context.rect(plot.left + plot.width, plot.top, GUTTERS.right, plot.height);
  context.clip();
  fillSteps(theme.panel, () => CHART);
  fillSteps(theme.stripes, (i) => (images2d[i]! + images1d[i]!) * unit);
  fillSteps(theme.training, (i) => images2d[i]! * unit);
  context.fillStyle = theme.bad;
  for (let i = 0; i < values.length; i++) {
    if (images2d[i]! + images1d[i]! > 0) continue;
    const from = i;
    while (i + 1 < values.length && images2d[i + 1]! + images1d[i + 1]! === 0) i++;
    const [x0, y0] = at(values[from]! - half, 1);
    const [x1, y1] = at(values[i]! + half, 1 + STRIP);
    context.fillRect(x0, Math.min(y0, y1), x1 - x0, Math.abs(y1 - y0));
  }
  context.restore();

  context.fillStyle = theme.muted;
  context.textAlign = 'left';
  context.textBaseline = 'bottom';
  context.save();
  if (name === 'x') context.translate(plot.left, plot.top - base - CHART - 3);
  else {
    context.translate(plot.left + plot.width + base + CHART + 3, plot.top);
    context.rotate(Math.PI / 2);
  }
  const shown = `images of each ${name}, up to ${most.toLocaleString('en')}`;
  context.fillText(shown, 0, 0);
  if (coverage.unseen > 0) {
    const at = context.measureText(`${shown}  `).width;
    context.fillStyle = theme.bad;
    context.fillText(`${coverage.unseen.toLocaleString('en')} never shown`, at, 0);
  }
  context.restore();
}
