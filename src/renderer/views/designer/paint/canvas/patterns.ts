import type { LayerStyle, PatternKind } from './theme.ts';

/** How often each pattern repeats in a tile, so that all of them fit into one period. */
const REPEATS: Readonly<Record<PatternKind, number>> = { diagonal: 3, crosshatch: 3, dots: 4, rows: 4 };

/** Device pixels after which every pattern repeats: 24 CSS pixels or close to it. */
export function tileSide(ratio: number): number {
  return 12 * Math.max(1, Math.round(2 * ratio));
}

/**
 * A tile of a layer's pattern: a tint of its colour with lines or dots of the full colour, so that what lies below
 * shows through.
 * @param tint opacity between the lines
 * @returns (tileSide, tileSide, 4) uint8 RGBA, not premultiplied
 */
export function patternTile({ color, pattern }: LayerStyle, ratio: number, tint: number): Uint8ClampedArray {
  const whole = tileSide(ratio);
  const side = whole / REPEATS[pattern];
  const context = new OffscreenCanvas(whole, whole).getContext('2d', { willReadFrequently: true })!;
  context.fillStyle = color;
  context.globalAlpha = tint;
  context.fillRect(0, 0, whole, whole);
  context.globalAlpha = 0.95;
  context.strokeStyle = color;
  context.lineWidth = 1.3 * ratio;
  context.beginPath();
  if (pattern === 'diagonal' || pattern === 'crosshatch') {
    for (let shift = -whole; shift <= whole; shift += side) {
      context.moveTo(shift, whole);
      context.lineTo(shift + whole, 0);
      if (pattern === 'diagonal') continue;
      context.moveTo(shift, 0);
      context.lineTo(shift + whole, whole);
    }
  }
  if (pattern === 'rows') {
    for (let y = side / 2; y < whole; y += side) {
      context.moveTo(0, y);
      context.lineTo(whole, y);
    }
  }
  context.stroke();
  if (pattern === 'dots') {
    context.beginPath();
    for (let y = side / 2; y < whole; y += side) {
      for (let x = side / 2; x < whole; x += side) {
        context.moveTo(x, y);
        context.arc(x, y, 1.1 * ratio, 0, 2 * Math.PI);
      }
    }
    context.fill();
  }
  return context.getImageData(0, 0, whole, whole).data;
}
